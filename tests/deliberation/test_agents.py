"""The instruction to agents: its signer's own words, in force from the signature, gone with the precedent."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.refusals import Invalid, NotAllowed
from audit.models import Entry
from deliberation.domain.completeness import latest_version
from deliberation.domain.outcome import sign_outcome
from deliberation.domain.review import sign_review
from deliberation.models import AgentInstruction, Outcome
from deliberation.queries.outcome_as_json import outcome_as_json
from instructions.domain.classification import Wording
from instructions.domain.conflicts import Answered, Unanswered
from instructions.domain.in_force import in_force
from instructions.domain.instruction import propose_instruction, publish_instruction
from instructions.models import Instruction
from instructions.queries.origins import origins_of
from tests.cast import Cast
from tests.deliberation import stages
from tests.deliberation.pages import address, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside")]


WORDS = "Never send a decline to an applicant before a person has read the application."


def signed(cast: Cast, agents: str = WORDS, **facts: object) -> Outcome:
    deliberation = stages.at_signing(cast)
    version = latest_version(stages.outcome_of(deliberation))
    assert version is not None
    facts.setdefault("by", cast.holder)
    return sign_outcome(deliberation, version_id=version.pk, name="Holder", agents=agents, **facts)


def test_signed_words_bind_agents_at_once(cast: Cast) -> None:
    """HIGH persistence, published by the signer, recorded as caused by the signature, linked both ways."""
    outcome = signed(cast)
    (row,) = in_force(cast.project)
    assert (row.source, row.persistence, row.published_by) == ("deliberation", "HIGH", cast.holder)
    assert outcome.agent_instruction.instruction == row
    entry = Entry.objects.get(event="instruction.by_outcome")
    assert (entry.actor_kind, entry.cause_id) == ("system", outcome.signed_entry_id)
    origin = origins_of([row])[row.pk]
    assert (origin.overdue_since, origin.url) == (None, address("outcome", outcome.deliberation))
    told = outcome_as_json(outcome)["agent_instruction"]
    assert told == {"id": row.key, "text": WORDS}


def test_nothing_is_made_by_itself(cast: Cast) -> None:
    signed(cast, agents="  ")
    assert not Instruction.objects.exists()


def test_vague_words_stop_the_signature(cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        signed(cast, agents="Make it better")
    assert set(refused.value.errors) == {"agents"}
    assert not Outcome.objects.filter(state="signed").exists()


def test_words_against_what_stands_are_answered_first(cast: Cast) -> None:
    old = propose_instruction(
        cast.organisation, Wording("Always use MongoDB on port 27027."), by=cast.editor, project=cast.project
    )
    publish_instruction(old, by=cast.editor)
    against = "Always use MongoDB on port 27018."
    with pytest.raises(Unanswered):
        signed(cast, agents=against)
    deliberation = Outcome.objects.get().deliberation
    version = latest_version(stages.outcome_of(deliberation))
    answers = {old.key: Answered("supersede")}
    sign_outcome(deliberation, by=cast.holder, version_id=version.pk, name="Holder", agents=against, answers=answers)
    old.refresh_from_db()
    assert old.state == "superseded"
    assert old.changes.get(state="superseded").changed_by == cast.holder


def test_facilitator_tells_the_agents_nothing(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        signed(cast, by=cast.facilitator)
    assert not Instruction.objects.exists()


def test_retired_precedent_takes_its_instruction_with_it(cast: Cast) -> None:
    review = stages.at_review_prepared(cast, proposal="retire")
    made = _told(cast, review.precedent.outcome)
    origin = origins_of([made])[made.pk]
    assert origin.overdue_since == review.due_on
    sign_review(review, by=cast.second_holder, reason="It no longer fits.")
    made.refresh_from_db()
    assert made.state == "retired"


def _told(cast: Cast, outcome: Outcome) -> Instruction:
    """An instruction of this signed outcome, made as its signer would have."""
    from accounts import clock
    from accounts.ids import uuid7
    from instructions.domain.by_outcome import instruct_by_outcome

    with transaction.atomic():
        made = instruct_by_outcome(
            cast.project, WORDS, signer=outcome.signed_by, place="the outcome", answers={}, cause=uuid7()
        )
        AgentInstruction.objects.create(
            organisation=cast.organisation, deliberation=outcome.deliberation, outcome=outcome, instruction=made,
            text=made.current.text, created_at=clock.now(),
        )  # fmt: skip
    return made


def test_database_keeps_what_was_told(cast: Cast) -> None:
    """Raw SQL neither changes nor takes away what a signed outcome tells the agents."""
    signed(cast)
    for sql in (
        "DELETE FROM deliberation_agentinstruction",
        "UPDATE deliberation_agentinstruction SET outcome_id = id",
        "UPDATE instructions_instruction SET persistence = 'LOW'",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_only_the_signer_is_told_for(cast: Cast) -> None:
    """What somebody else put in force is never shown as what an outcome told the agents."""
    outcome = signed(cast, agents="")
    made = propose_instruction(cast.organisation, Wording(WORDS), by=cast.editor, project=cast.project)
    publish_instruction(made, by=cast.editor)
    with pytest.raises(IntegrityError, match=r"^agents_told_by_signature: "), transaction.atomic():
        AgentInstruction.objects.create(
            organisation=cast.organisation, deliberation=outcome.deliberation, outcome=outcome, instruction=made,
            text=made.current.text, created_at=made.created_at,
        )  # fmt: skip


def test_sign_page_shows_what_the_words_go_against_and_keeps_them(cast: Cast) -> None:
    old = propose_instruction(
        cast.organisation, Wording("Always use MongoDB on port 27027."), by=cast.editor, project=cast.project
    )
    publish_instruction(old, by=cast.editor)
    deliberation = stages.at_signing(cast)
    version = latest_version(stages.outcome_of(deliberation))
    client = signed_in(cast.holder)
    sent = {"version_id": version.pk, "name": "Holder", "agents": "Always use MongoDB on port 27018."}
    page = client.post(address("outcome_sign", deliberation), sent)
    assert page.status_code == 422
    said = page.content.decode()
    assert f"answer_{old.key}" in said
    assert "port 27018" in said
    sent |= {f"answer_{old.key}": "scope", f"why_{old.key}": "Two databases."}
    assert client.post(address("outcome_sign", deliberation), sent).status_code == 302
    assert "What the agents are told" in client.get(address("outcome", deliberation)).content.decode()
