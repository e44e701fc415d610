"""What Claude Code's hooks are told, and how its handoff file is read: the words alone, without a database."""

from __future__ import annotations

from typing import Any

import pytest

from oversight.adapters.claude_code import before_tool
from oversight.adapters.handoff_file import handoff_of
from oversight.domain.answers import Answer

pytestmark = pytest.mark.alone


def answer(decision: str, **facts: Any) -> Answer:
    plain: dict[str, Any] = {
        "check_id": None, "decision": decision, "enforced": True, "would_have": decision, "mode": "enforced",
        "explanation": "Because.", "reasons": ["Because."], "checks": [], "corrected_action": None,
        "corrected_input": None, "would_pass_if": [], "boundary": None, "at_keyboard": False,
        "rule": "reasoning_to_review",
    }  # fmt: skip
    return Answer(**(plain | facts))


def test_each_decision_is_told_as_the_hooks_take_it() -> None:
    assert before_tool(answer("allow"), {}) == {}
    assert before_tool(answer("warn"), {}) == {
        "systemMessage": "Tractatus: Because.",
        "hookSpecificOutput": {"hookEventName": "PreToolUse", "additionalContext": "Because."},
    }
    beside = answer("ask", at_keyboard=True, corrected_input={"command": "b"}, corrected_action={"port": 1})
    assert before_tool(beside, {"command": "a", "timeout": 5})["hookSpecificOutput"] == {
        "hookEventName": "PreToolUse",
        "permissionDecision": "ask",
        "permissionDecisionReason": "Because.\nWith port 1 it would be allowed.\nCorrected: b",
        "updatedInput": {"command": "b", "timeout": 5},
    }
    parked = answer("ask", judgment_request={"id": "1", "url": "https://t.example/r/1/", "state": "pending"})
    said = before_tool(parked, {})["hookSpecificOutput"]
    assert said["permissionDecision"] == "deny"
    assert said["permissionDecisionReason"].splitlines()[1] == "A person decides this: https://t.example/r/1/"


def test_a_handoff_document_is_read_by_its_headings() -> None:
    text = "Works.\n# In progress\n* one\n- [x] two\n## Known issues\nSlow.\n## Notes on the current state\nMore."
    assert handoff_of(text) == {
        "state": "Works.\nMore.", "completed": [], "in_progress": ["one", "two"], "known_issues": ["Slow."],
        "next_priorities": [],
    }  # fmt: skip
    assert handoff_of("# Handoff\n\n## Completed\n") is None
