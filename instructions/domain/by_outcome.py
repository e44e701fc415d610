"""What a decision holder tells the agents in a signed outcome: an instruction of its own kind, never made by itself."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Project, User
from accounts.permissions import SYSTEM
from instructions.domain.act import perform
from instructions.domain.classification import Overruled, Wording, classify
from instructions.domain.conflicts import Answered, Clash, clashes_with
from instructions.domain.instruction import State, begin, move, settle, write
from instructions.models import Instruction, Revision
from instructions.models.instruction import Persistence

SOURCE = "deliberation"


def instruct_by_outcome(
    project: Project, text: str, *, signer: User, place: str, answers: Mapping[str, Answered], cause: UUID
) -> Instruction:
    """Put what `signer` says to the agents in force, inside the transaction of the signature `cause`.

    Its persistence is HIGH whatever is read in it (domain, outcome). Raises `TooVague`, and `Unanswered` where it goes
    against what stands and `answers` say nothing of that.
    """
    with perform("instruct_by_outcome", project.organisation, by=SYSTEM, project=project, cause=cause) as act:
        act.speaker = signer
        instruction = begin(act, project=project, source=SOURCE, place=place[:300])
        wording = Wording(text, overrules={"persistence": Overruled(Persistence.HIGH.value, _always_high())})
        write(act, instruction, Revision.Kind.PROPOSED, wording, "")
        settle(act, instruction, answers)
        move(act, instruction, State.ACTIVE, None)
    return instruction


def goes_against(text: str, project: Project) -> list[Clash]:
    """What stands that these words would go against, to be shown before they are signed."""
    read = classify(text, project.organisation)
    return clashes_with(text, project, temporal_scope=read.temporal_scope)


def _always_high() -> str:
    return _("A decision holder says it in a signed outcome.")
