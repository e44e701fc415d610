"""Round 1: positions, blind until it closes."""

from __future__ import annotations

from deliberation.domain.act import Act, perform
from deliberation.domain.asks import must_be_asked, settle_ask
from deliberation.domain.saying import TYPED, How, say
from deliberation.models import (
    Ask,
    Deliberation,
    Position,
    Seat,
)


def submit_position(
    deliberation: Deliberation,
    *,
    by: Seat,
    right: str,
    why: str = "",
    lost: str = "",
    need: str = "",
    based_on: int | None = None,
) -> Position:
    """State a position, or change it. Blind until round 1 closes; a late voice writes on its own ask.

    `based_on` is the version the form showed (0: none): another one sent meanwhile raises `Stale`, and both stay kept.
    """
    with perform("submit_position", deliberation, by=by) as act:
        ask = must_be_asked(deliberation, by, 1, act.now)
        return position_said(act, ask, TYPED, right=right, why=why, lost=lost, need=need, based_on=based_on)


def position_said(
    act: Act,
    ask: Ask,
    how: How,
    *,
    right: str,
    why: str = "",
    lost: str = "",
    need: str = "",
    based_on: int | None = None,
) -> Position:
    said = {"right": (right, True), "why": (why, False), "lost": (lost, False), "need": (need, False)}
    row = say(act, Position, ask.seat, how, words=said, based_on=based_on)
    settle_ask(act, ask)
    return row
