"""Whoever a gate keeps out is kept out as a person: with every role there is, and told so in words."""

from __future__ import annotations

import pytest

from accounts import clock
from accounts.domain.members import set_roles
from accounts.domain.seats import sit, stand_up
from accounts.models import User
from accounts.permissions import SYSTEM, TABLE
from accounts.refusals import NotAllowed
from accounts.roles import Part, Role
from accounts.scope import open_organisation
from deliberation.domain.approval import approve_stakeholders, return_stakeholders
from deliberation.domain.conflict import submit
from deliberation.domain.outcome import sign_outcome
from deliberation.domain.review import sign_review
from deliberation.domain.seats import seat_of
from deliberation.domain.stakeholder_list import current_list
from deliberation.domain.standing import standing_of
from deliberation.models import Deliberation, ListAuthor, OutcomeVersion, Seat, StakeholderList
from tests.cast import Cast
from tests.deliberation import stages


@pytest.mark.django_db
def test_barred_persons_are_told_so_whatever_their_roles() -> None:
    cast = Cast()
    with open_organisation(cast.organisation):
        for one in (cast.facilitator, cast.reviewer, cast.second_holder):
            set_roles(cast.membership(one), list(Role), by=SYSTEM)
        listed = stages.at_stakeholders(cast)
        waiting = current_list(listed)
        assert waiting is not None
        words = {"digest": waiting.digest, "reason": "Yes."}
        with pytest.raises(NotAllowed):
            approve_stakeholders(listed, by=cast.facilitator, **words)
        _sits_as(listed, cast.second_holder, Part.APPROVER)
        ListAuthor.objects.create(
            organisation=cast.organisation, deliberation=listed, list=waiting, user=cast.second_holder,
            since=listed.created_at,
        )  # fmt: skip
        with pytest.raises(NotAllowed, match="You drafted this"):
            approve_stakeholders(listed, by=cast.second_holder, **words)

        _an_author_of_an_earlier_version_is_one_of_the_list(cast)

        signing = stages.at_signing(cast)
        version = OutcomeVersion.objects.get(deliberation=signing)
        _stood_in(signing, cast.holder)
        with pytest.raises(NotAllowed, match="You facilitate this deliberation, or did"):
            sign_outcome(signing, by=cast.holder, version_id=version.pk, name="Holder")
        assert standing_of(cast.holder, signing).why_not(TABLE["sign_outcome"]) is not None

        review = stages.at_review_prepared(cast)
        with pytest.raises(NotAllowed, match="You prepared this review"):
            sign_review(review, by=cast.reviewer)
        with pytest.raises(NotAllowed):
            sign_review(review, by=cast.administrator)


def _an_author_of_an_earlier_version_is_one_of_the_list(cast: Cast) -> None:
    again = stages.at_draft(cast)
    stages.with_stakeholders(cast, again)
    earlier = StakeholderList.objects.get(deliberation=again)
    owner = {"organisation": cast.organisation, "deliberation": again}
    ListAuthor.objects.create(**owner, list=earlier, user=cast.second_holder, since=again.created_at)
    submit(again, by=cast.facilitator)
    return_stakeholders(again, by=cast.holder, reason="One is missing.")
    submit(again, by=cast.facilitator)
    _sits_as(again, cast.second_holder, Part.APPROVER)
    waiting = current_list(again)
    assert waiting is not None
    assert waiting.pk != earlier.pk
    with pytest.raises(NotAllowed, match=r"You drafted this|You had a hand in this list"):
        approve_stakeholders(again, by=cast.second_holder, digest=waiting.digest, reason="Yes.")


def _sits_as(deliberation: Deliberation, user: User, part: Part) -> None:
    seat = Seat.objects.create(
        organisation=deliberation.organisation, deliberation=deliberation, part=part, name=str(user),
        created_at=clock.now(),
    )  # fmt: skip
    sit(deliberation.organisation, deliberation.pk, seat.pk, user)


def _stood_in(deliberation: Deliberation, user: User) -> None:
    """They sat on the facilitator's seat once, for a moment."""
    seat = seat_of(deliberation, Part.FACILITATOR)
    assert seat is not None
    stand_up(seat.pk)
    sit(deliberation.organisation, deliberation.pk, seat.pk, user)
    stand_up(seat.pk)
