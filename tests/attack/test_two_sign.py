"""The moment in which the time for dissent ends, and that in which a new version is circulated.

`test_at_once.py` has two people at every verb; this is about dissent, which may not be lost between two of them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from accounts import clock
from accounts.refusals import Refused
from accounts.scope import open_organisation
from deliberation.domain.dissent import write_dissent
from deliberation.domain.outcome import (
    circulate_outcome,
    draft_outcome,
    send_due_to_sign,
    sign_outcome,
)
from deliberation.models import Deliberation, Dissent, Notice, Outcome, OutcomeVersion
from tests.attack.arena import together
from tests.cast import Cast
from tests.deliberation import stages

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    return Cast()


def signs(cast: Cast, deliberation: Deliberation, version: OutcomeVersion) -> Callable[[], Any]:
    def sign() -> Any:
        mine = Deliberation.objects.get(pk=deliberation.pk)
        return sign_outcome(mine, by=cast.holder, version_id=version.pk, name="Holder")

    return sign


def test_a_signature_never_leaves_out_a_dissent_written_meanwhile(cast: Cast) -> None:
    """A signature never leaves out a dissent that was written meanwhile, even where the state was forced."""
    with open_organisation(cast.organisation):
        deliberation = stages.at_circulated(cast)
        version = OutcomeVersion.objects.get(deliberation=deliberation)
        seat = stages.seat_of(deliberation, "Stakeholder two")
    end = version.dissent_closes_at
    assert end is not None

    def dissent() -> Any:
        mine = Deliberation.objects.get(pk=deliberation.pk)
        return write_dissent(mine, by=seat, version_id=version.pk, lead="No.", objection="No.")

    def hand_over_and_sign() -> Any:
        send_due_to_sign(cast.organisation)
        return signs(cast, deliberation, version)()

    with time_machine.travel(end - timedelta(milliseconds=150), tick=True):
        together(cast.organisation, *[dissent] * 2, *[hand_over_and_sign] * 2)
    with time_machine.travel(end + timedelta(seconds=5), tick=True):
        together(cast.organisation, dissent, hand_over_and_sign, hand_over_and_sign)
    with open_organisation(cast.organisation):
        outcome = Outcome.objects.get(deliberation=deliberation)
        dissents = list(Dissent.objects.filter(outcome=outcome, replaced_by__isnull=True))
        assert all(one.at < end for one in dissents)
        assert outcome.state == ("circulated" if dissents else "signed")


def test_two_ticks_send_once(cast: Cast) -> None:
    """Two ticks at once send a draft to be signed once."""
    with open_organisation(cast.organisation):
        deliberation = stages.at_circulated(cast)
    with time_machine.travel(clock.now() + timedelta(days=30), tick=True):
        sent = together(cast.organisation, *[lambda: send_due_to_sign(cast.organisation)] * 3)
    assert sum(sent) == 1
    with open_organisation(cast.organisation):
        assert Notice.objects.filter(kind="outcome_to_sign").count() == 1
        assert Deliberation.objects.get(pk=deliberation.pk).state == "signing"


def test_a_new_version_while_somebody_dissents(cast: Cast) -> None:
    """A dissent written while a new version comes stands against its own version, or its author is told."""
    with open_organisation(cast.organisation):
        deliberation = stages.at_circulated(cast)
        first = OutcomeVersion.objects.get(deliberation=deliberation)
        content = stages.content(deliberation, change_note="Words.", expects="Else.")
        draft_outcome(deliberation, by=cast.facilitator, content=content)
        seat = stages.seat_of(deliberation, "Stakeholder two")

    def dissent() -> Any:
        mine = Deliberation.objects.get(pk=deliberation.pk)
        return write_dissent(mine, by=seat, version_id=first.pk, lead="No.", objection="No.")

    def circulate() -> Any:
        return circulate_outcome(Deliberation.objects.get(pk=deliberation.pk), by=cast.facilitator)

    written, second = together(cast.organisation, dissent, circulate)
    assert isinstance(second, OutcomeVersion)
    if isinstance(written, Refused):
        assert "new version" in str(written)
    else:
        assert written.written_against_id == first.pk
