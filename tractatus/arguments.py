"""What is given to the framework is looked at once, at its door: a wrong type or value is named with its field."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")

MOST = 10**18  # of anything that is counted; more is a mistake, and would not be printed


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
        raise ValueError(f"{field}: one of {_names(among)} is expected, not {shown(value)}.") from None


def number(value: Any, field: str, *, low: float = -math.inf, high: float = math.inf) -> float:
    """`value` as a finite number from `low` to `high`. Raises `TypeError` or `ValueError` naming `field`."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{field}: a number is expected, not {_kind(value)}.")
    try:
        found = float(value)
    except OverflowError:  # a whole number beyond what a float holds
        found = math.inf
    if not (low <= found <= high) or not math.isfinite(found):
        expected = "a finite number" if math.isinf(low) and math.isinf(high) else f"a number from {low:g} to {high:g}"
        raise ValueError(f"{field}: {expected} is expected, not {shown(value)}.")
    return found


def count(value: Any, field: str) -> int:
    """`value` as a whole number of things, 0 to 10 to the power of 18. Raises naming `field`, as `number` does."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{field}: a whole number is expected, not {_kind(value)}.")
    if value < 0:
        raise ValueError(f"{field}: 0 or more is expected, not {shown(value)}.")
    if value > MOST:
        raise ValueError(f"{field}: at most {MOST:,} is expected, not {shown(value)}.")
    return value


def mapping(value: Any, field: str) -> Mapping[str, Any]:
    """`value`, which must be a mapping as a JSON object gives it. Raises `TypeError` naming `field`."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{field}: an object is expected, not {_kind(value)}.")
    return value


def instance(value: Any, kind: type[T], field: str) -> T:
    """`value`, which must be of the class `kind`. Raises `TypeError` naming `field`."""
    if not isinstance(value, kind):
        raise TypeError(f"{field}: {_a(kind.__name__)} expected, not {_kind(value)}.")
    return value


def several(values: Any, kind: type[T], field: str) -> tuple[T, ...]:
    """`values`, which must be a list or the like of things of the class `kind`. Raises `TypeError` naming `field`."""
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        raise TypeError(f"{field}: a list is expected, not {_kind(values)}.")
    return tuple(instance(value, kind, f"{field}[{number}]") for number, value in enumerate(values))


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


def shown(value: Any, longest: int = 80) -> str:
    """`value` as a message shows it: short, whatever it is."""
    if isinstance(value, int) and value.bit_length() > 300:
        return f"a whole number of about {int(value.bit_length() * math.log10(2)):,} digits"
    try:
        text = repr(value[: longest + 1] if isinstance(value, str) else value)
    except (ValueError, RecursionError):  # it holds a number that Python does not write, or is too deep
        return _kind(value)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _a(name: str) -> str:
    """The name of a class with its article and verb: `a SessionState is`, `Thresholds are`."""
    return f"{name} are" if name.endswith("s") else f"{'an' if name[0] in 'AEIOU' else 'a'} {name} is"


def _kind(value: Any) -> str:
    return "nothing" if value is None else type(value).__name__


def _names(among: type[StrEnum]) -> str:
    return ", ".join(among)
