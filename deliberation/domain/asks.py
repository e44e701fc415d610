"""What one seat is asked in one round: until when, what is still open, and what counts as an answer.

The due date belongs to the ask. What a seat may say and until when is decided here and nowhere else: see
`must_be_asked`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from accounts import clock
from accounts.models import Organisation
from accounts.permissions import SYSTEM
from accounts.refusals import WrongState
from accounts.roles import Part
from deliberation.domain.act import Act, By, perform
from deliberation.domain.dates import in_words
from deliberation.domain.due import each_due
from deliberation.domain.timetable import durations_of, expect_after
from deliberation.models import (
    Agreement,
    AgreementAnswer,
    Ask,
    Deliberation,
    Difference,
    Dissent,
    DissentJoin,
    Invitation,
    MoreTime,
    Option,
    Position,
    Round,
    Seat,
    SharedValue,
    Shift,
    SideAnswer,
    Stance,
)
from deliberation.permissions import ROUNDS


def voices_of(deliberation: Deliberation) -> QuerySet[Seat]:
    """The seats that take part: accepted, and not left."""
    return Seat.objects.filter(
        deliberation=deliberation,
        part=Part.PARTICIPANT,
        left_at__isnull=True,
        invitation__state=Invitation.State.ACCEPTED,
    )


# --- Asking


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
    remind_before_due(act, ask)
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
            expect_after(round_, due)
        asks.append(ask_seat(act, round_, seat, due_at=due))
    return asks


def about_ask(ask: Ask) -> str:
    """What a notice about an ask is about: the ask and its due date, so that a new date is a new thing."""
    return f"ask:{ask.pk}@{ask.due_at:%Y%m%d%H%M}"


def remind_before_due(act: Act, ask: Ask) -> None:
    times = durations_of(act.deliberation.organisation, act.deliberation.urgency)
    moment = ask.due_at - timedelta(hours=times.remind_before)
    if moment > act.now:
        act.notify("round_reminder", about_ask(ask), seats=[ask.seat], due_at=moment)


# --- What is taken on an ask


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


def has_spoken(ask: Ask) -> bool:
    """Whether the seat has said anything in the ask's round; of a draft, since it was asked about it."""
    seat = ask.seat
    if ask.round.number == 1:
        return Position.objects.filter(seat=seat).exists()
    if ask.round.number == 2:
        proposed = Option.objects.filter(by_seat=seat, kind=Option.Kind.PROPOSAL)
        spoken = [m.objects.filter(seat=seat) for m in (Stance, SharedValue)]
        return any(rows.exists() for rows in (*spoken, proposed))
    if ask.round.number == 3:
        return any(m.objects.filter(seat=seat).exists() for m in (AgreementAnswer, SideAnswer, Shift))
    written = Dissent.objects.filter(seat=seat, at__gte=ask.asked_at)
    return written.exists() or DissentJoin.objects.filter(seat=seat, at__gte=ask.asked_at).exists()


def something_waits(ask: Ask) -> bool:
    """Whether something of this round still awaits this seat: a proposal, an agreement, a difference."""
    seat, here = ask.seat, ask.deliberation_id
    if ask.round.number == 2:
        mine = Stance.objects.filter(option=OuterRef("pk"), seat=seat)
        proposals = Option.objects.filter(deliberation=here, kind=Option.Kind.PROPOSAL, struck_at__isnull=True)
        return proposals.exclude(by_seat=seat).exclude(Exists(mine)).exists()
    if ask.round.number == 3:
        answered = AgreementAnswer.objects.filter(agreement=OuterRef("pk"), seat=seat)
        sided = SideAnswer.objects.filter(side__difference=OuterRef("pk"), seat=seat)
        agreements = Agreement.objects.filter(deliberation=here, struck_at__isnull=True)
        differences = Difference.objects.filter(deliberation=here, struck_at__isnull=True)
        return agreements.exclude(Exists(answered)).exists() or differences.exclude(Exists(sided)).exists()
    return False


# --- Answered, passed, lapsed


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
        end_ask(ask)
        act.subject = ("ask", ask.pk)
        act.decision = ask.state
    return ask


def _over(ask: Ask, now: datetime) -> bool:
    if ask.state != Ask.State.OPEN or ask.due_at > now:
        return False
    return not ask.more_time.filter(state=MoreTime.State.ASKED, answer_by__gt=now).exists()


def end_ask(ask: Ask) -> None:
    # Silence is not heard; half an answer is an answer.
    ask.state = Ask.State.ANSWERED if has_spoken(ask) else Ask.State.LAPSED
    ask.save(update_fields=["state"])


def lapse_due_asks(organisation: Organisation) -> int:
    """Mark every ask lapsed whose time is over, also those of late voices. Gives how many."""
    now = clock.now()
    wish = MoreTime.objects.filter(ask=OuterRef("pk"), state=MoreTime.State.ASKED, answer_by__gt=now)
    due = (
        Ask.objects.filter(state=Ask.State.OPEN, due_at__lte=now, deliberation__state__in=ROUNDS, round__number__lt=4)
        .exclude(Exists(wish))
        .select_related("deliberation__organisation", "round", "seat")
    )
    return each_due(due, lambda a: lapse_ask(a, by=SYSTEM))
