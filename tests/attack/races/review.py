"""Reviews, and reports that something changed."""

from __future__ import annotations

from accounts.domain.members import add_member
from accounts.permissions import SYSTEM
from accounts.roles import Role
from deliberation.domain.change_reports import accept_report, dismiss_report, report_change
from deliberation.domain.conflict import dismiss
from deliberation.domain.outcome import sign_outcome
from deliberation.domain.review import (
    give_back_review,
    open_review,
    open_successor,
    prepare_review,
    return_review,
    sign_review,
    speak_to_review,
    start_review,
)
from deliberation.models import Deliberation, OutcomeVersion, Precedent, Review, ReviewVoice
from tests.attack.arena import Arena, act, stage
from tests.copies import past_the_guards
from tests.deliberation import stages


@stage(
    "open_review",
    "start_review",
    "give_back_review",
    "prepare_review",
    "speak_to_review",
    "sign_review",
    "report_change",
    "accept_report",
    "dismiss_report",
)
def a_review(arena: Arena) -> None:
    cast = arena.cast
    d = stages.at_decided(cast)
    precedent, review = stages.precedent_of(d), stages.review_of(d)
    other = add_member(cast.organisation, by=SYSTEM, email="r2@care.example", name="R2", roles=[Role.REVIEWER]).user
    seat = stages.seat_of(d, "Stakeholder one")
    reports = arena.race(*[act(report_change, precedent, by=who, text="More.") for who in (seat, cast.holder)], wins=2)
    third = report_change(precedent, by=cast.reviewer, text="More still.")
    arena.race(*[act(dismiss_report, reports[0], by=who, reason="No.") for who in (cast.reviewer, other)])
    arena.race(
        act(accept_report, reports[1], by=cast.reviewer, reason="Yes."),
        act(dismiss_report, reports[1], by=other, reason="No."),
    )
    review.refresh_from_db()
    if review.state == "scheduled":
        arena.race(*[act(open_review, review, by=who) for who in (cast.reviewer, cast.holder)])
    else:
        arena.race(*[act(open_review, review, by=who) for who in (cast.reviewer, cast.holder)], wins=0)
    arena.race(*[act(accept_report, third, by=who, reason="Yes.") for who in (cast.reviewer, other)])
    arena.race(*[act(start_review, review, by=who) for who in (cast.reviewer, other)])
    arena.race(*[act(speak_to_review, review, by=seat, text=text) for text in ("Still.", "Again.")], wins=2)
    assert set(ReviewVoice.objects.values_list("version", flat=True)) == {1, 2}
    arena.race(*[act(give_back_review, review, by=who, reason="I am away.") for who in (cast.reviewer, cast.holder)])
    start_review(review, by=cast.reviewer)
    found = {"since_then": "Nothing.", "grounds": "It holds.", "proposal": "reaffirm", "new_date": stages._in_days(99)}
    arena.race(*[act(prepare_review, review, by=cast.reviewer, **found)] * 2, wins=2)
    review.refresh_from_db()
    seen = {"prepared_at": review.prepared_at, "proposal": "reaffirm"}
    arena.race(act(sign_review, review, by=cast.holder, **seen), act(prepare_review, review, by=cast.reviewer, **found))
    review.refresh_from_db()
    if review.state == "in_review":
        arena.race(*[act(sign_review, review, by=who) for who in (cast.holder, cast.second_holder)])
    assert Review.objects.filter(precedent=precedent, state__in=Review.OPEN).count() == 1
    another = stages.at_review_prepared(cast, proposal="retire")
    arena.race(
        act(sign_review, another, by=cast.holder), act(give_back_review, another, by=cast.reviewer, reason="Not yet.")
    )


@stage("open_review", "open_successor", "sign_review", "return_review", "dismiss", "start_review", "sign_outcome")
def a_successor(arena: Arena) -> None:
    cast = arena.cast
    review = stages.at_review_prepared(cast)
    new = {"question": "May it still?", "reason": "It is used elsewhere."}
    opened = arena.race(*[act(open_successor, review, by=who, **new) for who in (cast.holder, cast.reviewer)])
    successor = next(one for one in opened if isinstance(one, Deliberation))
    arena.race(*[act(dismiss, successor, by=cast.facilitator, reason="No.")] * 2)
    arena.race(*[act(return_review, review, by=SYSTEM)] * 2)
    assert Review.objects.filter(precedent=review.precedent, state__in=Review.OPEN).count() == 1
    review = stages.at_review_prepared(cast)
    arena.race(act(open_successor, review, by=cast.holder, **new), act(sign_review, review, by=cast.second_holder))
    _replaced_while_it_is_reviewed(arena)


def _replaced_while_it_is_reviewed(arena: Arena) -> None:
    """What a newer decision replaces stays replaced, whatever is done with it in that moment."""
    cast = arena.cast
    for state, verb, by in (("scheduled", open_review, cast.reviewer), ("due", start_review, cast.reviewer)):
        old = stages.at_decided(cast) if state == "scheduled" else stages.at_review_due(cast)
        review, precedent = stages.review_of(old), stages.precedent_of(old)
        newer = stages.at_signing(cast)
        with past_the_guards():
            Deliberation.objects.filter(pk=newer.pk).update(succeeds=precedent)
        version = OutcomeVersion.objects.get(deliberation=newer)
        sign = act(sign_outcome, newer, by=cast.holder, version_id=version.pk, name="Holder")
        arena.race(sign, act(verb, review, by=by), wins={1, 2})
        precedent.refresh_from_db()
        review.refresh_from_db()
        assert (precedent.state, review.state) == (Precedent.State.SUPERSEDED, Review.State.VOID)
