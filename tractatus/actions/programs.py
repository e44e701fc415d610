"""What well-known programs are and what their options and words mean, from programs.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from tractatus.actions.names import subject_names, verb_names
from tractatus.datafiles import Field, Row, rows, unique


@dataclass(frozen=True, slots=True)
class Option:
    """One option: how its value is read (empty where it has none), the verb that it gives the act (`dry` for one that
    only tries), and its long form."""

    kind: str = ""
    verb: str = ""
    long: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """A program, or one of its subcommands, as it is used. `words` are those that begin the subcommand, empty for none;
    after `wraps` operands there follows a command of its own, -1 where none does."""

    name: str = ""
    verb: str = ""
    subject: str = ""
    operands: tuple[str, ...] = ()
    options: Mapping[str, Option] = field(default_factory=dict)
    implicit: tuple[str, ...] = ()
    deepest: int = 0
    commands: Mapping[tuple[str, ...], Use] = field(default_factory=dict)
    manages: bool = False
    wraps: int = -1
    words: str = ""


_SHARED = {
    "verb": Field(str, required=False),
    "subject": Field(str, required=False),
    "operands": Field(list, required=False),
    "options": Field(list, required=False),
    "implicit": Field(list, required=False),
    "wraps": Field(int, required=False),
}
_PROGRAM = {"name": Field(str), "also": Field(list, required=False), "manages": Field(bool, required=False)} | _SHARED
_COMMAND = {"program": Field(str), "words": Field(list)} | _SHARED


@cache
def programs() -> Mapping[str, Use]:
    """Every program that is known, by each of its names."""
    file = "programs.toml"
    among = unique(rows(file, "program", _PROGRAM), "name")
    commands: dict[str, dict[tuple[str, ...], Use]] = {row["name"]: {} for row in among}
    shared = {row["name"]: row for row in among}
    for row in rows(file, "command", _COMMAND):
        if row["program"] not in commands:
            raise row.wrong("program", f"{row['program']!r} is no name of a [[program]]")
        for words in row["words"]:
            of = commands[row["program"]]
            if tuple(words.split()) in of:
                raise row.wrong("words", f"{words!r} is there already")
            of[tuple(words.split())] = _use(row, words, shared[row["program"]])
    found: dict[str, Use] = {}
    for row in among:
        for name in (row["name"], *row.get("also", [])):
            if name in found:
                raise row.wrong("also", f"{name!r} is there already")
            found[name] = _use(row, row["name"], None, commands[row["name"]])
    return found


def _use(row: Row, name: str, program: Row | None, commands: Mapping[tuple[str, ...], Use] | None = None) -> Use:
    verb = row.get("verb", program.get("verb", "") if program else "")
    if verb and verb_names().get(verb) != verb:
        raise row.wrong("verb", f"{verb!r} is no name in verbs.toml")
    subject = row.get("subject", program.get("subject", "") if program else "")
    if subject and subject_names().get(subject) != subject:
        raise row.wrong("subject", f"{subject!r} is no name in subjects.toml")
    options: dict[str, Option] = {}
    for source in (program, row):
        for text in source.get("options", []) if source else []:
            options |= _options(text, source or row)
    commands = commands or {}
    return Use(
        name=name,
        verb=verb,
        subject=subject,
        operands=tuple(row.get("operands", program.get("operands", []) if program else [])),
        options=options,
        implicit=tuple(row.get("implicit", program.get("implicit", []) if program else [])),
        deepest=max(map(len, commands), default=0),
        commands=commands,
        manages=row.get("manages", False),
        wraps=row.get("wraps", -1),
        words=name if program else "",
    )


def _options(text: str, row: Row) -> dict[str, Option]:
    """`-p --port: port` or `-d --delete = delete`, as its names with what they mean."""
    rest, _, verb = text.partition(" = ")
    names, _, kind = rest.partition(":")
    aliases = names.split()
    if verb and verb != "dry" and verb_names().get(verb) != verb:
        raise row.wrong("options", f"{verb!r} is no name in verbs.toml")
    if not aliases or any(not alias.startswith(("-", "+", "/")) for alias in aliases):
        raise row.wrong("options", f"{text!r}: names that begin with - are expected, as in '-p --port: port'")
    long = next((alias for alias in aliases if alias.startswith("--")), "")
    return dict.fromkeys(aliases, Option(kind.strip(), verb.strip(), long))
