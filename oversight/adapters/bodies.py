"""How long the bodies are that agents' tools send, and how they are read."""

from __future__ import annotations

from accounts.interface import BoundedJSONParser

LONGEST_EVENT = 5_000_000
"""Octets: what a tool sends after an act holds what the act gave back, which is read past and not kept."""


class EventParser(BoundedJSONParser):
    """JSON of the length that tools send."""

    most = LONGEST_EVENT
