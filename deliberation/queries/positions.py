"""Reads of round 1: who reads positions and when, one's own, and all of them side by side."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.roles import Part
from deliberation.domain.standing import Standing
from deliberation.models import Ask, Deliberation, Invitation, MoreTime, Position, Round, Seat
from deliberation.queries.abreast import HOW_AND_BY, Abreast, columns_of, how_given, newest, text_in

READS_CLOSED = frozenset({Part.FACILITATOR, Part.HOLDER, Part.APPROVER, Part.READER})
WORDS = ("right", "why", "lost", "need")


def readable(deliberation: Deliberation, *, standing: Standing, seat: Seat | None) -> QuerySet[Position]:
    """Every version of the positions that this person may read. There is no other way to read positions.

    Until round 1 closes: their own alone, whoever they are. After it: everybody's, to those with a part here; but a
    voice whose own round 1 still runs (it came late, or was given more time) reads its own alone, and is read by
    nobody, until it has answered.
    """
    rows = Position.objects.filter(deliberation=deliberation)
    if not reads_others(deliberation, standing=standing, seat=seat):
        return rows.filter(seat=seat) if seat is not None else rows.none()
    running = Ask.objects.filter(deliberation=deliberation, round__number=1, state=Ask.State.OPEN).values("seat_id")
    return rows.filter(Q(seat=seat) | ~Q(seat_id__in=running)) if seat else rows.exclude(seat_id__in=running)


def visible_positions(deliberation: Deliberation, *, standing: Standing, seat: Seat | None) -> list[Position]:
    """The newest of the `readable` positions of each seat, with all that belongs to them."""
    rows = readable(deliberation, standing=standing, seat=seat).select_related(*WORDS, "seat", "entered_by")
    return list(newest(rows).values())


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
    return [{"heading": heading, "text": getattr(row, word)} for word, heading in _headings()]


def _headings() -> list[tuple[str, str]]:
    return list(
        zip(
            WORDS,
            [_("What is right here"), _("Why"), _("What would be lost, and for whom"), _("What I would need")],
            strict=True,
        )
    )


def positions_abreast(
    deliberation: Deliberation, *, standing: Standing, seat: Seat | None, abreast: Abreast
) -> list[dict[str, Any]]:
    """Round 1 as columns, one a framework, in this viewer's own order; only what they may read."""
    columns = [*HOW_AND_BY, "at", *columns_of(*WORDS)]
    rows = newest(readable(deliberation, standing=standing, seat=seat).values_list(*columns, named=True))
    closed = Round.objects.filter(deliberation=deliberation, number=1).values_list("closed_at", flat=True).first()
    headings, late = _headings(), _("Written after the round had closed.")
    answers = {
        seat_id: {
            "parts": [{"heading": heading, "text": text_in(row, word)} for word, heading in headings],
            "by": row.seat__name,
            "how": f"{how_given(row)} {late if closed and row.at > closed else ''}".strip(),
            "language": row.language,
        }
        for (_none, seat_id), row in rows.items()
    }
    return [
        {
            "key": f"v-{framework.pk.hex}",
            "title": framework.title,
            "answers": [answers[seat_id] for seat_id in abreast.speaks.get(framework.pk, []) if seat_id in answers],
        }
        for framework in abreast.frameworks
    ]
