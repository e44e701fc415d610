"""Rows of the instruction history written past every verb: each is refused by the guard that is named for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from accounts import clock
from accounts.scope import open_organisation
from deliberation.models import AgentInstruction
from instructions.domain.classification import Wording
from instructions.domain.instruction import (
    propose_instruction,
    publish_instruction,
    retire_instruction,
    revise_instruction,
)
from instructions.domain.periods import open_period
from instructions.models import Instruction
from tests.cast import Cast
from tests.deliberation import stages
from tests.guarantees.test_rows import refused, refused_copy

pytestmark = pytest.mark.django_db
PORT = "Always use MongoDB on port 27027."


@pytest.fixture
def cast() -> Iterator[Cast]:
    people = Cast()
    with open_organisation(people.organisation):
        yield people


def proposed(cast: Cast) -> Instruction:
    return propose_instruction(cast.organisation, Wording(PORT), by=cast.editor, project=cast.project)


def test_an_instruction_moves_step_by_step_and_repeats_its_revision(cast: Cast) -> None:
    made = proposed(cast)
    refused_copy(made, "instruction_begins_proposed", state="active", key="inst_777")
    refused(made, "instruction_moves", state="expired")
    refused(made, "instruction_in_force_says_something", state="active", current=None)
    made = publish_instruction(made, by=cast.editor)
    refused(made, "instruction_says_its_revision", quadrant="TACTICAL")
    first = made.revisions.get(number=1)
    revise_instruction(made, Wording("Always use MongoDB on port 27028."), by=cast.editor, why="It moved.")
    refused(made, "instruction_keeps_revision", current=first)
    retire_instruction(made, by=cast.editor, why="It is gone.")
    refused(made, "instruction_reinstated_anew", state="active")


def test_revisions_are_numbered_and_somebodys(cast: Cast) -> None:
    revision = publish_instruction(proposed(cast), by=cast.editor).revisions.get(number=1)
    refused_copy(revision, "revisions_are_numbered", number=7)
    refused_copy(revision, "revision_is_somebodys", number=2, kind="revised", made_by_id=None)


def test_a_period_begins_open(cast: Cast) -> None:
    period = open_period(cast.project, "PHASE", "Beta", by=cast.editor)
    refused_copy(period, "period_ends_after_it_began", name="Gamma", ended_at=clock.now())


def test_only_a_signer_tells_the_agents_something_in_an_outcome(cast: Cast) -> None:
    decided = stages.at_decided(cast)
    told = AgentInstruction(
        organisation=cast.organisation, deliberation=decided, outcome=stages.outcome_of(decided),
        instruction_id=publish_instruction(proposed(cast), by=cast.editor).pk,
    )  # fmt: skip
    refused_copy(told, "agents_told_by_signature")
