"""The same call asked about twice: the answer of then opens nothing that people have shut since."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.scope import open_organisation
from oversight.domain.requests import grant_request
from oversight.domain.stops import freeze, lift_freeze
from oversight.models import Check, JudgmentRequest
from tests.cast import Cast
from tests.oversight.house import DROP, LOOK, REASONED, WRONG_PORT, in_force
from tests.oversight.test_api import Agent

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(cast: Cast):
    with open_organisation(cast.organisation):
        yield Agent(cast)


def hook(agent: Agent, call: str, action: dict[str, Any]) -> Any:
    event = {"hook_event_name": "PreToolUse", "session_id": "s", "tool_use_id": call, **action}
    return agent.client.post("/hooks/claude-code/", event, "application/json", **agent.headers).json()


def test_a_freeze_stops_what_was_allowed_before_it(cast: Cast, agent: Agent) -> None:
    """An act that was allowed before a freeze is not allowed again under it, by whatever name the call is repeated."""
    before = agent.post("checks/", {"action": LOOK, "tool_call_id": "c1"}, HTTP_IDEMPOTENCY_KEY="k1")
    assert before.json()["decision"] == "allow"
    assert hook(agent, "c2", LOOK) == {}
    stop = freeze(cast.project, by=cast.holder)
    told = [
        agent.post("checks/", {"action": LOOK, "tool_call_id": "c1"}, HTTP_IDEMPOTENCY_KEY="k1").json(),
        agent.post("checks/", {"action": LOOK, "tool_call_id": "c1"}).json(),
        agent.post("checks/", {"action": LOOK, "tool_call_id": "c1", "dry_run": True}).json(),
        agent.post("checks/", {"action": LOOK}, HTTP_IDEMPOTENCY_KEY="k2").json(),
    ]
    assert [(one["decision"], one["enforced"]) for one in told] == [("deny", True)] * 4
    assert "People have stopped this" in told[0]["explanation"]
    assert hook(agent, "c2", LOOK)["hookSpecificOutput"]["permissionDecision"] == "deny"
    assert agent.post("checks/", {"action": DROP, "tool_call_id": "c1"}).status_code == 422
    lift_freeze(stop, by=cast.holder, why="It was looked at.")
    assert agent.post("checks/", {"action": LOOK, "tool_call_id": "c1"}).json()["decision"] == "allow"


def test_a_key_allows_itself_nothing_by_a_report(cast: Cast, agent: Agent) -> None:
    """Who reports that an act was let through while the service was away is not let through by asking about it then."""
    in_force(cast)
    for action, says in ((WRONG_PORT, "deny"), (DROP, "ask"), (LOOK, "allow")):
        call = f"call-{says}"
        said = {"event": "decided_locally", "decided": "allow", "action": action, "tool_call_id": call}
        assert agent.post("reports/", said).json()["mode"] == "degraded"
        told = agent.post("checks/", {"action": action, "tool_call_id": call}).json()
        assert (told["decision"], told["replayed"], told["mode"]) == (says, True, "degraded")
        assert bool(hook(agent, call, action)) is (says != "allow")
    assert not JudgmentRequest.objects.exists()


def test_a_grant_is_no_grant_of_a_neighbouring_act(cast: Cast, agent: Agent) -> None:
    """A grant is for the act to the letter: a space, another spelling of a letter, a number for a text is another."""
    act = {"tool_name": "Bash", "tool_input": {"command": DROP["tool_input"]["command"] + " -- é", "n": 1}}
    asked = agent.post("checks/", {"action": act, "reasoning": REASONED}).json()
    assert asked["decision"] == "ask"
    row = JudgmentRequest.objects.get()
    grant_request(row, by=cast.holder, reason="We looked.", ticked=range(len(row.safety_checks)))
    command = act["tool_input"]["command"]
    others: list[dict[str, Any]] = [
        {"command": command + " ", "n": 1},
        {"command": command.replace("é", "e\u0301"), "n": 1},
        {"command": command, "n": 1.0},
        {"command": command, "n": "1"},
        {"command": command, "n": True},
        {"command": command, "n": 1, "more": None},
        {"command": command + "\u200b", "n": 1},
    ]
    for other in others:
        told = agent.post("checks/", {"action": {**act, "tool_input": other}, "reasoning": REASONED}).json()
        assert (told["decision"], told["grant_used"]) == ("ask", None), other
    stranger = Agent(cast)
    reordered = {"tool_input": {"n": 1, "command": command}, "tool_name": "Bash"}
    used = stranger.post("checks/", {"action": reordered, "reasoning": REASONED}).json()
    assert (used["decision"], used["grant_used"]) == ("allow", str(row.pk))
    assert agent.post("checks/", {"action": act, "reasoning": REASONED}).json()["decision"] == "ask"
    assert Check.objects.filter(grant=row).count() == 1
