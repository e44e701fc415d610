"""Rows of the instruction history written past every verb: each is refused by the guard that is named for it."""

from __future__ import annotations

from typing import Any

import pytest

from accounts import clock
from accounts.scope import open_organisation
from instructions.domain.classification import Wording
from instructions.domain.instruction import revise_instruction
from instructions.models import Instruction, Revision
from tests.cast import Cast
from tests.guarantees.test_rows import refused, refused_copy, refused_deleted
from tests.walls.history import PORT, told

pytestmark = pytest.mark.django_db


def test_the_history_is_not_written_past_its_verbs() -> None:
    """No instruction is born in force, moves another way, or says what no revision of it says; nothing goes."""
    cast = Cast()
    with open_organisation(cast.organisation):
        at = told(cast)
        _moves(cast, at["instruction"])
        _revisions(cast, at["instruction"]["active"])
        refused_copy(at["period"]["open"], "period_ends_after_it_began", name="Other", ended_at=clock.now())
        for machine, name in (("import", "import"), ("period", "period"), ("policy", "policy")):
            for thing in at[machine].values():
                refused_deleted(thing, f"instructions_{name}_never_deleted")


def _moves(cast: Cast, at: dict[str, Any]) -> None:
    refused_copy(at["active"], "instruction_begins_proposed", key="inst_900")
    refused_copy(at["proposed"], "instruction_begins_proposed", key="inst_900")
    allowed = {(before, after) for before, afters in Instruction.MOVES.items() for after in afters}
    in_force = {"published_by": cast.editor, "published_at": clock.now()}
    for before, row in at.items():
        for after in Instruction.State.values:
            if after != before and (before, after) not in allowed:
                refused(row, "instruction_moves", state=after, **({} if row.published_at else in_force))
    for ended in ("superseded", "retired", "expired"):
        refused(at[ended], "instruction_reinstated_anew", state="active")
    silent = Instruction(
        organisation=cast.organisation, project=cast.project, key="inst_901", number=901, state_since=clock.now(),
        created_at=clock.now(), quadrant="SYSTEM", persistence="HIGH", temporal_scope="PROJECT",
        verification_required="MANDATORY",
    )  # fmt: skip
    silent.save(force_insert=True)
    refused(silent, "instruction_in_force_says_something", state="active", **in_force)
    refused_deleted(silent, "instructions_instruction_never_deleted")


def _revisions(cast: Cast, row: Instruction) -> None:
    first = row.current
    assert first is not None
    revise_instruction(row, Wording(PORT.replace("27017", "27028")), by=cast.editor, why="It moved.")
    refused(row, "instruction_keeps_revision", current=first)
    refused(row, "instruction_says_its_revision", quadrant="TACTICAL")
    refused(row, "instructions_instruction_append_only", source="nobody")
    refused_copy(first, "revisions_are_numbered", number=9)
    refused_copy(first, "revision_is_somebodys", number=3, kind=Revision.Kind.REVISED, made_by_id=None)
    refused(first, "instructions_revision_append_only", explicitness=1.0)
    refused_deleted(first, "instructions_revision_never_deleted")
