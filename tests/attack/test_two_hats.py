"""A facilitator is never a voice in their own deliberation, whichever of the two they became first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from accounts.domain.members import add_member
from accounts.permissions import SYSTEM
from accounts.refusals import Invalid
from accounts.roles import Role
from accounts.scope import open_organisation
from deliberation.domain.seats import hand_over
from deliberation.models import Stakeholder
from tests.cast import Cast
from tests.deliberation import stages

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = Cast()
    with open_organisation(made.organisation):
        yield made


@pytest.mark.parametrize("stage", [stages.at_stakeholders, stages.at_inviting])
def test_the_facilitators_seat_is_not_handed_to_who_is_asked_at_their_own_address(cast: Cast, stage) -> None:
    """The facilitator's seat is not handed to who is asked at their own address."""
    deliberation = stage(cast)
    asked = Stakeholder.objects.filter(deliberation=deliberation).exclude(email="").order_by("pk")[0]
    member = add_member(
        cast.organisation, by=SYSTEM, email=asked.email.upper(), name="Both", roles=[Role.FACILITATOR]
    ).user
    with pytest.raises(Invalid, match="is a voice here"):
        hand_over(deliberation, by=cast.facilitator, user=member)
    assert hand_over(deliberation, by=cast.facilitator, user=cast.second_facilitator)
