"""The shapes of the JSON interface to agents at work."""

from __future__ import annotations

from typing import Any, NoReturn

from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.interface import JSONObjectField, StatedField
from accounts.known_fields import KnownFields
from deliberation.api_shapes import SIGNED_STATES
from deliberation.models import State, Urgency
from instructions.api_action import must_be_read
from oversight.api_reading import LONGEST_ENVIRONMENT
from oversight.domain.answers import COUNTS
from oversight.domain.handoffs import LONGEST_TEXT, MOST_TEXTS
from oversight.domain.reports import DECIDED, EVENTS
from oversight.models import Check, Incident, JudgmentRequest, Session
from oversight.models.sessions import LONGEST_AGENT, LONGEST_NAME
from oversight.models.words import Level, Mode, Told
from tractatus.arguments import MOST

NAME = {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}
ACTION = {
    "oneOf": [{"type": "object", "additionalProperties": True}, {"type": "string"}],
    "description": "`{type, description, parameters}`, a tool call `{tool_name, tool_input}`, or text.",
}
REASONING = {
    "oneOf": [{"type": "object", "additionalProperties": True}, {"type": "string"}, {"type": "null"}],
    "description": "Text, or `{goal, steps, evidence, alternatives, risks, edge_cases}`.",
}


@extend_schema_field(ACTION)
class ActionField(serializers.JSONField):
    """An action, as the framework takes it."""

    def to_internal_value(self, data: Any) -> Any:
        action = super().to_internal_value(data)
        must_be_read(action)
        return action


@extend_schema_field(REASONING)
class ReasoningField(serializers.JSONField):
    """Reasoning, as the framework takes it."""


@extend_schema_field(NAME)
class NameField(StatedField):
    """What an agent calls its session or its call."""


class AgentIn(KnownFields):
    """What an agent says it is. Recorded as declared."""

    name = StatedField(required=False, allow_blank=True, max_length=LONGEST_AGENT)
    version = StatedField(required=False, allow_blank=True, max_length=LONGEST_AGENT)
    model = StatedField(required=False, allow_blank=True, max_length=LONGEST_AGENT)


def _counts(name: str) -> type[serializers.Serializer]:
    fields: dict[str, Any] = {
        count: serializers.IntegerField(required=False, min_value=0, max_value=MOST) for count in sorted(COUNTS)
    }
    return type(name, (KnownFields,), fields | {"__doc__": "How long and how full a session has become."})


CountsIn = _counts("CountsIn")


class CheckIn(KnownFields):
    """An act that is asked about."""

    action = ActionField()
    session_id = NameField(
        required=False, allow_null=True, help_text="What the agent calls its session; unknown, it is opened."
    )
    tool_call_id = NameField(
        required=False, allow_null=True, help_text="The same call is judged once; asked again, it is answered alike."
    )
    reasoning = ReasoningField(required=False, allow_null=True)
    scores = serializers.DictField(
        child=serializers.FloatField(min_value=0, max_value=1), required=False, allow_null=True,
        help_text="The verifier's five, from 0 to 1, instead of reasoning.",
    )  # fmt: skip
    session_state = CountsIn(required=False, allow_null=True, help_text="What is left out is as it was told before.")
    environment = StatedField(required=False, allow_null=True, max_length=LONGEST_ENVIRONMENT)
    context: Any = JSONObjectField(required=False, allow_null=True)
    agent = AgentIn(required=False, allow_null=True)
    dry_run = serializers.BooleanField(required=False, help_text="Judge and answer; store nothing.")


class ServiceOut(serializers.Serializer):
    service = serializers.CharField()
    decision = serializers.ChoiceField(Told.choices)
    result = serializers.DictField()
    microseconds = serializers.IntegerField()


class RequestNamed(serializers.Serializer):
    id = serializers.UUIDField()
    url = serializers.URLField()
    state = serializers.ChoiceField(JudgmentRequest.State.choices)
    expires_at = serializers.DateTimeField(allow_null=True)


class SessionNamed(serializers.Serializer):
    id = serializers.CharField()
    state = serializers.ChoiceField(Session.State.choices)
    pressure_level = serializers.ChoiceField(Level.choices)
    pressure_score = serializers.FloatField(min_value=0, max_value=1)
    required_actions = serializers.ListField(child=serializers.CharField())
    handoff_due = serializers.BooleanField()


class CheckOut(serializers.Serializer):
    """What holds, and why. Instructions are named by their ids in the history (`inst_001`)."""

    check_id = serializers.UUIDField(allow_null=True, help_text="Null for a dry run.")
    decision = serializers.ChoiceField(Told.choices, help_text="What holds for the agent.")
    enforced = serializers.BooleanField()
    would_have = serializers.ChoiceField(Told.choices, help_text="What the gate says, whatever the key is set to.")
    mode = serializers.ChoiceField(Mode.choices)
    explanation = serializers.CharField(allow_blank=True)
    reasons = serializers.ListField(child=serializers.CharField())
    checks = ServiceOut(many=True)
    corrected_action = serializers.DictField(allow_null=True)
    corrected_input = serializers.DictField(allow_null=True)
    would_pass_if = serializers.ListField(child=serializers.DictField())
    boundary = serializers.CharField(allow_null=True)
    at_keyboard = serializers.BooleanField(help_text="Whether the person beside the agent may answer.")
    judgment_request = RequestNamed(allow_null=True)
    grant_used = serializers.UUIDField(allow_null=True)
    session = SessionNamed(allow_null=True)
    receipt = serializers.CharField(allow_null=True)
    replayed = serializers.BooleanField()


class DeliberationNamed(serializers.Serializer):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(State.choices)


class OutcomeNamed(serializers.Serializer):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(SIGNED_STATES)


class RequestOut(serializers.Serializer):
    """A judgement request, for an agent that waits. An outcome grants nothing by itself."""

    id = serializers.UUIDField()
    url = serializers.URLField()
    state = serializers.ChoiceField(JudgmentRequest.State.choices)
    session_id = serializers.CharField(allow_null=True)
    rule = serializers.CharField()
    boundary = serializers.CharField(allow_null=True)
    urgency = serializers.ChoiceField(Urgency.choices)
    irreversible = serializers.BooleanField()
    asked_at = serializers.DateTimeField()
    lapses_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True, help_text="Until when a grant may be used.")
    reason = serializers.CharField(allow_null=True)
    deliberation = DeliberationNamed(allow_null=True)
    outcome = OutcomeNamed(allow_null=True)


class SessionIn(KnownFields):
    """A session that begins."""

    session_id = NameField(required=False, allow_null=True, help_text="Left out, it is given one.")
    continues = NameField(
        required=False, allow_null=True, help_text="The session it goes on from: its handoff is acknowledged, it ends."
    )
    session_state = CountsIn(required=False, allow_null=True)
    agent = AgentIn(required=False, allow_null=True)


class HandoffIn(KnownFields):
    """The agent's part of a handoff."""

    state = StatedField(required=False, allow_blank=True, max_length=LONGEST_TEXT)
    completed = serializers.ListField(child=StatedField(max_length=LONGEST_TEXT), required=False, max_length=MOST_TEXTS)
    in_progress = serializers.ListField(
        child=StatedField(max_length=LONGEST_TEXT), required=False, max_length=MOST_TEXTS
    )
    known_issues = serializers.ListField(
        child=StatedField(max_length=LONGEST_TEXT), required=False, max_length=MOST_TEXTS
    )
    next_priorities = serializers.ListField(
        child=StatedField(max_length=LONGEST_TEXT), required=False, max_length=MOST_TEXTS
    )


class InstructionNamed(serializers.Serializer):
    id = serializers.CharField()
    text = serializers.CharField()


class HandoffOut(serializers.Serializer):
    """What a session leaves to the next: the agent's part, then the server's."""

    session_id = serializers.CharField()
    written_at = serializers.DateTimeField()
    by_agent = serializers.BooleanField(help_text="False where the agent gave none and the server wrote its part.")
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    state = serializers.CharField(allow_blank=True)
    completed = serializers.ListField(child=serializers.CharField())
    in_progress = serializers.ListField(child=serializers.CharField())
    known_issues = serializers.ListField(child=serializers.CharField())
    next_priorities = serializers.ListField(child=serializers.CharField())
    active_instructions = InstructionNamed(many=True)
    active_instructions_in_all = serializers.IntegerField()
    checks = serializers.DictField(allow_null=True)
    incidents = serializers.ListField(child=serializers.DictField())
    pressure = serializers.DictField(allow_null=True)


class SessionOut(serializers.Serializer):
    id = serializers.CharField()
    state = serializers.ChoiceField(Session.State.choices)
    opened_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    agent = AgentIn()
    continues = serializers.CharField(allow_null=True)
    pressure_level = serializers.ChoiceField(Level.choices)
    pressure_score = serializers.FloatField(min_value=0, max_value=1)
    required_actions = serializers.ListField(child=serializers.CharField())
    handoff_due = serializers.BooleanField()
    url = serializers.URLField()


class BegunOut(SessionOut):
    """A session that was opened, with the handoff of the one that it continues."""

    handoff = HandoffOut(allow_null=True)


class PressureOut(serializers.Serializer):
    session = SessionNamed()
    level = serializers.ChoiceField(Level.choices)
    score = serializers.FloatField(min_value=0, max_value=1)
    factors = serializers.ListField(child=serializers.DictField())
    recommendations = serializers.ListField(child=serializers.CharField())
    required_actions = serializers.ListField(child=serializers.CharField())
    reasons = serializers.ListField(child=serializers.CharField())


class OneOfField(serializers.ChoiceField):
    """One of a few words. Whoever sends another is told which they are."""

    default_error_messages = {"invalid_choice": gettext_lazy("“{input}” is none of these: {those}.")}

    def fail(self, key: str, **facts: Any) -> NoReturn:
        super().fail(key, those=", ".join(map(str, self.choices)), **facts)


class ReportIn(KnownFields):
    """What came of an act. What was decided without the service comes with the whole question."""

    event = OneOfField([(one, one) for one in EVENTS])
    check_id = serializers.UUIDField(required=False, allow_null=True)
    tool_call_id = NameField(required=False, allow_null=True)
    session_id = NameField(required=False, allow_null=True)
    action = ActionField(required=False, allow_null=True)
    reasoning = ReasoningField(required=False, allow_null=True)
    environment = StatedField(required=False, allow_null=True, max_length=LONGEST_ENVIRONMENT)
    agent = AgentIn(required=False, allow_null=True)
    decided = OneOfField([(one, one) for one in DECIDED], required=False, allow_null=True)
    reason = StatedField(required=False, allow_blank=True, allow_null=True, max_length=LONGEST_TEXT)
    at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="When it was: not in the future, at most seven days ago."
    )


class IncidentOut(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(Incident.Kind.choices)
    at = serializers.DateTimeField()


class ReportOut(serializers.Serializer):
    check_id = serializers.UUIDField()
    decision = serializers.ChoiceField(Told.choices)
    would_have = serializers.ChoiceField(Told.choices)
    mode = serializers.ChoiceField(Mode.choices)
    became = serializers.ChoiceField(Check.Became.choices, allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)
    incident = IncidentOut(allow_null=True)
    repeated = serializers.BooleanField(help_text="Whether this had been told before.")
