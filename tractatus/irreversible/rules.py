"""The rows of irreversible.toml: which commands, statements, requests and named tools cannot be undone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from tractatus.datafiles import Field, Row, rows, unique
from tractatus.irreversible.throwaway import FILE, Names


@dataclass(frozen=True)
class Kind:
    """A sort of acts that cannot be undone, and what is said of it."""

    name: str
    what: str
    why: str
    checks: tuple[str, ...]
    alternatives: tuple[str, ...]
    test_things: bool


@dataclass(frozen=True)
class Rule:
    """One row of the data file, its words ready to compare."""

    kind: Kind
    what: str
    confidence: float
    on: str
    words: tuple[Names, ...] = ()
    also: tuple[Names, ...] = ()
    unless: Names | None = None
    starts: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    without: str = ""
    methods: frozenset[str] = frozenset()
    hosts: Names | None = None
    paths: Names | None = None


_CONDITIONS = (
    "path", "kept path", "emptied path", "written path", "store", "device", "found path", "other machine", "remote",
    "whole tree", "shared branch", "production branch", "unmarked branch", "no branch", "production",
)  # fmt: skip


def _share(value: float) -> str | None:
    return None if 0 <= value <= 1 else f"a number from 0 to 1 is expected, not {value:g}"


def _fields(**more: Field) -> Mapping[str, Field]:
    common = {"kind": Field(str), "what": Field(str, required=False), "confidence": Field(float, check=_share)}
    return common | more


_LIST = Field(list, required=False)
_TEXT = Field(str, required=False)


Found = tuple[Rule, str]
"""A row that an act falls under, and the act as people read it."""


@cache
def kinds() -> Mapping[str, Kind]:
    """The sorts of acts that cannot be undone, by name."""
    fields = {
        "name": Field(str),
        "what": Field(str),
        "why": Field(str),
        "checks": Field(list),
        "alternatives": Field(list),
        "test_things": Field(bool),
    }
    return {
        row["name"]: Kind(
            row["name"], row["what"], row["why"], tuple(row["checks"]), tuple(row["alternatives"]), row["test_things"]
        )
        for row in unique(rows(FILE, "kind", fields), "name")
    }


def _rule(row: Row) -> Rule:
    if row["kind"] not in kinds():
        raise row.wrong("kind", f"one of {', '.join(kinds())} is expected, not {row['kind']!r}")
    kind = kinds()[row["kind"]]
    return Rule(kind, row.get("what", kind.what), float(row["confidence"]), row.get("on", ""))


@cache
def commands() -> Mapping[str, tuple[Rule, ...]]:
    on = Field(str, required=False, choices=_CONDITIONS)
    more = {"tools": Field(list), "words": _LIST, "with": _LIST, "unless": _LIST, "on": on}
    found: dict[str, tuple[Rule, ...]] = {}
    for row in rows(FILE, "command", _fields(**more)):
        rule = replace(
            _rule(row),
            words=tuple(Names(word.split("|"), exact=True) for word in row.get("words", [])),
            also=tuple(Names(word.split("|"), exact=True) for word in row.get("with", [])),
            unless=Names(row["unless"], exact=True) if row.get("unless") else None,
        )
        for tool in row["tools"]:
            found[tool] = (*found.get(tool, ()), rule)
    return found


@cache
def lists() -> Mapping[str, frozenset[str]]:
    """The lists of names: of programs that only speak of commands, that are deaf to common variables …, by what they
    are."""
    found: dict[str, frozenset[str]] = {}
    for row in rows(FILE, "list", {"of": Field(str, choices=_LISTS), "names": Field(list)}):
        found[row["of"]] = found.get(row["of"], frozenset()) | frozenset(row["names"])
    return {of: found.get(of, frozenset()) for of in _LISTS}


_LISTS = (
    "speaking", "running", "deaf", "placed", "claims", "decoding", "interpreting", "guessed", "run by code",
    "decoded by code",
)  # fmt: skip


@cache
def code() -> tuple[Rule, ...]:
    """Calls in code, by their names."""
    on = Field(str, required=False, choices=("path", "kept path", "store"))
    fields = _fields(calls=Field(list), needs=_LIST, on=on)
    return tuple(
        replace(_rule(row), starts=tuple(row["calls"]), holds=tuple(row.get("needs", ())))
        for row in rows(FILE, "code", fields)
    )


@cache
def unread() -> Rule:
    """What is said of commands that cannot be read."""
    return _rule(rows(FILE, "unread", _fields())[0])


@cache
def valued() -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for row in rows(FILE, "valued", {"tools": Field(list), "options": Field(list)}):
        for tool in row["tools"]:
            found[tool] = found.get(tool, frozenset()) | frozenset(row["options"])
    return found


@cache
def queries() -> tuple[Rule, ...]:
    on = Field(str, required=False, choices=("production",))
    return tuple(
        replace(
            _rule(row),
            starts=tuple(row.get("starts", ())),
            holds=tuple(row.get("holds", ())),
            without=row.get("without", ""),
        )
        for row in rows(FILE, "query", _fields(starts=_LIST, holds=_LIST, without=_TEXT, on=on))
    )


@cache
def requests() -> tuple[Rule, ...]:
    more = {"methods": Field(list), "hosts": Field(list), "paths": Field(list)}
    return tuple(
        replace(_rule(row), methods=frozenset(row["methods"]), hosts=Names(row["hosts"]), paths=Names(row["paths"]))
        for row in rows(FILE, "request", _fields(**more))
    )


@cache
def calls_that() -> Mapping[str, frozenset[int]]:
    """For each word that says what a tool does, the places of the rows in `calls` that have it."""
    found: dict[str, frozenset[int]] = {}
    for place, rule in enumerate(calls()):
        for word in rule.also[0].plain:
            found[word] = found.get(word, frozenset()) | {place}
    return found


@cache
def calls() -> tuple[Rule, ...]:
    on = Field(str, required=False, choices=("path",))
    more = {"does": Field(list), "what_of": Field(list), "unless": _LIST, "on": on}
    return tuple(
        replace(
            _rule(row),
            also=(Names(row["does"]), Names(row["what_of"])),
            unless=Names(row["unless"]) if row.get("unless") else None,
        )
        for row in rows(FILE, "call", _fields(**more))
    )
