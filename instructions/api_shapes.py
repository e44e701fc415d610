"""The shapes of the JSON interface to the instruction history."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.interface import StatedField
from accounts.known_fields import KnownFields
from instructions.api_action import ActionObjectField
from instructions.domain.classification import LONGEST_INSTRUCTION
from instructions.models import Instruction, Overrule
from instructions.models.instruction import Persistence, Quadrant, TemporalScope, Verification
from tractatus import ConflictType, Status


class TextIn(KnownFields):
    """A text that may be an instruction."""

    text = StatedField(max_length=LONGEST_INSTRUCTION)


class InstructionIn(TextIn):
    """An instruction as it is proposed."""

    environment = StatedField(
        required=False, allow_blank=True, max_length=60, help_text="Where it holds; everywhere where it is left out."
    )
    expires_at = serializers.DateTimeField(required=False, allow_null=True)
    why = StatedField(required=False, allow_blank=True, max_length=5_000, help_text="For the editor who decides.")


class ValidationIn(KnownFields):
    """An act that the validator is asked about."""

    action = ActionObjectField(help_text="`{type, description, parameters}`, or a tool call `{tool_name, tool_input}`.")
    environment = StatedField(required=False, allow_null=True, max_length=60)


class ClassificationOut(serializers.Serializer):
    text = serializers.CharField()
    quadrant = serializers.ChoiceField(Quadrant.choices)
    persistence = serializers.ChoiceField(Persistence.choices)
    persistence_score = serializers.FloatField(min_value=0, max_value=1)
    temporal_scope = serializers.ChoiceField(TemporalScope.choices)
    verification_required = serializers.ChoiceField(Verification.choices)
    explicitness = serializers.FloatField(min_value=0, max_value=1)
    parameters = serializers.DictField()
    stored = serializers.BooleanField(help_text="Whether it is explicit enough to be kept: from 0.6.")
    reasons = serializers.ListField(child=serializers.CharField())
    # The name of the key, which DRF's fields use for another thing.
    source: Any = serializers.CharField()


class OverruleOut(serializers.Serializer):
    field = serializers.ChoiceField(Overrule.Field.choices)
    proposed = serializers.CharField()
    chosen = serializers.CharField()


class InstructionOut(serializers.Serializer):
    id = serializers.CharField()
    text = serializers.CharField()
    timestamp = serializers.DateTimeField()
    quadrant = serializers.ChoiceField(Quadrant.choices)
    persistence = serializers.ChoiceField(Persistence.choices)
    temporal_scope = serializers.ChoiceField(TemporalScope.choices)
    verification_required = serializers.ChoiceField(Verification.choices)
    explicitness = serializers.FloatField(min_value=0, max_value=1)
    active = serializers.BooleanField()
    parameters = serializers.DictField()
    environment = serializers.CharField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    supersedes = serializers.CharField(allow_null=True)
    state = serializers.ChoiceField(Instruction.State.choices)
    state_since = serializers.DateTimeField()
    revision = serializers.IntegerField(min_value=1)
    universal = serializers.BooleanField(help_text="Whether it holds for every project of the organisation.")
    overruled = OverruleOut(many=True)
    url = serializers.URLField(help_text="The page where people decide.")
    source: Any = serializers.CharField()


class ContradictionOut(serializers.Serializer):
    instruction_id = serializers.CharField()
    instruction = serializers.CharField()
    status = serializers.ChoiceField([str(one) for one in Status])
    conflict_type = serializers.ChoiceField([str(one) for one in ConflictType])
    reason = serializers.CharField()
    expected = serializers.CharField(allow_null=True)
    actual = serializers.CharField(allow_null=True)
    confidence = serializers.FloatField(min_value=0, max_value=1)
    requires_human_approval = serializers.BooleanField()


class UncheckedOut(serializers.Serializer):
    id = serializers.CharField(help_text="The instruction; empty where it is of no single one.")
    reason = serializers.CharField()


class ValidationOut(serializers.Serializer):
    status = serializers.ChoiceField([str(one) for one in Status])
    confidence = serializers.FloatField(min_value=0, max_value=1)
    reason = serializers.CharField()
    conflicts = ContradictionOut(many=True)
    conflicts_in_all = serializers.IntegerField(min_value=0)
    instruction_violated = serializers.CharField(allow_null=True)
    expected = serializers.CharField(allow_null=True)
    actual = serializers.CharField(allow_null=True)
    conflict_type = serializers.ChoiceField([str(one) for one in ConflictType], allow_null=True)
    requires_human_approval = serializers.BooleanField()
    corrected_action = serializers.DictField(allow_null=True)
    corrected_input = serializers.DictField(allow_null=True)
    would_pass_if = serializers.ListField(child=serializers.DictField())
    unchecked = UncheckedOut(many=True)
    reasons = serializers.ListField(child=serializers.CharField())
    cited = serializers.ListField(child=serializers.CharField())
