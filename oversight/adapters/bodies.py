"""How long the bodies are that agents' tools send, and how they are read."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts.interface import BoundedJSONParser
from accounts.refusals import Invalid

MOST_CALLS = 200
"""Acts that one request may bring."""
LONGEST_EVENT = 5_000_000
"""Octets: what a tool sends after an act holds what the act gave back, which is read past and not kept."""


def must_be_few(calls: Any, field: str) -> None:
    """Raise `Invalid` for a list of more acts than are judged at once: none of it is let through, or half written."""
    if isinstance(calls, list) and len(calls) > MOST_CALLS:
        raise Invalid(_("At most %(most)d are expected at once.") % {"most": MOST_CALLS}, field)


class EventParser(BoundedJSONParser):
    """JSON of the length that tools send."""

    most = LONGEST_EVENT
