"""The catalogue that a conflict of values is read with: frameworks, values traded off, groups, people to ask, urgency.

All of it is data, in `data/frameworks.toml`, `trade_offs.toml`, `groups.toml`, `stakeholders.toml` and `urgency.toml`.
An organisation reads rows of its own, from files like these, with the `read_…` functions and gives them to the
orchestrator. The order of rows says nothing: it is the order of the files, the organisation's own after them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeVar

from tractatus import cues
from tractatus.cues import CueIndex
from tractatus.datafiles import DataError, Field, Row, rows
from tractatus.vocabulary import Urgency

RELATIONS = ("affected", "rights_holder", "responsible", "expert")
"""How somebody who is asked is concerned."""


@dataclass(frozen=True)
class Framework:
    """A moral framework. `position` and `asks` are None for a people's own ethics, which its own people state."""

    key: str
    title: str
    position: str | None
    asks: str | None
    of_a_people: bool
    cues: tuple[str, ...]
    row: Row = field(compare=False, repr=False)


@dataclass(frozen=True)
class TradeOff:
    """Two values that cannot both be had in full, with the cues of each side."""

    key: str
    title: str
    sides: tuple[tuple[str, ...], tuple[str, ...]]
    row: Row = field(compare=False, repr=False)


@dataclass(frozen=True)
class Group:
    """People who may bear a decision."""

    key: str
    title: str
    cues: tuple[str, ...]
    row: Row = field(compare=False, repr=False)


@dataclass(frozen=True)
class Voice:
    """Somebody to ask, with why. `relation` is one of `RELATIONS`; `frameworks` and `groups` are keys."""

    key: str
    title: str
    why: str
    relation: str
    frameworks: tuple[str, ...]
    groups: tuple[str, ...]
    row: Row = field(compare=False, repr=False)


@dataclass(frozen=True)
class Case:
    """A kind of situation where `frameworks` (keys) must be asked although no word of the text may say so."""

    title: str
    why: str
    frameworks: tuple[str, ...]
    cues: tuple[str, ...]
    together_with: tuple[str, ...]
    row: Row = field(compare=False, repr=False)


_TEXT, _WORDS, _FLAG = Field(str), Field(list, check=cues.complaint), Field(bool)
_NAMES = Field(list, required=False)


def read_frameworks(path: Path | str, *, text: str | None = None) -> tuple[Framework, ...]:
    """The [[framework]] rows of a data file, or of `text`. Raises `DataError` naming the line that is wrong."""
    sketch = Field(str, required=False)
    fields = {"key": _TEXT, "title": _TEXT, "of_a_people": _FLAG, "position": sketch, "asks": sketch, "cues": _WORDS}
    found = []
    for row in _some(path, "framework", fields, text):
        for name in ("position", "asks"):
            if row["of_a_people"] and row.get(name) is not None:
                raise row.wrong(name, "a people's own ethics has none here: its own people state it")
            if not row["of_a_people"] and row.get(name) is None:
                raise row.wrong(name, "this is missing; only a people's own ethics has none")
        found.append(
            Framework(
                row["key"],
                row["title"],
                row.get("position"),
                row.get("asks"),
                row["of_a_people"],
                tuple(row["cues"]),
                row,
            )
        )
    return tuple(found)


def read_cases(path: Path | str, *, text: str | None = None) -> tuple[Case, ...]:
    """The [[case]] rows of a data file, or of `text`; there may be none. Raises `DataError` naming the line."""
    fields = {"title": _TEXT, "why": _TEXT, "frameworks": Field(list), "cues": _WORDS, "together_with": _WORDS}
    return tuple(
        Case(row["title"], row["why"], tuple(row["frameworks"]), tuple(row["cues"]), tuple(row["together_with"]), row)
        for row in rows(path, "case", fields, text=text)
    )


def read_trade_offs(path: Path | str, *, text: str | None = None) -> tuple[TradeOff, ...]:
    """The [[trade_off]] rows of a data file, or of `text`. Raises `DataError` naming the line that is wrong."""
    fields = {"key": _TEXT, "title": _TEXT, "one_side": _WORDS, "other_side": _WORDS}
    found = []
    for row in _some(path, "trade_off", fields, text):
        if both := set(row["one_side"]) & set(row["other_side"]):
            raise row.wrong("other_side", f"{min(both)!r} stands on the other side already")
        found.append(TradeOff(row["key"], row["title"], (tuple(row["one_side"]), tuple(row["other_side"])), row))
    return tuple(found)


def read_groups(path: Path | str, *, text: str | None = None) -> tuple[Group, ...]:
    """The [[group]] rows of a data file, or of `text`. Raises `DataError` naming the line that is wrong."""
    fields = {"key": _TEXT, "title": _TEXT, "cues": _WORDS}
    return tuple(Group(row["key"], row["title"], tuple(row["cues"]), row) for row in _some(path, "group", fields, text))


def read_stakeholders(path: Path | str, *, text: str | None = None) -> tuple[Voice, ...]:
    """The [[stakeholder]] rows of a data file, or of `text`. Raises `DataError` naming the line that is wrong."""
    relation = Field(str, choices=RELATIONS)
    fields = {
        "key": _TEXT, "title": _TEXT, "why": _TEXT, "relation": relation, "frameworks": _NAMES, "groups": _NAMES,
    }  # fmt: skip
    found = []
    for row in _some(path, "stakeholder", fields, text):
        frameworks, groups = tuple(row.get("frameworks", ())), tuple(row.get("groups", ()))
        if not frameworks and not groups:
            raise row.wrong("groups", "a framework or a group that leads to them is expected")
        found.append(Voice(row["key"], row["title"], row["why"], row["relation"], frameworks, groups, row))
    return tuple(found)


def _some(path: Path | str, table: str, fields: Mapping[str, Field], text: str | None) -> tuple[Row, ...]:
    found = rows(path, table, fields, text=text)
    if not found:
        raise DataError(f"{Path(path).name}: at least one table headed [[{table}]] is expected.")
    return found


@cache
def _urgency_cues() -> tuple[tuple[Urgency, tuple[str, ...]], ...]:
    fields = {"urgency": Field(str, choices=tuple(Urgency)), "cues": _WORDS}
    return tuple((Urgency(row["urgency"]), tuple(row["cues"])) for row in rows("urgency.toml", "tier", fields))


class Catalogue:
    """What ships and what an organisation adds, checked together, with one index of all cues. It is never changed.

    Raises `DataError`, naming file and line, where a key or title is there twice or a row refers to what is not there.
    """

    def __init__(
        self,
        *,
        frameworks: Iterable[Framework] = (),
        trade_offs: Iterable[TradeOff] = (),
        groups: Iterable[Group] = (),
        stakeholders: Iterable[Voice] = (),
        cases: Iterable[Case] = (),
    ) -> None:
        self.frameworks = _together(_shipped(read_frameworks, "frameworks.toml"), frameworks, Framework, "frameworks")
        self.trade_offs = _together(_shipped(read_trade_offs, "trade_offs.toml"), trade_offs, TradeOff, "trade_offs")
        self.groups = _together(_shipped(read_groups, "groups.toml"), groups, Group, "groups")
        self.voices = _together(_shipped(read_stakeholders, "stakeholders.toml"), stakeholders, Voice, "stakeholders")
        self.cases = (*_shipped(read_cases, "frameworks.toml"), *_of_type(cases, Case, "cases"))
        known = {"frameworks": {one.key for one in self.frameworks}, "groups": {one.key for one in self.groups}}
        for one in (*self.voices, *self.cases):
            for name in ("frameworks", "groups"):
                for key in one.row.get(name, ()):
                    if key not in known[name]:
                        raise one.row.wrong(name, f"{key!r} is not the key of one of the {name}")
        self.index = CueIndex(self._cues())

    def framework(self, key: str) -> Framework | None:
        """The framework with this key, or None."""
        return next((one for one in self.frameworks if one.key == key), None)

    def _cues(self) -> Iterator[tuple[Hashable, tuple[str, ...]]]:
        yield from ((("framework", one.key), one.cues) for one in self.frameworks)
        yield from ((("group", one.key), one.cues) for one in self.groups)
        for trade_off in self.trade_offs:
            yield from ((("side", trade_off.key, number), side) for number, side in enumerate(trade_off.sides))
        for number, case in enumerate(self.cases):
            yield from ((("case", number, 0), case.cues), (("case", number, 1), case.together_with))
        yield from ((("urgency", urgency), words) for urgency, words in _urgency_cues())


T = TypeVar("T")
Entry = TypeVar("Entry", bound=Framework | TradeOff | Group | Voice)


@cache
def _shipped(reader: Callable[[Path | str], tuple[T, ...]], file: str) -> tuple[T, ...]:
    return reader(file)


def _together(shipped: tuple[Entry, ...], own: Iterable[Entry], kind: type[Entry], name: str) -> tuple[Entry, ...]:
    found: tuple[Entry, ...] = (*shipped, *_of_type(own, kind, name))
    for key in ("key", "title"):
        seen: dict[str, Row] = {}
        for one in found:
            value = one.row[key]
            if (first := seen.setdefault(value.casefold(), one.row)) is not one.row:
                raise one.row.wrong(key, f"{value!r} is there already, in {first.file}, line {first.line}")
    return found


def _of_type(own: Iterable[T], kind: type[T], name: str) -> tuple[T, ...]:
    found = tuple(own)
    for one in found:
        if not isinstance(one, kind):
            raise TypeError(f"{name}: rows as `read_{name}` gives them are expected, not {type(one).__name__}.")
    return found
