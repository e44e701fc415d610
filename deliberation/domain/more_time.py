"""More time: asked for by whoever is asked, granted or refused by the facilitator."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import Invalid, Stale, WrongState
from accounts.roles import Part
from deliberation.domain.act import perform
from deliberation.domain.asking_dissent import give_longer_for_dissent
from deliberation.domain.asks import ask_of, remind_before_due
from deliberation.domain.dates import in_words
from deliberation.domain.seats import people_on
from deliberation.domain.timetable import durations_of, expect_after, working_days_after
from deliberation.models import (
    Ask,
    Deliberation,
    MoreTime,
    Round,
    Seat,
)


def ask_more_time(deliberation: Deliberation, *, by: Seat, number: int, until: datetime, why: str = "") -> MoreTime:
    """A participant asks for more time in round `number`, and until when. Answered within two working days, and within
    the time that the round itself is given where that is shorter: a round of six hours cannot wait two days.

    It may also be asked after the time ran out, as long as the deliberation stands at that round; a position may be
    asked for in any later round too. Raises `Invalid` on a date that gives no more time.
    """
    with perform("ask_more_time", deliberation, by=by) as act:
        ask = ask_of(deliberation, by, number)
        if ask is None:
            raise WrongState(_("You are not asked in this round."))
        if ask.state in {Ask.State.ANSWERED, Ask.State.PASSED}:
            raise WrongState(_("You have answered in this round. More time is for those who have not."))
        if number not in {1, deliberation.round_number}:
            raise WrongState(_("Round %(n)d is over and the deliberation has moved on.") % {"n": number})
        if until <= act.now:
            raise Invalid(_("This date has passed. Choose one that is still to come."), "until")
        if until <= ask.due_at:
            raise Invalid(
                _("You already have until %(when)s. Choose a later date.")
                % {"when": in_words(ask.due_at, deliberation.organisation)},
                "until",
            )
        if ask.more_time.filter(state=MoreTime.State.ASKED).exists():
            raise WrongState(_("You have asked for more time already; the facilitator still has to answer."))
        times = durations_of(deliberation.organisation, deliberation.urgency)
        wish = MoreTime.objects.create(
            organisation_id=deliberation.organisation_id,
            deliberation=deliberation,
            ask=ask,
            until=until,
            why=act.keep("why", why, optional=True),
            asked_at=act.now,
            answer_by=min(
                working_days_after(act.now, times.more_time_answered_working_days, deliberation.organisation.time_zone),
                act.now + times.of_round(number),
            ),
        )
        act.subject = ("more_time", wish.pk)
        act.decision = "asked"
        act.notify("more_time_wished", f"more_time:{wish.pk}", users=people_on(deliberation, Part.FACILITATOR))
    return wish


def answer_more_time(wish: MoreTime, *, by: User, grant: bool, reason: str = "") -> MoreTime:
    """The facilitator grants a wish for more time, or refuses it with a reason. Granting moves the ask's due date.

    The round, while open, waits for it. Raises `Stale` when it was answered meanwhile.
    """
    deliberation = wish.deliberation
    with perform("answer_more_time", deliberation, by=by) as act:
        wish.refresh_from_db()
        if wish.state != MoreTime.State.ASKED:
            raise Stale(_("This wish was answered meanwhile."))
        ask, round_ = wish.ask, wish.ask.round
        if grant and wish.until <= act.now:
            raise Invalid(_("The date they asked for has passed. Refuse it, and agree on another date with them."), "")
        wish.state = MoreTime.State.GRANTED if grant else MoreTime.State.REFUSED
        wish.answered_by, wish.answered_at = by, act.now
        wish.reason = act.keep("reason", reason, optional=grant)
        wish.save(update_fields=["state", "answered_by", "answered_at", "reason"])
        if grant:
            # A wish answered twice over must not shorten what was given before.
            ask.due_at = max(ask.due_at, wish.until)
            if ask.state == Ask.State.LAPSED:
                ask.state = Ask.State.OPEN
            ask.save(update_fields=["due_at", "state"])
            if round_.state == Round.State.OPEN:
                round_.closes_at = max(round_.closes_at or ask.due_at, ask.due_at)
                round_.save(update_fields=["closes_at"])
                expect_after(round_, round_.closes_at)
            if round_.number == 4:
                give_longer_for_dissent(act, ask.due_at)
            remind_before_due(act, ask)
        act.subject = ("more_time", wish.pk)
        act.decision = str(wish.state)
        act.notify("more_time_answered", f"more_time:{wish.pk}", seats=[ask.seat])
    return wish
