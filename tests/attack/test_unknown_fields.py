"""A field that nobody knows: refused where we say what may be sent, taken where somebody else's tool says it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.cache import cache

from accounts.scope import open_organisation
from audit.models import Entry
from deliberation.models import Deliberation
from instructions.models import Instruction
from oversight.models import Check, Handoff, Incident, Session
from tests.cast import Cast
from tests.oversight.house import LOOK, PORT, in_force
from tests.oversight.test_api import Agent
from tests.oversight.test_claude_code import Hooks

pytestmark = pytest.mark.django_db

WORDS = {"text": "MongoDB runs on port 27017"}
SENT: list[tuple[str, dict[str, Any], str]] = [
    ("checks/", {"action": LOOK, "sesion_id": "s"}, "sesion_id"),
    ("checks/", {"action": LOOK, "dryrun": True}, "dryrun"),
    ("checks/", {"action": LOOK, "agent": {"name": "a", "modle": "x"}}, "modle"),
    ("checks/", {"action": LOOK, "<script>é\u202e": 1}, "<script>é\u202e"),
    ("checks/", {"action": LOOK, "": 1}, ""),
    ("sessions/", {"session_id": "t", "contineus": "s"}, "contineus"),
    ("sessions/", {"session_id": "t", "agent": {"nmae": "a"}}, "nmae"),
    ("sessions/s/handoff/", {"state": "Half way", "stat": "x"}, "stat"),
    ("classifications/", {**WORDS, "txt": "x"}, "txt"),
    ("instructions/", {**WORDS, "enviroment": "production"}, "enviroment"),
    ("validations/", {"action": LOOK, "acton": LOOK}, "acton"),
    ("conflicts/", {"decision": "Shall we tell?", "urgensy": "CRITICAL"}, "urgensy"),
]


def counted() -> list[int]:
    return [
        model._default_manager.count()
        for model in (Entry, Check, Session, Handoff, Incident, Instruction, Deliberation)
    ]


@pytest.fixture
def agent(cast: Cast) -> Any:
    cache.clear()
    with open_organisation(cast.organisation):
        made = Agent(cast)
        made.post("sessions/", {"session_id": "s"})
        yield made


def test_a_misspelt_field_is_refused_by_name_and_nothing_is_done(agent: Agent) -> None:
    """A misspelt field is refused by its name, however deep it stands and by whichever way it is asked, and nothing
    is done of what was asked."""
    before = counted()
    for path, body, name in SENT:
        for headers in ({}, {"HTTP_IDEMPOTENCY_KEY": f"{path}{len(json.dumps(body))}"}):
            answer = agent.post(path, body, **headers)
            told = answer.content.decode()
            assert answer.status_code in {400, 422}, (path, told)
            assert answer["Content-Type"] == "application/problem+json"
            assert json.dumps(name)[1:-1] in told or name in told, (path, name, told)
            if length := answer.headers.get("Content-Length"):
                assert int(length) == len(answer.content)
    assert counted() == before


def test_an_answer_is_as_long_as_it_says_whatever_letters_are_in_it(cast: Cast, agent: Agent) -> None:
    """The length that an answer to a check names is that of its octets, with letters of two, three and four."""
    in_force(cast, PORT)
    wrong = {"tool_name": "Bash", "tool_input": {"command": "mongosh --port 27017 für判断🧑"}}
    answer = agent.post("checks/", {"action": wrong, "session_id": "ü判🧑"})
    assert answer.json()["decision"] == "deny"
    assert "判断" in answer.json()["corrected_input"]["command"]
    assert int(answer.headers["Content-Length"]) == len(answer.content)


def test_what_a_newer_tool_sends_is_taken(cast: Cast, agent: Agent) -> None:
    """A field that a newer version of a coding assistant sends, at the top or in a call, lets nothing through and
    stops nothing."""
    in_force(cast, PORT)
    hooks = Hooks(cast)
    new = {"effort": {"level": "high"}, "agents": [1, {"deep": None}], "actoin": "x", "dryrun": True, "é": "\u202e"}
    hooks.send("SessionStart", source="startup", **new)
    hooks.send("UserPromptSubmit", prompt="Go on.", **new)
    assert hooks.try_("ls -la", **new) == {}
    told = hooks.try_("mongosh --port 27017", **new)["hookSpecificOutput"]
    assert told["permissionDecision"] == "deny"
    given = json.dumps({"command": "mongosh --port 27017", "sandbox_v2": {"on": True}})
    hooks.calls += 1
    told = hooks.send(
        "PreToolUse", tool_name="Bash", tool_input=json.loads(given), tool_use_id=f"toolu_{hooks.calls}", **new
    )["hookSpecificOutput"]
    assert told["permissionDecision"] == "deny"
    hooks.after(**new)
