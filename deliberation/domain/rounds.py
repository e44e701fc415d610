"""The clock of the four rounds: opened and closed by the tick and by hand.

A round holds asks, one a seat, each with its own due date: see `asks`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts import clock
from accounts.models import Organisation
from accounts.permissions import SYSTEM
from accounts.refusals import Stale, WrongState
from accounts.roles import Part
from deliberation.domain.act import Act, By, perform
from deliberation.domain.asks import ask_everybody, end_ask, voices_of
from deliberation.domain.dates import in_words
from deliberation.domain.due import each_due
from deliberation.domain.seats import people_on
from deliberation.domain.timetable import durations_of, expect_after
from deliberation.models import (
    Ask,
    Deliberation,
    MoreTime,
    Round,
    Seat,
    State,
)
from deliberation.permissions import ROUNDS

STATES = {1: State.ROUND_1, 2: State.ROUND_2, 3: State.ROUND_3, 4: State.ROUND_4}


# --- The four rows


def schedule_rounds(deliberation: Deliberation, *, now: datetime) -> list[Round]:
    """Make the four rounds with their expected dates; called inside the verb that sends the first invitations.

    A second call changes nothing. Round 1 is due to open when the invitations' answers are due.
    """
    rounds = list(Round.objects.filter(deliberation=deliberation).order_by("number"))
    if rounds:
        return rounds
    times = durations_of(deliberation.organisation, deliberation.urgency)
    opens = now + timedelta(hours=times.answer_invitation)
    for number in STATES:
        closes = opens + times.of_round(number)
        rounds.append(
            Round(
                organisation_id=deliberation.organisation_id,
                deliberation=deliberation,
                number=number,
                opens_at=opens,
                closes_at=closes,
            )
        )
        opens = closes + timedelta(hours=times.between_rounds)
    Round.objects.bulk_create(rounds)
    return rounds


def round_of(deliberation: Deliberation, number: int) -> Round:
    """Round `number`. Raises `WrongState` while no round is scheduled."""
    found = Round.objects.filter(deliberation=deliberation, number=number).first()
    if found is None:
        raise WrongState(_("The rounds are scheduled when the first invitations are sent."))
    return found


def next_round(deliberation: Deliberation) -> Round | None:
    """The next round that has not opened, or None after the last."""
    rounds = Round.objects.filter(deliberation=deliberation, state=Round.State.SCHEDULED)
    return rounds.order_by("number").first()


# --- Opening and closing


def why_not_open(deliberation: Deliberation) -> str | None:
    """Why the next round cannot be opened now, in a sentence, or None when it can."""
    coming = next_round(deliberation)
    if coming is None:
        return _("There is no further round to open.")
    before = Round.objects.filter(deliberation=deliberation, number=coming.number - 1).first()
    if before is not None and before.state != Round.State.CLOSED:
        return _("Round %(n)d is still open. Close it first.") % {"n": before.number}
    if coming.number == 1 and not voices_of(deliberation).exists():
        return _("Nobody has accepted an invitation yet. Round 1 opens once there is somebody to hear.")
    return None


def open_round(deliberation: Deliberation, *, by: By, number: int | None = None) -> Round:
    """Open the next round and ask everybody who takes part; round 4 asks when the draft is circulated.

    `number` says which round the caller means; another one having opened meanwhile raises `Stale`. Raises
    `WrongState` while the round before is open, and for round 1 while nobody has accepted.
    """
    with perform("open_round", deliberation, by=by) as act:
        coming = next_round(deliberation)
        if coming is None:
            raise WrongState(_("There is no further round to open."))
        if number is not None and coming.number != number:
            raise Stale(_("Round %(n)d was opened meanwhile. Nothing was done twice.") % {"n": number})
        sentence = why_not_open(deliberation)
        if sentence:
            raise WrongState(sentence)
        times = durations_of(deliberation.organisation, deliberation.urgency)
        coming.state = Round.State.OPEN
        coming.opened_at = act.now
        coming.opened_by = act.user
        # The fourth round lasts as long as the dissent window, which begins when the draft is circulated.
        coming.closes_at = act.now + times.of_round(coming.number) if coming.number < 4 else None
        coming.save(update_fields=["state", "opened_at", "opened_by", "closes_at"])
        act.move(STATES[coming.number])
        act.subject = ("round", coming.pk)
        act.decision = "opened"
        if coming.closes_at is not None:
            ask_everybody(act, coming, due_at=coming.closes_at)
            expect_after(coming, coming.closes_at)
        else:
            act.notify("round_to_draft", f"round:{coming.pk}", users=people_on(deliberation, Part.FACILITATOR))
    return coming


def waiting_asks(round_: Round, now: datetime) -> QuerySet[Ask]:
    """The asks that keep a round open: not answered and not due, or with a wish for more time still to be answered."""
    wish = MoreTime.objects.filter(ask=OuterRef("pk"), state=MoreTime.State.ASKED, answer_by__gt=now)
    return Ask.objects.filter(
        Q(due_at__gt=now) | Exists(wish), round=round_, state=Ask.State.OPEN, seat__left_at__isnull=True
    )


def why_not_close(round_: Round, now: datetime) -> str | None:
    """Why an open round cannot be closed by hand now, in a sentence, or None when it can. It names nobody."""
    if round_.state != Round.State.OPEN:
        return _("Round %(n)d is not open.") % {"n": round_.number}
    if round_.number == 4:
        return _("Round 4 closes when the time for dissent is over and the draft goes to be signed.")
    waiting = waiting_asks(round_, now)
    if waiting.filter(due_at__lte=now).exists():
        return _("Somebody asked for more time and waits for an answer. Answer first; then it can close.")
    if waiting.exists() and round_.closes_at is not None:
        return _("Not everybody has answered, and the time runs until %(when)s. Close it then, or once all have.") % {
            "when": in_words(round_.closes_at, round_.organisation)
        }
    return None


def close_round(deliberation: Deliberation, *, by: By, number: int | None = None) -> Round:
    """Close the open round once every ask is answered, passed or due, and schedule the next.

    Raises `WrongState` with the reason while an ask still runs, `Stale` when round `number` was closed meanwhile.
    """
    with perform("close_round", deliberation, by=by) as act:
        current = round_of(deliberation, deliberation.round_number or 1)
        if number is not None and (current.number != number or current.state == Round.State.CLOSED):
            raise Stale(_("Round %(n)d was closed meanwhile. Nothing was done twice.") % {"n": number})
        sentence = why_not_close(current, act.now)
        if sentence:
            raise WrongState(sentence)
        if act.standing.system and current.closes_at is not None and current.closes_at > act.now:
            raise WrongState(_("The round is not due to close."))
        end_round(act, current)
        expect_after(current, act.now)
        act.subject = ("round", current.pk)
        act.decision = "closed"
        asked = Seat.objects.filter(asks__round=current, left_at__isnull=True).distinct()
        staff = people_on(deliberation, Part.FACILITATOR, Part.HOLDER)
        act.notify("round_closed", f"round:{current.pk}", seats=asked, users=staff)
    return current


def end_round(act: Act, round_: Round) -> None:
    """Mark a round closed inside a verb: what was not answered has lapsed, or counts as answered where partly said."""
    for ask in Ask.objects.filter(round=round_, state=Ask.State.OPEN).select_related("seat"):
        end_ask(ask)
    round_.state = Round.State.CLOSED
    round_.closed_at = act.now
    round_.closed_by = act.user
    round_.save(update_fields=["state", "closed_at", "closed_by"])


# --- What falls due


def open_due_rounds(organisation: Organisation) -> int:
    """Open every round whose time has come. Gives how many were opened."""
    now = clock.now()
    earlier = Round.objects.filter(deliberation=OuterRef("deliberation"), number__lt=OuterRef("number"))
    due = (
        Round.objects.filter(
            state=Round.State.SCHEDULED, opens_at__lte=now, deliberation__state__in=[State.INVITING, *ROUNDS]
        )
        .exclude(Exists(earlier.exclude(state=Round.State.CLOSED)))
        .select_related("deliberation__organisation")
    )
    return each_due(due, lambda r: open_round(r.deliberation, by=SYSTEM, number=r.number))


def close_due_rounds(organisation: Organisation) -> int:
    """Close every round whose time is over and whose asks no longer run. Gives how many were closed."""
    now = clock.now()
    due = Round.objects.filter(
        state=Round.State.OPEN, number__lt=4, closes_at__lte=now, deliberation__state__in=ROUNDS
    ).select_related("deliberation__organisation")
    return each_due(due, lambda r: close_round(r.deliberation, by=SYSTEM, number=r.number))
