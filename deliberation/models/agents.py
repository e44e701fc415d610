"""What an outcome tells the agents, and what its draft was shown to go against."""

from __future__ import annotations

from django.db import models

from deliberation.models.outcome import Outcome, OutcomeVersion
from deliberation.models.precedent import Precedent
from deliberation.models.tenancy import OfDeliberation, words


class AgentInstruction(OfDeliberation):
    """The instruction to agents that a decision holder added to an outcome in their own words when signing it.

    Agents obey the instruction; the people who decide later are not bound by the precedent.
    """

    outcome = models.OneToOneField(Outcome, on_delete=models.PROTECT, related_name="agent_instruction")
    instruction = models.OneToOneField("instructions.Instruction", on_delete=models.PROTECT, related_name="+")
    text = words()
    created_at = models.DateTimeField()


class DraftWarning(OfDeliberation):
    """That a draft goes against an instruction in force or a precedent, as the software saw it. It informs, no more.

    `stood_when_circulated` says whether the words that were circulated still did: that is how it is counted whether
    people changed something. Empty until then.
    """

    version = models.ForeignKey(OutcomeVersion, on_delete=models.PROTECT, related_name="+")
    instruction = models.ForeignKey("instructions.Instruction", on_delete=models.PROTECT, null=True, related_name="+")
    precedent = models.ForeignKey(Precedent, on_delete=models.PROTECT, null=True, related_name="+")
    first_seen_at = models.DateTimeField()
    stood_when_circulated = models.BooleanField(null=True)

    class Meta(OfDeliberation.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["version", "instruction"],
                condition=models.Q(instruction__isnull=False),
                name="warning_once_an_instruction",
            ),
            models.UniqueConstraint(
                fields=["version", "precedent"],
                condition=models.Q(precedent__isnull=False),
                name="warning_once_a_precedent",
            ),
            models.CheckConstraint(
                condition=models.Q(instruction__isnull=False, precedent__isnull=True)
                | models.Q(instruction__isnull=True, precedent__isnull=False),
                name="warning_of_one_thing",
            ),
        ]
