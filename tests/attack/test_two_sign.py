"""Two people at one outcome in the same moment: one is first, the other is told what happened."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection

from accounts import clock
from accounts.refusals import Refused
from accounts.scope import open_organisation
from deliberation.domain.dissent import answer_dissent, withdraw_dissent, write_dissent
from deliberation.domain.outcome import (
    circulate_outcome,
    draft_outcome,
    return_outcome,
    send_due_to_sign,
    sign_outcome,
)
from deliberation.models import Deliberation, Dissent, Notice, Outcome, OutcomeVersion, Precedent, Review
from tests.cast import Cast
from tests.deliberation import stages

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    return Cast()


def together(cast: Cast, *verbs: Callable[[], Any]) -> list[Any]:
    """Run the verbs at once, each in a thread with its own connection; gives each result, or the refusal."""
    barrier = Barrier(len(verbs))

    def run(verb: Callable[[], Any]) -> Any:
        try:
            with open_organisation(cast.organisation):
                barrier.wait(timeout=20)
                return verb()
        except (Refused, IntegrityError) as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(verbs)) as pool:
        return list(pool.map(run, verbs))


def signs(cast: Cast, deliberation: Deliberation, version: OutcomeVersion) -> Callable[[], Any]:
    def sign() -> Any:
        mine = Deliberation.objects.get(pk=deliberation.pk)
        return sign_outcome(mine, by=cast.holder, version_id=version.pk, name="Holder")

    return sign


def test_two_signatures_at_once_are_one(cast: Cast) -> None:
    with open_organisation(cast.organisation):
        deliberation = stages.at_signing(cast)
        version = OutcomeVersion.objects.get(deliberation=deliberation)
    results = together(cast, *[signs(cast, deliberation, version)] * 4)
    assert len([one for one in results if isinstance(one, Outcome)]) == 1
    assert all("Decided" in str(one) for one in results if not isinstance(one, Outcome))
    with open_organisation(cast.organisation):
        assert (Precedent.objects.count(), Review.objects.count()) == (1, 1)


def test_signing_and_returning_at_once_is_one_of_them(cast: Cast) -> None:
    with open_organisation(cast.organisation):
        deliberation = stages.at_signing(cast)
        version = OutcomeVersion.objects.get(deliberation=deliberation)

    def give_back() -> Any:
        mine = Deliberation.objects.get(pk=deliberation.pk)
        return return_outcome(mine, by=cast.holder, reason="Who pays?")

    results = together(cast, signs(cast, deliberation, version), give_back)
    assert len([one for one in results if isinstance(one, Refused)]) == 1
    with open_organisation(cast.organisation):
        state = Deliberation.objects.get(pk=deliberation.pk).state
        assert (state == "decided") == Precedent.objects.exists()


def test_a_signature_never_leaves_out_a_dissent_written_meanwhile(cast: Cast) -> None:
    """Whoever forces the state in the database still meets the guards: a dissent is in time or it is not there."""
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
        together(cast, *[dissent] * 2, *[hand_over_and_sign] * 2)
    with time_machine.travel(end + timedelta(seconds=5), tick=True):
        together(cast, dissent, hand_over_and_sign, hand_over_and_sign)
    with open_organisation(cast.organisation):
        outcome = Outcome.objects.get(deliberation=deliberation)
        dissents = list(Dissent.objects.filter(outcome=outcome, replaced_by__isnull=True))
        assert all(one.at < end for one in dissents)
        assert outcome.state == ("circulated" if dissents else "signed")


def test_answer_and_signature_at_once(cast: Cast) -> None:
    with open_organisation(cast.organisation):
        deliberation = stages.at_signing(cast, answered=False)
        version = OutcomeVersion.objects.get(deliberation=deliberation)
        written = stages.dissent_of(deliberation)

    def answer() -> Any:
        return answer_dissent(Deliberation.objects.get(pk=deliberation.pk), written, by=cast.holder, text="By lot.")

    together(cast, answer, signs(cast, deliberation, version))
    with open_organisation(cast.organisation):
        assert written.answers.count() == 1


def test_two_ticks_send_once(cast: Cast) -> None:
    with open_organisation(cast.organisation):
        deliberation = stages.at_circulated(cast)
    with time_machine.travel(clock.now() + timedelta(days=30), tick=True):
        sent = together(cast, *[lambda: send_due_to_sign(cast.organisation)] * 3)
    assert sum(sent) == 1
    with open_organisation(cast.organisation):
        assert Notice.objects.filter(kind="outcome_to_sign").count() == 1
        assert Deliberation.objects.get(pk=deliberation.pk).state == "signing"


def test_a_new_version_while_somebody_dissents(cast: Cast) -> None:
    """The dissent either stands against the version it was written against, or its author is told of the new one."""
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

    written, second = together(cast, dissent, circulate)
    assert isinstance(second, OutcomeVersion)
    if isinstance(written, Refused):
        assert "new version" in str(written)
    else:
        assert written.written_against_id == first.pk


def test_change_and_withdrawal_at_once_leave_one_standing_or_none(cast: Cast) -> None:
    with open_organisation(cast.organisation):
        deliberation = stages.at_circulated(cast)
        version = OutcomeVersion.objects.get(deliberation=deliberation)
        seat = stages.seat_of(deliberation, "Stakeholder two")
        first = write_dissent(deliberation, by=seat, version_id=version.pk, lead="No.", objection="No.")

    def change() -> Any:
        mine = Deliberation.objects.get(pk=deliberation.pk)
        return write_dissent(
            mine, by=seat, version_id=version.pk, lead="Still no.", objection="No.", replaces=Dissent(pk=first.pk)
        )

    def withdraw() -> Any:
        return withdraw_dissent(Deliberation.objects.get(pk=deliberation.pk), Dissent(pk=first.pk), by=seat)

    results = together(cast, change, withdraw)
    assert len([one for one in results if isinstance(one, Refused)]) == 1
