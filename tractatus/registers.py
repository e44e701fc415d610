"""Registers: ways of addressing people, and the words that talk down to them. Both are data, read and checked here.

The registers that ship stand in `data/registers/`, the words in `data/patronising.toml`. A people's own register is
refused without its named author.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tractatus import cues
from tractatus.datafiles import DataError, Field, Row, rows, unique
from tractatus.results import FrozenDict

KINDS = (
    "invitation",
    "round_opens",
    "reminder",
    "draft_circulates",
    "outcome",
    "review_due",
    "judgement_request",
    "handoff",
)
SHIPPED = ("formal", "plain", "casual")

SLOT = re.compile(r"\{([a-z_]+)\}(\.?)")
"""A fact's name in a line, with the full stop behind it."""


@dataclass(frozen=True)
class Wording:
    """How a register says one kind of message. A line with a fact's name in braces is used where that fact is given."""

    kind: str
    subject: tuple[str, ...]
    lines: tuple[str, ...]
    easy: tuple[str, ...]
    row: Row = field(compare=False, repr=False)


@dataclass(frozen=True)
class Register:
    """A way of addressing people in one language. `author` is who wrote it, without whom a people's own is refused."""

    name: str
    language: str
    of_a_people: bool
    author: str
    greeting: tuple[str, ...]
    closing: tuple[str, ...]
    also: str
    yes: str
    no: str
    months: tuple[str, ...]
    labels: Mapping[str, str]
    wordings: Mapping[str, Wording]
    row: Row = field(compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.of_a_people and not self.author.strip():
            raise ValueError("author: a people's register names who wrote it, and is refused without.")


@dataclass(frozen=True)
class Patronising:
    """A word or phrase that talks down to people, and why."""

    language: str
    words: tuple[str, ...]
    why: str


def read_register(path: Path | str, *, text: str | None = None) -> Register:
    """The register of a data file, or of `text`. Raises `DataError` (a `ValueError`) naming the line that is wrong."""
    words, some = Field(str), Field(list, check=_slots)
    fields = {
        "name": words, "language": Field(str, check=_language), "of_a_people": Field(bool),
        "author": Field(str, required=False), "greeting": Field(list, check=_last_is_plain),
        "closing": Field(list, check=_last_is_plain), "also": words, "yes": words, "no": words,
        "months": Field(list, required=False, check=_twelve),
    }  # fmt: skip
    found = rows(path, "register", fields, text=text)
    if len(found) != 1:
        raise DataError(f"{Path(path).name}: one table headed [[register]] is expected, not {len(found)}.")
    row = found[0]
    if row["of_a_people"] and not row.get("author"):
        raise row.wrong("author", "this is missing; a people's register names who wrote it")
    kinds = {
        "kind": Field(str, choices=KINDS),
        "subject": Field(list, check=_last_is_plain),
        "lines": some,
        "easy": some,
    }
    messages = unique(rows(path, "message", kinds, text=text), "kind")
    labels = unique(rows(path, "fact", {"name": Field(str), "label": words}, text=text), "name")
    return Register(
        name=row["name"],
        language=row["language"],
        of_a_people=row["of_a_people"],
        author=row.get("author", ""),
        greeting=tuple(row["greeting"]),
        closing=tuple(row["closing"]),
        also=row["also"],
        yes=row["yes"],
        no=row["no"],
        months=tuple(row.get("months", ())),
        labels=FrozenDict({one["name"]: one["label"] for one in labels}),
        wordings=FrozenDict(
            {
                one["kind"]: Wording(one["kind"], tuple(one["subject"]), tuple(one["lines"]), tuple(one["easy"]), one)
                for one in messages
            }
        ),
        row=row,
    )


def read_patronising(path: Path | str, *, text: str | None = None) -> tuple[Patronising, ...]:
    """The [[word]] rows of a data file, or of `text`. Raises `DataError` naming the line that is wrong."""
    fields = {"language": Field(str, check=_language), "words": Field(list, check=cues.complaint), "why": Field(str)}
    return tuple(
        Patronising(row["language"], tuple(row["words"]), row["why"]) for row in rows(path, "word", fields, text=text)
    )


def names_in(line: str) -> set[str]:
    """The names of the facts that a line speaks of."""
    return {match.group(1) for match in SLOT.finditer(line)}


def sentences(register: Register) -> Iterator[tuple[str, Row, str]]:
    """Every sentence of a register, with the row and key it stands under."""
    for key in ("greeting", "closing", "also"):
        value = register.row[key]
        yield from ((said, register.row, key) for said in ([value] if isinstance(value, str) else value))
    yield from ((said, register.row, "name") for said in register.labels.values())
    for one in register.wordings.values():
        for key, lines in (("subject", one.subject), ("lines", one.lines), ("easy", one.easy)):
            yield from ((said, one.row, key) for said in lines)


def _slots(lines: Sequence[str]) -> str | None:
    for line in lines:
        if set(SLOT.sub("", line)) & set("{}"):
            return f"a fact's name in braces, in small letters, is expected in {line[:80]!r}"
    return None


def _last_is_plain(lines: Sequence[str]) -> str | None:
    return _slots(lines) or (
        f"the last one is used where no fact is given, and holds none, but {lines[-1][:80]!r} does"
        if names_in(lines[-1])
        else None
    )


def _language(value: str) -> str | None:
    if re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", value):
        return None
    return f"a language tag such as en or en-NZ is expected, not {value!r}"


def _twelve(months: Sequence[str]) -> str | None:
    return None if len(months) == 12 else f"twelve names are expected, not {len(months)}"


@cache
def shipped_registers() -> tuple[Register, ...]:
    """The registers that come with the library. Each can say every kind of message; `DataError` where one cannot."""
    return tuple(whole(read_register(f"registers/{name}.toml")) for name in SHIPPED)


def whole(register: Register) -> Register:
    """The same register, if it has every kind of message. Raises `DataError` naming the first that is missing."""
    if missing := [kind for kind in KINDS if kind not in register.wordings]:
        raise register.row.wrong("name", f"a register that ships says every kind of message; {missing[0]} is missing")
    return register


@cache
def shipped_words() -> tuple[Patronising, ...]:
    """The patronising words that come with the library."""
    return read_patronising("patronising.toml")
