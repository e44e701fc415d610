"""An answer of the check as Claude Code's hooks take it. Pure: what is said follows from the answer alone.

An act that is allowed is answered with nothing: to say `allow` would suppress the person's own prompt.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oversight.adapters import words
from oversight.domain.answers import ALLOW, ASK, WARN, Answer

Said = dict[str, Any]

UNSAID = {"Bash": ("description",)}
"""Of a tool's input, what is only shown to people: the model words it anew each time, and it does nothing."""


def action_of(event: Mapping[str, Any]) -> dict[str, Any]:
    """The act of an event, as the check takes it."""
    name, given = event.get("tool_name"), event.get("tool_input")
    if isinstance(given, Mapping):
        given = {key: value for key, value in given.items() if key not in UNSAID.get(str(name), ())}
    return {"tool_name": name, "tool_input": given}


def before_tool(answer: Answer, tool_input: Any) -> Said:
    """What PreToolUse is answered. `tool_input` is the call's whole input, which a correction replaces whole."""
    if answer.decision == ALLOW:
        return {}
    if answer.decision == WARN:
        said = words.warning(answer)
        return {"systemMessage": f"Tractatus: {said}", **_of("PreToolUse", additionalContext=said)}
    if answer.decision == ASK and answer.at_keyboard:
        corrected = {}
        if isinstance(answer.corrected_input, Mapping) and isinstance(tool_input, Mapping):
            corrected["updatedInput"] = {**tool_input, **answer.corrected_input}
        return _of("PreToolUse", permissionDecision="ask", permissionDecisionReason=words.question(answer), **corrected)
    # Whoever else is to decide does not sit at the keyboard: the call is parked.
    return _of("PreToolUse", permissionDecision="deny", permissionDecisionReason=words.refusal(answer))


def context(event: str, text: str) -> Said:
    """What an event that takes context gives the model; nothing where there is nothing to give."""
    return _of(event, additionalContext=text) if text else {}


def _of(event: str, **more: Any) -> Said:
    return {"hookSpecificOutput": {"hookEventName": event, **more}}
