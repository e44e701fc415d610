"""What one seat is asked now, and until when it may change its answer."""

from __future__ import annotations

from datetime import datetime

from deliberation.domain.asks import may_answer
from deliberation.models import Ask, Round, Seat


def asks_of(seat: Seat) -> list[Ask]:
    """Every ask of a seat, first round first."""
    return list(Ask.objects.filter(seat=seat).select_related("round").order_by("round__number"))


def current_ask(seat: Seat, now: datetime) -> Ask | None:
    """What the seat's card is about: its own round 1 while that runs, else the newest ask words are taken on.

    Failing both, the newest ask there is: its time is over.
    """
    asks = asks_of(seat)
    first = next((a for a in asks if a.round.number == 1), None)
    if first is not None and first.state == Ask.State.OPEN and may_answer(first, now):
        return first
    taken = [a for a in asks if may_answer(a, now) and _stands_at(a)]
    found = taken or asks
    return found[-1] if found else None


def _stands_at(ask: Ask) -> bool:
    return ask.round.number == 1 or ask.deliberation.round_number == ask.round.number


def changeable_until(ask: Ask, now: datetime) -> datetime | None:
    """Until when an answer on this ask may be changed, or None when it cannot be any more."""
    if not may_answer(ask, now):
        return None
    return ask.round.closes_at if ask.round.state == Round.State.OPEN else ask.due_at
