"""What is promised before anyone is invited: versions, acceptance by name, and who is told of a change."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts import clock
from accounts.refusals import Invalid, NotAllowed, Stale
from accounts.scope import open_organisation
from deliberation.domain import conflict, seats, terms
from deliberation.domain.terms import accepted_terms, invited_seats, latest_terms
from deliberation.models import Notice, Terms
from deliberation.notifications import send_due
from deliberation.queries.conflict import blockers
from deliberation.queries.terms import versions
from tests.cast import Cast
from tests.deliberation.stages import at_conflict, at_draft, invited, with_terms

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    cast = Cast()
    with open_organisation(cast.organisation):
        yield cast


def test_each_change_is_a_new_version_that_waits_to_be_accepted(cast):
    deliberation = at_draft(cast)
    first = latest_terms(deliberation)
    assert accepted_terms(deliberation) == first
    second = with_terms(cast, deliberation, compensation="Thirty dollars an hour.")
    assert (second.version, second.accepted_at) == (2, None)
    assert accepted_terms(deliberation) is None
    assert second.off_table_id == first.off_table_id
    assert second.compensation_id != first.compensation_id
    first.refresh_from_db()
    assert first.accepted_name == "Holder"
    changed = versions(deliberation)[0].changed
    assert [str(c["label"]) for c in changed] == ["What participants get for their time"]


def test_the_same_terms_again_are_no_version(cast):
    deliberation = at_draft(cast)
    with pytest.raises(Invalid):
        with_terms(cast, deliberation)
    assert Terms.objects.filter(deliberation=deliberation).count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"off_table": "  "}, "off_table"),
        ({"question": "x" * 30_001}, "question"),
        ({"reach": "votes"}, "reach"),
    ],
)
def test_draft_terms_says_at_the_field_what_cannot_be_taken(cast, change, field):
    deliberation = at_conflict(cast)
    with pytest.raises(Invalid) as wrong:
        with_terms(cast, deliberation, **change)
    assert list(wrong.value.errors) == [field]


def test_draft_terms_refuses_a_day_that_has_passed(cast):
    with pytest.raises(Invalid) as wrong:
        with_terms(cast, at_conflict(cast), answer_by=(clock.now() - timedelta(days=1)).date())
    assert list(wrong.value.errors) == ["answer_by"]


def test_draft_terms_in_two_tabs_does_not_silently_win(cast):
    deliberation = at_draft(cast)
    with_terms(cast, deliberation, paid_by="The trust pays.", seen=1)
    with pytest.raises(Stale):
        with_terms(cast, deliberation, paid_by="The board pays.", seen=1)


def test_accept_terms_is_the_holders_by_name_over_what_they_read(cast):
    deliberation = at_draft(cast)
    with_terms(cast, deliberation, paid_by="The trust pays.")
    for person in (cast.facilitator, cast.second_holder, cast.administrator, cast.outsider):
        with pytest.raises(NotAllowed):
            terms.accept_terms(deliberation, by=person, version=2, name="Me")
    with pytest.raises(Stale):
        terms.accept_terms(deliberation, by=cast.holder, version=1, name="Holder")
    with pytest.raises(Invalid) as wrong:
        terms.accept_terms(deliberation, by=cast.holder, version=2, name=" ")
    assert list(wrong.value.errors) == ["name"]
    terms.accept_terms(deliberation, by=cast.holder, version=2, name="  H.  Older ")
    assert latest_terms(deliberation).accepted_name == "H. Older"
    with pytest.raises(Stale):
        terms.accept_terms(deliberation, by=cast.holder, version=2, name="Holder")


def test_the_database_refuses_an_acceptance_without_a_name(cast):
    deliberation = at_draft(cast)
    with_terms(cast, deliberation, paid_by="The trust pays.")
    with pytest.raises(IntegrityError), transaction.atomic():
        Terms.objects.filter(version=2).update(accepted_by=cast.holder, accepted_at=clock.now())


def test_another_holder_is_not_bound_by_what_the_first_accepted(cast):
    deliberation = at_draft(cast)
    seats.name_holder(deliberation, by=cast.facilitator, user=cast.second_holder)
    again = latest_terms(deliberation)
    assert (again.version, again.accepted_at) == (2, None)
    with pytest.raises(NotAllowed):
        terms.accept_terms(deliberation, by=cast.holder, version=2, name="Holder")
    terms.accept_terms(deliberation, by=cast.second_holder, version=2, name="Second")


def test_everyone_invited_is_told_of_a_change_once(cast):
    deliberation = invited(cast)
    told = {seat.pk for seat in invited_seats(deliberation)}
    assert told
    send_due(cast.organisation)
    mail.outbox.clear()
    with_terms(cast, deliberation, meanwhile="The tool runs for nurses only.")
    rows = Notice.objects.filter(kind="terms_changed")
    assert {row.seat_id for row in rows} == told
    assert "Version 2 of the terms waits to be accepted by Holder." in blockers(deliberation)
    send_due(cast.organisation)
    subjects = [m.subject for m in mail.outbox]
    assert subjects.count("The terms you were invited under have changed") == len(
        [row for row in rows if row.seat.invitation.stakeholder.email]
    )
    assert all("nurses only" not in m.body for m in mail.outbox)
    mail.outbox.clear()
    send_due(cast.organisation)
    assert mail.outbox == []


def test_after_invitations_only_the_holder_withdraws_and_all_are_told(cast):
    deliberation = invited(cast)
    told = {seat.pk for seat in invited_seats(deliberation)}
    with pytest.raises(NotAllowed):
        conflict.withdraw(deliberation, by=cast.facilitator, reason="No.", meanwhile="Nothing.")
    conflict.withdraw(deliberation, by=cast.holder, reason="The tool is gone.", meanwhile="There is nothing to decide.")
    rows = Notice.objects.filter(kind="withdrawn")
    assert {row.seat_id for row in rows if row.seat_id} == told
    assert [row.user for row in rows if row.user_id] == [cast.facilitator]
    send_due(cast.organisation)
    assert any("There is nothing to decide." in m.body for m in mail.outbox)


def test_the_terms_page_accepts_and_keeps_what_was_typed(cast, client):
    deliberation = at_draft(cast)
    address = reverse("deliberation_terms", args=["care", deliberation.number])
    client.force_login(cast.facilitator, backend="django.contrib.auth.backends.ModelBackend")
    page = client.post(address, {"question": "New words that must not be lost", "seen": "1"})
    assert page.status_code == 422
    assert "New words that must not be lost" in client.get(address).content.decode()
    with_terms(cast, deliberation, paid_by="The trust pays.")
    client.force_login(cast.holder, backend="django.contrib.auth.backends.ModelBackend")
    accept = reverse("deliberation_terms_accept", args=["care", deliberation.number])
    assert client.post(accept, {"version": "2", "name": ""}).status_code == 422
    assert client.post(accept, {"version": "1", "name": "Holder"}).status_code == 422
    assert client.post(accept, {"version": "2", "name": "Holder"}).status_code == 302
    assert accepted_terms(deliberation).version == 2
