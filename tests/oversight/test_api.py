"""The JSON interface to agents at work, as an agent uses it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts import clock
from accounts.domain.keys import create_api_key, revoke_api_key
from accounts.scope import open_organisation
from audit.models import Entry
from oversight.api_reading import FIELDS
from oversight.api_shapes import CheckIn
from oversight.domain.requests import grant_request
from oversight.models import Check, Handoff, JudgmentRequest, Session
from tests.cast import Cast, make_project
from tests.oversight.house import DROP, LOOK, REASONED, WRONG_PORT, in_force

pytestmark = pytest.mark.django_db

PROBLEM = "application/problem+json"


class Agent:
    """An agent with a key, and what it is answered."""

    def __init__(self, cast: Cast, project: Any = None, **facts: Any) -> None:
        facts = {"enforces": True} | facts
        made = create_api_key(project or cast.project, "An agent", by=cast.administrator, **facts)
        self.key, self.client = made.key, Client()
        self.headers = {"HTTP_AUTHORIZATION": f"Bearer {made.secret}"}

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.post(
            f"/api/v1/{path}", {} if body is None else body, "application/json", **self.headers, **headers
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(f"/api/v1/{path}", **self.headers, **headers)


@pytest.fixture
def house(cast: Cast):
    cache.clear()
    with open_organisation(cast.organisation):
        yield cast


def test_an_act_is_asked_about_and_told_of(house: Cast) -> None:
    in_force(house)
    agent = Agent(house)
    said = {"action": WRONG_PORT, "session_id": "s/1", "tool_call_id": "c1", "agent": {"name": "coder"}}
    answer = agent.post("checks/", said)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["decision"], told["session"]["id"], told["replayed"]) == ("deny", "s/1", False)
    # The record's promise of the entry is made anew each time.
    promised = told.pop("receipt")
    again = agent.post("checks/", said).json()
    read = agent.get(f"checks/{told['check_id']}/").json()
    assert len({one.split("\n")[3] for one in (promised, again.pop("receipt"), read.pop("receipt"))}) == 1
    assert (again, read) == (told | {"replayed": True}, told)
    assert Session.objects.get().agent_name == "coder"
    done = agent.post("reports/", {"event": "executed", "tool_call_id": "c1"}).json()
    assert (done["became"], done["incident"]["kind"]) == ("executed", "denied_done")
    assert agent.post("reports/", {"event": "executed", "tool_call_id": "c1"}).json() == done | {"repeated": True}
    assert agent.post("reports/", {"event": "executed", "tool_call_id": "none"}).status_code == 422


def test_a_grant_lets_exactly_this_act_through_once(house: Cast) -> None:
    agent = Agent(house)
    asked = agent.post("checks/", {"action": DROP, "reasoning": REASONED}).json()
    assert (asked["decision"], asked["boundary"]) == ("ask", "12.3 irreversible")
    request = asked["judgment_request"]
    assert agent.post("checks/", {"action": DROP}).json()["judgment_request"]["id"] == request["id"]
    waiting = agent.get(f"judgment-requests/{request['id']}/").json()
    assert (waiting["state"], waiting["boundary"]) == ("pending", "12.3 irreversible")
    row = JudgmentRequest.objects.get()
    grant_request(row, by=house.holder, reason="We looked.", ticked=range(len(row.safety_checks)))
    assert agent.get(f"judgment-requests/{request['id']}/").json()["state"] == "granted"

    other = DROP | {"tool_input": {"command": DROP["tool_input"]["command"] + " "}}
    assert agent.post("checks/", {"action": other}).json()["decision"] == "ask"
    let_through = agent.post("checks/", {"action": DROP, "reasoning": REASONED}).json()
    assert (let_through["decision"], let_through["grant_used"]) == ("allow", request["id"])
    entry = Entry.objects.get(pk=Check.objects.get(pk=let_through["check_id"]).entry_id)
    assert entry.cause_id == Entry.objects.get(event="oversight.request.grant").pk
    again = agent.post("checks/", {"action": DROP, "reasoning": REASONED}).json()
    assert again["decision"] == "ask"
    assert again["judgment_request"]["id"] != request["id"]


def test_a_session_from_its_opening_to_its_successor(house: Cast) -> None:
    agent = Agent(house)
    made = agent.post("sessions/", {"session_id": "a", "agent": {"name": "coder"}})
    assert (made.status_code, made.json()["id"], made.json()["handoff"]) == (201, "a", None)
    assert agent.post("sessions/", {"session_id": "a"}).status_code == 200
    assert agent.get("sessions/a/handoff/").status_code == 404
    full = agent.post("sessions/a/pressure/", {"messages": 61, "compactions": 2}).json()
    assert (full["level"], full["session"]["handoff_due"]) == ("CRITICAL", True)
    written = agent.post("sessions/a/handoff/", {"state": "Half way", "next_priorities": ["The rest"]})
    assert written.status_code == 201
    page = agent.get("sessions/a/handoff/", HTTP_ACCEPT="text/markdown")
    assert page["Content-Type"] == "text/markdown; charset=utf-8"
    assert "- The rest" in page.content.decode()
    begun = agent.post("sessions/", {"session_id": "b", "continues": "a"}).json()
    assert (begun["continues"], begun["pressure_level"]) == ("a", "NORMAL")
    assert begun["handoff"]["next_priorities"] == ["The rest"]
    assert agent.post("sessions/a/end/").status_code == 409
    assert agent.post("sessions/b/end/").json()["state"] == "ended"
    assert agent.post("sessions/", {"session_id": "b"}).status_code == 409
    assert Handoff.objects.count() == 1


def test_what_cannot_be_taken_is_a_problem_that_says_what_to_do(house: Cast) -> None:
    agent = Agent(house)
    agent.post("sessions/", {"session_id": "s"})
    agent.post("checks/", {"action": LOOK, "tool_call_id": "c1"})
    later = (clock.now() + timedelta(hours=1)).isoformat()
    entries = Entry.objects.count()
    deep: Any = "x"
    for _level in range(60):
        deep = [deep]
    wrong = [
        ("checks/", {}, "action"),
        ("checks/", {"action": 7}, "action"),
        ("checks/", {"action": []}, "action"),
        ("checks/", {"action": {"tool_name": "\x00"}}, "action"),
        ("checks/", {"action": {"tool_input": deep}}, "action"),
        ("checks/", {"action": LOOK, "dry_run": "yes"}, "dry_run"),
        ("checks/", {"action": LOOK, "session_id": 7}, "session_id"),
        ("checks/", {"action": LOOK, "session_id": "x" * 201}, "session_id"),
        ("checks/", {"action": LOOK, "session_state": [1]}, "session_state"),
        ("checks/", {"action": LOOK, "session_state": {"tokens_used": -1}}, "session_state.tokens_used"),
        ("checks/", {"action": LOOK, "session_state": {"tokens_used": 3, "tokens_budget": 2}},
         "session_state.tokens_used"),
        ("checks/", {"action": LOOK, "agent": {"name": "x" * 101}}, "agent.name"),
        ("checks/", {"action": LOOK, "environment": "x" * 61}, "environment"),
        ("checks/", {"action": WRONG_PORT, "tool_call_id": "c1"}, "tool_call_id"),
        ("reports/", {"event": "executed", "tool_call_id": "c1", "at": later}, "at"),
        ("reports/", {"event": "executed"}, "check_id"),
        ("reports/", {"event": "undone", "tool_call_id": "c1"}, "event"),
        ("reports/", {"event": "decided_locally", "tool_call_id": "c2", "decided": "allow"}, "action"),
        ("sessions/s/pressure/", {"messages": -3}, "messages"),
        ("sessions/s/handoff/", {"state": 3}, "state"),
        ("sessions/", {"continues": "nobody"}, "continues"),
    ]  # fmt: skip
    for path, body, field in wrong:
        answer = agent.post(path, body)
        assert (answer.status_code, answer["Content-Type"]) == (422, PROBLEM), (path, body, answer.content)
        assert [one["field"] for one in answer.json()["errors"]] == [field], (path, body)
        assert answer.json()["errors"][0]["detail"].endswith(".")
    answer = agent.post("reports/", {"event": "undone", "tool_call_id": "c1"})  # is told which there are
    assert "executed, failed, approved_at_keyboard, decided_locally" in answer.json()["detail"]
    for body in ("{", b"\xff", "[1]", '{"action": NaN}', "[" * 5_000, '{"action": "' + "x" * 10_000_000 + '"}'):
        answer = agent.client.post("/api/v1/checks/", body, "application/json", **agent.headers)
        assert answer.status_code in (400, 413, 422), body[:10]
        assert answer["Content-Type"] == PROBLEM
    assert Entry.objects.count() == entries
    unknown = agent.post("checks/", {"action": {"tool_name": "Levitate", "tool_input": {"height": 3}}})
    assert unknown.json()["decision"] == "allow"


MISSPELT = [
    ("checks/", {"action": {"tool_name": "Bash", "tool_inptu": DROP["tool_input"]}}, "action.tool_inptu", "tool_input"),
    ("checks/", {"action": {"tool_name": "Bash", "toolInput": DROP["tool_input"]}}, "action.toolInput", "tool_input"),
    ("checks/", {"action": {"tool_name": "Bash", "command": "rm -rf /srv"}}, "action.command", "tool_input"),
    ("checks/", {"action": {"type": "write", "params": {"path": "a"}}}, "action.params", "parameters"),
    ("checks/", {"action": LOOK, "sesion_id": "s"}, "sesion_id", "session_id"),
    ("checks/", {"action": LOOK, "dryrun": True}, "dryrun", "dry_run"),
    ("checks/", {"action": LOOK, "agent": {"naem": "coder"}}, "agent.naem", "name"),
    ("checks/", {"action": LOOK, "session_state": {"mesages": 3}}, "session_state.mesages", "messages"),
    ("reports/", {"event": "executed", "tool_call": "c1"}, "tool_call", "tool_call_id"),
    ("reports/", {"event": "decided_locally", "tool_call_id": "c2", "decided": "allow",
                  "action": {"tool_name": "Bash", "tool_inptu": {"command": "ls"}}}, "action.tool_inptu", "tool_input"),
    ("sessions/", {"session_id": "t", "agents": {"name": "coder"}}, "agents", "agent"),
    ("sessions/", {"session_id": "t", "session_state": {"token_used": 1}}, "session_state.token_used", "tokens_used"),
    ("sessions/s/pressure/", {"compaction": 1}, "compaction", "compactions"),
    ("sessions/s/handoff/", {"state": "Half way", "complete": ["a"]}, "complete", "completed"),
    ("validations/", {"action": {"tool_name": "Bash", "tool_inptu": {"command": "ls"}}}, "action.tool_inptu",
     "tool_input"),
    ("checks/", {"action": LOOK, "colour": "blue"}, "colour", "action, agent, context"),
    ("validations/", {"action": LOOK, "enviroment": "production"}, "enviroment", "environment"),
    ("classifications/", {"text": "Never do x.", "txt": "y"}, "txt", "text"),
    ("instructions/", {"text": "Never do x.", "expires": "2027-01-01T00:00:00Z"}, "expires", "expires_at"),
    ("conflicts/", {"decision": "Disclose it?", "urgent": True}, "urgent", "urgency"),
]  # fmt: skip


def test_a_misspelt_field_is_refused_and_the_nearest_is_named(house: Cast) -> None:
    agent = Agent(house)
    agent.post("sessions/", {"session_id": "s"})
    entries = Entry.objects.count()
    for path, body, field, near in MISSPELT:
        answer = agent.post(path, body)
        assert (answer.status_code, answer["Content-Type"]) == (422, PROBLEM), (path, body, answer.content)
        [error] = answer.json()["errors"]
        assert error["field"] == field, (path, body)
        assert near in error["detail"], (path, body)
    assert (Entry.objects.count(), Session.objects.count()) == (entries, 1)
    # What is beside an act and nothing is judged by is let be.
    for action in (LOOK | {"tool_use_id": "t1"}, {"tool_name": "list_rooms"}, {"tool_name": "ls", "tool_use_id": "t1"},
                   {"type": "book", "description": "Book a room", "domain": "technical"}):  # fmt: skip
        assert agent.post("checks/", {"action": action, "dry_run": True}).status_code == 200, action


@pytest.mark.alone
def test_a_check_is_read_by_the_fields_that_are_described() -> None:
    assert set(CheckIn().fields) == FIELDS


def test_another_projects_things_are_not_there(house: Cast) -> None:
    agent = Agent(house)
    asked = agent.post("checks/", {"action": DROP, "session_id": "s"}).json()
    stranger = Agent(house, make_project(house.organisation, "pay", "Pay"))
    request = asked["judgment_request"]["id"]
    for path in (f"checks/{asked['check_id']}/", f"judgment-requests/{request}/", "sessions/s/handoff/"):
        assert stranger.get(path).status_code == 404
    for path in ("sessions/s/pressure/", "sessions/s/handoff/", "sessions/s/end/"):
        assert stranger.post(path, {"state": "x"} if "handoff" in path else {}).status_code == 404
    assert stranger.post("sessions/%0a/end/").status_code == 404
    assert stranger.post("checks/", {"action": LOOK, "session_id": "s"}).status_code == 200
    assert Session.objects.filter(name="s").count() == 2
    revoke_api_key(agent.key, by=house.administrator)
    assert agent.post("checks/", {"action": LOOK}).status_code == 401
    assert Client().post("/api/v1/checks/", {"action": LOOK}, "application/json").status_code == 401


def test_the_same_request_with_an_idempotency_key_is_done_once(house: Cast) -> None:
    agent = Agent(house)
    first = agent.post("checks/", {"action": DROP}, HTTP_IDEMPOTENCY_KEY="k1")
    again = agent.post("checks/", {"action": DROP}, HTTP_IDEMPOTENCY_KEY="k1")
    assert again.json() == first.json()
    assert again["Idempotent-Replayed"] == "true"
    assert Check.objects.count() == 1
    assert agent.post("checks/", {"action": LOOK}, HTTP_IDEMPOTENCY_KEY="k1").status_code == 422


def test_a_key_that_asks_too_often_is_told_when_to_ask_again(house: Cast, settings: Any) -> None:
    agent, other = Agent(house), Agent(house)
    from rest_framework.settings import api_settings

    rates = api_settings.DEFAULT_THROTTLE_RATES
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"DEFAULT_THROTTLE_RATES": rates | {"checks": "2/d"}}
    answers = [agent.post("checks/", {"action": LOOK}) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert int(answers[2]["Retry-After"]) > 0
    assert answers[2]["Content-Type"] == PROBLEM
    assert other.post("checks/", {"action": LOOK}).status_code == 200
