"""What a project's agents were told, for the walls: an instruction in each state, and whatever they hang on."""

from __future__ import annotations

from django.db.models import Model

from accounts import clock
from instructions.domain.classification import Overruled, Wording
from instructions.domain.conflicts import Answered
from instructions.domain.importing import import_instructions
from instructions.domain.instruction import (
    expire_instruction,
    propose_instruction,
    publish_instruction,
    reject_instruction,
    retire_instruction,
    withdraw_instruction,
)
from instructions.domain.periods import open_period
from instructions.domain.policy import set_policy
from instructions.domain.policy_parts import Part
from instructions.domain.variables import set_variable
from instructions.models import Instruction, Reckoning
from tests.cast import Cast

HISTORY = {"instruction", "import", "period", "variable", "policy"}
"""Machines whose verbs know people, keys and the software, and no seats."""

PORT = "Always use MongoDB on port 27017."


def told(cast: Cast) -> dict[str, dict[str, Model]]:
    """By machine and state a thing in that state. All of it is the editor's, of the project."""
    at: dict[str, dict[str, Model]] = {
        "import": {"read": _brought(cast)},
        "period": {"open": open_period(cast.project, "TASK", "The first task", by=cast.editor)},
        "variable": {"set": set_variable(cast.project, "PORT", "27017", by=cast.editor)},
        "policy": {"set": set_policy(cast.project.organisation, Part.VERBOSITY, {"verbosity": "SILENT"},
                                     by=cast.administrator, why="They ask why.", project=cast.project)},
    }  # fmt: skip
    at["instruction"] = {str(one.state): one for one in _in_every_state(cast)}
    assert at["instruction"].keys() == set(Instruction.State.values)
    _reckoned(cast)
    return at


def _brought(cast: Cast) -> Model:
    data = b"- Never push to the main branch without a review.\n"
    return import_instructions(cast.organisation, cast.project, "AGENTS.md", data, by=cast.editor).row


def _in_every_state(cast: Cast) -> list[Instruction]:
    said = {"quadrant": Overruled("STRATEGIC", "It is who we are.")}
    kept = propose_instruction(
        cast.organisation, Wording("Always use Redis 7.", overrules=said), by=cast.editor, project=cast.project
    )
    old, gone, over, no, back = (
        propose_instruction(cast.organisation, Wording(text), by=cast.editor, project=cast.project)
        for text in (
            PORT,
            "Always use PostgreSQL 15 for the database.",
            "Always run pytest before every commit.",
            "Never send mail to customers from a test.",
            "Never write a secret into a log file.",
        )
    )
    for one in (old, gone, over):
        publish_instruction(one, by=cast.editor)
    retire_instruction(gone, by=cast.editor, why="It is not used any more.")
    expire_instruction(over)
    reject_instruction(no, by=cast.editor, why="It is said elsewhere.")
    withdraw_instruction(back, by=cast.editor)
    new = propose_instruction(
        cast.organisation, Wording(PORT.replace("27017", "27027")), by=cast.editor, project=cast.project
    )
    publish_instruction(new, by=cast.editor, answers={old.key: Answered("supersede")})
    old.refresh_from_db()
    return [new, kept, old, gone, over, no, back]


def _reckoned(cast: Cast) -> Reckoning:
    return Reckoning.objects.create(
        organisation=cast.organisation, kind="changed", project=cast.project, digest="0" * 64, total=1,
        asked_by=cast.editor, asked_at=clock.now(),
    )  # fmt: skip
