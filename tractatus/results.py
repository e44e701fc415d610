"""What the services take and give back: frozen dataclasses that can be written as JSON, and the mappings in them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any

DEEPEST = 100  # levels of a mapping that is frozen; JSON that means something is far flatter


class Record:
    """A frozen dataclass whose fields, under their own names, are the keys of its JSON."""

    def to_dict(self) -> dict[str, Any]:
        """The fields as `json.dumps` takes them: enumerations as text, tuples as lists, times in ISO 8601.

        A number that JSON has no word for (NaN, infinity) is null. Plain dictionaries all the way down, which may be
        changed without changing the record.
        """
        given = ((name, getattr(self, name)) for name in _names(type(self)))  # type: ignore[arg-type]
        return {name: value if type(value) in _PLAIN else plain(value) for name, value in given}


@cache
def _names(kind: type[Record]) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))  # type: ignore[arg-type]


class Result(Record):
    """What a service says: a record with `reasons`, which cue, rule or figure led to what, in words for people."""


class FrozenDict(Mapping[str, Any]):
    """A mapping that nobody can change, nor anything in it: for what threads, caches and queues share.

    Equal to the dictionary that it was made of; can be a key, be pickled and be copied. Lists in it are tuples that are
    equal to those lists. Raises `ValueError` where it is nested deeper than 100 levels.
    """

    __slots__ = ("_items",)
    _items: dict[str, Any]

    def __init__(self, items: Mapping[str, Any] | None = None) -> None:
        object.__setattr__(self, "_items", {key: frozen(item, DEEPEST) for key, item in (items or {}).items()})

    def __getitem__(self, key: str) -> Any:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        return self._items == (other._items if isinstance(other, FrozenDict) else other)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return repr(self._items)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("This mapping cannot be changed.")

    def __copy__(self) -> FrozenDict:
        return self

    def __deepcopy__(self, memo: object) -> FrozenDict:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return FrozenDict, (self._items,)


class FrozenList(tuple[Any, ...]):
    """A list in a `FrozenDict`: a tuple that is equal to the list it was made of."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return tuple.__eq__(self, tuple(other) if isinstance(other, list) else other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = tuple.__hash__


def frozen(value: Any, deepest: int = DEEPEST) -> Any:
    """`value` with every mapping, list and set in it frozen. Raises `ValueError` below `deepest` levels."""
    if isinstance(value, (FrozenDict, FrozenList)) or not isinstance(value, (Mapping, list, tuple, set, frozenset)):
        return value
    if not deepest:
        raise ValueError("this is nested too deeply.")
    if isinstance(value, Mapping):
        made = FrozenDict()
        made._items.update((key, frozen(item, deepest - 1)) for key, item in value.items())
        return made
    items = [frozen(item, deepest - 1) for item in value]
    return frozenset(items) if isinstance(value, (set, frozenset)) else FrozenList(items)


_PLAIN = frozenset({str, int, bool, type(None)})


def plain(value: Any) -> Any:
    """`value` as JSON holds it. Sets are written in order, so that the same result is the same text.

    Made for results, which are flat: JSON nested deeper than Python's own limit raises `RecursionError`.
    """
    kind = type(value)
    if kind in _PLAIN:  # most of what a result holds
        return value
    if kind is tuple or kind is list:
        return [item if type(item) in _PLAIN else plain(item) for item in value]
    if isinstance(value, Record):
        return value.to_dict()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted((plain(item) for item in value), key=lambda item: (type(item).__name__, str(item)))
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return value
