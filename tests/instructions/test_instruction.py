"""The life of an instruction, verb by verb."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from accounts.domain.keys import create_api_key
from accounts.models import APIKey
from accounts.permissions import SYSTEM
from accounts.refusals import Invalid, NotAllowed, WrongState
from accounts.scope import open_organisation
from audit.models import Entry
from instructions.domain.classification import Overruled, TooVague, Wording
from instructions.domain.conflicts import Answered, Unanswered
from instructions.domain.in_force import in_force
from instructions.domain.instruction import (
    propose_instruction,
    publish_instruction,
    reinstate_instruction,
    reject_instruction,
    retire_instruction,
    revise_instruction,
    withdraw_instruction,
)
from instructions.domain.periods import end_period, open_period
from instructions.domain.variables import set_variable
from instructions.models import Change, Instruction, Period, Revision, Variable
from tests.cast import Cast, make_project

PORT = "Always use MongoDB on port 27027."
OTHER_PORT = "MongoDB runs on port 27017."


@pytest.fixture
def house(cast: Cast):
    with open_organisation(cast.organisation):
        yield cast


def put(house: Cast, text: str = PORT, **facts: object) -> Instruction:
    made = propose_instruction(house.organisation, Wording(text), by=house.editor, project=house.project, **facts)
    return publish_instruction(made, by=house.editor)


@pytest.mark.django_db
def test_instruction_published_is_in_force_and_recorded(house: Cast) -> None:
    """What an editor proposes and publishes binds, with two entries and the classification of the library."""
    made = put(house)
    assert [row.key for row in in_force(house.project)] == ["inst_001"]
    assert (made.quadrant, made.persistence, made.state) == ("SYSTEM", "HIGH", "active")
    events = list(Entry.objects.filter(subject_id=str(made.pk)).order_by("timestamp").values_list("event", flat=True))
    assert events == ["instruction.propose", "instruction.publish"]


@pytest.mark.django_db
def test_vague_instruction_is_not_kept(house: Cast) -> None:
    with pytest.raises(TooVague):
        propose_instruction(house.organisation, Wording("Make it better"), by=house.editor, project=house.project)
    assert not Instruction.objects.exists()


@pytest.mark.django_db
def test_conflict_is_to_be_answered_before_it_binds(house: Cast) -> None:
    old = put(house)
    new = propose_instruction(house.organisation, Wording(OTHER_PORT), by=house.editor, project=house.project)
    with pytest.raises(Unanswered):
        publish_instruction(new, by=house.editor)
    publish_instruction(new, by=house.editor, answers={"inst_001": Answered("supersede")})
    old.refresh_from_db()
    assert (old.state, new.state) == ("superseded", "active")
    with pytest.raises(WrongState):
        retire_instruction(old, by=house.editor, why="x")
    with pytest.raises(Unanswered):
        reinstate_instruction(old, by=house.editor, why="It was right after all.")
    old.refresh_from_db()
    with pytest.raises(Invalid):
        reinstate_instruction(old, by=house.editor, why="Right.", answers={"inst_002": Answered("withdraw", "No.")})
    old.refresh_from_db()
    reinstate_instruction(
        old, by=house.editor, why="It was right after all.", answers={"inst_002": Answered("supersede")}
    )
    new.refresh_from_db()
    assert new.state == "superseded"
    assert (old.state, old.revisions.count()) == ("active", 2)


@pytest.mark.django_db
def test_overruling_needs_a_reason_and_keeps_both(house: Cast) -> None:
    with pytest.raises(Invalid, match="Say why you overrule the software"):
        propose_instruction(
            house.organisation, Wording(PORT, overrules={"quadrant": Overruled("STRATEGIC", "")}), by=house.editor,
            project=house.project,
        )  # fmt: skip
    made = propose_instruction(
        house.organisation, Wording(PORT, overrules={"quadrant": Overruled("STRATEGIC", "It is who we are.")}),
        by=house.editor, project=None,
    )  # fmt: skip
    assert (made.key, made.quadrant) == ("org_001", "STRATEGIC")
    assert [(one.proposed, one.chosen) for one in made.current.overrules.all()] == [("SYSTEM", "STRATEGIC")]


@pytest.mark.django_db
def test_ways_out_of_a_proposal(house: Cast) -> None:
    made = propose_instruction(house.organisation, Wording(PORT), by=house.editor, project=house.project)
    with pytest.raises(NotAllowed):
        reject_instruction(made, by=house.facilitator, why="no")
    withdraw_instruction(made, by=house.editor)
    assert made.state == "withdrawn"


@pytest.mark.django_db
def test_phase_ends_its_instructions(house: Cast) -> None:
    phase = open_period(house.project, "PHASE", "Beta", by=house.editor)
    text = "During this phase, always write tests in pytest before merging."
    wording = Wording(text, period=phase, overrules={"temporal_scope": Overruled("PHASE", "Only for the beta.")})
    made = publish_instruction(
        propose_instruction(house.organisation, wording, by=house.editor, project=house.project), by=house.editor
    )
    assert end_period(phase, by=house.editor) == 1
    made.refresh_from_db()
    assert made.state == "expired"


@pytest.mark.django_db
def test_key_acts_for_its_own_project_alone(house: Cast) -> None:
    """A key of another project proposes nothing here, and neither begins nor ends a phase, session or task."""
    other = create_api_key(make_project(house.organisation, "elsewhere", "Elsewhere"), "Agent", by=SYSTEM).key
    session = open_period(house.project, "SESSION", "Monday", by=house.editor)
    for call in (
        lambda: open_period(house.project, "TASK", "Tidy up", by=other),
        lambda: end_period(session, by=other),
        lambda: propose_instruction(house.organisation, Wording(PORT), by=other, project=house.project),
        lambda: propose_instruction(house.organisation, Wording(PORT), by=other, project=None),
    ):
        with pytest.raises(NotAllowed, match="its own project"):
            call()
    session.refresh_from_db()
    assert session.is_open
    assert (Period.objects.count(), Instruction.objects.count()) == (1, 0)


@pytest.mark.django_db
def test_nothing_is_edited_in_place(house: Cast) -> None:
    made = put(house)
    revise_instruction(made, Wording("Always use MongoDB on port 27028."), by=house.editor, why="It moved.")
    assert made.current.number == 2
    for sql in (
        "UPDATE instructions_revision SET quadrant = 'TACTICAL'",
        "DELETE FROM instructions_revision",
        "DELETE FROM instructions_instruction",
        "UPDATE instructions_instruction SET quadrant = 'TACTICAL'",
        "UPDATE instructions_instruction SET state = 'proposed'",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    period = open_period(house.project, "PHASE", "Beta", by=house.editor)
    set_variable(house.project, "API_PORT", "27027", by=house.editor)
    end_period(period, by=house.editor)
    in_bulk = [
        lambda: Instruction.objects.update(quadrant="TACTICAL"),
        lambda: Instruction.objects.update(state="withdrawn"),
        lambda: Instruction.objects.update(key="inst_007"),
        lambda: Instruction.objects.update(current=made.revisions.get(number=1)),
        lambda: Instruction.objects.bulk_update([Instruction(pk=made.pk, source="nobody")], ["source"]),
        lambda: Revision.objects.update(explicitness=0.1),
        lambda: Revision.objects.filter(number=1).delete(),
        lambda: Change.objects.update(changed_by=house.holder),
        lambda: Change.objects.all().delete(),
        lambda: Period.objects.update(ended_at=None),
        lambda: Variable.objects.update(value="27028"),
        lambda: Variable.objects.all().delete(),
    ]
    for change in in_bulk:
        with pytest.raises((IntegrityError, ProtectedError)), transaction.atomic():
            change()
    assert APIKey.objects.count() == 0
