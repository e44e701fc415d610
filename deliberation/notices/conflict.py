"""Mails of the conflict stage: a seat given, terms to accept, terms changed, handed over, withdrawn."""

from __future__ import annotations

from uuid import UUID

from accounts.roles import Part
from deliberation.domain.seats import sitter
from deliberation.models import Notice, Seat, State, Terms
from deliberation.notices.rounds import link_of_page, link_of_seat
from deliberation.notifications import Facts, notice


def _to(row: Notice, page: str) -> Facts:
    if row.deliberation is None:
        raise ValueError("A notice of this stage is about a deliberation.")
    if row.seat is not None:
        return {"name": row.seat.name, "url": link_of_seat(row.seat)}
    return {"name": str(row.user or ""), "url": link_of_page(row.deliberation, page)}


def _id(row: Notice) -> UUID:
    return UUID(row.about.split(":")[1])


@notice("seat_given")
def seat_given(row: Notice) -> Facts | None:
    """Somebody was named decision holder or approver; dropped if another one was named since, or it has ended."""
    seat = Seat.objects.filter(pk=_id(row)).first()
    if seat is None or row.deliberation is None or not row.deliberation.is_open:
        return None
    if sitter(row.deliberation, Part(seat.part)) != row.user:
        return None
    return _to(row, "deliberation") | {"part": seat.get_part_display(), "holds": seat.part == Part.HOLDER}


@notice("terms_to_accept")
def terms_to_accept(row: Notice) -> Facts | None:
    """The holder is asked to accept terms; dropped once that version is accepted or replaced."""
    terms = Terms.objects.filter(pk=_id(row), accepted_at__isnull=True).first()
    if terms is None or row.deliberation is None or not row.deliberation.is_open:
        return None
    newer = Terms.objects.filter(deliberation=row.deliberation, version__gt=terms.version).exists()
    if newer or sitter(row.deliberation, Part.HOLDER) != row.user:
        return None
    return _to(row, "deliberation_terms") | {"terms": terms}


@notice("terms_changed")
def terms_changed(row: Notice) -> Facts | None:
    """Everyone invited is told of a new version; dropped for who has left, and where a newer one was written since."""
    terms = Terms.objects.filter(pk=_id(row)).first()
    if terms is None or row.deliberation is None or not row.deliberation.is_open:
        return None
    if row.seat is not None and row.seat.left_at is not None:
        return None
    if Terms.objects.filter(deliberation=row.deliberation, version__gt=terms.version).exists():
        return None
    return _to(row, "deliberation_terms") | {"terms": terms}


@notice("handed_over")
def handed_over(row: Notice) -> Facts | None:
    """The facilitator's seat has gone to somebody else; told to both, and to the decision holder."""
    if row.deliberation is None or not row.deliberation.is_open:
        return None
    now = sitter(row.deliberation, Part.FACILITATOR)
    return _to(row, "deliberation") | {"facilitator": now, "you": now == row.user}


@notice("withdrawn")
def withdrawn(row: Notice) -> Facts | None:
    """It was withdrawn. Told to everyone who was asked and to the staff, with what now happens to the question."""
    if row.deliberation is None or row.deliberation.state != State.WITHDRAWN:
        return None
    return _to(row, "deliberation") | {"meanwhile": row.deliberation.ended_meanwhile}
