"""The shapes of what agents' tools send and are answered, as the description of the interface shows them.

What is read stands here; a tool may send more, in the versions to come. Each contract is its vendor's.
"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.interface import StatedField
from oversight.adapters.bodies import MOST_CALLS
from oversight.adapters.events import HANDLERS
from oversight.api_shapes import NameField
from oversight.models import Session
from oversight.models.words import Level, Told


class HookEventIn(serializers.Serializer):
    """An event of Claude Code. One of another name than these is answered with nothing."""

    hook_event_name = StatedField(help_text=", ".join(f"`{name}`" for name in HANDLERS) + ".")
    session_id = NameField()
    tool_name = StatedField(required=False)
    tool_input = serializers.DictField(required=False, help_text="What the tool is given; judged whole.")
    tool_use_id = NameField(required=False, help_text="The same call is judged once.")
    prompt = StatedField(required=False, help_text="Read for instructions, and forgotten.")
    # The name of the key, which DRF's fields use for another thing.
    source: Any = StatedField(required=False, help_text="Of SessionStart: `startup`, `resume`, `clear`, `compact`.")
    tool_calls = serializers.ListField(
        child=serializers.DictField(), required=False, max_length=MOST_CALLS, help_text="Of PostToolBatch."
    )


class HookSpecific(serializers.Serializer):
    hookEventName = serializers.CharField()
    permissionDecision = serializers.ChoiceField([Told.ASK, Told.DENY], required=False)
    permissionDecisionReason = serializers.CharField(required=False)
    updatedInput = serializers.DictField(required=False)
    additionalContext = serializers.CharField(required=False)


class HookOut(serializers.Serializer):
    """What the event's hook answers. An act that is allowed is answered with nothing, `{}`."""

    systemMessage = serializers.CharField(required=False)
    hookSpecificOutput = HookSpecific(required=False)


class ContextWindow(serializers.Serializer):
    context_window_size = serializers.IntegerField(required=False, help_text="Tokens it holds.")
    used_percentage = serializers.FloatField(required=False, min_value=0, allow_null=True)
    total_input_tokens = serializers.IntegerField(required=False, min_value=0)


class StatusIn(serializers.Serializer):
    """What the status line is told."""

    session_id = NameField()
    context_window = ContextWindow(required=False)


class SessionBriefly(serializers.Serializer):
    id = serializers.CharField()
    state = serializers.ChoiceField(Session.State.choices)
    pressure_level = serializers.ChoiceField(Level.choices)
    pressure_score = serializers.FloatField(min_value=0, max_value=1)


class StatusOut(serializers.Serializer):
    session = SessionBriefly(allow_null=True, help_text="Null where none of this name is open.")


class CalledFunction(serializers.Serializer):
    name = serializers.CharField()
    arguments = serializers.CharField(allow_blank=True, help_text="JSON, as text.")


class ToolCallIn(serializers.Serializer):
    id = serializers.CharField(required=False)
    type = serializers.CharField(required=False)
    function = CalledFunction()


class GuardrailIn(serializers.Serializer):
    """What the proxy sends around a call of a model."""

    input_type = serializers.ChoiceField(["request", "response"])
    litellm_call_id = serializers.CharField(required=False, allow_null=True)
    litellm_trace_id = serializers.CharField(required=False, allow_null=True)
    model = serializers.CharField(required=False, allow_null=True)
    request_headers = serializers.DictField(required=False, allow_null=True)
    tool_calls = serializers.ListField(child=ToolCallIn(), required=False, allow_null=True, max_length=MOST_CALLS)
    structured_messages = serializers.ListField(
        child=serializers.DictField(), required=False, allow_null=True, help_text="Of these, the results of calls."
    )


class GuardrailOut(serializers.Serializer):
    action = serializers.ChoiceField(["NONE", "BLOCKED"])
    blocked_reason = serializers.CharField(required=False)


EVENT = {
    "session_id": "shop-7",
    "hook_event_name": "PreToolUse",
    "tool_name": "Bash",
    "tool_input": {"command": "mongosh --port 27017 shop"},
    "tool_use_id": "toolu_01",
}
HELD_BACK = (
    "Denied: inst_001 “Check MongoDB at port 27027”.\nExpected: 27027. This call has: 27017.\n"
    "With port 27027 it would be allowed.\nCorrected: mongosh --port 27027 shop"
)
DENIED_BY_HOOK = {
    "hookSpecificOutput": {
        "hookEventName": "PreToolUse",
        "permissionDecision": "deny",
        "permissionDecisionReason": HELD_BACK,
    }
}
STATUS = {"session_id": "shop-7", "context_window": {"context_window_size": 200000, "used_percentage": 41}}
STATUS_TAKEN = {
    "session": {"id": "shop-7", "state": "active", "pressure_level": "NORMAL", "pressure_score": 0.1415},
}
MODEL_ANSWERED = {
    "input_type": "response",
    "litellm_call_id": "0199b9a0",
    "model": "local",
    "tool_calls": [
        {
            "id": "call_9d3f2c51b7a04e68",
            "type": "function",
            "function": {"name": "run", "arguments": '{"command": "mongosh --port 27017 shop"}'},
        }
    ],
}
BLOCKED = {"action": "BLOCKED", "blocked_reason": HELD_BACK}
