"""Words that somebody entered for another are their speaker's. An app that records such entries says whose they are."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from audit.models import Entry

Find = Callable[[Entry], UUID | None]
"""Gives the seat that said what an entry of this event came with, or None where it is gone."""

_speakers: dict[str, Find] = {}


def spoken_by(event: str, find: Find) -> None:
    """The words of entries of this event are not those of whoever acted in them, but those of whom `find` gives."""
    _speakers[event] = find


def events_with_speakers() -> tuple[str, ...]:
    """The events whose words are another's than who acted."""
    return tuple(_speakers)


def author_of(entry: Entry) -> str:
    """The reference of whoever said what an entry came with; empty where nobody did, or it is not known any more."""
    find = _speakers.get(entry.event)
    if find is None:
        return entry.actor_ref or ""
    speaker = find(entry)
    return speaker.hex if speaker is not None else ""
