"""Mails of the outcome: a draft to read, dissents and their answers, the signature, promises, publishing."""

from __future__ import annotations

from deliberation.models import (
    CommitmentReport,
    Dissent,
    DissentAnswer,
    Notice,
    Outcome,
    OutcomeVersion,
    Publication,
    QuoteChoice,
    State,
)
from deliberation.notices.rounds import ask_in, id_in, link_of_page, link_of_seat
from deliberation.notifications import Facts, notice


def _to(row: Notice, page: str = "outcome") -> Facts:
    """Who is told, and the link: a seat's own for who takes part, the page for staff."""
    assert row.deliberation is not None
    if row.seat is not None:
        return {"name": row.seat.name, "url": link_of_seat(row.seat)}
    return {"name": str(row.user or ""), "url": link_of_page(row.deliberation, page)}


def _circulated(row: Notice) -> OutcomeVersion | None:
    return (
        OutcomeVersion.objects.filter(deliberation=row.deliberation, circulated_at__isnull=False)
        .select_related("change_note")
        .order_by("-number")
        .first()
    )


@notice("outcome_circulated")
def outcome_circulated(row: Notice) -> Facts | None:
    """The first draft is there to read; dissent until when. Not told once the person has acted."""
    ask = ask_in(row)
    return _to(row) | {"until": ask.due_at, "version": _circulated(row)} if ask else None


@notice("outcome_new_version")
def outcome_new_version(row: Notice) -> Facts | None:
    """A new version is there, with the whole time for dissent again."""
    return outcome_circulated(row)


@notice("outcome_to_sign")
def outcome_to_sign(row: Notice) -> Facts | None:
    """The time for dissent is over: the decision holder answers what is unanswered, and signs or gives it back."""
    if row.deliberation is None or row.deliberation.state != State.SIGNING:
        return None
    return _to(row)


@notice("outcome_returned")
def outcome_returned(row: Notice) -> Facts | None:
    """The draft was given back; the reason stands on the page. Not told once a new version is there."""
    version = OutcomeVersion.objects.filter(pk=id_in(row.about)).select_related("returned_by").first()
    if version is None or row.deliberation is None or row.deliberation.state != State.ROUND_4:
        return None
    later = OutcomeVersion.objects.filter(outcome_id=version.outcome_id, number__gt=version.number)
    return None if later.exists() else _to(row) | {"version": version}


@notice("outcome_signed")
def outcome_signed(row: Notice) -> Facts | None:
    """It is signed: everybody who took part is told, whatever they said."""
    outcome = Outcome.objects.filter(pk=id_in(row.about)).first()
    return _to(row) | {"outcome": outcome} if outcome and outcome.signed_at else None


@notice("dissent_written")
def dissent_written(row: Notice) -> Facts | None:
    """A dissent waits for the decision holder's answer."""
    dissent = _standing(row)
    if dissent is None or dissent.answers.exists():
        return None
    return _to(row) | {"dissent": dissent}


@notice("dissent_changed")
def dissent_changed(row: Notice) -> Facts | None:
    """Somebody joined words that have changed since: they may join again."""
    dissent = _standing(row)
    if dissent is None or dissent.joins.filter(seat=row.seat).exists():
        return None
    return _to(row) | {"dissent": dissent}


def _standing(row: Notice) -> Dissent | None:
    if row.deliberation is None or row.deliberation.state not in {State.ROUND_4, State.SIGNING}:
        return None
    return (
        Dissent.objects.filter(pk=id_in(row.about), withdrawn_at__isnull=True, replaced_by__isnull=True)
        .select_related("seat")
        .first()
    )


@notice("dissent_answered")
def dissent_answered(row: Notice) -> Facts | None:
    """Who wrote or joined a dissent is told that it was answered; only the last answer is told."""
    answer = DissentAnswer.objects.filter(pk=id_in(row.about)).select_related("dissent").first()
    if answer is None or answer.dissent.answers.filter(pk__gt=answer.pk).exists():
        return None
    if answer.dissent.withdrawn_at is not None or answer.dissent.replaced_by_id is not None:
        return None
    return _to(row)


@notice("commitment_reported")
def commitment_reported(row: Notice) -> Facts | None:
    """Something became of a promise."""
    report = CommitmentReport.objects.filter(pk=id_in(row.about)).select_related("commitment__what", "by_user").first()
    return _to(row) | {"report": report} if report else None


@notice("publication_asked")
def publication_asked(row: Notice) -> Facts | None:
    """Somebody quoted is asked how they wish to appear. Not told once they have chosen."""
    waiting = QuoteChoice.objects.filter(
        publication_id=id_in(row.about), publication__state=Publication.State.PROPOSED, seat=row.seat, choice=""
    )
    return _to(row) if waiting.exists() else None
