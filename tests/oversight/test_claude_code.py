"""Claude Code's hooks, as the published payloads have them: what each event leads to and is answered with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.domain.keys import create_api_key, revoke_api_key
from accounts.scope import open_organisation
from instructions.models import Instruction
from oversight.domain.sessions import end_session_of_agent, open_session
from oversight.models import Check, Handoff, Incident, JudgmentRequest, Session
from tests.cast import Cast
from tests.oversight.house import ask, in_force

PORT = "Check MongoDB at port 27027"
CALLS = Path(__file__).with_name("ordinary_calls.json")


class Hooks:
    """A coding assistant with one key and one session."""

    def __init__(self, cast: Cast, **facts: Any) -> None:
        self.cast = cast
        made = create_api_key(cast.project, "Laptop", by=cast.administrator, **({"enforces": True} | facts))
        self.key = made.key
        self.client = Client(headers={"Authorization": f"Bearer {made.secret}"})
        self.session, self.calls = "s-1", 0

    def send(self, name: str, status: int = 200, **more: Any) -> dict[str, Any]:
        event = {
            "session_id": self.session, "transcript_path": "/srv/dev/.claude/projects/x/1.jsonl", "cwd": "/srv/dev/x",
            "permission_mode": "default", "hook_event_name": name, **more,
        }  # fmt: skip
        answer = self.client.post(reverse("hook_claude_code"), event, content_type="application/json")
        assert answer.status_code == status, answer.content
        return answer.json()

    def try_(self, command: str, *, tool: str = "Bash", **more: Any) -> dict[str, Any]:
        self.calls += 1
        given = {"command": command, "description": f"Try {self.calls}"} if tool == "Bash" else json.loads(command)
        call = {"tool_name": tool, "tool_input": given, "tool_use_id": f"toolu_{self.calls}"}
        return self.send("PreToolUse", **call, **more)

    def after(self, event: str = "PostToolUse", *, call: int | None = None, **more: Any) -> dict[str, Any]:
        told = {"tool_name": "Bash", "tool_input": {"command": "ls"}, "tool_use_id": f"toolu_{call or self.calls}"}
        return self.send(event, **{**told, **more})

    @property
    def row(self) -> Session:
        return Session.objects.order_by("-id").first()


@pytest.fixture
def house(cast: Cast):
    with open_organisation(cast.organisation):
        yield cast


@pytest.mark.django_db
def test_the_27027_incident_is_denied_in_words_and_again_after_a_compaction(house: Cast) -> None:
    """Told 27027, the agent tries 27017: expected, actual and the corrected call, in words (core concepts 2)."""
    hooks = Hooks(house)
    assert PORT not in json.dumps(hooks.send("SessionStart", source="startup"))
    said = hooks.send("UserPromptSubmit", prompt=f"{PORT}. Fix the bug in the list.")
    proposal = Instruction.objects.get()
    assert (proposal.state, proposal.current.text.body) == ("proposed", f"{PORT}.")
    assert "1 instruction was found" in said["hookSpecificOutput"]["additionalContext"]
    assert hooks.try_("mongosh --port 27017") == {}  # a proposal binds nobody

    instruction = in_force(house, PORT)
    for source in ("startup", "compact"):
        if source == "compact":
            hooks.send("PreCompact", trigger="auto", custom_instructions="")
            back = hooks.send("SessionStart", source="compact")
            assert f"{instruction.key}: {PORT}" in back["hookSpecificOutput"]["additionalContext"]
        told = hooks.try_("mongosh --port 27017")["hookSpecificOutput"]
        assert (told["hookEventName"], told["permissionDecision"]) == ("PreToolUse", "deny")
        reason = told["permissionDecisionReason"]
        assert reason.splitlines() == [
            f"Denied: {instruction.key} “{PORT}”.",
            "Expected: 27027. This call has: 27017.",
            "With port 27027 it would be allowed.",
            "Corrected: mongosh --port 27027",
        ]
        assert hooks.try_("mongosh --port 27027") == {}
    again = hooks.send("UserPromptSubmit", prompt=f"{PORT}. Go on.")["hookSpecificOutput"]["additionalContext"]
    assert f"{instruction.key}: {PORT}" in again
    assert Instruction.objects.count() == 2  # what was told before is not proposed again
    assert list(hooks.row.checks.order_by("id").values_list("decision", flat=True)) == [
        "allow", "deny", "allow", "deny", "allow",
    ]  # fmt: skip


@pytest.mark.alone
@pytest.mark.django_db
def test_ordinary_work_goes_untouched(house: Cast) -> None:
    """Everyday calls without reasoning, under the demo's instructions, are answered with nothing at all."""
    told = json.loads((Path(__file__).parents[2] / "instructions" / "data" / "demo.json").read_text())
    ended = {one["as"] for one in told if one["do"] in ("retire", "replace")}
    for one in told:
        if one["do"] in ("tell", "replace", "revise") and one.get("by", one["as"]) not in ended - {"five_days"}:
            in_force(house, one["text"].replace("${APPLICANTS_PORT}", "5433"))
    calls = json.loads(CALLS.read_text())
    assert len(calls) >= 200
    hooks = Hooks(house)
    answers = {}
    for number, call in enumerate(calls):
        said = hooks.send("PreToolUse", tool_use_id=f"toolu_{number}", **call)
        if said:
            answers[json.dumps(call)] = said
    assert answers == {}
    assert set(Check.objects.values_list("would_have", flat=True)) == {"allow"}


@pytest.mark.django_db
def test_what_people_must_decide_is_parked_also_where_somebody_sits_beside_the_agent(
    house: Cast,
) -> None:
    hooks = Hooks(house, attended=True)
    told = hooks.try_("psql -h prod.internal -c 'DROP TABLE customers'")["hookSpecificOutput"]
    request = JudgmentRequest.objects.get()
    assert told["permissionDecision"] == "deny"
    assert reverse("judgment_request", args=[house.organisation.slug, request.pk]) in told["permissionDecisionReason"]
    assert "Go on with other work; this is parked." in told["permissionDecisionReason"]
    # The words that describe a call are the model's own each time; the act is the same, and so is the request.
    hooks.try_("psql -h prod.internal -c 'DROP TABLE customers'")
    assert JudgmentRequest.objects.count() == 1


@pytest.mark.django_db
def test_sessions_are_counted_handed_over_and_gone_on_from(house: Cast) -> None:
    hooks = Hooks(house)
    hooks.send("SessionStart", source="startup", model="claude-opus-5-5")
    for _ in range(2):
        hooks.send("UserPromptSubmit", prompt="Go on.")
    hooks.send("UserPromptSubmit", prompt="Injected.", source="system")
    hooks.try_("make")
    hooks.after("PostToolUseFailure", error="exit 1")
    status = {"session_id": "s-1", "context_window": {"used_percentage": 40, "context_window_size": 200_000}}
    line = hooks.client.post(reverse("hook_claude_code_status"), status, content_type="application/json")
    assert line.json()["session"]["id"] == "s-1"
    session = hooks.row
    assert (session.agent_name, session.agent_model) == ("Claude Code", "claude-opus-5-5")
    assert session.counts == {
        "messages": 2, "recent_errors": 1, "tokens_used": 80_000, "tokens_budget": 200_000,
    }  # fmt: skip
    assert [one.became for one in session.checks.all()] == ["failed"]

    for _ in range(2):
        said = hooks.send("SessionStart", source="compact")
    session.refresh_from_db()
    assert (session.counts["messages"], session.counts["compactions"]) == (0, 2)
    assert (session.level, session.state) == ("CRITICAL", "handoff_due")
    assert hooks.try_("ls") == {}
    stopped = hooks.try_("make deploy")["hookSpecificOutput"]["permissionDecisionReason"]
    assert ".claude/sessions/handoff-" in stopped

    # The agent writes its handoff as a file, which pressure never stops, and the file is read.
    document = "# Handoff\n\nThe list works.\n\n## Completed\n- The list\n\n## Next priorities\n1. Letters\n"
    file = {"file_path": "/srv/dev/x/.claude/sessions/handoff-20261121T1000.md", "content": document}
    assert hooks.try_(json.dumps(file), tool="Write") == {}
    hooks.after(tool_name="Write", tool_input=file)
    hooks.send("SessionEnd", reason="other")
    handoff = Handoff.objects.get()
    assert handoff.by_agent
    assert json.loads(handoff.body.body)["completed"] == ["The list"]
    assert "is CRITICAL now. Create the session handoff document." in said["hookSpecificOutput"]["additionalContext"]

    hooks.session = "s-2"
    begun = hooks.send("SessionStart", source="startup")["hookSpecificOutput"]["additionalContext"]
    assert "# Handoff of session s-1" in begun
    assert "- Letters" in begun
    assert hooks.row.continues == session
    handoff.refresh_from_db()
    assert handoff.acknowledged_by == hooks.row
    # A conversation that is taken up after its end goes on under a name of its own.
    hooks.session = "s-1"
    hooks.send("SessionStart", source="resume")
    assert (hooks.row.name, hooks.row.continues.name) == ("s-1#2", "s-1")
    assert hooks.try_("ls") == {}
    # A session that its key opened under a name that begins alike is another one, open or ended.
    hooks.send("SessionEnd", reason="other")
    end_session_of_agent(open_session(hooks.key, "s-1#note")[0], by=hooks.key)
    hooks.send("SessionStart", source="resume")
    assert hooks.row.name == "s-1#3"


@pytest.mark.django_db
def test_what_came_of_an_act_is_noted_and_denied_but_done_is_an_incident(house: Cast) -> None:
    in_force(house, PORT)
    hooks = Hooks(house)
    hooks.try_("mongosh --port 27017")
    hooks.after()
    hooks.after()
    assert [(one.kind, one.of_check.decision) for one in Incident.objects.all()] == [("denied_done", "deny")]

    # Nobody was asked: the service was away before the act, and is back after it.
    hooks.after(call=77, tool_input={"command": "mongosh --port 27017", "description": "Look"})
    late = Check.objects.get(tool_call="toolu_77")
    assert (late.mode, late.became) == ("degraded", "executed")
    assert Incident.objects.filter(of_check=late, kind="let_through").exists()
    calls = [{"tool_name": "Bash", "tool_input": {"command": "ls"}, "tool_use_id": f"toolu_{n}"} for n in (1, 78)]
    hooks.send("PostToolBatch", tool_calls=calls, tractatus_failure_mode="deny")
    assert (Check.objects.get(tool_call="toolu_78").mode, Incident.objects.count()) == ("degraded", 2)


@pytest.mark.django_db
def test_what_is_done_after_the_person_beside_the_agent_was_asked_was_approved_there(house: Cast) -> None:
    hooks = Hooks(house, attended=True)
    doubts = dict.fromkeys(("alignment", "coherence", "completeness", "safety", "alternatives"), 0.5)
    action = {"tool_name": "Bash", "tool_input": {"command": "make install"}}
    told = ask(hooks.key, action, scores=doubts, session="s-1", tool_call="toolu_1")
    assert (told.decision, told.at_keyboard, told.judgment_request) == ("ask", True, None)
    hooks.after(call=1)
    check = Check.objects.get()
    assert (check.approved_at is not None, check.became) == (True, "executed")
    assert not Incident.objects.exists()


@pytest.mark.django_db
def test_a_session_of_another_organisation_is_never_met(house: Cast) -> None:
    """Whoever names somebody else's session, or somebody else's call, begins one of their own."""
    in_force(house, PORT)
    ours = Hooks(house)
    ours.try_("mongosh --port 27017")
    secret = create_api_key(house.other_project, "Theirs", by=house.outsider, enforces=True).secret
    theirs = Hooks(house)
    theirs.client = Client(headers={"Authorization": f"Bearer {secret}"})
    assert theirs.try_("mongosh --port 27017") == {}
    theirs.after()
    theirs.send("SessionEnd", reason="other")
    assert [(one.state, one.checks.count()) for one in Session.objects.all()] == [("active", 1)]
    assert not Incident.objects.exists()


@pytest.mark.django_db
def test_bad_input_is_a_problem_that_says_what_to_do(house: Cast) -> None:
    """Malformed, too long, too deep, a wrong key, an unknown event: no fault, and nothing is half written."""
    hooks = Hooks(house)
    address = reverse("hook_claude_code")

    def refused(body: Any, status: int, client: Client = hooks.client) -> str:
        kind = "application/json"
        answer = client.post(address, body if isinstance(body, str) else json.dumps(body), content_type=kind)
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
        said = answer.json()
        return said.get("detail") or (said["errors"][0]["detail"] if said.get("errors") else said["title"])

    whole = {"session_id": "s", "hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_use_id": "t"}
    assert "not JSON" in refused('{"session_id": ', 400)
    assert "JSON object" in refused([], 422)
    assert "longer than 5000000" in refused(" " * 5_000_001, 413)
    assert "nested too deeply" in refused(whole | {"tool_input": json.loads("[" * 150 + "]" * 150)}, 422)
    assert "longer than 1000000" in refused(whole | {"tool_input": {"content": "x" * 1_000_001}}, 422)
    assert refused({"hook_event_name": "Stop"}, 422)
    assert refused({"session_id": "s"}, 422)
    assert refused({"session_id": "a\nb", "hook_event_name": "Stop"}, 422)
    assert refused(whole, 401, Client())
    revoke_api_key(hooks.key, by=house.administrator)
    assert refused(whole, 401)
    assert not Check.objects.exists()
    assert not Session.objects.exists()
    hooks = Hooks(house)
    assert hooks.send("Notification", message="x") == {}
    assert hooks.client.get(address).status_code == 405
    for nowhere in ("/hooks/nothing/", "/beta/nothing"):
        answer = hooks.client.post(nowhere)
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    odd = {"tool_name": None, "tool_input": {"a\x00": "\ud800", "n": 1e308}, "tool_use_id": "t"}
    assert hooks.send("PreToolUse", **odd) == {}
    for window in ({"used_percentage": -3, "context_window_size": 10}, {"context_window_size": "many"}, [], None):
        body = {"session_id": "s-1", "context_window": window}
        answer = hooks.client.post(reverse("hook_claude_code_status"), body, content_type="application/json")
        assert answer.status_code in (200, 422)
