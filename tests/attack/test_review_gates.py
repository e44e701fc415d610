"""Nobody gets a review signed, or a precedent moved, around a gate: not by models, not by querysets, not by raw SQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, models

from accounts import clock
from accounts.domain.seats import sit, stand_up
from accounts.roles import Part
from accounts.scope import open_organisation
from audit.texts import keep
from deliberation.domain.change_reports import report_change
from deliberation.domain.precedent import day_begins, today_in
from deliberation.domain.review import sign_review
from deliberation.models import ChangeReport, Precedent, Review, ReviewAuthor, Seat
from tests.attack.test_signing_gates import WAYS, write
from tests.cast import Cast
from tests.deliberation.stages import (
    at_decided,
    at_review_due,
    at_review_prepared,
    precedent_of,
    review_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Iterator[Cast]:
    people = Cast()
    with open_organisation(people.organisation):
        yield people


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def refused(row: models.Model, way: str, guard: str, **values: Any) -> None:
    """The write is refused by that guard or constraint, and nothing has changed."""
    before = type(row).objects.filter(pk=row.pk).values().get()
    with pytest.raises(IntegrityError, match=guard):
        write(type(row).objects.get(pk=row.pk), way, **values)
    assert type(row).objects.filter(pk=row.pk).values().get() == before


def signature(user: Any, state: str = "reaffirmed") -> dict[str, Any]:
    return {"state": state, "signed_by_id": user.pk, "signed_at": clock.now()}


def test_whoever_prepared_it_does_not_sign(cast: Cast, way: str) -> None:
    """Whoever prepared a review does not sign it."""
    review = at_review_prepared(cast)
    refused(review, way, "review_signer", **signature(cast.reviewer))


def test_whoever_prepared_it_does_not_sign_under_anothers_preparation(cast: Cast, way: str) -> None:
    """Whoever prepared a review once does not sign it after another's preparation either."""
    review = at_review_prepared(cast)
    ReviewAuthor.objects.create(
        organisation=cast.organisation, deliberation=review.deliberation, review=review, user=cast.editor,
        since=clock.now(),
    )  # fmt: skip
    refused(review, way, "review_signer_never_prepared", prepared_by_id=cast.editor.pk, **signature(cast.reviewer))


def test_a_preparer_is_not_swapped_for_somebody_who_never_prepared(cast: Cast, way: str) -> None:
    """A preparer is not swapped for somebody who never prepared."""
    refused(at_review_prepared(cast), way, "review_preparer_is_kept", prepared_by_id=cast.editor.pk)


def test_whoever_facilitates_does_not_sign(cast: Cast, way: str) -> None:
    """Whoever facilitates a deliberation does not sign its review."""
    review = at_review_prepared(cast)
    refused(review, way, "review_signer_never_facilitated", **signature(cast.facilitator))


def test_whoever_facilitated_before_does_not_sign(cast: Cast, way: str) -> None:
    """Whoever facilitated a deliberation before does not sign its review."""
    review = at_review_prepared(cast)
    seat = Seat.objects.get(deliberation=review.deliberation, part=Part.FACILITATOR)
    stand_up(seat.pk)
    sit(cast.organisation, review.deliberation_id, seat.pk, cast.second_facilitator)
    refused(review, way, "review_signer_never_facilitated", **signature(cast.facilitator))


def test_nobody_signs_what_was_not_prepared(cast: Cast, way: str) -> None:
    """Nobody signs what was not prepared."""
    review = review_of(at_review_due(cast))
    write(review, "save", state="in_review", started_by_id=cast.reviewer.pk, started_at=clock.now())
    refused(review, way, "review_sign", **signature(cast.holder, "retired"))


def test_a_review_is_not_ended_without_a_signature(cast: Cast, way: str) -> None:
    """A review is not ended without a signature."""
    refused(at_review_prepared(cast), way, "review_signer_is_not_preparer", state="reaffirmed")


def test_what_was_prepared_to_be_retired_is_not_reaffirmed(cast: Cast, way: str) -> None:
    """What was prepared to be retired is not reaffirmed."""
    review = at_review_prepared(cast, proposal="retire")
    refused(review, way, "review_signed_as_prepared", new_date=_later(400), **signature(cast.holder))


def test_reaffirming_needs_a_new_date(cast: Cast, way: str) -> None:
    """Reaffirming needs a new date."""
    refused(at_review_prepared(cast), way, "review_", new_date=None, **signature(cast.holder))


def test_reaffirming_needs_a_date_after_the_old_one(cast: Cast, way: str) -> None:
    """Reaffirming needs a date after the old one."""
    review = at_review_prepared(cast)
    refused(review, way, "review_reaffirmed_with_a_date", new_date=review.due_on, **signature(cast.holder))


@pytest.mark.parametrize("state", ["in_review", "reaffirmed", "retired", "to_deliberation"])
def test_a_review_takes_no_short_cut(cast: Cast, way: str, state: str) -> None:
    """A review takes no short cut."""
    refused(review_of(at_decided(cast)), way, "review_", state=state)


def test_an_ended_review_is_never_changed(cast: Cast, way: str) -> None:
    """An ended review is never changed."""
    review = sign_review(at_review_prepared(cast), by=cast.holder)
    for values in ({"state": "due"}, {"new_date": _later(900)}, {"signed_by_id": cast.second_holder.pk}):
        refused(review, way, "review_", **values)


def test_a_signature_is_not_left_on_an_open_review(cast: Cast, way: str) -> None:
    """A signature is not left on an open review."""
    review = at_review_prepared(cast)
    refused(review, way, "review_signature_ends_it", signed_by_id=cast.holder.pk, signed_at=clock.now())


def test_a_review_leads_to_no_deliberation_about_something_else(cast: Cast, way: str) -> None:
    """A review leads to no deliberation about something else."""
    review = at_review_prepared(cast)
    other = at_decided(cast)
    refused(review, way, "review_successor_succeeds", state="to_deliberation", successor_id=other.pk)


def test_a_review_begins_at_its_beginning(cast: Cast) -> None:
    """A review begins at its beginning."""
    old = review_of(at_decided(cast))
    write(old, "update", state="void")
    today = today_in(cast.organisation)
    with pytest.raises(IntegrityError, match="review_begins"):
        Review.objects.create(
            organisation=cast.organisation, deliberation=old.deliberation, precedent=old.precedent, state="in_review",
            due_on=today, due_at=day_begins(today, cast.organisation),
        )  # fmt: skip


def test_a_review_is_never_removed(cast: Cast) -> None:
    """A review is never removed."""
    review = review_of(at_decided(cast))
    with pytest.raises(IntegrityError, match="review_never_deleted"):
        review.delete()


def test_there_is_one_open_review(cast: Cast) -> None:
    """There is one open review."""
    review = review_of(at_decided(cast))
    with pytest.raises(IntegrityError):
        Review.objects.create(
            organisation=cast.organisation, deliberation=review.deliberation, precedent=review.precedent,
            due_on=review.due_on, due_at=review.due_at,
        )  # fmt: skip


@pytest.mark.parametrize("state", ["retired", "superseded"])
def test_a_precedent_moves_only_through_its_review(cast: Cast, way: str, state: str) -> None:
    """A precedent moves only through its review."""
    refused(precedent_of(at_decided(cast)), way, "precedent_", state=state)


def test_a_precedent_under_review_is_not_retired_without_a_signed_review(cast: Cast, way: str) -> None:
    """A precedent under review is not retired without a signed review."""
    review = at_review_prepared(cast, proposal="retire")
    refused(precedent_of(review.deliberation), way, "precedent_retired_by_review", state="retired")


def test_a_precedent_is_replaced_only_by_what_was_opened_to_replace_it(cast: Cast, way: str) -> None:
    """A precedent is replaced only by what was opened to replace it."""
    review = at_review_prepared(cast)
    other = precedent_of(at_decided(cast))
    refused(
        precedent_of(review.deliberation), way, "precedent_superseded_by", state="superseded", superseded_by_id=other.pk
    )


def test_a_retired_precedent_stays_retired(cast: Cast, way: str) -> None:
    """A retired precedent stays retired."""
    review = sign_review(at_review_prepared(cast, proposal="retire"), by=cast.holder)
    for state in ("in_force", "under_review"):
        refused(precedent_of(review.deliberation), way, "precedent_moves", state=state)


def test_a_precedent_is_never_removed(cast: Cast) -> None:
    """A precedent is never removed."""
    precedent = precedent_of(at_decided(cast))
    Review.objects.filter(precedent=precedent)
    with pytest.raises((IntegrityError, models.ProtectedError)):
        precedent.delete()


def test_a_precedent_needs_a_signed_outcome(cast: Cast) -> None:
    """A precedent needs a signed outcome."""
    from tests.deliberation.stages import at_circulated, outcome_of

    deliberation = at_circulated(cast)
    with pytest.raises(IntegrityError, match="precedent_begins"):
        Precedent.objects.create(
            organisation=cast.organisation, deliberation=deliberation, outcome=outcome_of(deliberation),
            state_since=clock.now(), created_at=clock.now(),
        )  # fmt: skip


def test_a_report_is_decided_once_and_its_words_stay(cast: Cast, way: str) -> None:
    """A report is decided once and its words stay."""
    report = report_change(precedent_of(at_decided(cast)), by=cast.editor, text="It changed.")
    other = keep(cast.organisation, "It did not.")
    refused(report, way, "append_only", text_id=other.pk)
    decided = {"decided_by_id": cast.reviewer.pk, "decided_at": clock.now(), "reason_id": other.pk}
    write(ChangeReport.objects.get(pk=report.pk), way, state="dismissed", **decided)
    refused(report, way, "report_moves|append_only", state="accepted")


def _later(days: int) -> Any:
    return (clock.now() + timedelta(days=days)).date()
