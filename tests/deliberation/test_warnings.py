"""What a draft outcome goes against is shown before it circulates, stops nothing, and is counted."""

from __future__ import annotations

import pytest
from django.db import transaction

from accounts import clock
from audit.models import Text
from deliberation.domain.decisions import Decisions, decisions_of
from deliberation.domain.outcome import circulate_outcome, draft_outcome
from deliberation.domain.review import sign_review
from deliberation.domain.warnings import goes_against
from deliberation.models import DraftWarning, OutcomeVersion, Precedent
from instructions.domain.classification import Overruled, Wording
from instructions.domain.instruction import propose_instruction, publish_instruction
from instructions.models import Instruction
from tests.cast import Cast
from tests.deliberation import stages
from tests.deliberation.pages import address, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside")]

AGAINST = "Use MongoDB on port 27018 for every application."


def told(cast: Cast) -> Instruction:
    made = propose_instruction(
        cast.organisation, Wording("Always use MongoDB on port 27027."), by=cast.editor, project=cast.project
    )
    return publish_instruction(made, by=cast.editor)


def test_draft_against_an_instruction_is_shown_and_circulates_all_the_same(cast: Cast) -> None:
    row = told(cast)
    deliberation = stages.at_drafted(cast, decision=AGAINST)
    page = signed_in(cast.facilitator).get(address("outcome_draft", deliberation)).content.decode()
    assert row.key in page
    assert "27027" in page
    assert DraftWarning.objects.get().stood_when_circulated is None
    circulate_outcome(deliberation, by=cast.facilitator)
    assert DraftWarning.objects.get().stood_when_circulated is True


def test_draft_that_was_changed_is_counted_as_changed(cast: Cast) -> None:
    told(cast)
    deliberation = stages.at_drafted(cast, decision=AGAINST)
    draft_outcome(deliberation, by=cast.facilitator, content=stages.content(deliberation))
    circulate_outcome(deliberation, by=cast.facilitator)
    assert DraftWarning.objects.get().stood_when_circulated is False


def test_draft_against_a_decision_that_stands_is_shown(cast: Cast) -> None:
    """The decision of another deliberation of the project is compared too, unless this one is to change it."""
    first = stages.at_decided(cast)
    decided = str(stages.outcome_of(first).signed_version.decision)
    version = OutcomeVersion.objects.get(signed_outcome__deliberation=first)
    other = stages.at_conflict(cast)
    draft = OutcomeVersion(deliberation=other, organisation=cast.organisation, decision=Text(body=opposite(decided)))
    assert [one.precedent for one in goes_against(draft).precedents] == [stages.precedent_of(first)]
    other.succeeds = stages.precedent_of(first)
    assert not goes_against(draft)
    assert not goes_against(version)


def test_what_is_kept_of_decisions_follows_what_stands(cast: Cast) -> None:
    """What one process has read is brought up: with what is signed, what is retired, what is undone and erased."""
    review = stages.at_review_prepared(cast, proposal="retire")
    words = OutcomeVersion.objects.get(signed_outcome__deliberation=review.deliberation).decision
    draft = OutcomeVersion(
        deliberation=stages.at_conflict(cast), organisation=cast.organisation, decision=Text(body=opposite(str(words)))
    )

    def against() -> list[Precedent]:
        another = Decisions().against(draft.decision.body, cast.project)
        assert another == decisions_of(cast.project).against(draft.decision.body, cast.project)
        return [one.precedent for one in goes_against(draft).precedents]

    first = review.precedent
    assert against() == [first]
    with transaction.atomic():
        stages.at_decided(cast)
        assert len(against()) == 2
        transaction.set_rollback(True)
    assert against() == [first]
    second = stages.precedent_of(stages.at_decided(cast))
    assert against() == [first, second]
    sign_review(review, by=cast.second_holder)
    assert against() == [second]
    said = second.outcome.signed_version.decision_id
    Text.objects.filter(pk=said).update(body="", salt=b"", erased_at=clock.now())
    assert against() == []
    assert decisions_of(cast.project).against(draft.decision.body, cast.project) == ()


def opposite(decided: str) -> str:
    return f"Never {decided[0].lower()}{decided[1:]}"


def test_administrators_see_what_became_of_suggestions(cast: Cast) -> None:
    """Each kind is counted by what people did; nobody else sees the page, and no name stands on it."""
    told(cast)
    propose_instruction(
        cast.organisation,
        Wording("Never push to main.", overrules={"quadrant": Overruled("STRATEGIC", "It is who we are.")}),
        by=cast.editor,
        project=cast.project,
    )
    deliberation = stages.at_drafted(cast, decision=AGAINST)
    circulate_outcome(deliberation, by=cast.facilitator)
    here = f"/o/{cast.organisation.slug}/settings/suggestions/"
    page = signed_in(cast.administrator).get(here)
    text = " ".join(page.content.decode().split())
    assert 'data-label="Overruled"><span class="fig">1</span>' in text
    assert 'data-label="Kept as it was"><span class="fig">1</span>' in text
    assert cast.editor.name not in text
    for user in (cast.editor, cast.facilitator, cast.auditor):
        assert signed_in(user).get(here).status_code == 403
    assert signed_in(cast.outsider).get(here).status_code == 404
