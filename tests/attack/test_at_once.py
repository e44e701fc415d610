"""Two at once, on both databases: the clock twice, two answers to one invitation, two takers, two publications."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail

from accounts import clock
from accounts.domain.members import add_member
from accounts.permissions import SYSTEM
from accounts.refusals import Refused
from accounts.roles import Role
from accounts.scope import open_organisation
from audit.models import Entry
from deliberation.domain.publication import propose_publication
from deliberation.domain.review import start_review
from deliberation.domain.taking_part import decline_invitation
from deliberation.models import Deliberation, Invitation, Publication, Review, Round, Seat
from deliberation.tasks import tick_organisation
from tests.attack.test_two_sign import together
from tests.cast import Cast
from tests.deliberation import stages

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    return Cast()


def won(results: list[Any]) -> list[Any]:
    return [one for one in results if not isinstance(one, Exception)]


def test_two_ticks_at_once_do_everything_due_once_and_mail_nobody_twice(cast: Cast) -> None:
    with open_organisation(cast.organisation):
        deliberation = stages.at_round(cast, 1)
        stages.positions_given(cast, deliberation)
    with time_machine.travel(clock.now() + timedelta(days=31), tick=True):
        together(cast, *[lambda: tick_organisation(cast.organisation.pk)] * 3)
    with open_organisation(cast.organisation):
        closed = Round.objects.filter(deliberation=deliberation, number=1, state=Round.State.CLOSED)
        assert closed.count() == 1
        assert Entry.objects.filter(event="deliberation.round.close").count() == 1
        for event in ("deliberation.round.open", "deliberation.ask.lapse", "deliberation.invitation.lapse"):
            once = Counter(Entry.objects.filter(event=event).values_list("subject_id", flat=True))
            assert set(once.values()) <= {1}, event
    sent = Counter((one.to[0], one.subject) for one in mail.outbox)
    assert sent
    assert max(sent.values()) == 1


def test_an_invitation_declined_twice_at_once_is_declined_once(cast: Cast) -> None:
    with open_organisation(cast.organisation):
        deliberation = stages.invited(cast, accept=False)
        seat = Invitation.objects.filter(deliberation=deliberation)[0].seat

    def decline() -> Any:
        return decline_invitation(Deliberation.objects.get(pk=deliberation.pk), by=Seat.objects.get(pk=seat.pk))

    results = together(cast, *[decline] * 3)
    assert len(won(results)) == 1
    assert all(isinstance(one, Refused) for one in results if one not in won(results))
    with open_organisation(cast.organisation):
        assert Entry.objects.filter(event="deliberation.invitation.decline").count() == 1


def test_of_two_proposals_to_publish_at_once_one_stands(cast: Cast) -> None:
    with open_organisation(cast.organisation):
        deliberation = stages.at_decided(cast)

    def propose() -> Any:
        return propose_publication(Deliberation.objects.get(pk=deliberation.pk), by=cast.holder)

    assert len(won(together(cast, *[propose] * 3))) == 1
    with open_organisation(cast.organisation):
        assert Publication.objects.count() == 1


def test_of_two_reviewers_at_once_one_takes_the_review(cast: Cast) -> None:
    with open_organisation(cast.organisation):
        review = stages.review_of(stages.at_review_due(cast))
        other = add_member(cast.organisation, by=SYSTEM, email="r2@care.example", name="R2", roles=[Role.REVIEWER]).user

    def starts(user: Any) -> Callable[[], Any]:
        return lambda: start_review(Review.objects.get(pk=review.pk), by=user)

    assert len(won(together(cast, starts(cast.reviewer), starts(other)))) == 1
    with open_organisation(cast.organisation):
        assert Entry.objects.filter(event="deliberation.review.start").count() == 1
