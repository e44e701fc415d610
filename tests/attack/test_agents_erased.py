"""What agents asked is erased, and what was built on it stays whole: answers, pages and the queue."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from accounts import clock
from accounts.models import KeptAnswer
from accounts.scope import open_organisation
from audit.domain.erasure import erase_text
from audit.models import Entry, Text
from instructions.models import Instruction
from oversight.domain.glass import break_glass, mend_glass
from oversight.domain.handoffs import write_handoff
from oversight.domain.modes import mark_stop
from oversight.domain.requests import grant_request
from oversight.domain.saying import again
from oversight.domain.stops import freeze, lift_freeze
from oversight.models import Check, JudgmentRequest, Session
from tests.cast import Cast
from tests.deliberation.pages import signed_in
from tests.oversight.house import DROP, LOOK, REASONED, WRONG_PORT, ask, in_force, key_of
from tests.oversight.test_api import Agent

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(cast: Cast):
    with open_organisation(cast.organisation):
        yield cast


def test_erased_words_leave_everything_readable(house: Cast) -> None:
    """Where words are erased, each answer, page and repeated call still says what was decided, and nothing breaks."""
    in_force(house)
    agent = Agent(house)
    agent.post("checks/", {"action": WRONG_PORT, "session_id": "s", "tool_call_id": "c1"})
    asked = agent.post(
        "checks/", {"action": DROP, "reasoning": REASONED, "session_id": "s", "tool_call_id": "c2"}
    ).json()
    session = Session.objects.get()
    write_handoff(session, {"state": "Half way"}, by=agent.key)
    watching = Agent(house, enforces=False)
    watching.post("checks/", {"action": WRONG_PORT, "session_id": "w", "tool_call_id": "c3"})
    mark_stop(Check.objects.get(tool_call="c3"), by=house.editor, right=False, why="It was the old port.")
    lift_freeze(freeze(house.project, by=house.holder, why="Look."), by=house.holder, why="Looked.")
    glass = break_glass(house.project, by=house.holder, why="The port is down.", minutes=5, boundary="12.1")
    Text.objects.update(body="", salt=b"", erased_at=clock.now())

    for check in Check.objects.filter(key=agent.key):
        told = agent.get(f"checks/{check.pk}/").json()
        assert (told["decision"], told["would_have"]) == (check.decision, check.would_have)
    said: dict[str, Any] = {"action": WRONG_PORT, "session_id": "s", "tool_call_id": "c1"}
    assert agent.post("checks/", said).json()["decision"] == "deny"
    request = asked["judgment_request"]["id"]
    assert agent.get(f"judgment-requests/{request}/").json()["state"] == "pending"
    assert agent.get("sessions/s/handoff/").status_code == 200
    assert agent.get("sessions/s/handoff/", HTTP_ACCEPT="text/markdown").status_code == 200
    assert agent.post("sessions/s/handoff/", {"state": "Going on"}).status_code == 201
    assert agent.post("sessions/", {"session_id": "t", "continues": "s"}).status_code == 201

    here = f"/o/{house.organisation.slug}/agents/"
    pages = ["", "requests/", f"requests/{request}/", "freezes/", "glass/", f"glass/{glass.pk}/"]
    pages += [f"sessions/{one.pk}/" for one in Session.objects.all()]
    pages += [f"checks/{one.pk}/" for one in Check.objects.all()]
    pages += [f"keys/{one.key.pk}/" for one in (agent, watching)]
    holder = signed_in(house.holder)
    for page in pages:
        assert holder.get(here + page).status_code == 200, page
    row = JudgmentRequest.objects.get()
    grant_request(row, by=house.holder, reason="We looked.", ticked=range(len(row.safety_checks)))
    let = agent.post("checks/", {"action": DROP, "reasoning": REASONED, "tool_call_id": "c9"}).json()
    assert (let["decision"], let["grant_used"]) == ("allow", request)


def test_an_erased_answer_says_as_before_whether_it_was_enforced(house: Cast) -> None:
    """Erasing the words of a check does not turn what was enforced into what was not, nor the other way."""
    rule = in_force(house)
    key, watching = key_of(house.project, house), key_of(house.project, house, enforces=False)
    told = [ask(key, WRONG_PORT), ask(key, LOOK), ask(key, DROP), ask(watching, WRONG_PORT)]
    glass = break_glass(house.project, by=house.holder, why="The port moved.", minutes=5, instruction=rule)
    told += [ask(key, WRONG_PORT), ask(key, DROP)]
    mend_glass(glass, by=house.holder)
    break_glass(house.project, by=house.holder, why="All of it.", minutes=5)
    told += [ask(key, WRONG_PORT), ask(key, LOOK), ask(key, DROP)]
    before = [(one.decision, one.enforced) for one in told]
    assert {("deny", True), ("allow", True), ("allow", False)} <= set(before)
    Text.objects.update(body="", salt=b"", erased_at=clock.now())
    rows = [Check.objects.select_related("text").get(pk=one.check_id) for one in told]
    assert [(one.decision, one.enforced) for one in map(again, rows)] == before


def test_no_kept_answer_repeats_what_was_erased(house: Cast) -> None:
    """What was erased is in no answer that is kept for a repeated request, and the request is not done twice."""
    agent = Agent(house)
    once = {"HTTP_IDEMPOTENCY_KEY": "once"}
    told = agent.post("checks/", {"action": WRONG_PORT}, **once).json()
    proposal = {"text": "MongoDB runs on port 27027 of krakatoa."}
    proposed = agent.post("instructions/", proposal, HTTP_IDEMPOTENCY_KEY="told").json()
    conflict = {"decision": "Whether the shop of krakatoa may show what its visitors bought before."}
    agent.post("conflicts/", conflict, HTTP_IDEMPOTENCY_KEY="conflict")
    agent.post("sessions/", {"session_id": "s"})
    handoff = {"state": "Krakatoa is down."}
    agent.post("sessions/s/handoff/", handoff, HTTP_IDEMPOTENCY_KEY="handoff")
    agent.post("sessions/", {"session_id": "t", "continues": "s"}, HTTP_IDEMPOTENCY_KEY="begun")
    kept = KeptAnswer.objects.get(idempotency_key="conflict")
    for event, name in (
        ("oversight.check", "check"), ("instruction.propose", "text"), ("deliberation.conflict.propose", "decision"),
        ("oversight.session.handoff", "handoff"),
    ):  # fmt: skip
        erase_text(Entry.objects.get(event=event), name, by=house.administrator, reason="They asked for it.")

    assert "moral_frameworks_in_tension" in kept.body
    said = json.dumps(list(KeptAnswer.objects.values_list("body", flat=True)))
    assert not any(word in said for word in ("27017", "rakatoa", "moral_frameworks_in_tension"))
    again = agent.post("checks/", {"action": WRONG_PORT}, **once)
    assert (again.status_code, "27017" in again.content.decode()) == (200, False)
    again = agent.post("instructions/", proposal, HTTP_IDEMPOTENCY_KEY="told")
    assert (again.status_code, "krakatoa" in again.content.decode()) == (201, False)
    assert Check.objects.count() == Instruction.objects.filter(key=proposed["id"]).count() == 1
    assert told["check_id"] == str(Check.objects.get().pk)


def test_nobody_grants_without_a_page_of_ours(house: Cast) -> None:
    """A grant, a freeze or a broken glass by a key, by another site or replayed is refused, and changes nothing."""
    agent = Agent(house)
    request = agent.post("checks/", {"action": DROP, "reasoning": REASONED}).json()["judgment_request"]["id"]
    here = f"/o/{house.organisation.slug}/agents/"
    sent = {"reason": "Do it.", "lasts": "1", "ticked": ["0", "1", "2", "3", "4", "5"], "unticked_why": "So."}
    where = f"{here}requests/{request}/grant/"
    assert agent.client.post(where, sent, **agent.headers).status_code in (302, 403, 404)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(house.holder)
    for page in (where, f"{here}projects/{house.project.pk}/freeze/", f"{here}glass/break/"):
        assert strict.post(page, sent).status_code == 403
    for person in (house.editor, house.administrator, house.facilitator):
        assert signed_in(person).post(where, sent).status_code in (403, 404)
    assert JudgmentRequest.objects.get().state == "pending"
    holder = signed_in(house.holder)
    row = JudgmentRequest.objects.get()
    sent["ticked"] = [str(place) for place in range(len(row.safety_checks))]
    sent.pop("unticked_why")
    for lasts in ("999", "-1", "x"):
        assert holder.post(where, sent | {"lasts": lasts}).status_code == 422
    assert holder.post(where, sent).status_code == 302
    assert holder.post(where, sent).status_code == 409
    assert holder.post(where.replace("grant", "refuse"), {"reason": "No."}).status_code == 409
    assert JudgmentRequest.objects.get().state == "granted"


def test_a_long_list_of_calls_is_refused_whole(house: Cast) -> None:
    """One request cannot have hundreds of acts judged: such a list is refused in words, whole."""
    agent = Agent(house)
    calls = [{"id": f"c{n}", "function": {"name": "x", "arguments": "{}"}} for n in range(300)]
    results = [{"role": "tool", "tool_call_id": f"{'c' * 20}{n}"} for n in range(300)]
    batch = [{"tool_use_id": f"b{n}", "tool_name": "x", "tool_input": {}} for n in range(300)]
    for path, body in (
        ("/beta/litellm_basic_guardrail_api", {"input_type": "response", "tool_calls": calls}),
        ("/beta/litellm_basic_guardrail_api", {"input_type": "request", "structured_messages": results}),
        ("/hooks/claude-code/", {"hook_event_name": "PostToolBatch", "session_id": "s", "tool_calls": batch}),
    ):
        answer = agent.client.post(path, body, "application/json", **agent.headers)
        assert answer.status_code == 422, path
    assert not Check.objects.exists()
    assert agent.post("checks/", {"action": LOOK}, HTTP_IDEMPOTENCY_KEY="k").status_code == 200
    assert KeptAnswer.objects.count() == 1
