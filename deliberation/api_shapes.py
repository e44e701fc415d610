"""The shapes of the JSON interface: what POST takes, and what every answer looks like in its description."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.interface import JSONObjectField, StatedField
from accounts.known_fields import KnownFields
from deliberation.domain.act import LONGEST_TEXT
from deliberation.models import Deliberation, Outcome, OutcomeVersion, Precedent, Remainder, Round, State, Urgency

SIGNED_STATES = [(str(one), one.label) for one in (Outcome.State.SIGNED, Outcome.State.SUPERSEDED)]


class ConflictIn(KnownFields):
    """A values conflict that a system ran into and may not decide."""

    decision = StatedField(
        max_length=LONGEST_TEXT, help_text="The decision in question, as the system would put it to a person."
    )
    context = JSONObjectField(  # type: ignore[assignment]  # DRF's serializers call their own context so
        required=False,
        help_text="What is known, as sent: `urgency`, `scale`, `harm_type` and anything else. Kept verbatim.",
    )
    urgency = serializers.ChoiceField(
        choices=Urgency.choices,
        required=False,
        help_text="Also read from `context.urgency`. Without either it is IMPORTANT.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        context = attrs.get("context") or {}
        known = ", ".join(Urgency.values)
        stated = context.get("urgency")
        if "urgency" not in attrs and stated is not None:
            if not isinstance(stated, str) or stated.upper() not in Urgency.values:
                raise serializers.ValidationError(
                    {"context": {"urgency": [_("Urgency is one of %(known)s.") % {"known": known}]}}
                )
            attrs["urgency"] = stated.upper()
        if len(json.dumps(context)) > 20_000:
            raise serializers.ValidationError({"context": [_("The context is longer than 20,000 characters.")]})
        return attrs


class FrameworkInTension(serializers.Serializer):
    framework = serializers.CharField()
    position = serializers.CharField(
        allow_null=True, help_text="A sketch. Null for a people's own ethics: to be stated by its own people."
    )
    stakeholders = serializers.ListField(child=serializers.CharField())


class ConflictOut(serializers.Serializer):
    """The deliberation that was proposed. Everything under it is a suggestion until a person takes it up."""

    id = serializers.UUIDField()
    url = serializers.URLField(help_text="Its page, for people.")
    state = serializers.ChoiceField(choices=State.choices)
    urgency = serializers.ChoiceField(choices=Urgency.choices)
    created_at = serializers.DateTimeField()
    moral_frameworks_in_tension = FrameworkInTension(many=True)
    value_trade_offs = serializers.ListField(child=serializers.CharField())
    affected_stakeholder_groups = serializers.ListField(child=serializers.CharField())
    suggested_stakeholders = serializers.ListField(child=serializers.CharField())
    requires_human_approval = serializers.BooleanField(help_text="Always true.")


class RoundOut(serializers.Serializer):
    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Round.State.choices)
    opens_at = serializers.DateTimeField(allow_null=True)
    closes_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class DeliberationOut(serializers.Serializer):
    """Question, state and dates. What people say in it is not here before the outcome."""

    id = serializers.UUIDField()
    number = serializers.IntegerField()
    reference = serializers.CharField()
    url = serializers.URLField()
    question = serializers.CharField()
    state = serializers.ChoiceField(choices=State.choices)
    state_since = serializers.DateTimeField()
    urgency = serializers.ChoiceField(choices=Urgency.choices)
    origin = serializers.ChoiceField(choices=Deliberation.Origin.choices)
    created_at = serializers.DateTimeField()
    rounds = RoundOut(many=True)
    outcome = serializers.UUIDField(allow_null=True, help_text="Once it is signed.")
    succeeds = serializers.UUIDField(allow_null=True, help_text="The precedent it may replace.")
    requires_human_approval = serializers.BooleanField(help_text="Always true.")


class DissentOut(serializers.Serializer):
    framework = serializers.CharField(allow_null=True)
    against = serializers.CharField()
    lead = serializers.CharField()
    objection = serializers.CharField()
    would_be_removed_by = serializers.CharField(allow_null=True)
    predicts = serializers.CharField(allow_null=True)
    stakeholders = serializers.ListField(child=serializers.CharField())
    answer = serializers.CharField(allow_null=True)


class RemainderOut(serializers.Serializer):
    loss = serializers.CharField()
    bearer = serializers.CharField()
    owed = serializers.ChoiceField(choices=Remainder.Owed.choices)
    debt = serializers.CharField()


class CommitmentOut(serializers.Serializer):
    kind = serializers.CharField()
    what = serializers.CharField()
    to_whom = serializers.CharField()
    owner = serializers.CharField()
    due = serializers.DateField()
    state = serializers.CharField()


class HeardOut(serializers.Serializer):
    framework = serializers.CharField()
    heard = serializers.BooleanField()
    voices = serializers.ListField(child=serializers.CharField(), help_text="Who spoke in it, as printed.")
    because = serializers.CharField(allow_null=True)


class AgentInstructionOut(serializers.Serializer):
    id = serializers.CharField()
    text = serializers.CharField()


class OutcomeOut(serializers.Serializer):
    """A signed outcome. `precedent_binding` is always false."""

    id = serializers.UUIDField()
    deliberation = serializers.UUIDField()
    reference = serializers.CharField()
    question = serializers.CharField()
    state = serializers.ChoiceField(choices=SIGNED_STATES)
    kind = serializers.ChoiceField(choices=OutcomeVersion.Kind.choices)
    decision_made = serializers.CharField(allow_null=True)
    option = serializers.CharField(allow_null=True)
    meanwhile = serializers.CharField(allow_null=True)
    values_prioritized = serializers.ListField(child=serializers.CharField())
    values_deprioritized = serializers.ListField(child=serializers.CharField())
    moral_remainder = serializers.CharField()
    remainders = RemainderOut(many=True)
    dissenting_perspectives = DissentOut(many=True)
    justification = serializers.CharField(allow_null=True)
    assumptions = serializers.CharField(allow_null=True)
    expects = serializers.CharField(allow_null=True)
    precedent_applicability = serializers.CharField(allow_null=True)
    applies_to = serializers.CharField(allow_null=True)
    does_not_apply_to = serializers.CharField(allow_null=True)
    precedent_binding = serializers.BooleanField(help_text="Always false.")
    review_date = serializers.DateField(allow_null=True)
    review_trigger = serializers.CharField()
    review_triggers = serializers.ListField(child=serializers.CharField())
    commitments = CommitmentOut(many=True)
    nothing_to_do = serializers.CharField(allow_null=True)
    heard = HeardOut(many=True)
    agent_instruction = AgentInstructionOut(
        allow_null=True, help_text="What the decision holder tells the agents, and the instruction it became."
    )
    not_heard = serializers.ListField(child=serializers.CharField())
    signed_by = serializers.CharField()
    signed_at = serializers.DateTimeField()
    audit_entry = serializers.UUIDField(allow_null=True)
    leaf_hash = serializers.CharField(allow_null=True)


class PrecedentOut(serializers.Serializer):
    """A precedent and where it stands. It informs; nothing makes it bind."""

    id = serializers.UUIDField()
    deliberation = serializers.UUIDField()
    outcome = serializers.UUIDField()
    reference = serializers.CharField()
    url = serializers.URLField()
    question = serializers.CharField()
    decision_made = serializers.CharField(allow_null=True)
    applies_to = serializers.CharField(allow_null=True)
    does_not_apply_to = serializers.CharField(allow_null=True)
    state = serializers.ChoiceField(choices=Precedent.State.choices)
    precedent_binding = serializers.BooleanField(help_text="Always false.")
    signed_at = serializers.DateTimeField()
    review_date = serializers.DateField(allow_null=True, help_text="Of the review that is open; null once it ended.")
    review_overdue = serializers.BooleanField()
    shaken = serializers.BooleanField(help_text="Something it relied on has changed, and no review has answered it.")
    superseded_by = serializers.UUIDField(allow_null=True)
    alike = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="With `similar_to`: what is alike, in sentences."
    )
    differs = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="With `similar_to`: what differs, in sentences."
    )
