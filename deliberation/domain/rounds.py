"""The clock of the four rounds: opened and closed by the tick and by hand, asks with their own due dates, more time.

A round holds asks, one a seat; the due date belongs to the ask. What a seat may say and until when is decided here
and nowhere else: see `must_be_asked`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts import clock
from accounts.models import Organisation, SeatUser, User
from accounts.permissions import SYSTEM
from accounts.refusals import Invalid, Refused, Stale, WrongState
from accounts.roles import Part
from deliberation.domain.act import Act, By, perform
from deliberation.domain.dates import in_words
from deliberation.domain.timetable import durations_of, working_days_after
from deliberation.models import Ask, Deliberation, Invitation, MoreTime, Notice, Round, Seat, State

STATES = {1: State.ROUND_1, 2: State.ROUND_2, 3: State.ROUND_3, 4: State.ROUND_4}
RUNNING = tuple(STATES.values())


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


def voices_of(deliberation: Deliberation) -> QuerySet[Seat]:
    """The seats that take part: accepted, and not left."""
    return Seat.objects.filter(
        deliberation=deliberation,
        part=Part.PARTICIPANT,
        left_at__isnull=True,
        invitation__state=Invitation.State.ACCEPTED,
    )


def people_on(deliberation: Deliberation, *parts: Part) -> list[User]:
    """The users who now sit on the seats of these parts, to be told something."""
    seats = Seat.objects.filter(deliberation=deliberation, part__in=parts).values("pk")
    sitting = SeatUser.objects.filter(seat_id__in=seats, until__isnull=True).select_related("user")
    return list({row.user_id: row.user for row in sitting}.values())


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
        coming = next_round(deliberation)
        if coming is not None:
            times = durations_of(deliberation.organisation, deliberation.urgency)
            coming.opens_at = act.now + timedelta(hours=times.between_rounds)
            coming.closes_at = coming.opens_at + times.of_round(coming.number)
            coming.save(update_fields=["opens_at", "closes_at"])
        act.subject = ("round", current.pk)
        act.decision = "closed"
        asked = Seat.objects.filter(asks__round=current, left_at__isnull=True).distinct()
        staff = people_on(deliberation, Part.FACILITATOR, Part.HOLDER)
        act.notify("round_closed", f"round:{current.pk}", seats=asked, users=staff)
    return current


def end_round(act: Act, round_: Round) -> None:
    """Mark a round closed inside a verb: what was not answered has lapsed, or counts as answered where partly said."""
    for ask in Ask.objects.filter(round=round_, state=Ask.State.OPEN).select_related("seat"):
        _lapse(ask)
    round_.state = Round.State.CLOSED
    round_.closed_at = act.now
    round_.closed_by = act.user
    round_.save(update_fields=["state", "closed_at", "closed_by"])


# --- Asks


def ask_everybody(act: Act, round_: Round, *, due_at: datetime, kind: str = "round_asked") -> list[Ask]:
    """Ask every voice in `round_` until `due_at`, and open the round again where it had closed (a new draft)."""
    round_.state = Round.State.OPEN
    round_.closes_at = due_at
    round_.closed_at = round_.closed_by = None
    round_.save(update_fields=["state", "closes_at", "closed_at", "closed_by"])
    return [ask_seat(act, round_, seat, due_at=due_at, kind=kind) for seat in voices_of(act.deliberation)]


def ask_seat(act: Act, round_: Round, seat: Seat, *, due_at: datetime, kind: str = "round_asked") -> Ask:
    """Ask one seat in one round until `due_at`, inside a verb; asking again reopens its ask with the new date.

    Queues the notice `kind` about `ask:<id>@<due>` and a reminder, which is dropped once the person has acted.
    """
    ask, made = Ask.objects.get_or_create(
        round=round_,
        seat=seat,
        defaults={
            "organisation_id": act.deliberation.organisation_id,
            "deliberation": act.deliberation,
            "asked_at": act.now,
            "due_at": due_at,
        },
    )
    if not made:
        ask.state, ask.due_at, ask.asked_at, ask.answered_at = Ask.State.OPEN, due_at, act.now, None
        ask.save(update_fields=["state", "due_at", "asked_at", "answered_at"])
    act.notify(kind, about_ask(ask), seats=[seat])
    _remind_before_due(act, ask)
    return ask


def ask_newcomer(act: Act, seat: Seat) -> list[Ask]:
    """Ask a seat that has just accepted, inside the verb that accepts: in the open round, and in round 1 if it is over.

    A late voice gets a round 1 of its own, as long as everybody's was. In an open round it has until that closes, or,
    when less than half of the time is left, its own whole time. Before the rounds begin nothing is asked.
    """
    times = durations_of(act.deliberation.organisation, act.deliberation.urgency)
    asks = []
    for round_ in Round.objects.filter(deliberation=act.deliberation, opened_at__isnull=False).order_by("number"):
        running = round_.state == Round.State.OPEN and round_.closes_at is not None
        if round_.number > 1 and not running:
            continue
        whole = times.of_round(round_.number)
        due = round_.closes_at if running else None
        if due is None or due < act.now + whole / 2:
            due = act.now + whole
        if running and round_.closes_at is not None and due > round_.closes_at and round_.number < 4:
            round_.closes_at = due
            round_.save(update_fields=["closes_at"])
        asks.append(ask_seat(act, round_, seat, due_at=due))
    return asks


def about_ask(ask: Ask) -> str:
    """What a notice about an ask is about: the ask and its due date, so that a new date is a new thing."""
    return f"ask:{ask.pk}@{ask.due_at:%Y%m%d%H%M}"


def ask_of(deliberation: Deliberation, seat: Seat, number: int) -> Ask | None:
    """What `seat` is asked in round `number`, if anything."""
    return (
        Ask.objects.select_related("round").filter(deliberation=deliberation, seat=seat, round__number=number).first()
    )


def may_answer(ask: Ask, now: datetime) -> bool:
    """Whether words are taken on this ask: while it is open and not past due, then as changes until its round closes.

    A late voice's own round 1 is over for everybody else: it is sent once, because then it sees the others.
    """
    if ask.state == Ask.State.OPEN:
        return now <= ask.due_at
    return ask.state in {Ask.State.ANSWERED, Ask.State.PASSED} and ask.round.state == Round.State.OPEN


def must_be_asked(deliberation: Deliberation, seat: Seat, number: int, now: datetime) -> Ask:
    """The ask of `seat` in round `number` if words are taken on it now; else raises `WrongState` that says since when.

    To be called inside the verb, where the deliberation is held: whoever closes the round at the same moment either
    comes before, and this says so, or waits until the words are in.
    """
    ask = ask_of(deliberation, seat, number)
    if ask is None:
        raise WrongState(_("You are not asked in this round."))
    if may_answer(ask, now):
        return ask
    organisation = deliberation.organisation
    kept = _("What you wrote is kept as a draft. You can ask for more time.")
    if ask.round.state == Round.State.CLOSED and ask.round.closed_at is not None:
        if ask.state == Ask.State.ANSWERED:
            raise WrongState(
                _("Round %(n)d closed on %(when)s. What you had sent stands; what you wrote now is kept as a draft.")
                % {"n": number, "when": in_words(ask.round.closed_at, organisation)}
            )
        said = _("Round %(n)d closed on %(when)s.")
        raise WrongState(f"{said % {'n': number, 'when': in_words(ask.round.closed_at, organisation)}} {kept}")
    said = _("Your time for this ended on %(when)s.") % {"when": in_words(ask.due_at, organisation)}
    raise WrongState(f"{said} {kept}")


def settle_ask(act: Act, ask: Ask, *, waits: bool = False) -> None:
    """Mark an ask answered after something was said on it; `waits` says that something else still awaits this seat."""
    if waits and ask.state == Ask.State.OPEN:
        return
    ask.state, ask.answered_at = Ask.State.ANSWERED, act.now
    ask.save(update_fields=["state", "answered_at"])


def ask_again(round_: Round, seats: Iterable[UUID] | None = None, *, but: Seat | None = None) -> None:
    """Something new awaits those who had answered in an open round: their asks are open again, until the same date."""
    asks = Ask.objects.filter(round=round_, state=Ask.State.ANSWERED)
    if but is not None:
        asks = asks.exclude(seat=but)
    if seats is not None:
        asks = asks.filter(seat__in=seats)
    asks.update(state=Ask.State.OPEN)


def pass_round(deliberation: Deliberation, *, by: Seat, number: int, words: str = "") -> Ask:
    """A participant has nothing to add in round `number`. They may change their mind until the round closes."""
    with perform("pass_round", deliberation, by=by) as act:
        ask = must_be_asked(deliberation, by, number, act.now)
        if ask.state == Ask.State.PASSED:
            return ask
        ask.passed_words = act.keep("words", words, optional=True)
        # Who has said something here and has nothing more to say has answered.
        ask.state = Ask.State.ANSWERED if ask.answered_at is not None or has_spoken(ask) else Ask.State.PASSED
        ask.answered_at = act.now
        ask.save(update_fields=["state", "answered_at", "passed_words"])
        act.subject = ("ask", ask.pk)
        act.decision = "passed"
    return ask


def lapse_ask(ask: Ask, *, by: By) -> Ask:
    """An ask whose time is over without an answer has lapsed. Raises `WrongState` while it still runs."""
    with perform("lapse_ask", ask.deliberation, by=by) as act:
        ask.refresh_from_db()
        if not _over(ask, act.now):
            raise WrongState(_("This ask still runs."))
        _lapse(ask)
        act.subject = ("ask", ask.pk)
        act.decision = ask.state
    return ask


def _over(ask: Ask, now: datetime) -> bool:
    if ask.state != Ask.State.OPEN or ask.due_at > now:
        return False
    return not ask.more_time.filter(state=MoreTime.State.ASKED, answer_by__gt=now).exists()


def _lapse(ask: Ask) -> None:
    # Silence is not heard; half an answer is an answer.
    ask.state = Ask.State.ANSWERED if has_spoken(ask) else Ask.State.LAPSED
    ask.save(update_fields=["state"])


def has_spoken(ask: Ask) -> bool:
    """Whether the seat said anything in the ask's round since it was asked."""
    from deliberation.domain.contributions import said_in

    return said_in(ask)


def _remind_before_due(act: Act, ask: Ask) -> None:
    times = durations_of(act.deliberation.organisation, act.deliberation.urgency)
    moment = ask.due_at - timedelta(hours=times.remind_before)
    if moment > act.now:
        act.notify("round_reminder", about_ask(ask), seats=[ask.seat], due_at=moment)


# --- More time


def ask_more_time(deliberation: Deliberation, *, by: Seat, number: int, until: datetime, why: str = "") -> MoreTime:
    """A participant asks for more time in round `number`, and until when. Answered within two working days.

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
            answer_by=working_days_after(
                act.now, times.more_time_answered_working_days, deliberation.organisation.time_zone
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
            if round_.number == 4:
                from deliberation.domain.asking_dissent import give_longer_for_dissent

                give_longer_for_dissent(act, ask.due_at)
            _remind_before_due(act, ask)
        act.subject = ("more_time", wish.pk)
        act.decision = str(wish.state)
        act.notify("more_time_answered", f"more_time:{wish.pk}", seats=[ask.seat])
    return wish


# --- What falls due


def open_due_rounds(organisation: Organisation) -> int:
    """Open every round whose time has come. Gives how many were opened."""
    now = clock.now()
    earlier = Round.objects.filter(deliberation=OuterRef("deliberation"), number__lt=OuterRef("number"))
    due = (
        Round.objects.filter(
            state=Round.State.SCHEDULED, opens_at__lte=now, deliberation__state__in=[State.INVITING, *RUNNING]
        )
        .exclude(Exists(earlier.exclude(state=Round.State.CLOSED)))
        .select_related("deliberation__organisation")
    )
    return _each(due, lambda r: open_round(r.deliberation, by=SYSTEM, number=r.number))


def close_due_rounds(organisation: Organisation) -> int:
    """Close every round whose time is over and whose asks no longer run. Gives how many were closed."""
    now = clock.now()
    due = Round.objects.filter(
        state=Round.State.OPEN, number__lt=4, closes_at__lte=now, deliberation__state__in=RUNNING
    ).select_related("deliberation__organisation")
    return _each(due, lambda r: close_round(r.deliberation, by=SYSTEM, number=r.number))


def lapse_due_asks(organisation: Organisation) -> int:
    """Mark every ask lapsed whose time is over, also those of late voices. Gives how many."""
    now = clock.now()
    wish = MoreTime.objects.filter(ask=OuterRef("pk"), state=MoreTime.State.ASKED, answer_by__gt=now)
    due = (
        Ask.objects.filter(state=Ask.State.OPEN, due_at__lte=now, deliberation__state__in=RUNNING, round__number__lt=4)
        .exclude(Exists(wish))
        .select_related("deliberation__organisation", "round", "seat")
    )
    return _each(due, lambda a: lapse_ask(a, by=SYSTEM))


def _each(rows: Iterable[Any], verb: Callable[[Any], Any]) -> int:
    done = 0
    for row in list(rows):
        try:
            verb(row)
        except Refused:
            continue  # another worker got there first, or somebody has acted since
        done += 1
    return done


def forget_reminders(ask: Ask, now: datetime) -> None:
    """Drop the reminders about an ask that nobody has sent yet."""
    Notice.objects.filter(
        kind="round_reminder", about__startswith=f"ask:{ask.pk}@", claimed_at__isnull=True, dropped_at__isnull=True
    ).update(dropped_at=now)
