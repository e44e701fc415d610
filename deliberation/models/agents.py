"""What an outcome tells the agents."""

from __future__ import annotations

from django.db import models

from deliberation.models.outcome import Outcome
from deliberation.models.tenancy import OfDeliberation, words


class AgentInstruction(OfDeliberation):
    """The instruction to agents that a decision holder added to an outcome in their own words when signing it.

    Agents obey the instruction; the people who decide later are not bound by the precedent.
    """

    outcome = models.OneToOneField(Outcome, on_delete=models.PROTECT, related_name="agent_instruction")
    instruction = models.OneToOneField("instructions.Instruction", on_delete=models.PROTECT, related_name="+")
    text = words()
    created_at = models.DateTimeField()
