"""Reads of the rounds: what each is for, where it stands, who was heard, and the one way to read positions."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import clock
from accounts.durations import how_long
from accounts.roles import Part
from deliberation.domain.asks import may_answer
from deliberation.domain.dates import in_words
from deliberation.domain.standing import Standing
from deliberation.models import (
    AgreementAnswer,
    Ask,
    Deliberation,
    Dissent,
    Framework,
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
    Voice,
)
from deliberation.models.rounds import Spoken
from deliberation.queries.conflict import frameworks_in_order

TITLES = {
    1: gettext_lazy("Positions"),
    2: gettext_lazy("Accommodations"),
    3: gettext_lazy("Agreement and difference"),
    4: gettext_lazy("Outcome"),
}
PURPOSES = {
    1: gettext_lazy("In this round everybody says in their own words what is right here, and what it would cost."),
    2: gettext_lazy("In this round we look for what each framework could live with, and what it would cost."),
    3: gettext_lazy("In this round it is put into words what is agreed, and what cannot be resolved."),
    4: gettext_lazy("In this round the outcome is drafted; whoever dissents writes it before anything is signed."),
}
WHAT_HAPPENS = {
    1: gettext_lazy("Each writes alone; nobody reads another before it closes."),
    2: gettext_lazy("Answers are seen by everyone taking part."),
    3: gettext_lazy("What is shared, what cannot be resolved, and who holds which side."),
    4: gettext_lazy("The draft goes round; dissent is written before it is final."),
}
LATE = timedelta(minutes=10)
READS_CLOSED = frozenset({Part.FACILITATOR, Part.HOLDER, Part.APPROVER, Part.READER})
WORDS = ("right", "why", "lost", "need")


# --- Blindness


def visible_positions(deliberation: Deliberation, *, standing: Standing, seat: Seat | None) -> list[Position]:
    """The newest position of each seat that this person may read. There is no other way to read positions.

    Until round 1 closes: their own alone, whoever they are. After it: everybody's, to those with a part here; but a
    voice whose own round 1 still runs (it came late, or was given more time) reads its own alone, and is read by
    nobody, until it has answered.
    """
    newest: dict[UUID, Position] = {}
    rows = Position.objects.filter(deliberation=deliberation).select_related(*WORDS, "seat", "entered_by")
    if not reads_others(deliberation, standing=standing, seat=seat):
        if seat is None:
            return []
        rows = rows.filter(seat=seat)
    for row in rows.order_by("version"):
        newest[row.seat_id] = row
    running = set(
        Ask.objects.filter(deliberation=deliberation, round__number=1, state=Ask.State.OPEN).values_list(
            "seat_id", flat=True
        )
    )
    own = seat.pk if seat is not None else None
    return [row for row in newest.values() if row.seat_id == own or row.seat_id not in running]


def reads_others(deliberation: Deliberation, *, standing: Standing, seat: Seat | None) -> bool:
    """Whether this person may read what others said in the rounds. False for everybody until round 1 has closed."""
    first = Round.objects.filter(deliberation=deliberation, number=1).first()
    if first is None or first.state != Round.State.CLOSED:
        return False
    if seat is not None:
        # Whoever speaks reads as a voice first, whatever other part they hold.
        return not is_blind(seat) and seat.left_at is None and _has_accepted(seat)
    return bool(standing.parts & READS_CLOSED)


def is_blind(seat: Seat) -> bool:
    """Whether this voice's own round 1 still runs: asked and not done, or waiting for more time."""
    ask = Ask.objects.filter(seat=seat, round__number=1).first()
    if ask is None:
        return True
    return ask.state == Ask.State.OPEN or ask.more_time.filter(state=MoreTime.State.ASKED).exists()


def _has_accepted(seat: Seat) -> bool:
    return Invitation.objects.filter(seat=seat, state=Invitation.State.ACCEPTED).exists()


def own_position(seat: Seat) -> Position | None:
    """The newest position of one seat, for that seat's own page."""
    return Position.objects.filter(seat=seat).select_related(*WORDS).order_by("-version").first()


# --- Where the rounds stand


def rounds_of(deliberation: Deliberation) -> list[Round]:
    """The four rounds, or none before the first invitation."""
    return list(Round.objects.filter(deliberation=deliberation).order_by("number"))


def steps(rounds: list[Round]) -> list[dict[str, Any]]:
    """The rounds for the component: which is current, when each was or will be."""
    by_number = {r.number: r for r in rounds}
    current = _current_number(rounds)
    return [
        {"title": TITLES[n], "says": _step_says(n, by_number.get(n), n == current), "current": n == current}
        for n in TITLES
    ]


def _current_number(rounds: list[Round]) -> int | None:
    opened = [r.number for r in rounds if r.state == Round.State.OPEN]
    return opened[-1] if opened else None


def _step_says(number: int, round_: Round | None, current: bool) -> str:
    what = str(WHAT_HAPPENS[number])
    if current:
        return _("Now.") + " " + what
    if round_ is not None and round_.closed_at and round_.state == Round.State.CLOSED:
        return _("Closed %(day)s.") % {"day": _day(round_.closed_at)}
    if round_ is not None and round_.opens_at:
        return _("From %(day)s.") % {"day": _day(round_.opens_at)} + " " + what
    return what


def _day(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "MONTH_DAY_FORMAT")


def lateness(round_: Round) -> tuple[timedelta | None, timedelta | None]:
    """By how much a round was opened, and closed, after its time, each None if by less than ten minutes.

    A round opened by hand was opened when somebody wished it. One past its time and still open counts as closed now.
    """
    opened = closed = None
    if round_.opened_at and round_.opens_at and round_.opened_by_id is None:
        opened = round_.opened_at - round_.opens_at
    if round_.closes_at and round_.opened_at:
        closed = (round_.closed_at or clock.now()) - round_.closes_at
    return (opened if opened and opened > LATE else None, closed if closed and closed > LATE else None)


def late_sentences(round_: Round) -> list[str]:
    """What to say where the clock was late."""
    opened, closed = lateness(round_)
    said = []
    if opened:
        said.append(
            _("It opened %(by)s after its time; everybody had the full time from then.") % {"by": how_long(opened)}
        )
    if closed:
        said.append(
            _("It closed %(by)s after its time. Answers were taken until each one's own date, not longer.")
            % {"by": how_long(closed)}
        )
    return said


# --- Who was heard


def voices_by_framework(deliberation: Deliberation) -> dict[UUID, list[UUID]]:
    """The seats that speak in each framework; one that speaks in several stands in each."""
    spoken: dict[UUID, list[UUID]] = defaultdict(list)
    rows = Voice.objects.filter(deliberation=deliberation, dropped_at__isnull=True).order_by("id")
    for framework, seat in rows.values_list("framework_id", "seat_id"):
        spoken[framework].append(seat)
    return spoken


def spoke_in(round_: Round) -> set[UUID]:
    """The seats that have said something in a round, whatever still awaits them."""
    here = {"deliberation": round_.deliberation_id}
    if round_.number == 1:
        rows = [Position.objects.filter(**here)]
    elif round_.number == 2:
        rows = [Stance.objects.filter(**here), SharedValue.objects.filter(**here)]
        proposed = Option.objects.filter(**here, kind=Option.Kind.PROPOSAL, by_seat__isnull=False)
        return {seat for r in rows for seat in r.values_list("seat_id", flat=True)} | set(
            proposed.values_list("by_seat_id", flat=True)
        )
    elif round_.number == 3:
        rows = [model.objects.filter(**here) for model in (AgreementAnswer, SideAnswer, Shift)]
    else:
        rows = [Dissent.objects.filter(**here)]
    return {seat for r in rows for seat in r.values_list("seat_id", flat=True)}


def heard(deliberation: Deliberation, round_: Round, frameworks: list[Framework]) -> list[dict[str, Any]]:
    """Who has said something in a round, by framework, as facts. Who has yet to answer is not shown."""
    spoken = spoke_in(round_)
    names = dict(Seat.objects.filter(pk__in=spoken).values_list("pk", "name"))
    speaks = voices_by_framework(deliberation)
    facts = []
    for framework in frameworks:
        here = [names[seat] for seat in speaks.get(framework.pk, []) if seat in names]
        nobody = _("nobody") if round_.state == Round.State.CLOSED else _("nobody yet")
        facts.append({"label": framework.title, "says": "; ".join(here) or nobody})
    return facts


def written(round_: Round) -> list[dict[str, str]]:
    """For those who run a round: of each seat whether it has written, and nothing of what."""
    asks = Ask.objects.filter(round=round_).select_related("seat").prefetch_related("more_time").order_by("id")
    spoken = spoke_in(round_)
    rows = []
    for ask in asks:
        if ask.seat.left_at is not None:
            says = _("left")
        elif any(wish.state == MoreTime.State.ASKED for wish in ask.more_time.all()):
            says = _("asks for more time")
        elif ask.state == Ask.State.OPEN and ask.seat_id in spoken:
            says = _("in part; something still awaits an answer")
        else:
            says = {
                Ask.State.OPEN: _("not yet; until %(when)s")
                % {"when": in_words(ask.due_at, round_.deliberation.organisation)},
                Ask.State.ANSWERED: _("written"),
                Ask.State.PASSED: _("nothing to add"),
                Ask.State.LAPSED: _("no dissent, and no word") if round_.number == 4 else _("no answer in time"),
            }[Ask.State(ask.state)]
        rows.append({"label": ask.seat.name, "says": says})
    return rows


def wishes(round_: Round) -> list[MoreTime]:
    """The wishes for more time that wait for the facilitator's answer."""
    return list(
        MoreTime.objects.filter(ask__round=round_, state=MoreTime.State.ASKED).select_related("ask__seat", "why")
    )


# --- What one person said


def how_given(row: Spoken) -> str:
    """How it was given, where not typed by its speaker; and that it is not confirmed, where it is not."""
    given = {
        Spoken.Given.SPOKEN: _("Spoken, written down by the facilitator."),
        Spoken.Given.PAPER: _("On paper, entered by the facilitator."),
        Spoken.Given.TRANSLATED: _("Translated, entered by the facilitator."),
    }.get(Spoken.Given(row.given), "")
    if row.confirmed_at is None:
        return f"{given} {_('Not yet confirmed by its speaker.')}".strip()
    return given


def position_parts(row: Position) -> list[dict[str, Any]]:
    """The four answers of a position with their headings."""
    return [
        {"heading": _("What is right here"), "text": row.right},
        {"heading": _("Why"), "text": row.why},
        {"heading": _("What would be lost, and for whom"), "text": row.lost},
        {"heading": _("What I would need"), "text": row.need},
    ]


def positions_abreast(
    deliberation: Deliberation, *, standing: Standing, seat: Seat | None, viewer: UUID | None
) -> list[dict[str, Any]]:
    """Round 1 as columns, one a framework, in this viewer's own order; only what they may read."""
    rows = {row.seat_id: row for row in visible_positions(deliberation, standing=standing, seat=seat)}
    closed = Round.objects.filter(deliberation=deliberation, number=1).values_list("closed_at", flat=True).first()
    speaks = voices_by_framework(deliberation)
    columns = []
    for framework in frameworks_in_order(deliberation, viewer):
        answers = []
        for seat_id in speaks.get(framework.pk, []):
            row = rows.get(seat_id)
            if row is None:
                continue
            after = _("Written after the round had closed.") if closed and row.at > closed else ""
            answers.append(
                {
                    "parts": position_parts(row),
                    "by": row.seat.name,
                    "how": f"{how_given(row)} {after}".strip(),
                    "language": row.language,
                }
            )
        columns.append({"key": f"v-{framework.pk.hex}", "title": framework.title, "answers": answers})
    return columns


# --- The ask of one seat


def asks_of(seat: Seat) -> list[Ask]:
    """Every ask of a seat, first round first."""
    return list(Ask.objects.filter(seat=seat).select_related("round").order_by("round__number"))


def current_ask(seat: Seat, now: datetime) -> Ask | None:
    """What the seat's card is about: its own round 1 while that runs, else the newest ask words are taken on.

    Failing both, the newest ask there is: its time is over.
    """
    asks = asks_of(seat)
    first = next((a for a in asks if a.round.number == 1), None)
    if first is not None and first.state == Ask.State.OPEN and may_answer(first, now):
        return first
    taken = [a for a in asks if may_answer(a, now) and _stands_at(a)]
    found = taken or asks
    return found[-1] if found else None


def _stands_at(ask: Ask) -> bool:
    return ask.round.number == 1 or ask.deliberation.round_number == ask.round.number


def changeable_until(ask: Ask, now: datetime) -> datetime | None:
    """Until when an answer on this ask may be changed, or None when it cannot be any more."""
    if not may_answer(ask, now):
        return None
    return ask.round.closes_at if ask.round.state == Round.State.OPEN else ask.due_at
