"""Told to people who are asked, and to the facilitator when one of them says no, leaves, or asks for something else."""

from __future__ import annotations

from accounts.roles import Part
from deliberation.domain.seats import sitter
from deliberation.domain.taking_part import WAITING
from deliberation.models import Invitation, Notice, Request
from deliberation.notices.rounds import id_in, link_of_page, link_of_seat
from deliberation.notifications import Facts, notice
from deliberation.permissions import INVITED


def _invitation(row: Notice) -> Invitation | None:
    """The invitation a notice is about, while the deliberation still takes answers."""
    if row.deliberation is None or row.deliberation.state not in INVITED:
        return None
    return (
        Invitation.objects.select_related("stakeholder__why", "seat", "terms__question", "terms__asked_by", "statement")
        .filter(pk=id_in(row.about))
        .first()
    )


def _asked(row: Notice, invitation: Invitation) -> Facts:
    assert row.deliberation is not None
    return {
        "name": invitation.stakeholder.title,
        "invitation": invitation,
        "terms": invitation.terms,
        "facilitator": sitter(row.deliberation, Part.FACILITATOR),
        "link": link_of_seat(invitation.seat),
    }


@notice("invitation")
def invitation(row: Notice) -> Facts | None:
    found = _invitation(row)
    if found is None or (found.state not in WAITING and found.state != Invitation.State.ACCEPTED):
        return None
    series = row.about.split(":")[2:3]
    if series and series[0].isdecimal() and int(series[0]) != found.link_series:
        return None  # a newer link was made, and is told in a notice of its own
    return _asked(row, found) | {"renewed": found.link_series > 1}


@notice("invitation_reminder")
def invitation_reminder(row: Notice) -> Facts | None:
    found = _invitation(row)
    if found is None or found.state != Invitation.State.SENT:
        return None
    return _asked(row, found)


def _to_facilitator(row: Notice, found: Invitation | None) -> Facts | None:
    if found is None or row.user is None or row.deliberation is None:
        return None
    return {
        "name": row.user.name,
        "invitation": found,
        "question": row.deliberation.question,
        "link": link_of_page(row.deliberation, "invitations"),
    }


@notice("invitation_declined")
def invitation_declined(row: Notice) -> Facts | None:
    return _to_facilitator(row, _invitation(row))


@notice("invitation_left")
def invitation_left(row: Notice) -> Facts | None:
    return _to_facilitator(row, _invitation(row))


def _request(row: Notice) -> Request | None:
    if row.deliberation is None or row.deliberation.state not in INVITED:
        return None
    return Request.objects.select_related("seat__invitation", "answer").filter(pk=id_in(row.about)).first()


@notice("request_made")
def request_made(row: Notice) -> Facts | None:
    found = _request(row)
    if found is None or found.answered_at is not None or row.user is None or row.deliberation is None:
        return None
    return {
        "name": row.user.name,
        "request": found,
        "question": row.deliberation.question,
        "link": link_of_page(row.deliberation, "invitations") + "#requests",
    }


@notice("request_answered")
def request_answered(row: Notice) -> Facts | None:
    found = _request(row)
    if found is None or found.answered_at is None or row.deliberation is None:
        return None
    return {
        "name": found.seat.name,
        "request": found,
        "question": row.deliberation.question,
        "link": link_of_seat(found.seat),
    }
