"""An instruction history, in the forms it is kept in, as instructions (core concepts, section 1)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from tractatus.instruction import Instruction

if TYPE_CHECKING:
    from tractatus.classifier import InstructionPersistenceClassifier

_TIMES = {"created_at": ("created_at", "timestamp"), "expires_at": ("expires_at",)}
_CLASSIFIED = ("quadrant", "persistence", "temporal_scope", "verification_required", "explicitness", "parameters")
_AS_THEY_ARE = ("source", "active", "supersedes", "environment")


def read_history(text: str) -> tuple[Instruction, ...]:
    """The instructions in `text`: a JSON list, JSON Lines, or `{"instructions": […]}` as in instruction-history.json.

    Each is an object as core concepts store it, or a text. What a stored one does not say of its classification is
    classified; keys that are not known are left alone. Raises `TypeError` or `ValueError` naming the entry and field.
    """
    return tuple(instruction(entry, number) for number, entry in enumerate(_entries(text)))


def instruction(entry: Any, number: int) -> Instruction:
    """One entry of a history, the `number`th counted from 0; its id is made of that where it has none."""
    if isinstance(entry, str):
        entry = {"text": entry}
    where = f"instructions[{number}]"
    if not isinstance(entry, Mapping):
        raise TypeError(f"{where}: an object or a text is expected, not {type(entry).__name__}.")
    said = entry.get("text")
    if not isinstance(said, str):
        raise TypeError(f"{where}.text: text is expected, not {'nothing' if said is None else type(said).__name__}.")
    given: dict[str, Any] = {name: entry[name] for name in (*_CLASSIFIED, *_AS_THEY_ARE) if entry.get(name) is not None}
    if any(name not in given for name in _CLASSIFIED):
        classified = _classifier().classify(said)
        given = {name: getattr(classified, name) for name in _CLASSIFIED} | given
    try:
        given |= {name: _moment(entry, keys) for name, keys in _TIMES.items()}
        return Instruction(id=str(entry.get("id") or f"instruction-{number + 1}"), text=said, **given)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{where}.{error}") from None


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
                raise ValueError(f"{key}: a time in ISO 8601 is expected, not {value[:40]!r}.") from None
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        if value is not None:
            raise TypeError(f"{key}: a time in ISO 8601 is expected, not {type(value).__name__}.")
    return None


@cache
def _classifier() -> InstructionPersistenceClassifier:
    """Loaded only where something is to be classified."""
    from tractatus.classifier import InstructionPersistenceClassifier

    return InstructionPersistenceClassifier()
