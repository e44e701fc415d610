"""Rows written past every verb: each is refused by the guard that is named for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction

from accounts import clock
from accounts.ids import uuid7
from accounts.scope import open_organisation
from audit.models import Entry, Text
from audit.texts import keep
from deliberation.domain.approval import return_stakeholders
from deliberation.domain.change_reports import report_change
from deliberation.domain.conflict import withdraw
from deliberation.domain.outcome import draft_outcome, return_outcome, set_aside_outcome_draft
from deliberation.domain.publication import propose_publication, unpublish
from deliberation.models import (
    Amendment,
    Commitment,
    CoversGroup,
    Deliberation,
    Group,
    Hearing,
    Invitation,
    MaySpeakFrom,
    Outcome,
    OutcomeVersion,
    Publication,
    QuoteChoice,
    Remainder,
    Review,
    ReviewTrigger,
    StakeholderList,
    TradeOff,
    WeighedValue,
)
from tests.cast import Cast
from tests.deliberation import stages

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Iterator[Cast]:
    people = Cast()
    with open_organisation(people.organisation):
        yield people


def refused(row: models.Model, guard: str, **values: Any) -> None:
    """An UPDATE of this row is refused by this guard."""
    with pytest.raises(IntegrityError, match=f"^{guard}: "), transaction.atomic():
        type(row)._base_manager.filter(pk=row.pk).update(**values)


def refused_deleted(row: models.Model, guard: str) -> None:
    with pytest.raises(IntegrityError, match=f"^{guard}: "), transaction.atomic():
        type(row)._base_manager.filter(pk=row.pk)._raw_delete("default")


def refused_copy(row: models.Model, guard: str, **values: Any) -> None:
    """An INSERT of another row like this one is refused by this guard."""
    facts = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    copy = type(row)(**facts | {"id": uuid7()} | values)
    with pytest.raises(IntegrityError, match=f"^{guard}: "), transaction.atomic():
        copy.save(force_insert=True)


def version_of(deliberation: Deliberation) -> OutcomeVersion:
    return OutcomeVersion.objects.filter(deliberation=deliberation).latest("number")


def first(model: type[models.Model], deliberation: Deliberation) -> Any:
    found = model._base_manager.filter(deliberation=deliberation).order_by("pk").first()
    assert found is not None
    return found


def text(cast: Cast) -> Text:
    return keep(cast.organisation, "Other words.")


def test_what_begins_further_on_is_refused(cast: Cast) -> None:
    drafted = stages.at_drafted(cast)
    refused_copy(first(Commitment, drafted), "commitment_begins_open", state="done", number=99)
    refused_copy(drafted, "decided_from_the_start", state="decided", number=99)
    outcome = stages.outcome_of(drafted)
    refused_copy(outcome, "outcome_begins_as_draft", state="circulated")
    refused_copy(version_of(drafted), "version_begins_unseen", number=99, set_aside_at=clock.now())
    asked = stages.at_inviting(cast)
    refused_copy(first(Invitation, asked), "invitation_begins_listed", state="sent")
    refused_copy(first(StakeholderList, asked), "list_begins_unapproved", version=99)
    decided_on = {"state": "refused", "decided_by": cast.holder, "decided_at": clock.now(), "reason": text(cast)}
    somebody = first(Invitation, asked).stakeholder
    facts = {"organisation": cast.organisation, "deliberation": asked, "kind": "add", "stakeholder": somebody}
    drawn_up = {"why": text(cast), "drafted_by": cast.facilitator, "drafted_at": clock.now()}
    amendment = Amendment(**facts, **drawn_up, **decided_on)
    with pytest.raises(IntegrityError, match=r"^amendment_begins_proposed: "), transaction.atomic():
        amendment.save(force_insert=True)
    decided = stages.at_decided(cast)
    report = report_change(stages.precedent_of(decided), by=cast.holder, text="More.")
    refused_copy(report, "report_begins", **decided_on | {"state": "dismissed"})
    refused_copy(stages.review_of(decided), "review_begins", state="in_review")


def test_a_circulated_version_stays_with_everything_that_belongs_to_it(cast: Cast) -> None:
    deliberation = stages.at_circulated(cast)
    version = version_of(deliberation)
    refused(version, "version_circulated_stays", justification=text(cast))
    refused(version, "version_window_only_grows", dissent_closes_at=clock.now())
    for model in (WeighedValue, Remainder, ReviewTrigger, Hearing):
        name, row = model._meta.model_name, first(model, deliberation)
        refused(row, f"{name}_update_unseen", version=version)
        refused_deleted(row, f"{name}_delete_unseen")
        refused_copy(row, f"{name}_insert_unseen")
    commitment = first(Commitment, deliberation)
    refused_copy(commitment, "commitment_insert_unseen")
    refused_deleted(commitment, "commitment_delete_unseen")
    refused(commitment, "commitment_only_its_state", owner=text(cast))


def test_a_draft_keeps_its_number_and_its_drafter(cast: Cast) -> None:
    deliberation = stages.at_drafted(cast)
    refused(version_of(deliberation), "version_stays_where_it_is", number=7)
    refused(version_of(deliberation), "version_stays_where_it_is", drafted_by=cast.holder)
    refused(stages.outcome_of(deliberation), "outcome_circulated_was_seen", state="circulated")


def test_a_draft_set_aside_and_a_reason_given_stay(cast: Cast) -> None:
    deliberation = stages.at_circulated(cast)
    content = stages.content(deliberation, change_note="Words.", expects="Else.")
    draft_outcome(deliberation, by=cast.facilitator, content=content)
    gone = set_aside_outcome_draft(deliberation, by=cast.facilitator)
    refused(gone, "version_set_aside_stays", set_aside_at=None)
    signing = stages.at_signing(cast)
    returned = return_outcome(signing, by=cast.holder, reason="Who pays?")
    refused(returned, "version_returned_once", returned_reason=text(cast))


def test_a_signed_version_takes_nothing_more(cast: Cast) -> None:
    deliberation = stages.at_decided(cast)
    refused(version_of(deliberation), "version_after_signature", returned_at=clock.now())
    refused(stages.outcome_of(deliberation), "outcome_signed_is_final", signed_name="Somebody else")
    dissent = stages.dissent_of(deliberation)
    refused(dissent, "dissent_after_signature", version=dissent.version)


def test_what_is_in_tension_keeps_who_suggested_it_and_takes_nothing_after_the_end(cast: Cast) -> None:
    deliberation = stages.at_draft(cast)
    rows = [first(model, deliberation) for model in (TradeOff, Group)]
    for row in rows:
        refused(row, f"{row._meta.model_name}_keeps_who_suggested_it", origin="software")
    withdraw(deliberation, by=cast.facilitator, reason="It is moot.", meanwhile="Nothing changes.")
    for row in rows:
        refused_copy(row, f"{row._meta.model_name}_none_after_the_end", title="Something else")


def test_a_publication_moves_only_forward_over_the_page_that_was_seen(cast: Cast) -> None:
    deliberation = stages.at_decided(cast)
    publication = propose_publication(deliberation, by=cast.holder)
    refused(publication, "publication_exact_page", page_digest="0" * 64)
    choice = first(QuoteChoice, deliberation)
    QuoteChoice.objects.filter(pk=choice.pk).update(choice="name", at=clock.now())
    refused(choice, "quote_choice_stands", choice="")
    unpublish(deliberation, by=cast.holder, reason="A name was wrong.")
    refused(Publication.objects.get(pk=publication.pk), "publication_moves", state="proposed")


def test_a_returned_list_stays_returned(cast: Cast) -> None:
    deliberation = stages.at_stakeholders(cast)
    returned = return_stakeholders(deliberation, by=cast.holder, reason="One is missing.")
    refused(returned, "list_settled_stays_settled", state="submitted")


def test_who_stands_on_an_approved_list_keeps_groups_and_frameworks(cast: Cast) -> None:
    deliberation = stages.at_inviting(cast)
    for model in (CoversGroup, MaySpeakFrom):
        name, row = model._meta.model_name, first(model, deliberation)
        refused(row, f"{name}_approved_stays_update", stakeholder=row.stakeholder)
        refused_deleted(row, f"{name}_approved_stays_delete")
        refused_copy(row, f"{name}_approved_stays_insert")


def test_a_precedent_stays_that_of_its_outcome(cast: Cast) -> None:
    one, other = stages.at_decided(cast), stages.at_decided(cast)
    outcome = Outcome.objects.get(deliberation=other)
    precedent = stages.precedent_of(one)
    refused(precedent, "precedent_is_of_one_outcome|precedent_outcome_here", outcome=outcome, deliberation=other)


def test_a_review_stays_with_its_precedent_and_ended_as_it_ended(cast: Cast) -> None:
    one, other = stages.at_decided(cast), stages.at_decided(cast)
    review = stages.review_of(one)
    there = {"precedent": stages.precedent_of(other), "deliberation": other}
    refused(review, "review_stays_with_its_precedent", **there)
    Review.objects.filter(pk=review.pk).update(state="void")
    refused(review, "review_ended_stays", due_on=stages._in_days(9))


def test_an_entry_without_its_hash_is_refused(cast: Cast) -> None:
    stages.at_conflict(cast)
    entry = Entry.objects.latest("pk")
    refused_copy(entry, "audit_entry_hash_is_whole", leaf_hash=b"")
