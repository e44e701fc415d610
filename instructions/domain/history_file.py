"""An instruction history as a file: its rows with the lines they stand on, and everything that is wrong, by line.

Forms: a JSON list, JSON Lines, or an object with the list under `instructions`, as `.claude/instruction-history.json`
has it (core concepts, section 1). Nothing here stores anything.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from instructions.domain.classification import EARLIEST, FIELDS, LATEST, LONGEST_INSTRUCTION
from instructions.models.instruction import (
    LONGEST_KEY,
    Persistence,
    Quadrant,
    TemporalScope,
    Verification,
)

LARGEST_FILE = 32 * 1024 * 1024
"""Octets. About 100,000 instructions of usual length."""

MOST_ROWS = 100_000
MOST_PROBLEMS = 200
"""Shown; the rest are counted."""

DEEPEST = 50
"""Lists and objects inside each other in a row. What is read of a file is also written again, by several programs."""

CHOICES = {
    "quadrant": set(Quadrant.values),
    "persistence": set(Persistence.values),
    "temporal_scope": set(TemporalScope.values),
    "verification_required": set(Verification.values),
}
OURS = (
    "id", "text", "timestamp", "quadrant", "persistence", "temporal_scope", "verification_required", "explicitness",
    "source", "active", "parameters", "environment", "expires_at", "supersedes",
)  # fmt: skip
"""The keys of a row that have a place of their own, in the order in which they are written."""

_SPACE = re.compile(r"[ \t\r\n]*")
_UNKEPT = re.compile("[\x00\ud800-\udfff]")
_BRACKETS = re.compile(r"\"(?:[^\"\\]|\\.)*\"|[\[\]{}]")
_OWN_KEY = re.compile(r"inst_(\d{1,9})$")


@dataclass(frozen=True)
class Problem:
    """What is wrong, on which line of the file, counted from 1; 0 where it is about the whole file."""

    line: int
    says: str


@dataclass(frozen=True)
class Row:
    """One instruction of a file. `fields` are the object's own, by key; `line` is where it begins."""

    line: int
    fields: dict[str, Any]
    created_at: datetime | None = None
    expires_at: datetime | None = None

    @property
    def key(self) -> str:
        """Its id as text; empty where it has none."""
        id = self.fields.get("id")
        return "" if id is None else str(id)

    @property
    def text(self) -> str:
        return str(self.fields["text"])

    @property
    def is_classified(self) -> bool:
        """Whether the row says everything that the library would otherwise make of its text."""
        return all(self.fields.get(name) is not None for name in (*FIELDS, "explicitness"))

    @property
    def number(self) -> int | None:
        """The number in an id of our own form, so that the next new one follows it."""
        found = _OWN_KEY.match(self.key)
        return int(found[1]) if found else None


@dataclass
class HistoryFile:
    """What was read of a file. With a problem nothing of it is imported.

    `more` counts the problems beyond the first 200. `at` is where the entry begins that is being read.
    """

    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    more: int = 0
    wrapper: list[list[Any]] | None = None
    at: int = 0

    def wrong(self, line: int, says: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(line, says))
        else:
            self.more += 1


class _Twice(ValueError):
    """A key stands twice in one object: one of the two would be lost."""


def read_history_file(data: bytes) -> HistoryFile:
    """Read a history. Whatever the octets are, this answers; what is wrong stands in `problems`."""
    found = HistoryFile()
    text = decoded(data, found)
    if text is None:
        return found
    line_of = _Lines(text)
    try:
        for at, entry in _entries(text, found, line_of):
            if len(found.rows) >= MOST_ROWS:
                found.wrong(line_of(at), _("There are more than %(most)d rows.") % {"most": MOST_ROWS})
                break
            row = _row(entry, line_of(at), found)
            if row is not None:
                found.rows.append(row)
    except json.JSONDecodeError as error:
        found.wrong(line_of(error.pos), _("This is not JSON: %(why)s.") % {"why": error.msg})
    except _Twice as error:
        found.wrong(line_of(found.at), str(error))
    except RecursionError:
        found.wrong(line_of(found.at), _("This is nested too deeply."))
    except ValueError as error:
        found.wrong(line_of(found.at), str(error)[:200])
    _check_ids(found)
    if not found.rows and not found.problems:
        found.wrong(0, _("There is no instruction in this file."))
    return found


def decoded(data: bytes, found: HistoryFile) -> str | None:
    """The text of a file, or None with the problem noted: too large, or not UTF-8."""
    if len(data) > LARGEST_FILE:
        found.wrong(
            0,
            _("The file has %(have)d MB; at most %(most)d are read. Split it, or take out what is not needed.")
            % {"have": -(-len(data) // 1024**2), "most": LARGEST_FILE // 1024**2},
        )
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found.wrong(1 + data.count(b"\n", 0, error.start), _("This is not UTF-8 text."))
        return None


class _Lines:
    """On which line a place of a text is, counted from 1. Quick for places in their order; keeps no list of lines."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.line = text, 0, 1

    def __call__(self, at: int) -> int:
        if at < self.at:
            self.at, self.line = 0, 1
        self.line += self.text.count("\n", self.at, at)
        self.at = at
        return self.line


def _entries(text: str, found: HistoryFile, line_of: Callable[[int], int]) -> Iterator[tuple[int, Any]]:
    """The entries of a file one by one, each with its place. Raises what the decoder raises."""
    decoder = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_no_number, parse_float=_finite)
    at = _after_space(text, 0)
    if text[at : at + 1] == "[":
        yield from _list(decoder, text, at, found)
        return
    if text[at : at + 1] == "{":
        # An object that holds the list, or the first of several lines that are an object each.
        found.at = at
        first, end = decoder.raw_decode(text, at)
        if "text" not in first and isinstance(first.get("instructions"), list):
            if (rest := _after_space(text, end)) != len(text):
                found.wrong(line_of(rest), _("Something follows after the end."))
                return
            found.wrapper = [[key, None if key == "instructions" else value] for key, value in first.items()]
            for says in _unkept(found.wrapper):
                found.wrong(line_of(at), says)
            inside = _list_inside(decoder, text, at)
            yield from _list(decoder, text, inside, found, ends=False)
            return
        while True:
            yield at, first
            at = _after_space(text, end)
            if at == len(text):
                return
            found.at = at
            first, end = decoder.raw_decode(text, at)
    if at == len(text):
        return
    found.wrong(line_of(at), _("A list of instructions is expected, or an object with one under “instructions”."))


def _list(
    decoder: json.JSONDecoder, text: str, at: int, found: HistoryFile, *, ends: bool = True
) -> Iterator[tuple[int, Any]]:
    at = _after_space(text, at + 1)
    if text[at : at + 1] != "]":
        while True:
            found.at = at
            entry, end = decoder.raw_decode(text, at)
            yield at, entry
            at = _after_space(text, end)
            if text[at : at + 1] != ",":
                break
            at = _after_space(text, at + 1)
    if text[at : at + 1] != "]":
        raise json.JSONDecodeError("expecting , or ]", text, at)
    if ends and (rest := _after_space(text, at + 1)) != len(text):
        raise json.JSONDecodeError("something follows after the end of the list", text, rest)


def _list_inside(decoder: json.JSONDecoder, text: str, at: int) -> int:
    """Where the list under `instructions` begins in the object at `at`, which is known to be whole."""
    at = _after_space(text, at + 1)
    while True:
        key, at = decoder.raw_decode(text, at)
        at = _after_space(text, _after_space(text, at) + 1)
        if key == "instructions":
            return at
        _value, at = decoder.raw_decode(text, at)
        at = _after_space(text, _after_space(text, at) + 1)


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        twice = next(key for key, times in Counter(key for key, _value in pairs).items() if times > 1)
        raise _Twice(_("The key “%(key)s” stands twice in one object.") % {"key": twice[:80]})
    return made


def _no_number(name: str) -> Any:
    raise ValueError(_("%(name)s is no number in JSON.") % {"name": name})


def _finite(written: str) -> float:
    number = float(written)
    return number if math.isfinite(number) else _no_number(written[:40])


def _row(entry: Any, line: int, found: HistoryFile) -> Row | None:
    """The row, or None with every one of its problems noted."""
    if isinstance(entry, str):
        entry = {"text": entry}
    if not isinstance(entry, dict):
        found.wrong(line, _("An object is expected here, with the text of an instruction."))
        return None
    before = len(found.problems) + found.more
    for says in _wrong_fields(entry):
        found.wrong(line, says)
    created, expires = (
        _moment(entry, "timestamp" if entry.get("timestamp") is not None else "created_at", line, found),
        _moment(entry, "expires_at", line, found),
    )
    return None if len(found.problems) + found.more > before else Row(line, entry, created, expires)


def _wrong_fields(entry: dict[str, Any]) -> Iterator[str]:
    text = entry.get("text")
    if not isinstance(text, str) or not text.strip():
        yield _("text: the words of the instruction are missing.")
    elif len(text) > LONGEST_INSTRUCTION:
        yield _("text: %(have)d characters; at most %(most)d fit.") % {"have": len(text), "most": LONGEST_INSTRUCTION}
    yield from _unkept(entry)
    id = entry.get("id")
    if id is not None and (isinstance(id, bool) or not isinstance(id, str | int) or not str(id).strip()):
        yield _("id: a text is expected.")
    elif id is not None and len(str(id)) > LONGEST_KEY:
        yield _("id: at most %(most)d characters.") % {"most": LONGEST_KEY}
    elif id is not None and str(id).startswith("org_"):
        yield _("id: ids that begin with org_ are those of instructions for the whole organisation.")
    for name, allowed in CHOICES.items():
        value = entry.get(name)
        if value is not None and (not isinstance(value, str) or value not in allowed):
            yield _("%(name)s: one of %(allowed)s is expected.") % {"name": name, "allowed": ", ".join(sorted(allowed))}
    share = entry.get("explicitness")
    if share is not None and (isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1):
        yield _("explicitness: a number from 0 to 1 is expected.")
    if not isinstance(entry.get("active", True), bool):
        yield _("active: true or false is expected.")
    if not isinstance(entry.get("parameters") or {}, dict):
        yield _("parameters: an object is expected.")
    for name, most in (("source", 50), ("environment", 60), ("supersedes", LONGEST_KEY)):
        value = entry.get(name)
        if value is not None and (not isinstance(value, str) or len(value) > most):
            yield _("%(name)s: a text of at most %(most)d characters is expected.") % {"name": name, "most": most}


def _unkept(given: Any) -> Iterator[str]:
    """Why a value of JSON cannot be stored, or cannot be written again, if so."""
    said = json.dumps(given, ensure_ascii=False)
    if _UNKEPT.search(said) or r"\u0000" in said:
        yield _("There are characters here that cannot be kept.")
    if _depth(said) > DEEPEST:
        yield _("This is nested too deeply.")


def _depth(json_text: str) -> int:
    """How many lists and objects of a JSON text stand inside each other."""
    depth = deepest = 0
    for mark in _BRACKETS.findall(json_text):
        if mark in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif mark in "]}":
            depth -= 1
    return deepest


def _moment(entry: dict[str, Any], key: str, line: int, found: HistoryFile) -> datetime | None:
    value = entry.get(key)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if not EARLIEST <= moment < LATEST:
            raise ValueError
        return moment
    except (TypeError, ValueError):
        found.wrong(line, _("%(name)s: a time like 2025-10-06T14:00:00Z is expected.") % {"name": key})
        return None


def _check_ids(found: HistoryFile) -> None:
    first: dict[str, int] = {}
    for row in found.rows:
        if row.key and (line := first.setdefault(row.key, row.line)) != row.line:
            found.wrong(row.line, _("id: %(id)s stands on line %(line)d already.") % {"id": row.key, "line": line})
