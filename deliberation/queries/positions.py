"""Reads of round 1: who reads positions and when, one's own, and all of them side by side."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.roles import Part
from deliberation.domain.standing import Standing
from deliberation.models import Ask, Deliberation, Invitation, MoreTime, Position, Round, Seat
from deliberation.queries.abreast import how_given
from deliberation.queries.conflict import frameworks_in_order
from deliberation.queries.rounds import voices_by_framework

READS_CLOSED = frozenset({Part.FACILITATOR, Part.HOLDER, Part.APPROVER, Part.READER})
WORDS = ("right", "why", "lost", "need")


def visible_positions(deliberation: Deliberation, *, standing: Standing, seat: Seat | None) -> list[Position]:
    """The newest position of each seat that this person may read. There is no other way to read positions.

    Until round 1 closes: their own alone, whoever they are. After it: everybody's, to those with a part here; but a
    voice whose own round 1 still runs (it came late, or was given more time) reads its own alone, and is read by
    nobody, until it has answered.
    """
    newest: dict[UUID, Position] = {}
    rows = Position.objects.filter(deliberation=deliberation).select_related(*WORDS, "seat", "entered_by")
    if not reads_others(deliberation, standing=standing, seat=seat):
        if seat is None:
            return []
        rows = rows.filter(seat=seat)
    for row in rows.order_by("version"):
        newest[row.seat_id] = row
    running = set(
        Ask.objects.filter(deliberation=deliberation, round__number=1, state=Ask.State.OPEN).values_list(
            "seat_id", flat=True
        )
    )
    own = seat.pk if seat is not None else None
    return [row for row in newest.values() if row.seat_id == own or row.seat_id not in running]


def reads_others(deliberation: Deliberation, *, standing: Standing, seat: Seat | None) -> bool:
    """Whether this person may read what others said in the rounds. False for everybody until round 1 has closed."""
    first = Round.objects.filter(deliberation=deliberation, number=1).first()
    if first is None or first.state != Round.State.CLOSED:
        return False
    if seat is not None:
        # Whoever speaks reads as a voice first, whatever other part they hold.
        return not is_blind(seat) and seat.left_at is None and _has_accepted(seat)
    return bool(standing.parts & READS_CLOSED)


def is_blind(seat: Seat) -> bool:
    """Whether this voice's own round 1 still runs: asked and not done, or waiting for more time."""
    ask = Ask.objects.filter(seat=seat, round__number=1).first()
    if ask is None:
        return True
    return ask.state == Ask.State.OPEN or ask.more_time.filter(state=MoreTime.State.ASKED).exists()


def _has_accepted(seat: Seat) -> bool:
    return Invitation.objects.filter(seat=seat, state=Invitation.State.ACCEPTED).exists()


def own_position(seat: Seat) -> Position | None:
    """The newest position of one seat, for that seat's own page."""
    return Position.objects.filter(seat=seat).select_related(*WORDS).order_by("-version").first()


def position_parts(row: Position) -> list[dict[str, Any]]:
    """The four answers of a position with their headings."""
    return [
        {"heading": _("What is right here"), "text": row.right},
        {"heading": _("Why"), "text": row.why},
        {"heading": _("What would be lost, and for whom"), "text": row.lost},
        {"heading": _("What I would need"), "text": row.need},
    ]


def positions_abreast(
    deliberation: Deliberation, *, standing: Standing, seat: Seat | None, viewer: UUID | None
) -> list[dict[str, Any]]:
    """Round 1 as columns, one a framework, in this viewer's own order; only what they may read."""
    rows = {row.seat_id: row for row in visible_positions(deliberation, standing=standing, seat=seat)}
    closed = Round.objects.filter(deliberation=deliberation, number=1).values_list("closed_at", flat=True).first()
    speaks = voices_by_framework(deliberation)
    columns = []
    for framework in frameworks_in_order(deliberation, viewer):
        answers = []
        for seat_id in speaks.get(framework.pk, []):
            row = rows.get(seat_id)
            if row is None:
                continue
            after = _("Written after the round had closed.") if closed and row.at > closed else ""
            answers.append(
                {
                    "parts": position_parts(row),
                    "by": row.seat.name,
                    "how": f"{how_given(row)} {after}".strip(),
                    "language": row.language,
                }
            )
        columns.append({"key": f"v-{framework.pk.hex}", "title": framework.title, "answers": answers})
    return columns
