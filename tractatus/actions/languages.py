"""What a file is by its name, and which parts of its text are comments."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from tractatus.datafiles import Field, rows, unique
from tractatus.remembered import remembered


@dataclass(frozen=True, slots=True)
class Language:
    """A language of files: its `kind` is code, configuration or prose, empty where the file is of no known sort."""

    name: str = ""
    kind: str = ""
    comments: re.Pattern[str] | None = None


_UNKNOWN = Language()
# what may hold the mark of a comment without being one: a text in quotes
_QUOTED = r"\"(?:[^\"\\\n]|\\.){0,1000}+\"|'(?:[^'\\\n]|\\.){0,1000}+'|`(?:[^`\\]|\\.){0,2000}+`"


@cache
def languages() -> tuple[Mapping[str, Language], Mapping[str, Language]]:
    """Every language by the endings and by the whole names of its files."""
    text, texts = Field(str), Field(list, required=False)
    kinds = Field(str, choices=("code", "configuration", "prose"))
    fields = {"name": text, "kind": kinds, "files": Field(list), "line": texts, "block": texts}
    found: dict[str, Language] = {}
    for row in unique(rows("languages.toml", "language", fields), "name"):
        language = Language(row["name"], row["kind"], _comments(row.get("line", []), row.get("block", [])))
        for name in row["files"]:
            if name in found:
                raise row.wrong("files", f"{name!r} is there already")
            found[name] = language
    return (
        {name: language for name, language in found.items() if name.startswith(".")},
        {name: language for name, language in found.items() if not name.startswith(".")},
    )


def _comments(line: list[str], block: list[str]) -> re.Pattern[str] | None:
    parts = []
    for pair in block:
        start, _, end = pair.partition(" ")
        before = r"(?<=\n)[ \t]*+" if start[0] in "\"'" else ""  # a docstring stands on lines of its own
        parts.append(rf"{before}{re.escape(start)}[\s\S]*?(?:{re.escape(end)}|\Z)")
    for mark in line:
        before = r"(?<![^\s;{}(),])" if mark in ("//", "#", ";", "--", "%") else ""
        parts.append(rf"{before}{re.escape(mark)}[^\n]*+")
    return re.compile(rf"(?P<comment>{'|'.join(parts)})|{_QUOTED}") if parts else None


@remembered(4_096)
def language_of(path: str) -> Language:
    """The language of a file by its name."""
    endings, names = languages()
    name = path[-300:].replace("\\", "/").rpartition("/")[2].lower()
    if name in names:
        return names[name]
    if name.startswith((".env", "env.")):
        return endings[".env"]
    if name.startswith("dockerfile") or name.endswith(".dockerfile"):
        return names["dockerfile"]
    if name.endswith((".txt", ".in")) and (name.startswith("requirements") or "requirements/" in path):
        return names["requirements.txt"]
    at = name.find(".")
    while at >= 0:
        if found := endings.get(name[at:]):
            return found
        at = name.find(".", at + 1)
    return _UNKNOWN


def comments(text: str, language: Language) -> tuple[tuple[int, int], ...]:
    """The spans of `text` that are comments."""
    if language.comments is None:
        return ()
    found = language.comments.finditer("\n" + text)
    return tuple((max(match.start() - 1, 0), match.end() - 1) for match in found if match.lastgroup == "comment")
