"""Dissent: written against a version, joined, changed, taken back, answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts import clock
from accounts.models import User
from accounts.refusals import Invalid, NotAllowed, Stale, WrongState
from accounts.scope import open_organisation
from deliberation.domain.dissent import answer_dissent, join_dissent, withdraw_dissent, write_dissent
from deliberation.domain.more_time import answer_more_time, ask_more_time
from deliberation.domain.outcome import circulate_outcome, draft_outcome, sign_outcome
from deliberation.models import Ask, Deliberation, Dissent, DissentJoin, Draft, Framework, Notice, OutcomeVersion
from deliberation.notifications import send_due
from deliberation.queries.outcome_as_json import outcome_as_json
from tests.cast import Cast
from tests.deliberation import stages
from tests.deliberation.pages import by_link

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Iterator[Cast]:
    people = Cast()
    with open_organisation(people.organisation):
        yield people


def latest(deliberation: Deliberation) -> OutcomeVersion:
    return OutcomeVersion.objects.filter(deliberation=deliberation).latest("number")


def dissent_by(deliberation: Deliberation, name: str = "Stakeholder one", **facts: object) -> Dissent:
    given: dict[str, object] = {
        "version_id": latest(deliberation).pk,
        "lead": "The reading should go.",
        "objection": "One rule treats applicants more alike.",
    }
    return write_dissent(deliberation, by=stages.seat_of(deliberation, name), **(given | facts))  # type: ignore[arg-type]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(name: str, *extra: object) -> str:
    return reverse(name, args=["care", 1, *extra])


def test_dissent_answers_the_ask_and_is_told_to_the_holder(cast: Cast) -> None:
    deliberation = stages.at_circulated(cast)
    framework = Framework.objects.get(deliberation=deliberation, title="Fairness")
    dissent = dissent_by(deliberation, framework=framework, against="process", predicts="No change.")
    assert (dissent.against, dissent.framework, dissent.version) == ("process", framework, 1)
    assert Ask.objects.get(round__number=4, seat=dissent.seat).state == "answered"
    send_due(cast.organisation)
    assert [m.to for m in mail.outbox if m.subject == "A dissent waits for your answer"] == [[cast.holder.email]]


@pytest.mark.parametrize("field", ["lead", "objection"])
def test_dissent_needs_its_words(cast: Cast, field: str) -> None:
    deliberation = stages.at_circulated(cast)
    with pytest.raises(Invalid) as refused:
        dissent_by(deliberation, **{field: " "})
    assert set(refused.value.errors) == {field}


def test_dissent_after_its_time_is_refused_in_words(cast: Cast) -> None:
    deliberation = stages.at_circulated(cast)
    with time_machine.travel(clock.now() + timedelta(days=5, minutes=1)), pytest.raises(WrongState, match="is over"):
        dissent_by(deliberation)


def test_dissent_against_an_older_version_is_stale(cast: Cast) -> None:
    deliberation = stages.at_circulated(cast)
    first = latest(deliberation)
    draft_outcome(deliberation, by=cast.facilitator, content=stages.content(deliberation, change_note="Words."))
    dissent_by(deliberation, version_id=first.pk)  # nobody has seen the newer draft: it ends nothing
    circulate_outcome(deliberation, by=cast.facilitator)
    with pytest.raises(Stale, match="new version"):
        dissent_by(deliberation, "Stakeholder two", version_id=first.pk)


def test_a_dissent_stands_through_a_new_version(cast: Cast) -> None:
    deliberation = stages.at_circulated(cast)
    dissent = dissent_by(deliberation)
    draft_outcome(deliberation, by=cast.facilitator, content=stages.content(deliberation, change_note="Words."))
    circulate_outcome(deliberation, by=cast.facilitator)
    assert stages.dissent_of(deliberation) == dissent
    page = signed_in(cast.holder).get(url("outcome")).content.decode()
    assert "Written against draft 1" in page


def test_a_changed_dissent_is_a_new_row_and_joiners_are_asked_again(cast: Cast) -> None:
    deliberation = stages.at_circulated(cast)
    first = dissent_by(deliberation)
    other = stages.seat_of(deliberation, "Stakeholder two")
    join_dissent(deliberation, first, by=other)
    second = dissent_by(deliberation, lead="The reading should go, by lot.", replaces=first)
    first.refresh_from_db()
    assert (first.replaced_by, second.version, str(first.lead)) == (second, 2, "The reading should go.")
    assert not second.joins.exists()
    assert Notice.objects.get(kind="dissent_changed").seat == other
    with pytest.raises(Stale, match="changed meanwhile"):
        join_dissent(deliberation, first, by=other)


def test_nobody_changes_or_takes_back_anothers_dissent(cast: Cast) -> None:
    deliberation = stages.at_circulated(cast)
    dissent = dissent_by(deliberation)
    other = stages.seat_of(deliberation, "Stakeholder two")
    with pytest.raises(NotAllowed):
        withdraw_dissent(deliberation, dissent, by=other)
    with pytest.raises(NotAllowed):
        dissent_by(deliberation, "Stakeholder two", replaces=dissent)


def test_joining_twice_is_joining_once(cast: Cast) -> None:
    deliberation = stages.at_circulated(cast)
    dissent = dissent_by(deliberation)
    for _again in range(2):
        join_dissent(deliberation, dissent, by=stages.seat_of(deliberation, "Stakeholder two"))
    assert DissentJoin.objects.filter(dissent=dissent).count() == 1
    with pytest.raises(NotAllowed, match="your own"):
        join_dissent(deliberation, dissent, by=dissent.seat)


def test_a_withdrawn_dissent_is_not_printed_and_needs_no_answer(cast: Cast) -> None:
    deliberation = stages.at_circulated(cast)
    dissent = dissent_by(deliberation)
    withdraw_dissent(deliberation, dissent, by=dissent.seat)
    assert "The reading should go" not in signed_in(cast.holder).get(url("outcome")).content.decode()
    with pytest.raises(Stale, match="taken back"):
        answer_dissent(deliberation, dissent, by=cast.holder, text="Yes.")


def test_the_last_answer_stands(cast: Cast) -> None:
    deliberation = stages.at_signing(cast)
    answer_dissent(deliberation, stages.dissent_of(deliberation), by=cast.holder, text="On reflection: by lot.")
    sign_outcome(deliberation, by=cast.holder, version_id=latest(deliberation).pk, name="Holder")
    said = outcome_as_json(stages.outcome_of(deliberation))
    assert said["dissenting_perspectives"][0]["answer"] == "On reflection: by lot."


@pytest.mark.parametrize("who", ["facilitator", "second_holder", "administrator"])
def test_only_the_holder_answers(cast: Cast, who: str) -> None:
    deliberation = stages.at_signing(cast, answered=False)
    with pytest.raises(NotAllowed):
        answer_dissent(deliberation, stages.dissent_of(deliberation), by=getattr(cast, who), text="No.")


def test_more_time_for_one_is_more_time_for_all(cast: Cast) -> None:
    deliberation = stages.at_circulated(cast)
    until = clock.now() + timedelta(days=9)
    wish = ask_more_time(deliberation, by=stages.seat_of(deliberation, "Stakeholder two"), number=4, until=until)
    answer_more_time(wish, by=cast.facilitator, grant=True)
    assert latest(deliberation).dissent_closes_at == until
    with time_machine.travel(clock.now() + timedelta(days=8)):
        dissent_by(deliberation)


def test_the_form_writes_a_dissent_and_keeps_what_was_refused(cast: Cast) -> None:
    deliberation = stages.at_circulated(cast)
    client = signed_in(cast.first)
    sent = {"against": "decision", "lead": "", "objection": "Because of them.", "version_id": latest(deliberation).pk}
    page = client.post(url("dissent_write"), sent)
    assert (page.status_code, set(page.context["form"].errors)) == (422, {"lead"})
    assert Draft.objects.get().fields["objection"] == "Because of them."
    assert client.post(url("dissent_write"), sent | {"lead": "Not so."}).status_code == 302
    assert not Draft.objects.exists()
    assert str(stages.dissent_of(deliberation).lead) == "Not so."


def test_a_late_form_keeps_its_text(cast: Cast) -> None:
    deliberation = stages.at_circulated(cast)
    client = signed_in(cast.first)
    sent = {"against": "decision", "lead": "Not so.", "objection": "B.", "version_id": latest(deliberation).pk}
    with time_machine.travel(clock.now() + timedelta(days=5, minutes=1)):
        page = client.post(url("dissent_write"), sent)
    assert page.status_code == 422
    assert "The time for dissent is over. Your text is kept here" in page.content.decode()
    assert Draft.objects.get().fields["lead"] == "Not so."


def test_a_member_without_a_voice_does_not_dissent(cast: Cast) -> None:
    stages.at_circulated(cast)
    assert signed_in(cast.holder).get(url("dissent_write")).status_code == 403
    assert signed_in(cast.reviewer).get(url("dissent_write")).status_code in {403, 404}


def test_buttons_join_take_back_and_answer(cast: Cast) -> None:
    deliberation = stages.at_circulated(cast)
    dissent = dissent_by(deliberation)
    second = signed_in(cast.stakeholders[1])
    assert second.post(url("dissent_join", dissent.pk)).status_code == 302
    assert dissent.joins.get().seat.name == "Stakeholder two"
    assert signed_in(cast.holder).post(url("dissent_answer", dissent.pk), {"text": "By lot, then."}).status_code == 302
    assert second.get(url("dissent_withdraw", dissent.pk)).status_code == 404
    assert signed_in(cast.first).post(url("dissent_withdraw", dissent.pk)).status_code == 302
    assert not Dissent.objects.filter(withdrawn_at__isnull=True).exists()


def test_a_dissent_given_on_paper_is_entered_and_confirmed_by_its_speaker(cast: Cast) -> None:
    deliberation = stages.at_circulated(cast)
    speaker = stages.seat_of(deliberation, "Stakeholder two")
    staff, entering = signed_in(cast.facilitator), url("enter_for", 4, "dissent")
    version = OutcomeVersion.objects.get(deliberation=deliberation)
    given = {
        "seat": speaker.pk, "given": "paper", "language": "mi", "against": "decision", "lead": "Not so.",
        "objection": "It was never tried.", "removed_by": "", "predicts": "", "framework": "",
    }  # fmt: skip
    assert str(version.pk) in staff.get(entering).content.decode()
    stale = staff.post(entering, given | {"version_id": "00000000-0000-7000-8000-000000000000"})
    assert stale.status_code == 422
    assert "A new version was circulated" in stale.content.decode()
    assert staff.post(entering, given | {"version_id": version.pk}).status_code == 302
    dissent = Dissent.objects.get()
    assert (dissent.seat, dissent.given, dissent.entered_by, dissent.language) == (
        speaker, "paper", cast.facilitator, "mi",
    )  # fmt: skip
    assert dissent.confirmed_at is None
    assert "Not yet confirmed by its speaker." in staff.get(url("outcome")).content.decode()
    own = by_link(speaker)
    assert "Yes, this is what I said" in own.get(url("card")).content.decode()
    own.post(url("card_confirm", "dissent", dissent.pk))
    dissent.refresh_from_db()
    assert dissent.confirmed_at is not None
    assert "On paper, entered by the facilitator." in staff.get(url("outcome")).content.decode()
