"""What agents and their tools send: whatever is in it, it is answered with words and leaves nothing half-written."""

from __future__ import annotations

import json
from typing import Any

import pytest

from accounts.scope import open_organisation
from audit.models import Entry
from oversight.models import Check, Session
from tests.cast import Cast
from tests.oversight.house import LOOK
from tests.oversight.test_api import Agent

pytestmark = pytest.mark.django_db

PROBLEM = "application/problem+json"
HALF, NUL = "\ud800", "\x00"


@pytest.fixture
def agent(cast: Cast):
    with open_organisation(cast.organisation):
        yield Agent(cast)


def sent(agent: Agent, path: str, body: Any) -> Any:
    """The answer to a body; a text is sent as it stands. A failure of ours is raised and not answered."""
    raw = body if isinstance(body, str | bytes) else json.dumps(body)
    return agent.client.post(path, raw, "application/json", **agent.headers)


def event(name: str, session: str = "s", **more: Any) -> dict[str, Any]:
    return {"hook_event_name": name, "session_id": session, **more}


STRANGE: list[tuple[str, Any]] = [
    *(
        ("/hooks/claude-code/", one)
        for bad in (HALF, NUL)
        for one in (
            event("PreToolUse", tool_name=f"Ba{bad}sh", tool_input={"command": "ls"}, tool_use_id="c1"),
            event("PreToolUse", tool_name="Bash", tool_input={"command": f"ls {bad}"}, tool_use_id="c2"),
            event("PreToolUse", tool_name="Bash", tool_input={f"com{bad}mand": "ls"}, tool_use_id="c3"),
            event("PreToolUse", tool_name="Bash", tool_input={}, tool_use_id=f"c{bad}"),
            event("PostToolUse", tool_name=f"B{bad}", tool_input={"command": bad}, tool_use_id="c4"),
            event(
                "PostToolUse",
                tool_name="Write",
                tool_use_id="c5",
                tool_input={"file_path": "/w/.claude/sessions/handoff-1.md", "content": f"# State\n{bad} half way"},
            ),
            event("UserPromptSubmit", prompt=f"Always use port 27027 for MongoDB {bad} in this project."),
            event("UserPromptSubmit", prompt="Hello", model=f"m{bad}"),
            event("SessionStart", session=f"new-{ord(bad)}", source="startup", model=f"m{bad}"),
            event("SessionStart", session=f"new2-{ord(bad)}", source=bad, model=["x"]),
            event("PostToolBatch", tool_calls=[{"tool_use_id": f"b{ord(bad)}", "tool_name": bad, "tool_input": bad}]),
            event("SessionEnd", session=bad),
            event(bad),
        )
    ),
    ("/hooks/claude-code/", event("PreToolUse", tool_name=7, tool_input=[], tool_use_id=8)),
    ("/hooks/claude-code/", event("PreToolUse", tool_name={"a": 1}, tool_input="x")),
    ("/hooks/claude-code/", event("PreToolUse")),
    ("/hooks/claude-code/", event("PostToolUse")),
    ("/hooks/claude-code/", event("PostToolUseFailure", tool_use_id="never", tool_name="Bash", tool_input=None)),
    ("/hooks/claude-code/", event("PostToolBatch", tool_calls=[7, None, {}, {"tool_use_id": 7}, {"tool_use_id": "q"}])),
    ("/hooks/claude-code/", event("PreCompact", session="never seen")),
    ("/hooks/claude-code/", event("UserPromptSubmit", prompt="Never use port 80. " * 6_000)),
    ("/hooks/claude-code/", event("Unheard")),
    ("/hooks/claude-code/", "[]"),
    (
        "/hooks/claude-code/",
        '{"hook_event_name": "PreToolUse", "session_id": "s", "tool_input": ' + "[" * 900 + "]" * 900 + "}",
    ),
    (
        "/hooks/claude-code/",
        '{"hook_event_name": "PreToolUse", "session_id": "s", "tool_name": "x", "tool_input": '
        '{"n": ' + "9" * 4_000 + "}}",
    ),
    (
        "/hooks/claude-code/",
        '{"hook_event_name": "PreToolUse", "session_id": "s", "tool_name": "x", "tool_input": {"n": 1e999}}',
    ),
    *(
        ("/hooks/claude-code/status/", {"session_id": "s", "context_window": window})
        for window in (
            None,
            7,
            [],
            {"context_window_size": -1, "used_percentage": 3},
            {"context_window_size": 10, "total_input_tokens": -5},
            {"context_window_size": 0.3, "used_percentage": 50},
            {"context_window_size": 200_000, "used_percentage": 10**11},
            {"context_window_size": 10**400, "used_percentage": 1},
            {"context_window_size": "x", "used_percentage": {}},
        )
    ),
    ("/hooks/claude-code/status/", '{"session_id": "s", "context_window": {"context_window_size": 1e999}}'),
    *(
        ("/beta/litellm_basic_guardrail_api", {"input_type": "response", **one})
        for one in (
            {},
            {"tool_calls": 7},
            {"tool_calls": [7, None, {"function": 3}, {"function": {"name": 3}}]},
            {"tool_calls": [{"id": 7, "function": {"name": HALF, "arguments": "{"}}]},
            {"tool_calls": [{"id": NUL, "function": {"name": "Bash", "arguments": json.dumps({"command": NUL})}}]},
            {"tool_calls": [{"id": "x", "function": {"name": "Bash", "arguments": json.dumps({"command": HALF})}}]},
            {"tool_calls": [{"id": "y", "function": {"name": "Bash", "arguments": "[" * 5_000}}]},
            {"tool_calls": [{"id": "z", "function": {"name": "Bash", "arguments": "[" * 900 + "]" * 900}}]},
            {"tool_calls": [{"id": "z2", "function": {"name": "Bash", "arguments": '{"n": NaN, "m": 1e999}'}}]},
            {"tool_calls": [{"id": "z3", "function": {"name": "Bash", "arguments": '{"n": ' + "9" * 5_000 + "}"}}]},
            {"tool_calls": [{"id": "z4", "function": {"name": "x" * 5_000, "arguments": "{}"}}], "model": f"m{HALF}"},
            {"tool_calls": [{"id": "z5", "function": {"name": "x", "arguments": "{}"}}], "model": NUL},
            {
                "tool_calls": [{"id": "z6", "function": {"name": "x", "arguments": "{}"}}],
                "request_headers": {"x-litellm-session-id": HALF},
            },
            {
                "tool_calls": [{"id": "z7", "function": {"name": "x", "arguments": "{}"}}],
                "litellm_trace_id": "l" * 10_000,
            },
        )
    ),
    *(
        ("/beta/litellm_basic_guardrail_api", {"input_type": "request", "structured_messages": one})
        for one in (
            7,
            [7],
            [{"role": "tool", "tool_call_id": HALF}],
            [{"role": "tool", "tool_call_id": NUL * 20}],
            [
                {"role": "assistant", "tool_calls": [{"id": "t" * 20, "function": {"name": HALF, "arguments": "{}"}}]},
                {"role": "tool", "tool_call_id": "t" * 20},
            ],
            [
                {
                    "role": "assistant",
                    "tool_calls": [{"id": "u" * 20, "function": {"name": "x", "arguments": "[" * 900 + "]" * 900}}],
                },
                {"role": "tool", "tool_call_id": "u" * 20},
            ],
        )
    ),
    ("/beta/litellm_basic_guardrail_api", {"input_type": "both"}),
    *(
        ("/api/v1/checks/", {"action": LOOK, **more})
        for more in (
            {"session_id": NUL},
            {"session_id": HALF},
            {"session_id": "a\nb"},
            {"session_id": "x" * 10_000},
            {"session_id": "\u202eevil"},
            {"session_id": "\u200f"},
            {"session_id": ""},
            {"session_id": []},
            {"tool_call_id": HALF},
            {"tool_call_id": 7},
            {"scores": {"a": HALF}},
            {"scores": {HALF: 1}},
            {"scores": {"a": 10**400}},
            {"session_state": {"messages": 10**400}, "session_id": "big"},
            {"session_state": {"messages": 10**30}, "session_id": "big2"},
            {"session_state": {"messages": 1.5}},
            {"session_state": {HALF: 1}},
            {"session_state": {"messages": "7"}},
            {"session_state": {"messages": True}, "session_id": "t"},
            {"session_state": {"tokens_used": 1e300, "tokens_budget": 1e301}},
            {"session_state": {"tokens_used": 2**63, "tokens_budget": 2**64}, "session_id": "big3"},
            {"session_state": {"tokens_budget": 0}, "session_id": "big4"},
            {"environment": HALF},
            {"agent": {"name": NUL}},
            {"agent": []},
            {"agent": {"x": HALF}},
            {"reasoning": {HALF: 1}},
            {"context": {"x": NUL}},
            {"reasoning": 7},
            {"dry_run": 1},
            {HALF: 1},
        )
    ),
    ("/api/v1/checks/", {"action": {"tool_name": "x" * 5_000, "tool_input": {"n": 10**4000}}}),
    ("/api/v1/checks/", {"action": {"type": HALF}}),
    ("/api/v1/checks/", '{"action": {"n": ' + "9" * 5_000 + "}}"),
    ("/api/v1/checks/", '{"action": {"n": 1e999}}'),
    ("/api/v1/checks/", '{"action": "ls", "action": "rm"}'),
    ("/api/v1/checks/", "\ufeff{}"),
    ("/api/v1/checks/", ""),
    ("/api/v1/checks/", b"\xed\xa0\x80"),
    *(
        ("/api/v1/sessions/", one)
        for one in (
            {"session_id": HALF},
            {"session_id": "x" * 10_000},
            {"session_id": "n1", "agent": {"name": HALF}},
            {"agent": 7},
            {"session_id": "n2", "session_state": {"messages": -1}},
            {"session_id": "n3", "continues": "n3"},
            {"session_id": "n4", "session_state": {"messages": 10**400}},
            {"continues": HALF},
            {"continues": ["x"]},
            {"session_id": "n5", "session_state": {"messages": 10**30}},
            {"session_id": "n6", "agent": {"name": NUL}},
            {"session_id": 7},
            [],
        )
    ),
    *(
        ("/api/v1/sessions/s/pressure/", one)
        for one in (
            {"messages": 10**400},
            {"tokens_used": 5, "tokens_budget": 4},
            {"x": 1},
            [],
            {HALF: 1},
            {"messages": None},
            {"messages": 10**20},
        )
    ),
    *(
        ("/api/v1/sessions/s/handoff/", one)
        for one in (
            {"state": HALF},
            {"state": NUL},
            {"state": "x", "completed": [HALF]},
            {"state": "x", "completed": [NUL]},
            {HALF: 1},
            {"state": "x", "known_issues": [["y"]]},
            {"state": " "},
            {"state": "x" * 5_001},
            [],
        )
    ),
    *(
        ("/api/v1/reports/", one)
        for one in (
            {"event": "executed", "tool_call_id": HALF},
            {"event": "executed", "check_id": "nonsense"},
            {"event": "decided_locally", "decided": "allow", "action": {"tool_name": HALF}, "tool_call_id": "r1"},
            {"event": "decided_locally", "decided": "allow", "action": LOOK, "tool_call_id": "r2", "reason": HALF},
            {"event": "decided_locally", "decided": "allow", "action": LOOK, "tool_call_id": "r3", "reason": NUL},
            {
                "event": "decided_locally",
                "decided": "allow",
                "action": LOOK,
                "tool_call_id": "r4",
                "reason": "x" * 90_000,
            },
            {"event": "decided_locally", "decided": "allow", "action": LOOK, "session_id": HALF},
            {"event": "decided_locally", "decided": "allow", "action": LOOK, "environment": HALF, "tool_call_id": "r5"},
            {
                "event": "decided_locally",
                "decided": "allow",
                "action": LOOK,
                "agent": {"name": HALF},
                "tool_call_id": "r6",
            },
            {
                "event": "decided_locally",
                "decided": "allow",
                "action": LOOK,
                "agent": {"name": 7},
                "tool_call_id": "r7",
            },
            {
                "event": "decided_locally",
                "decided": "allow",
                "action": LOOK,
                "reasoning": {"x": HALF},
                "tool_call_id": "r8",
            },
            {"event": "executed", "tool_call_id": "c2", "at": "0001-01-01T00:00:00Z"},
            {"event": "executed", "tool_call_id": "c2", "at": "9999-12-31T23:59:59-23:59"},
            {"event": "executed", "tool_call_id": "c2", "at": "x"},
            [],
        )
    ),
]


def test_whatever_a_tool_sends_is_answered_in_words(agent: Agent) -> None:
    """Half characters, NUL, endless numbers, deep lists and wrong shapes are taken or refused in words, everywhere."""
    agent.post("sessions/", {"session_id": "s"})
    wrong = []
    for path, body in STRANGE:
        answer = sent(agent, path, body)
        refused = answer.status_code in (400, 404, 409, 413, 422) and answer["Content-Type"] == PROBLEM
        if not refused and answer.status_code not in (200, 201):
            wrong.append((path, ascii(body)[:200], answer.status_code))
    assert wrong == []
    assert Check.objects.count() == Entry.objects.filter(event="oversight.check").count()
    assert Session.objects.count() == Entry.objects.filter(event="oversight.session.open").count()
