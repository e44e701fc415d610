"""Drafting, circulating, returning and signing an outcome, and what is printed of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts import clock
from accounts.domain.seats import sit, stand_up
from accounts.ids import uuid7
from accounts.models import User
from accounts.permissions import SYSTEM
from accounts.refusals import Invalid, NotAllowed, Stale, WrongState
from accounts.scope import open_organisation
from audit.models import Entry
from audit.texts import keep
from deliberation.domain.commitments import report_commitment
from deliberation.domain.outcome import (
    Loss,
    circulate_outcome,
    draft_outcome,
    return_outcome,
    send_due_to_sign,
    send_to_sign,
    set_aside_outcome_draft,
    sign_outcome,
)
from deliberation.models import (
    Ask,
    Commitment,
    Deliberation,
    Draft,
    Hearing,
    Notice,
    OutcomeVersion,
    Precedent,
    Question,
    Remainder,
    Review,
    Round,
)
from deliberation.notifications import send_due
from deliberation.queries.outcome_as_json import outcome_as_json
from tests.cast import Cast
from tests.deliberation import stages

pytestmark = pytest.mark.django_db

API_KEYS = {
    "decision_made",
    "values_prioritized",
    "values_deprioritized",
    "moral_remainder",
    "justification",
    "precedent_applicability",
    "review_trigger",
    "dissenting_perspectives",
    "precedent_binding",
    "review_date",
    "remainders",
    "applies_to",
    "does_not_apply_to",
    "review_triggers",
    "commitments",
    "not_heard",
}


@pytest.fixture
def cast() -> Iterator[Cast]:
    people = Cast()
    with open_organisation(people.organisation):
        yield people


def latest(deliberation: Deliberation) -> OutcomeVersion:
    return OutcomeVersion.objects.filter(deliberation=deliberation).latest("number")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(name: str, *extra: object) -> str:
    return reverse(name, args=["care", 1, *extra])


# --- Drafting


def test_draft_is_rewritten_in_place_until_it_is_circulated(cast: Cast) -> None:
    deliberation = stages.at_drafted(cast)
    changed = stages.content(
        deliberation, prioritized=["Speed"], remainders=[Loss("a", "b", "repair", "c")], commitments=[]
    )
    draft_outcome(deliberation, by=cast.facilitator, content=changed)
    version = OutcomeVersion.objects.get(deliberation=deliberation)
    assert [str(v.text) for v in version.values.filter(side="prioritized")] == ["Speed"]
    assert [str(r.loss) for r in Remainder.objects.filter(version=version)] == ["a"]


def test_words_that_did_not_change_are_kept_once(cast: Cast) -> None:
    deliberation = stages.at_drafted(cast)
    before = latest(deliberation)
    draft_outcome(deliberation, by=cast.facilitator, content=stages.content(deliberation, expects="Something else."))
    after = latest(deliberation)
    assert (after.justification_id, after.expects_id != before.expects_id) == (before.justification_id, True)


def test_draft_changed_in_another_window_is_stale(cast: Cast) -> None:
    deliberation = stages.at_drafted(cast)
    seen = latest(deliberation).edited_at - timedelta(seconds=1)
    with pytest.raises(Stale, match="another window"):
        draft_outcome(deliberation, by=cast.facilitator, content=stages.content(deliberation), seen=seen)


def test_hearings_are_taken_from_who_contributed(cast: Cast) -> None:
    deliberation = stages.at_outcome(cast)
    Ask.objects.filter(deliberation=deliberation, seat__name="Stakeholder three").update(state="lapsed")
    draft_outcome(deliberation, by=cast.facilitator, content=stages.content(deliberation, hearings=None))
    heard = Hearing.objects.filter(deliberation=deliberation).values_list("framework__title", flat=True)
    assert set(heard) == {"Rights-based", "Consequentialist"}
    with pytest.raises(Invalid) as refused:
        circulate_outcome(deliberation, by=cast.facilitator)
    assert list(refused.value.errors.values()) == ["Say whether Fairness was heard, and if not, why not."]


@pytest.mark.parametrize("who", ["holder", "administrator", "second_facilitator", "outsider"])
def test_only_the_facilitator_drafts(cast: Cast, who: str) -> None:
    deliberation = stages.at_outcome(cast)
    with pytest.raises(NotAllowed):
        draft_outcome(deliberation, by=getattr(cast, who), content=stages.content(deliberation))


# --- Circulating


def test_circulating_says_everything_that_is_missing(cast: Cast) -> None:
    deliberation = stages.at_drafted(
        cast, prioritized=[], remainders=[], commitments=[], triggers=[], does_not_apply_to="", justification=""
    )
    with pytest.raises(Invalid) as refused:
        circulate_outcome(deliberation, by=cast.facilitator)
    assert set(refused.value.errors) == {
        "prioritized-0-text",
        "justification",
        "remainders-0-loss",
        "does_not_apply_to",
        "triggers-0-text",
        "commitments-0-what",
    }
    assert latest(deliberation).circulated_at is None


def test_circulating_asks_everybody_who_takes_part_and_opens_the_window(cast: Cast) -> None:
    deliberation = stages.at_circulated(cast)
    version = latest(deliberation)
    assert version.dissent_closes_at == version.circulated_at + timedelta(hours=120)
    asks = Ask.objects.filter(deliberation=deliberation, round__number=4)
    assert {ask.seat.name for ask in asks} == {"Stakeholder one", "Stakeholder two", "Stakeholder three"}
    assert {ask.due_at for ask in asks} == {version.dissent_closes_at}
    assert Notice.objects.filter(kind="outcome_circulated").count() == 3


def test_a_change_is_a_new_version_with_a_new_window(cast: Cast) -> None:
    deliberation = stages.at_circulated(cast)
    first = latest(deliberation)
    with time_machine.travel(clock.now() + timedelta(days=2)):
        changed = stages.content(deliberation, expects="Something else.")
        draft_outcome(deliberation, by=cast.facilitator, content=changed)
        with pytest.raises(Invalid, match="Say what changed"):
            circulate_outcome(deliberation, by=cast.facilitator)
        changed = stages.content(deliberation, expects="Something else.", change_note="What it expects.")
        draft_outcome(deliberation, by=cast.facilitator, content=changed)
        second = circulate_outcome(deliberation, by=cast.facilitator)
        assert (second.number, second.dissent_closes_at) == (2, second.circulated_at + timedelta(hours=120))
        assert second.circulated_at > first.circulated_at + timedelta(days=1)
        page = signed_in(cast.first).get(url("outcome")).content.decode()
    assert "<del><bdi>Half of all replies go out within six days.</bdi></del>" in page
    assert "<ins><bdi>Something else.</bdi></ins>" in page
    first.refresh_from_db()
    assert str(first.expects) == "Half of all replies go out within six days."
    assert Notice.objects.filter(kind="outcome_new_version").count() == 3


def test_a_draft_nobody_has_seen_is_set_aside(cast: Cast) -> None:
    deliberation = stages.at_circulated(cast)
    draft_outcome(deliberation, by=cast.facilitator, content=stages.content(deliberation))
    set_aside_outcome_draft(deliberation, by=cast.facilitator)
    with time_machine.travel(clock.now() + timedelta(days=6)):
        assert send_to_sign(deliberation, by=cast.facilitator).number == 1


def test_the_first_draft_is_not_set_aside(cast: Cast) -> None:
    deliberation = stages.at_drafted(cast)
    with pytest.raises(WrongState):
        set_aside_outcome_draft(deliberation, by=cast.facilitator)


# --- To the decision holder and back


def test_the_tick_sends_to_sign_once_the_window_is_over(cast: Cast) -> None:
    deliberation = stages.at_circulated(cast)
    assert send_due_to_sign(cast.organisation) == 0
    with time_machine.travel(clock.now() + timedelta(days=40)):
        assert send_due_to_sign(cast.organisation) == 1
        assert send_due_to_sign(cast.organisation) == 0
    deliberation.refresh_from_db()
    assert deliberation.state == "signing"
    assert set(Ask.objects.filter(round__number=4).values_list("state", flat=True)) == {"lapsed"}
    assert Notice.objects.filter(kind="outcome_to_sign", user=cast.holder).count() == 1


def test_it_is_not_sent_while_the_window_runs_or_a_newer_draft_is_open(cast: Cast) -> None:
    deliberation = stages.at_circulated(cast)
    with pytest.raises(WrongState, match="not over yet"):
        send_to_sign(deliberation, by=cast.facilitator)
    draft_outcome(deliberation, by=cast.facilitator, content=stages.content(deliberation))
    with time_machine.travel(clock.now() + timedelta(days=6)):
        with pytest.raises(WrongState, match="nobody has seen"):
            send_to_sign(deliberation, by=cast.facilitator)
        assert send_due_to_sign(cast.organisation) == 0


def test_a_returned_draft_needs_a_new_version(cast: Cast) -> None:
    deliberation = stages.at_signing(cast)
    return_outcome(deliberation, by=cast.holder, reason="Who pays for the readers?")
    assert deliberation.state == "round_4"
    assert str(latest(deliberation).returned_reason) == "Who pays for the readers?"
    with pytest.raises(WrongState, match="given back"):
        send_to_sign(deliberation, by=SYSTEM)
    assert send_due_to_sign(cast.organisation) == 0
    assert Notice.objects.filter(kind="outcome_returned", user=cast.facilitator).exists()
    draft_outcome(deliberation, by=cast.facilitator, content=stages.content(deliberation, change_note="The price."))
    circulate_outcome(deliberation, by=cast.facilitator)
    with time_machine.travel(clock.now() + timedelta(days=6)):
        assert send_due_to_sign(cast.organisation) == 1


def test_return_needs_a_reason(cast: Cast) -> None:
    deliberation = stages.at_signing(cast)
    with pytest.raises(Invalid):
        return_outcome(deliberation, by=cast.holder, reason="  ")
    deliberation.refresh_from_db()
    assert deliberation.state == "signing"


# --- Signing


def test_signing_decides_and_makes_a_precedent_with_its_review(cast: Cast) -> None:
    deliberation = stages.at_decided(cast)
    outcome = stages.outcome_of(deliberation)
    assert (deliberation.state, outcome.state, outcome.signed_by) == ("decided", "signed", cast.holder)
    precedent = Precedent.objects.get(outcome=outcome)
    review = Review.objects.get(precedent=precedent)
    assert (review.state, review.due_on) == ("scheduled", outcome.signed_version.review_date)


def test_the_signature_commits_to_every_word(cast: Cast) -> None:
    deliberation = stages.at_decided(cast)
    outcome = stages.outcome_of(deliberation)
    commitments = json.loads(bytes(Entry.objects.get(pk=outcome.signed_entry_id).canonical))["commitments"]
    version = outcome.signed_version
    dissent = stages.dissent_of(deliberation)
    texts = [
        version.decision,
        version.justification,
        version.does_not_apply_to,
        version.remainders.first().loss,
        version.commitments.first().owner,
        dissent.objection,
        dissent.answers.get().text,
    ]
    assert {text.commitment for text in texts} <= set(commitments.values())
    assert "manifest" in commitments


def test_signing_needs_a_typed_name(cast: Cast) -> None:
    deliberation = stages.at_signing(cast)
    with pytest.raises(Invalid) as refused:
        sign_outcome(deliberation, by=cast.holder, version_id=latest(deliberation).pk, name="  ")
    assert set(refused.value.errors) == {"name"}


def test_everybody_who_took_part_is_told_of_the_signature(cast: Cast) -> None:
    deliberation = stages.at_decided(cast)
    told = Notice.objects.filter(kind="outcome_signed")
    assert {row.seat.name for row in told if row.seat} == {"Stakeholder one", "Stakeholder two", "Stakeholder three"}
    assert {row.user for row in told if row.user} == {cast.facilitator}
    send_due(cast.organisation)
    letter = next(m for m in mail.outbox if m.subject == "The outcome is signed")
    assert str(deliberation.question) in letter.body


def test_the_whole_path_by_its_verbs_alone(cast: Cast) -> None:
    """From the first question through four rounds to the signature, no row made by hand."""
    deliberation = stages.at_round(cast, 4)
    draft_outcome(deliberation, by=cast.facilitator, content=stages.content(deliberation, hearings=None))
    version = circulate_outcome(deliberation, by=cast.facilitator)
    assert version.dissent_closes_at is not None
    with time_machine.travel(version.dissent_closes_at + timedelta(minutes=1)):
        assert send_due_to_sign(cast.organisation) == 1
        deliberation.refresh_from_db()
        outcome = sign_outcome(deliberation, by=cast.holder, version_id=version.pk, name="Holder")
    assert (deliberation.state, outcome.state) == ("decided", "signed")


# --- Commitments


def test_a_commitment_is_reported_in_words(cast: Cast) -> None:
    deliberation = stages.at_decided(cast)
    promise = Commitment.objects.filter(deliberation=deliberation).first()
    with pytest.raises(Invalid, match="Name the role"):
        report_commitment(deliberation, promise, by=cast.holder, state="handed_on", account="To others.")
    report_commitment(
        deliberation, promise, by=cast.holder, state="handed_on", account="To others.", new_owner="Head of training"
    )
    report_commitment(deliberation, promise, by=cast.reviewer, state="done", account="Two readers were trained.")
    promise.refresh_from_db()
    assert promise.state == "done"
    with pytest.raises(WrongState, match="already"):
        report_commitment(deliberation, promise, by=cast.reviewer, state="not_done", account="No.")
    assert "Head of training" in signed_in(cast.holder).get(url("outcome")).content.decode()


def test_who_only_took_part_does_not_report(cast: Cast) -> None:
    deliberation = stages.at_decided(cast)
    promise = Commitment.objects.filter(deliberation=deliberation).first()
    with pytest.raises(NotAllowed):
        report_commitment(deliberation, promise, by=cast.editor, state="done", account="Done.")


# --- What is printed


def test_outcome_as_json_has_the_keys_of_core_concepts(cast: Cast) -> None:
    deliberation = stages.at_decided(cast)
    said = outcome_as_json(stages.outcome_of(deliberation))
    assert set(said) >= API_KEYS
    assert said["precedent_binding"] is False
    assert said["not_heard"] == ["Stakeholder four", "Applicants who gave up"]
    assert said["dissenting_perspectives"][0]["answer"] == "The audit is promised, within six months."


def test_nobody_dissented_is_printed_with_who_was_not_heard(cast: Cast) -> None:
    stages.at_decided(cast, dissent=False)
    page = signed_in(cast.reviewer).get(url("outcome")).content.decode()
    assert "Nobody wrote a dissent. Taking part is not agreement." in page
    assert "Not heard: Stakeholder four; Applicants who gave up." in page


def test_what_nobody_answered_who_speaks_twice_and_the_drawn_order_are_printed(cast: Cast) -> None:
    deliberation = stages.at_circulated(cast)
    two, three = (stages.seat_of(deliberation, f"Stakeholder {name}") for name in ("two", "three"))
    Question.objects.create(
        organisation=cast.organisation, deliberation=deliberation, by_seat=two, at=clock.now(), entry_id=uuid7(),
        round=Round.objects.get(deliberation=deliberation, number=1),
        text=keep(cast.organisation, "Who reads at night?"),
    )  # fmt: skip
    stand_up(three.pk)
    sit(cast.organisation, deliberation.pk, three.pk, cast.holder)
    for drawn in (False, True):
        page = signed_in(cast.facilitator).get(url("outcome") + "?order=drawn" * drawn).content.decode()
        assert page.index("Questions nobody answered") < page.index("Who reads at night?")
        assert "The decision holder also spoke as a voice." in page
        assert ("The frameworks stand in an order that was drawn." in page) is drawn


@pytest.mark.parametrize(
    ("who", "before", "after"),
    [
        ("facilitator", 200, 200),
        ("holder", 200, 200),
        ("first", 200, 200),
        ("reviewer", 404, 200),
        ("auditor", 404, 200),
        ("outsider", 404, 404),
        ("operator", 404, 404),
    ],
)
def test_who_may_read_it(cast: Cast, who: str, before: int, after: int) -> None:
    client = signed_in(getattr(cast, who))
    deliberation = stages.at_signing(cast)
    assert client.get(url("outcome")).status_code == before
    assert client.get(url("outcome_pdf")).status_code == before
    sign_outcome(deliberation, by=cast.holder, version_id=latest(deliberation).pk, name="Holder")
    for name in ("outcome", "outcome_json", "outcome_markdown"):
        assert client.get(url(name)).status_code == after


def test_a_draft_nobody_has_seen_is_the_facilitators_alone(cast: Cast) -> None:
    stages.at_drafted(cast)
    assert "Five weeks without a word" in signed_in(cast.facilitator).get(url("outcome")).content.decode()
    for user in (cast.holder, cast.first):
        page = signed_in(user).get(url("outcome"))
        assert "Not drafted yet" in page.content.decode()
        assert "Five weeks" not in page.content.decode()


def test_pdf_and_markdown_hold_decision_dissent_and_answer(cast: Cast) -> None:
    stages.at_decided(cast)
    client = signed_in(cast.holder)
    assert client.get(url("outcome_pdf")).content.startswith(b"%PDF")
    text = client.get(url("outcome_markdown")).content.decode()
    assert text.index("## Decision") < text.index("## Dissent") < text.index("The audit is promised")


def test_words_are_never_markup(cast: Cast) -> None:
    nasty = '<script>alert(1)</script> #import "x": * $ [ ] 🌱 مرحبا'
    deliberation = stages.at_drafted(cast, decision=nasty, justification=nasty)
    circulate_outcome(deliberation, by=cast.facilitator)
    page = signed_in(cast.holder).get(url("outcome")).content.decode()
    assert "<script>alert" not in page
    assert signed_in(cast.holder).get(url("outcome_pdf")).content.startswith(b"%PDF")


def test_the_number_of_queries_does_not_grow(cast: Cast, django_assert_max_num_queries: object) -> None:
    deliberation = stages.at_signing(cast)
    sign_outcome(deliberation, by=cast.holder, version_id=latest(deliberation).pk, name="Holder")
    client = signed_in(cast.holder)
    with django_assert_max_num_queries(70):  # type: ignore[operator]
        client.get(url("outcome"))


# --- The drafting form


def form_of(client: Client) -> dict[str, str]:
    """The drafting form as a browser would send it back."""
    form = client.get(url("outcome_draft")).context["form"]
    return {name: str(value) for name in form.fields if (value := form[name].value()) not in (None, "")}


def test_the_form_drafts_and_circulates(cast: Cast) -> None:
    deliberation = stages.at_drafted(cast)
    client = signed_in(cast.facilitator)
    fields = form_of(client) | {"expects": "Less waiting."}
    assert client.post(url("outcome_draft"), fields | {"do": "keep"}).status_code == 302
    assert str(latest(deliberation).expects) == "Less waiting."
    assert [c.kind for c in latest(deliberation).commitments.all()] == ["carry_out", "owed"]
    assert client.post(url("outcome_draft"), form_of(client) | {"do": "circulate"}).status_code == 302
    assert latest(deliberation).circulated_at is not None


def test_rows_are_added_and_taken_out_and_nothing_is_lost(cast: Cast) -> None:
    stages.at_drafted(cast)
    client = signed_in(cast.facilitator)
    fields = form_of(client) | {"expects": "Not saved yet.", "do": "add-remainders"}
    assert client.post(url("outcome_draft"), fields).url.endswith("#id_remainders-2-loss")
    fields = form_of(client)
    assert (fields["expects"], fields["remainders-rows"]) == ("Not saved yet.", "3")
    client.post(url("outcome_draft"), fields | {"do": "remove-remainders-0"})
    fields = form_of(client)
    assert fields["remainders-0-loss"].startswith("People were declined")
    assert fields["commitments-1-for_loss"] == "1"
    assert Draft.objects.filter(user=cast.facilitator).exists()


def test_what_is_missing_stands_at_its_field(cast: Cast) -> None:
    stages.at_drafted(cast)
    client = signed_in(cast.facilitator)
    fields = form_of(client) | {"does_not_apply_to": "", "review_date": "2025-11-12", "remainders-0-bearer": ""}
    page = client.post(url("outcome_draft"), fields | {"do": "circulate"})
    assert page.status_code == 422
    errors = page.context["form"].errors
    assert set(errors) == {"review_date", "remainders-0-bearer"}
    assert "Did you mean 12 November 20" in errors["review_date"][0]
    fields |= {"review_date": "", "remainders-0-bearer": "All"}
    page = client.post(url("outcome_draft"), fields | {"do": "circulate"})
    assert set(page.context["form"].errors) == {"review_date", "does_not_apply_to"}
    assert "It cannot be circulated yet." in page.content.decode()


def test_another_window_is_told_and_may_save_again(cast: Cast) -> None:
    deliberation = stages.at_drafted(cast)
    client = signed_in(cast.facilitator)
    fields = form_of(client)
    draft_outcome(deliberation, by=cast.facilitator, content=stages.content(deliberation, expects="The other window."))
    page = client.post(url("outcome_draft"), fields | {"do": "keep", "expects": "This window."})
    assert "another window" in page.content.decode()
    assert "This window." in page.content.decode()
    again = fields | {"seen": page.context["form"]["seen"].value(), "expects": "This window.", "do": "keep"}
    assert client.post(url("outcome_draft"), again).status_code == 302
    assert str(latest(deliberation).expects) == "This window."


def test_signing_page_sums_up_what_is_missing_with_links(cast: Cast) -> None:
    deliberation = stages.at_signing(cast, answered=False)
    client = signed_in(cast.holder)
    page = client.get(url("outcome_sign")).content.decode()
    assert "It cannot be signed yet. One thing is missing." in page
    assert url("dissent_answer", stages.dissent_of(deliberation).pk) in page
    sent = {"name": "Holder", "version_id": latest(deliberation).pk}
    assert client.post(url("outcome_sign"), sent).status_code == 422


def test_signing_page_signs_and_the_holders_word_is_printed_beside_the_signature(cast: Cast) -> None:
    deliberation = stages.at_signing(cast)
    sent = {"name": "Holder, Chief People Officer", "version_id": latest(deliberation).pk, "reason": "With care."}
    assert signed_in(cast.holder).post(url("outcome_sign"), sent).status_code == 302
    assert str(stages.outcome_of(deliberation).signed_reason) == "With care."
    for page in ("outcome", "outcome_markdown"):
        assert "With care." in signed_in(cast.facilitator).get(url(page)).content.decode()


@pytest.mark.parametrize("who", ["facilitator", "first", "administrator"])
def test_signing_page_is_the_holders(cast: Cast, who: str) -> None:
    stages.at_signing(cast)
    assert signed_in(getattr(cast, who)).get(url("outcome_sign")).status_code in {403, 404}
