"""What of an outcome the public would read, who is quoted in it, and how each of them wishes to appear."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from uuid import UUID

import rfc8785

from deliberation.domain.completeness import standing_dissents
from deliberation.models import Ask, Invitation, Outcome, Publication, Question, QuoteChoice, Seat
from deliberation.queries.outcome import Document, NameOf, by_seat_name, document_of, version_to_read
from deliberation.queries.outcome_as_json import outcome_as_json


def quoted_seats(outcome: Outcome) -> list[Seat]:
    """Everybody whose words or name the public page would print: who dissented, joined, asked, or was heard."""
    deliberation = outcome.deliberation
    seats: set[UUID] = set()
    for dissent in standing_dissents(outcome):
        seats |= {dissent.seat_id, *(join.seat_id for join in dissent.joins.all())}
    questions = Question.objects.filter(deliberation=deliberation, replies__isnull=True)
    seats |= set(questions.values_list("by_seat_id", flat=True))
    answered = Ask.objects.filter(deliberation=deliberation, state=Ask.State.ANSWERED).values("seat_id")
    heard = Invitation.objects.filter(
        deliberation=deliberation, state=Invitation.State.ACCEPTED, seat__left_at__isnull=True, seat_id__in=answered
    )
    seats |= set(heard.values_list("seat_id", flat=True))
    return list(Seat.objects.filter(pk__in=seats).order_by("name"))


def public_document(outcome: Outcome, name_of: NameOf) -> Document:
    """The outcome as the public reads it. Who was asked and did not answer, or was not reached, is not named there."""
    version = version_to_read(outcome.deliberation, circulated=False)
    if version is None:
        raise ValueError("only a signed outcome is published")
    document = document_of(version, name_of=name_of)
    for row in document.heard:
        row.no_answer.clear()
        row.not_reached.clear()
    return document


def page_digest(outcome: Outcome) -> str:
    """SHA-256 of everything the public page says, with everybody under the name they have among those who took part.

    What becomes of the commitments later is printed below as it happens and is not part of it.
    """
    says = outcome_as_json(outcome, document=public_document(outcome, by_seat_name))
    for commitment in says["commitments"]:
        commitment.pop("state")
    says.pop("state")
    return hashlib.sha256(rfc8785.dumps(says)).hexdigest()


def names_chosen(publication: Publication, choices: Iterable[QuoteChoice] | None = None) -> NameOf:
    """The name each seat chose; None for who asked to be left out or has not chosen."""
    rows = list(choices if choices is not None else publication.choices.all())
    chosen = {row.seat_id: row for row in rows}

    def name_of(seat: Seat) -> str | None:
        row = chosen.get(seat.pk)
        if row is None or row.choice in {"", QuoteChoice.Choice.LEAVE_OUT}:
            return None
        return row.pseudonym if row.choice == QuoteChoice.Choice.PSEUDONYM else seat.name

    return name_of


def current_publication(outcome: Outcome) -> Publication | None:
    """The publication that is proposed or public now."""
    return (
        Publication.objects.filter(outcome=outcome, state__in=[Publication.State.PROPOSED, Publication.State.PUBLISHED])
        .select_related("outcome__deliberation__organisation", "reason")
        .first()
    )
