"""An instruction history, in the forms it is kept in, as instructions (core concepts, section 1)."""

from __future__ import annotations

import itertools
import json
from collections.abc import Container, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tractatus import arguments
from tractatus.arguments import shown
from tractatus.instruction import Instruction

if TYPE_CHECKING:
    from tractatus.classifier import InstructionPersistenceClassifier

_TIMES = {"created_at": ("created_at", "timestamp"), "expires_at": ("expires_at",)}
_CLASSIFIED = ("quadrant", "persistence", "temporal_scope", "verification_required", "explicitness", "parameters")
_AS_THEY_ARE = ("source", "active", "supersedes", "environment")


def read_history(source: Path | str) -> tuple[Instruction, ...]:
    """The instructions of a file (a `Path`), or of a text in its form: a JSON list, JSON Lines, or
    `{"instructions": […]}` as in instruction-history.json.

    Each is an object as core concepts store it, or a text. What a stored one does not say of its classification is
    classified; keys that are not known are left alone. One without an id is given one that no other has. Raises
    `TypeError` or `ValueError` naming the entry and field, also where two have the same id, and `OSError` for a file
    that cannot be read.
    """
    entries = list(_entries(source.read_text(encoding="utf-8") if isinstance(source, Path) else source))
    places: dict[str, int] = {}
    for number, entry in enumerate(entries):
        id = _id(entry, number)
        if id is not None and (first := places.setdefault(id, number)) != number:
            raise ValueError(f"instructions[{number}].id: {shown(id)} is there already, in instructions[{first}].")
    return tuple(instruction(entry, number, taken=places) for number, entry in enumerate(entries))


def instruction(entry: Any, number: int, *, taken: Container[str] = ()) -> Instruction:
    """One entry of a history, the `number`th counted from 0. Where it has no id, it is given one by its number that is
    not `taken`."""
    if isinstance(entry, str):
        entry = {"text": entry}
    where = f"instructions[{number}]"
    if not isinstance(entry, Mapping):
        raise TypeError(f"{where}: an object or a text is expected, not {type(entry).__name__}.")
    said = entry.get("text")
    if not isinstance(said, str):
        raise TypeError(f"{where}.text: text is expected, not {'nothing' if said is None else type(said).__name__}.")
    id = _id(entry, number)
    if id is None:
        numbered = f"instruction-{number + 1}"
        ids = itertools.chain([numbered], (f"{numbered}-{more}" for more in itertools.count(2)))
        id = next(one for one in ids if one not in taken)
    given: dict[str, Any] = {name: entry[name] for name in (*_CLASSIFIED, *_AS_THEY_ARE) if entry.get(name) is not None}
    if any(name not in given for name in _CLASSIFIED):
        classified = _classifier().classify(said)
        given = {name: getattr(classified, name) for name in _CLASSIFIED} | given
    try:
        given |= {name: _moment(entry, keys) for name, keys in _TIMES.items()}
        return Instruction(id=id, text=said, **given)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{where}.{error}") from None


def _id(entry: Any, number: int) -> str | None:
    """The id that an entry has, None where it has none. A whole number is taken as it is written."""
    id = entry.get("id") if isinstance(entry, Mapping) else None
    if id is None or id == "":
        return None
    if isinstance(id, int) and not isinstance(id, bool):
        return str(id)
    return arguments.text(id, f"instructions[{number}].id")


def _entries(text: str) -> Iterator[Any]:
    try:
        whole = json.loads(text)
    except ValueError:
        yield from _lines(text)
        return
    except RecursionError:
        raise ValueError("instructions: this is nested too deeply.") from None
    if isinstance(whole, Mapping) and "text" not in whole:
        whole = whole.get("instructions")
        if not isinstance(whole, list):
            raise ValueError("instructions: a list of instructions is expected under the key instructions.")
    yield from whole if isinstance(whole, list) else [whole]


def _lines(text: str) -> Iterator[Any]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                yield json.loads(line)
            except (ValueError, RecursionError):
                raise ValueError(f"instructions: line {number} is not JSON.") from None


def _moment(entry: Mapping[str, Any], keys: tuple[str, ...]) -> datetime | None:
    """A time of an entry; one without a zone is taken as UTC, as the history is written."""
    for key in keys:
        value = entry.get(key)
        if isinstance(value, str):
            try:
                found = datetime.fromisoformat(value)
            except ValueError:
                raise ValueError(f"{key}: a time in ISO 8601 is expected, not {shown(value, 40)}.") from None
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        if value is not None:
            raise TypeError(f"{key}: a time in ISO 8601 is expected, not {type(value).__name__}.")
    return None


@cache
def _classifier() -> InstructionPersistenceClassifier:
    """Loaded only where something is to be classified."""
    from tractatus.classifier import InstructionPersistenceClassifier

    return InstructionPersistenceClassifier()
