"""Judgement requests: one open one an act, grants used once, deliberations that come back, and their pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts import clock
from accounts.refusals import Invalid, WrongState
from accounts.scope import open_organisation
from audit.models import Entry
from deliberation.domain import conflict
from deliberation.models import Deliberation, Draft, Notice
from deliberation.notifications import send_due
from instructions.domain.classification import Wording
from instructions.domain.instruction import revise_instruction
from oversight.domain.convening import convene_for_request
from oversight.domain.requests import end_due_requests, grant_request, refuse_request
from oversight.models import Check, JudgmentRequest
from oversight.queries.answering import figures
from tests.cast import Cast
from tests.deliberation.pages import signed_in
from tests.oversight.house import DROP, REASONED, ask, in_force, key_of

pytestmark = pytest.mark.django_db
State = JudgmentRequest.State
TICKED = {"ticked": range(9), "reason": "The contract is over, and the restore was tried."}


@pytest.fixture
def house(cast: Cast):
    with open_organisation(cast.organisation):
        yield cast


def test_an_act_waits_once_however_often_it_is_asked(house: Cast) -> None:
    key, other = key_of(house.project, house), key_of(house.project, house, "Another")
    first = ask(key, DROP, session="s", reasoning=REASONED)
    assert (first.decision, first.judgment_request["state"]) == ("ask", "pending")
    again = ask(other, DROP, reasoning=REASONED)
    assert again.judgment_request["id"] == first.judgment_request["id"]
    asked = JudgmentRequest.objects.get()
    assert (asked.boundary, asked.irreversible, asked.key) == ("12.3 irreversible", True, key)
    assert asked.safety_checks
    assert asked.lapses_at == asked.asked_at + timedelta(hours=168)
    entry = Entry.objects.get(pk=asked.entry_id)
    assert entry.cause_id == Check.objects.get(pk=first.check_id).entry_id
    told = Notice.objects.filter(kind="judgment_asked").values_list("user", flat=True)
    assert sorted(told) == sorted([house.holder.pk, house.second_holder.pk])


def test_a_grant_is_for_this_act_once_and_for_a_while(house: Cast) -> None:
    key = key_of(house.project, house)
    ask(key, DROP)
    asked = JudgmentRequest.objects.get()
    with pytest.raises(Invalid) as refused:
        grant_request(asked, by=house.holder, lasts=timedelta(days=3))
    assert set(refused.value.errors) == {"reason", "ticked", "lasts"}
    assert JudgmentRequest.objects.get().state == State.PENDING

    grant_request(asked, by=house.holder, opened_at=asked.asked_at - timedelta(days=1), **TICKED)
    assert (asked.state, asked.decided_by, asked.ticked) == (
        State.GRANTED,
        house.holder,
        list(range(len(asked.safety_checks))),
    )
    assert asked.opened_at == asked.asked_at
    with pytest.raises(WrongState):
        refuse_request(asked, by=house.second_holder, reason="Too late.")

    changed = {"tool_name": "Bash", "tool_input": {"command": DROP["tool_input"]["command"] + " --echo-all"}}
    assert ask(key, changed).judgment_request["id"] != str(asked.pk)
    told = ask(key, DROP)
    assert (told.decision, told.would_have, told.grant_used) == ("allow", "ask", str(asked.pk))
    asked.refresh_from_db()
    assert asked.state == State.USED
    told = ask(key, DROP)
    assert (told.decision, told.grant_used) == ("ask", None)
    assert told.judgment_request["id"] != str(asked.pk)


def test_a_check_left_out_needs_its_own_reason(house: Cast) -> None:
    ask(key_of(house.project, house), DROP)
    asked = JudgmentRequest.objects.get()
    with pytest.raises(Invalid) as refused:
        grant_request(asked, by=house.holder, reason="It may.", ticked=[0])
    assert set(refused.value.errors) == {"ticked"}
    grant_request(asked, by=house.holder, reason="It may.", ticked=[0], unticked_why="There is no other copy to try.")
    assert asked.unticked_why.body == "There is no other copy to try."


def test_what_nobody_answers_lapses_and_what_nobody_uses_expires(house: Cast) -> None:
    key = key_of(house.project, house)
    ask(key, DROP)
    granted = JudgmentRequest.objects.get()
    grant_request(granted, by=house.holder, **TICKED)
    other = {"tool_name": "Bash", "tool_input": {"command": "psql -h prod.internal -c 'DROP TABLE orders'"}}
    ask(key, other)
    with time_machine.travel(clock.now() + timedelta(hours=1, seconds=1)):
        told = ask(key, DROP)
        assert told.decision == "ask"
        granted.refresh_from_db()
        assert granted.state == State.EXPIRED
    with time_machine.travel(clock.now() + timedelta(days=7, minutes=1)):
        waiting = JudgmentRequest.objects.filter(state=State.PENDING).order_by("id").first()
        with pytest.raises(WrongState):
            grant_request(waiting, by=house.holder, **TICKED)
        assert (end_due_requests(house.organisation), end_due_requests(house.organisation)) == (1, 0)
        assert send_due(house.organisation) == 2  # of the one that was asked about an hour later, and still waits
        assert JudgmentRequest.objects.filter(state=State.PENDING).count() == 1


def test_a_changed_instruction_voids_a_grant(house: Cast) -> None:
    rule = in_force(house, "Avoid dropping tables.")
    key = key_of(house.project, house)
    told = ask(key, DROP)
    assert (told.decision, rule.key in str(told.checks)) == ("ask", True)
    asked = JudgmentRequest.objects.get()
    grant_request(asked, by=house.holder, **TICKED)
    revise_instruction(rule, Wording("Avoid dropping any tables."), by=house.editor, why="All of them.")
    told = ask(key, DROP)
    assert (told.decision, rule.key in str(told.checks), told.grant_used) == ("ask", True, None)
    assert told.judgment_request["id"] != str(asked.pk)


def test_a_deliberation_about_an_act_comes_back_with_its_outcome(house: Cast) -> None:
    key = key_of(house.project, house)
    ask(key, DROP)
    asked = JudgmentRequest.objects.get()
    made = convene_for_request(
        asked, by=house.holder, reason="People are in this table.", question="May customers be deleted?",
        decision_asked="DROP TABLE customers", urgency="URGENT",
    )  # fmt: skip
    assert (made.state, made.origin, made.urgency, asked.state) == ("proposed", "agent", "URGENT", State.DELIBERATING)
    assert ask(key, DROP).judgment_request["state"] == "deliberating"
    with pytest.raises(WrongState):
        grant_request(asked, by=house.holder, **TICKED)

    page = signed_in(house.facilitator).get(reverse("deliberation", args=["care", made.number])).content.decode()
    assert "An agent asked whether it may do something" in page
    assert "DROP TABLE customers" in page
    conflict.dismiss(made, by=house.facilitator, reason="It is the contract’s, not ours.")
    asked.refresh_from_db()
    assert (asked.state, asked.outcome, asked.deliberation) == (State.PENDING, None, made)
    returned = Entry.objects.get(event="oversight.request.return")
    assert Entry.objects.get(pk=returned.cause_id).event == "deliberation.dismiss"
    assert ask(key, DROP).decision == "ask"
    refuse_request(asked, by=house.second_holder, reason="It stays.")
    assert ask(key, DROP).judgment_request["id"] != str(asked.pk)


def test_an_outcome_is_attached_and_grants_nothing(house: Cast) -> None:
    from deliberation.domain.outcome import sign_outcome
    from deliberation.models import Outcome
    from tests.deliberation import stages

    deliberation = stages.at_signing(house)
    key = key_of(house.project, house)
    ask(key, DROP)
    asked = JudgmentRequest.objects.get()
    convene_for_request(asked, by=house.holder, reason="r", question="q", decision_asked="d", urgency="URGENT")
    JudgmentRequest.objects.filter(pk=asked.pk).update(deliberation=deliberation)
    outcome = Outcome.objects.get(deliberation=deliberation)
    version = outcome.versions.latest("number")
    sign_outcome(deliberation, by=house.holder, version_id=version.pk, name="Holder")
    asked.refresh_from_db()
    assert (asked.state, asked.outcome) == (State.PENDING, outcome)
    assert ask(key, DROP).decision == "ask"
    page = signed_in(house.holder).get(reverse("judgment_request", args=["care", asked.pk])).content.decode()
    assert "Read it whole, with its dissents" in page


# --- Pages


def test_the_pages_ask_and_answer(house: Cast) -> None:
    key = key_of(house.project, house)
    ask(key, DROP, session="s", reasoning=REASONED)
    asked = JudgmentRequest.objects.get()
    holder, editor = signed_in(house.holder), signed_in(house.editor)
    queue, page = reverse("judgment_requests", args=["care"]), reverse("judgment_request", args=["care", asked.pk])
    shown = holder.get(queue).content.decode()
    assert "One act waits for a person." in shown
    assert "Cannot be undone (12.3)" in shown
    assert page in holder.get(reverse("asked", args=["care"])).content.decode()
    assert page not in editor.get(reverse("asked", args=["care"])).content.decode()

    shown = holder.get(page).content.decode()
    for part in ("DROP TABLE customers", "The contract of 3 May, section 4", asked.safety_checks[0], "Grant it once",
                 "Refuse it", "Have it deliberated", "The agent is at work"):  # fmt: skip
        assert part in shown, part
    assert "Grant it once</button>" not in editor.get(page).content.decode()
    assert editor.post(page + "grant/", {"reason": "x", "lasts": "1"}).status_code == 403

    answer = holder.post(page + "grant/", {"lasts": "1", "ticked": ["0"]})
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "Say in a sentence why it may be done" in shown
    assert Draft.objects.count() == 1
    every = [str(place) for place in range(len(asked.safety_checks))]
    answer = holder.post(page + "grant/", {"lasts": "4", "ticked": every, "reason": "The contract is over."})
    assert answer.status_code == 302
    asked.refresh_from_db()
    assert asked.expires_at - asked.decided_at == timedelta(hours=4)
    assert asked.asked_at <= asked.opened_at <= asked.decided_at
    assert not Draft.objects.exists()
    assert "The contract is over." in holder.get(page).content.decode()
    late = signed_in(house.second_holder).post(page + "refuse/", {"reason": "No."})
    assert late.status_code == 409
    assert "The contract is over." in late.content.decode()

    everybody, each, lapsed = figures(house.organisation)
    assert (everybody.granted, everybody.timed, everybody.quick, lapsed) == (1, 1, 1, 0)
    assert [(one.name, one.share) for one in each] == [("Holder", 100)]
    assert "too soon to have been read" in holder.get(queue).content.decode()


def test_refusing_and_convening_in_the_browser(house: Cast) -> None:
    key = key_of(house.project, house)
    ask(key, DROP)
    asked = JudgmentRequest.objects.get()
    holder = signed_in(house.holder)
    page = reverse("judgment_request", args=["care", asked.pk])
    form = holder.get(page).context["convene"].form
    said = {name: form.initial[name] for name in ("question", "decision_asked", "urgency")}
    assert "DROP TABLE customers" in said["decision_asked"]
    assert holder.post(page + "convene/", said | {"reason": ""}).status_code == 422
    with pytest.raises(Invalid):
        convene_for_request(asked, by=house.holder, reason=" ", **said)
    assert holder.post(page + "convene/", said | {"reason": "People are in it."}).status_code == 302
    made = Deliberation.objects.get()
    assert reverse("deliberation", args=["care", made.number]) in holder.get(page).content.decode()
    shown = signed_in(house.facilitator).get(reverse("deliberation", args=["care", made.number])).content.decode()
    assert "wants it deliberated" in shown
    assert page not in shown
    conflict.dismiss(made, by=house.facilitator, reason="No.")
    with pytest.raises(Invalid):
        refuse_request(JudgmentRequest.objects.get(), by=house.holder, reason=" ")
    assert holder.post(page + "refuse/", {"reason": "It stays."}).status_code == 302
    assert JudgmentRequest.objects.get().state == State.REFUSED
    assert "ended without an outcome" in holder.get(page).content.decode()
