"""Data files: TOML that somebody who does not program can extend, checked when loaded, the wrong line named.

A file is a list of tables of one or more names:

    [[cue]]
    words = "must not"
    says = "prohibition"

`rows` gives the tables of one name in their order, each field checked against a `Field`. What is wrong raises
`DataError` with the file, the line and what was expected.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "data"
_HEADER = re.compile(r"^[ \t]*\[\[[ \t]*([A-Za-z0-9_-]+)[ \t]*\]\]", re.MULTILINE)


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
            value = float(value)
        if not isinstance(value, self.kind) or (self.kind is int and isinstance(value, bool)):
            return f"{_KINDS[self.kind]} is expected, not {value!r}"
        items = value if isinstance(value, list) else [value]
        if self.kind is list and not all(isinstance(item, str) for item in items):
            return f"a list of texts is expected, not {value!r}"
        if any(isinstance(item, str) and not item.strip() for item in items) or items == []:
            return "this is empty"
        if self.choices and (wrong := [item for item in items if item not in self.choices]):
            return f"one of {', '.join(self.choices)} is expected, not {wrong[0]!r}"
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
    of the file. Raises `DataError` for a file that is no TOML, a key that is unknown, missing or wrong.
    """
    name, content = read(path) if text is None else (Path(path).name, text)
    try:
        found = tomllib.loads(content).get(table, [])
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise DataError(f"{name}: this is not TOML: {error}.") from error
    if not isinstance(found, list) or not all(isinstance(values, dict) for values in found):
        raise DataError(f"{name}: {table}: tables headed [[{table}]] are expected.")
    places = list(_places(content, table))
    if len(places) != len(found):
        places = [(1, {})] * len(found)
    return tuple(_checked(Row(values, name, *place), fields) for values, place in zip(found, places, strict=True))


def unique(among: tuple[Row, ...], key: str) -> tuple[Row, ...]:
    """The same rows, if no two have the same `key`. Raises `DataError` naming the second one's line."""
    seen: dict[Any, int] = {}
    for row in among:
        if row[key] in seen:
            raise row.wrong(key, f"{row[key]!r} is there already, in line {seen[row[key]]}")
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


def _places(content: str, table: str) -> Iterator[tuple[int, dict[str, int]]]:
    """Of each table headed [[table]]: the line of its head and of each key."""
    heads = [(content.count("\n", 0, match.start()) + 1, match.group(1)) for match in _HEADER.finditer(content)]
    lines = content.split("\n")
    for number, (line, name) in enumerate(heads):
        if name == table:
            end = heads[number + 1][0] - 1 if number + 1 < len(heads) else len(lines)
            keys = {
                match.group(1): at + 1
                for at in range(line, end)
                if (match := re.match(r"[ \t]*\"?([A-Za-z0-9_-]+)\"?[ \t]*=", lines[at]))
            }
            yield line, keys
