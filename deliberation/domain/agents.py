"""The instruction to agents: added to an outcome by its signer, gone when the precedent no longer stands."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from accounts.permissions import SYSTEM
from accounts.refusals import Invalid
from deliberation.domain.act import Act
from deliberation.models import AgentInstruction, Outcome, Precedent
from instructions.domain.by_outcome import instruct_by_outcome
from instructions.domain.classification import TooVague
from instructions.domain.conflicts import Answered
from instructions.domain.instruction import retire_instruction


def tell_agents(act: Act, outcome: Outcome, text: str, answers: Mapping[str, Answered]) -> AgentInstruction | None:
    """Make what the signer tells the agents an instruction, inside the transaction of the signature. None for no words.

    Raises `Invalid` where it is too vague to be kept, and `Unanswered` where it goes against what stands.
    """
    if not text.strip() or act.user is None:
        return None
    try:
        made = instruct_by_outcome(
            act.deliberation.project,
            text,
            signer=act.user,
            place=_("the outcome of %(reference)s") % {"reference": act.deliberation.reference},
            answers=answers,
            cause=act.entry_id,
        )
    except TooVague as refused:
        raise Invalid(refused.sentence, "agents") from None
    assert made.current is not None
    act.texts["agents"] = made.current.text
    return AgentInstruction.objects.create(
        organisation_id=outcome.organisation_id,
        deliberation=act.deliberation,
        outcome=outcome,
        instruction=made,
        text=made.current.text,
        created_at=act.now,
    )


def release_agents(act: Act, precedent: Precedent) -> None:
    """Retire what an outcome told the agents, because its precedent no longer stands."""
    told = AgentInstruction.objects.select_related("instruction").filter(outcome_id=precedent.outcome_id).first()
    if told is not None and told.instruction.is_in_force:
        retire_instruction(told.instruction, by=SYSTEM, cause=act.entry_id)
