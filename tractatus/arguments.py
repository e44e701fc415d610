"""What is given to the framework is looked at once, at its door: a wrong type or value is named with its field."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

E = TypeVar("E", bound=StrEnum)


def text(value: Any, field: str) -> str:
    """`value`, which must be text. Raises `TypeError` naming `field`."""
    if not isinstance(value, str):
        raise TypeError(f"{field}: text is expected, not {_kind(value)}.")
    return value


def choice(value: Any, among: type[E], field: str) -> E:
    """`value` as a member of the enumeration `among`. Raises `TypeError` or `ValueError` naming `field`."""
    if not isinstance(value, str):
        raise TypeError(f"{field}: one of {_names(among)} is expected, not {_kind(value)}.")
    try:
        return among(value)
    except ValueError:
        raise ValueError(f"{field}: one of {_names(among)} is expected, not {value[:80]!r}.") from None


def number(value: Any, field: str, *, low: float = -math.inf, high: float = math.inf) -> float:
    """`value` as a finite number from `low` to `high`. Raises `TypeError` or `ValueError` naming `field`."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{field}: a number is expected, not {_kind(value)}.")
    if not (low <= value <= high) or not math.isfinite(value):
        raise ValueError(f"{field}: a number from {low:g} to {high:g} is expected, not {value!r}.")
    return float(value)


def count(value: Any, field: str) -> int:
    """`value` as a whole number of things, 0 or more. Raises `TypeError` or `ValueError` naming `field`."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{field}: a whole number is expected, not {_kind(value)}.")
    if value < 0:
        raise ValueError(f"{field}: 0 or more is expected, not {value}.")
    return value


def mapping(value: Any, field: str) -> Mapping[str, Any]:
    """`value`, which must be a mapping as a JSON object gives it. Raises `TypeError` naming `field`."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{field}: an object is expected, not {_kind(value)}.")
    return value


def moment(value: Any, field: str) -> datetime | None:
    """`value`, which must be a time with its zone, or None. Raises `TypeError` or `ValueError` naming `field`."""
    if value is None:
        return None
    if not isinstance(value, datetime):
        raise TypeError(f"{field}: a time is expected, not {_kind(value)}.")
    if value.tzinfo is None:
        raise ValueError(f"{field}: a time with its time zone is expected, not {value.isoformat()}.")
    return value


def rising(group: str, **figures: float) -> None:
    """Checks that the figures, as given, are shares from 0 to 1 that rise. Raises naming `group` and the field."""
    names = list(figures)
    for name in names:
        number(figures[name], f"{group}.{name}", low=0, high=1)
    for lower, higher in itertools.pairwise(names):
        if figures[lower] >= figures[higher]:
            limit = f"{group}.{lower} ({figures[lower]:g})"
            raise ValueError(f"{group}.{higher}: more than {limit} is expected, not {figures[higher]:g}.")


def _kind(value: Any) -> str:
    return "nothing" if value is None else type(value).__name__


def _names(among: type[StrEnum]) -> str:
    return ", ".join(among)
