"""Data files: TOML that somebody who does not program can extend, checked when loaded, the wrong line named.

A file is a list of tables of one or more names:

    [[cue]]
    words = "must not"
    says = "prohibition"

`rows` gives the tables of one name in their order, each field checked against a `Field`. What is wrong, or is not known
at all, raises `DataError` with the file, the line and what was expected.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from inspect import signature
from pathlib import Path
from types import ModuleType
from typing import Any

from tractatus.arguments import shown

FOLDER = Path(__file__).parent / "data"
_HEADER = re.compile(r"[ \t]*\[\[[ \t]*([A-Za-z0-9_-]+)[ \t]*\]\]")
_KEY = re.compile(r"[ \t]*\"?([A-Za-z0-9_-]+)\"?[ \t]*=")
_TOP_KEY = re.compile(r"[ \t]*+\[{0,2}[ \t]*+[\"']?([A-Za-z0-9_-]+)[\"']?[ \t]*+[.=\]]")

TOGETHER: Mapping[str, tuple[str, ...]] = {
    "boundaries.toml": ("domain", "theme", "cue", "automatable"),
    "contraries.toml": ("contrary", "same", "plain", "averting", "permitting"),
    "areas.toml": ("area", "thing", "machine", "country"),
    "deeds.toml": ("deed", "alike", "weak"),
    "frameworks.toml": ("case", "framework"),
    "handoffs.toml": ("act", "document"),
    "irreversible.toml": (
        "kind", "command", "query", "request", "call", "code", "unread", "list", "valued", "throw_away", "kept",
        "shared", "production",
    ),
    "packs": ("pack", "boundary"),
    "programs.toml": ("program", "command"),
    "reasoning.toml": ("cue", "filler", "heading", "weighty", "local", "final", "empty", "negation", "beginning"),
    "registers": ("register", "message", "fact"),
    "rounds.toml": ("tier", "round"),
}  # fmt: skip
"""The tables that stand together in one file, or in each file of a folder. Every other file has tables of one name."""

_KEPT = type(cache(lambda: None))
LONGEST_LINE = 8_000
"""Characters of a line. Python takes very long to read a key of very many parts; those that ship have some 1,000."""


class DataError(ValueError):
    """A data file is not as it must be. The text names the file, the line and what was expected."""


@dataclass(frozen=True)
class Field:
    """What one key of a table must hold: a type, perhaps one of some words, perhaps a check of its own.

    `kind` is `str`, `int`, `float`, `bool` or `list` (of texts). `check` gives the complaint about a value, or None.
    """

    kind: type
    required: bool = True
    choices: tuple[str, ...] = ()
    check: Callable[[Any], str | None] | None = None

    def complaint(self, value: Any) -> str | None:
        if self.kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value) if abs(value) < 10**300 else math.inf
        if not isinstance(value, self.kind) or (self.kind is int and isinstance(value, bool)):
            return f"{_KINDS[self.kind]} is expected, not {shown(value)}"
        if isinstance(value, float) and not math.isfinite(value):
            return f"a finite number is expected, not {value}"
        items = value if isinstance(value, list) else [value]
        if self.kind is list and not all(isinstance(item, str) for item in items):
            return f"a list of texts is expected, not {shown(value)}"
        if any(isinstance(item, str) and not item.strip() for item in items) or items == []:
            return "this is empty"
        if self.choices and (wrong := [item for item in items if item not in self.choices]):
            return f"one of {', '.join(self.choices)} is expected, not {shown(wrong[0])}"
        return self.check(value) if self.check else None


_KINDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false", list: "a list of texts"}


@dataclass(frozen=True)
class Row:
    """One table of a data file. `row["key"]` and `row.get("key")` as of a dictionary."""

    values: Mapping[str, Any]
    file: str
    line: int
    lines: Mapping[str, int] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    def get(self, key: str, default: Any = None) -> Any:
        return self.values.get(key, default)

    def wrong(self, key: str, complaint: str) -> DataError:
        """The error that names the line of `key` in this table."""
        return DataError(f"{self.file}, line {self.lines.get(key, self.line)}: {key}: {complaint}.")


def read(path: Path | str) -> tuple[str, str]:
    """The name and the text of a data file: of `path`, or of the file with this name beside the library."""
    path = Path(path) if isinstance(path, Path) else FOLDER / path
    try:
        return path.name, path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise DataError(f"{path.name}: cannot be read: {error}.") from error


def rows(path: Path | str, table: str, fields: Mapping[str, Field], *, text: str | None = None) -> tuple[Row, ...]:
    """The tables named `table` of a data file, in their order.

    `path` is a file name in the library's data folder, or a `Path` of one's own; `text`, where given, is read instead
    of the file. Raises `DataError` for a file that is no TOML, a table or key that is unknown, missing or wrong.
    """
    name, content = read(path) if text is None else (Path(path).name, text)
    whole, places = _parsed(name, content)
    own = isinstance(path, Path) or text is not None
    _check_tables(name, content, whole, _known(path, table, own, whole))
    found = whole.get(table, [])
    here = [(line, keys) for head, line, keys in places if head == table]
    if len(here) != len(found):  # heads that are written in an unusual way
        here = [(1, {})] * len(found)
    return tuple(
        _checked(Row(values, name, line, keys), fields) for values, (line, keys) in zip(found, here, strict=True)
    )


@lru_cache(maxsize=8)
def _parsed(name: str, content: str) -> tuple[dict[str, Any], tuple[tuple[str, int, dict[str, int]], ...]]:
    """A file's tables, and of each its name, the line of its head and of each key. Kept for the file's next table."""
    for number, line in enumerate(content.split("\n"), 1):
        if len(line) > LONGEST_LINE:
            raise DataError(f"{name}, line {number}: at most {LONGEST_LINE:,} characters are expected in a line.")
    try:
        return tomllib.loads(content), tuple(_places(content))
    except (ValueError, RecursionError) as error:  # also a number of more digits than Python reads
        raise DataError(f"{name}: this is not TOML: {error}.") from error


def _known(path: Path | str, table: str, own: bool, whole: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of all tables that may stand in a file beside `table`. A file of one's `own` may have any name."""
    named = TOGETHER.get(Path(path).name) or TOGETHER.get(Path(path).parent.name)
    if named and table in named:
        return named
    groups = [(table,), *(group for group in TOGETHER.values() if own and table in group)]
    return max(groups, key=lambda group: sum(key in group for key in whole))


def _check_tables(name: str, content: str, whole: Mapping[str, Any], known: tuple[str, ...]) -> None:
    """Refuses what is no table, or none of the `known`, naming its line: a misspelt name is never passed over."""
    for key, found in whole.items():
        complaint = ""
        if key not in known:
            complaint = f"this is not known; known are {', '.join(f'[[{one}]]' for one in known)}"
        elif not isinstance(found, list) or not all(isinstance(values, dict) for values in found):
            complaint = f"tables headed [[{key}]] are expected"
        if complaint:
            raise DataError(f"{name}, line {_line_of(content, key)}: {key}: {complaint}.")


def load(*modules: ModuleType) -> None:
    """Reads what these modules read: calls each function of theirs that takes nothing and keeps what it gives
    (`functools.cache`). A service does so when it is built, so that a wrong row is found then. Raises `DataError`."""
    for module in modules:
        for kept in list(vars(module).values()):
            if isinstance(kept, _KEPT) and kept.__module__ == module.__name__ and not signature(kept).parameters:
                kept()


def unique(among: tuple[Row, ...], key: str) -> tuple[Row, ...]:
    """The same rows, if no two have the same `key`. Raises `DataError` naming the second one's line."""
    seen: dict[Any, int] = {}
    for row in among:
        if row[key] in seen:
            raise row.wrong(key, f"{shown(row[key])} is there already, in line {seen[row[key]]}")
        seen[row[key]] = row.lines.get(key, row.line)
    return among


def _checked(row: Row, fields: Mapping[str, Field]) -> Row:
    for key, value in row.values.items():
        if key not in fields:
            raise row.wrong(key, f"this is not known; known are {', '.join(fields)}")
        if complaint := fields[key].complaint(value):
            raise row.wrong(key, complaint)
    for key, wanted in fields.items():
        if wanted.required and key not in row.values:
            raise row.wrong(key, "this is missing")
    return row


def _places(content: str) -> Iterator[tuple[str, int, dict[str, int]]]:
    """Of each table headed [[name]]: its name, the line of its head and of each key."""
    lines = content.split("\n")
    heads = [(number, match.group(1)) for number, line in enumerate(lines, 1) if (match := _HEADER.match(line))]
    ends = [*(line for line, _ in heads[1:]), len(lines) + 1]
    for (line, name), end in zip(heads, ends[: len(heads)], strict=True):
        keys = {match.group(1): at + 1 for at in range(line, end - 1) if (match := _KEY.match(lines[at]))}
        yield name, line, keys


def _line_of(content: str, key: str) -> int:
    """The line in which a key or table of the whole file is first named."""
    for number, line in enumerate(content.split("\n"), 1):
        if (match := _TOP_KEY.match(line)) and match.group(1) == key:
            return number
    return 1
