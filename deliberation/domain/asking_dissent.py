"""The asks of round 4: everybody who takes part is asked about each version, until its time for dissent is over."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.refusals import WrongState
from deliberation.domain.act import Act
from deliberation.domain.asks import ask_everybody, ask_of, settle_ask
from deliberation.domain.rounds import end_round, round_of
from deliberation.models import Deliberation, MoreTime, OutcomeVersion, Round, Seat


def ask_for_dissent(act: Act, version: OutcomeVersion) -> None:
    """Ask everybody who takes part about `version`, and tell them. A later version is a new question to them all."""
    assert version.dissent_closes_at is not None
    kind = "outcome_circulated" if version.number == 1 else "outcome_new_version"
    ask_everybody(act, round_of(act.deliberation, 4), due_at=version.dissent_closes_at, kind=kind)


def answered_draft(act: Act, seat: Seat) -> None:
    """Note that a seat has answered the ask of round 4. Who came later, and was not asked, may dissent all the same."""
    ask = ask_of(act.deliberation, seat, 4)
    if ask is not None:
        settle_ask(act, ask)


def wish_for_more_time_waits(deliberation: Deliberation, now: datetime) -> bool:
    """Whether somebody asked for more time in round 4 and still waits, within the time, for an answer."""
    return MoreTime.objects.filter(
        deliberation=deliberation, ask__round__number=4, state=MoreTime.State.ASKED, answer_by__gt=now
    ).exists()


def give_longer_for_dissent(act: Act, until: datetime) -> None:
    """More time for one is more time for all: the version's time for dissent ends no earlier than `until`.

    Called inside the verb that grants more time in round 4. It only ever grows.
    """
    version = (
        OutcomeVersion.objects.filter(deliberation=act.deliberation, circulated_at__isnull=False)
        .order_by("-number")
        .first()
    )
    if version is not None and version.dissent_closes_at is not None and version.dissent_closes_at < until:
        version.dissent_closes_at = until
        version.save(update_fields=["dissent_closes_at"])


def close_asking(act: Act) -> None:
    """End round 4: what was not answered in time lapses. Raises `WrongState` while a wish for more time waits."""
    if wish_for_more_time_waits(act.deliberation, act.now):
        raise WrongState(_("Somebody asked for more time and waits for an answer. Answer first; then it can go on."))
    the_round = round_of(act.deliberation, 4)
    if the_round.state == Round.State.OPEN:
        end_round(act, the_round)
