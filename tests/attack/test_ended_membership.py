"""Whoever is no member any more keeps no part: they read, run, approve and sign nothing, and no mail reaches them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core import mail

from accounts.domain.members import end_membership
from accounts.domain.organisations import deactivate_user
from accounts.models import User
from accounts.refusals import NotAllowed
from accounts.scope import open_organisation
from deliberation.domain.approval import approve_stakeholders
from deliberation.domain.outcome import sign_outcome
from deliberation.domain.rounds import close_round
from deliberation.domain.stakeholder_list import current_list
from deliberation.models import Notice, OutcomeVersion
from deliberation.notifications import send_due
from tests.cast import Cast
from tests.deliberation import stages
from tests.deliberation.pages import address, signed_in

pytestmark = pytest.mark.django_db
PAGES = ("deliberation", "stakeholders", "invitations", "outcome", "outcome_markdown", "outcome_pdf", "card")


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = Cast()
    with open_organisation(made.organisation):
        yield made


def gone(cast: Cast, user: User) -> None:
    end_membership(cast.membership(user), by=cast.administrator)


def test_a_holder_who_is_no_member_any_more_signs_nothing(cast: Cast) -> None:
    """A holder who is no member any more signs nothing."""
    deliberation = stages.at_signing(cast)
    version = OutcomeVersion.objects.get(deliberation=deliberation)
    gone(cast, cast.holder)
    with pytest.raises(NotAllowed):
        sign_outcome(deliberation, by=cast.holder, version_id=version.pk, name="Holder")
    deliberation.refresh_from_db()
    assert deliberation.state == "signing"


def test_an_approver_who_is_no_member_any_more_approves_nothing(cast: Cast) -> None:
    """An approver who is no member any more approves nothing."""
    deliberation = stages.at_stakeholders(cast)
    waiting = current_list(deliberation)
    assert waiting is not None
    gone(cast, cast.holder)
    with pytest.raises(NotAllowed):
        approve_stakeholders(deliberation, by=cast.holder, digest=waiting.digest, reason="Everybody is on it.")


def test_a_facilitator_who_is_no_member_any_more_runs_nothing(cast: Cast) -> None:
    """A facilitator who is no member any more runs nothing."""
    deliberation = stages.at_round(cast, 1)
    stages.positions_given(cast, deliberation)
    gone(cast, cast.facilitator)
    with pytest.raises(NotAllowed):
        close_round(deliberation, by=cast.facilitator)


@pytest.mark.parametrize("who", ["holder", "facilitator"])
def test_who_left_the_organisation_reads_nothing_of_a_deliberation_they_had_a_seat_in(cast: Cast, who: str) -> None:
    """Who left the organisation reads nothing of a deliberation they had a seat in."""
    deliberation = stages.at_signing(cast)
    user = getattr(cast, who)
    browser = signed_in(user)
    assert browser.get(address("outcome", deliberation)).status_code == 200
    gone(cast, user)
    for page in PAGES:
        assert browser.get(address(page, deliberation)).status_code == 404, page
    question = str(deliberation.question)
    home = browser.get(f"/o/{cast.organisation.slug}/asked/")
    assert question not in home.content.decode()


@pytest.mark.parametrize(("how", "mailed"), [("stays", 1), ("ended", 0), ("deactivated", 0)])
def test_no_mail_reaches_somebody_who_left(cast: Cast, how: str, mailed: int) -> None:
    """No mail reaches somebody who left."""
    stages.at_signing(cast)
    if how == "ended":
        gone(cast, cast.holder)
    elif how == "deactivated":
        deactivate_user(cast.holder, by=cast.operator)
    send_due(cast.organisation)
    asks = [one for one in mail.outbox if one.to == [cast.holder.email]]
    assert bool(asks) == bool(mailed)
    assert not Notice.objects.filter(user=cast.holder, sent_at__isnull=True, dropped_at__isnull=True).exists()
