"""What is read of many deliberations at once is what is read of each alone: nothing of one is said of another."""

import pytest

from accounts import clock
from accounts.models import Membership
from accounts.roles import Part
from deliberation.domain.completeness import missing_in, missing_in_each, missing_to_sign
from deliberation.domain.conflict import missing
from deliberation.domain.lacking import lacks_of
from deliberation.domain.seats import sitters
from deliberation.domain.standing import standing_of, standings_of
from deliberation.domain.terms import latest_terms_of
from deliberation.models import (
    Deliberation,
    Framework,
    Gap,
    Group,
    Harm,
    Outcome,
    OutcomeVersion,
    Stakeholder,
    TradeOff,
)
from deliberation.queries.conflict import blockers, blockers_of, next_action, next_of
from deliberation.queries.outcome_as_json import outcome_as_json, outcomes_as_json
from deliberation.queries.situation import situations_of
from tests.deliberation import stages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside")]


def everything():
    return list(Deliberation.objects.select_related("organisation", "question"))


def in_words(lacks):
    return [(getattr(lack, "where", None) or lack.field, str(lack.sentence)) for lack in lacks]


def drafts(cast):
    """Drafts that each lack something else."""
    stages.at_conflict(cast)
    stages.at_draft(cast)
    whole = stages.at_draft(cast)
    stages.with_stakeholders(cast, whole)
    suggested = stages.at_draft(cast)
    stages.with_stakeholders(cast, suggested)
    for model in (Framework, TradeOff, Group):
        model.objects.filter(deliberation=suggested).update(status="suggested")
    bare = stages.at_draft(cast)
    stages.with_stakeholders(cast, bare)
    Stakeholder.objects.filter(deliberation=bare, title="Stakeholder one").update(status="suggested")
    Stakeholder.objects.filter(deliberation=bare, title="Stakeholder two").update(why=None)
    Stakeholder.objects.filter(deliberation=bare, title="Stakeholder four").update(
        status="dropped", drop_kind="not_affected"
    )
    Harm.objects.filter(deliberation=bare).update(struck_at=clock.now())
    explained = stages.at_draft(cast)
    Gap.objects.create(
        organisation=cast.organisation,
        deliberation=explained,
        framework=Framework.objects.filter(deliberation=explained).first(),
        explanation=explained.question,
        by_user=cast.facilitator,
        at=clock.now(),
    )


def test_what_drafts_lack(cast):
    drafts(cast)
    rows = everything()
    at_once = lacks_of(rows, holders=sitters(rows, Part.HOLDER), terms=latest_terms_of(rows))
    alone = {row.pk: in_words(missing(row)) for row in rows}
    assert {key: in_words(lacks) for key, lacks in at_once.items()} == alone
    assert len({tuple(lacks) for lacks in alone.values()}) == len(rows)


def later_stages(cast):
    for stage in (stages.at_stakeholders, stages.at_inviting, stages.invited, stages.at_outcome, stages.at_circulated):
        stage(cast)
    stages.invited(cast, accept=False)
    stages.at_round(cast, 2)
    stages.at_drafted(cast, decision="", remainders=[], commitments=[], triggers=[], hearings=[])
    stages.at_drafted(cast)
    stages.at_signing(cast, answered=False)
    stages.at_decided(cast)


def test_what_holds_them_up_what_comes_next_and_who_stands_where(cast):
    drafts(cast)
    later_stages(cast)
    people = [cast.facilitator, cast.second_facilitator, cast.holder, cast.administrator, cast.first]
    for _ in range(2):
        rows = everything()
        situations = situations_of(rows)
        for row in rows:
            assert blockers_of(situations[row.pk]) == blockers(row), row.state
        for person in people:
            standings = standings_of(person, rows)
            for row in rows:
                alone = standing_of(person, row)
                at_once = standings[row.pk]
                assert (at_once.parts, at_once.roles, at_once.seat_id) == (alone.parts, alone.roles, alone.seat_id)
                assert next_of(situations[row.pk], at_once) == next_action(row, alone), row.state
        Membership.objects.filter(user=cast.holder, ended_at__isnull=True).update(ended_at=clock.now())


def test_what_outcomes_lack(cast):
    later_stages(cast)
    versions = list(OutcomeVersion.objects.select_related("deliberation__organisation", "outcome"))
    now = clock.now()
    drafting, signing = missing_in_each(versions), missing_in_each([], to_sign=versions, now=now)
    for version in versions:
        assert in_words(drafting[version.pk]) == in_words(missing_in(version))
        assert in_words(signing[version.pk]) == in_words(missing_to_sign(version, now=now))
    assert len({len(lacks) for lacks in signing.values()}) > 2


def test_signed_outcomes(cast):
    stages.at_decided(cast)
    stages.at_decided(cast, dissent=False)
    outcomes = list(Outcome.objects.select_related("deliberation"))
    at_once = outcomes_as_json(outcomes)
    assert at_once == [outcome_as_json(outcome) for outcome in outcomes]
    assert sorted(len(said["dissenting_perspectives"]) for said in at_once) == [0, 1]
    with pytest.raises(ValueError):
        outcomes_as_json([*outcomes, Outcome(pk=stages.at_drafted(cast).pk)])
