"""Reads of the rounds: what each is for, where it stands, and who was heard."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import clock
from accounts.durations import how_long
from accounts.models import Organisation
from deliberation.domain.dates import in_words
from deliberation.models import (
    AgreementAnswer,
    Ask,
    Deliberation,
    Dissent,
    Framework,
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


def heard(
    round_: Round, frameworks: list[Framework], speaks: Mapping[UUID, list[UUID]], spoken: Collection[UUID]
) -> list[dict[str, Any]]:
    """Which of those who speak in a framework have `spoken`, as facts. Who has yet to answer is not shown."""
    names = dict(Seat.objects.filter(deliberation=round_.deliberation_id).values_list("pk", "name"))
    nobody = _("nobody") if round_.state == Round.State.CLOSED else _("nobody yet")
    return [
        {
            "label": framework.title,
            "says": "; ".join(names[seat] for seat in speaks.get(framework.pk, []) if seat in spoken) or nobody,
        }
        for framework in frameworks
    ]


def written(round_: Round, organisation: Organisation, spoken: Collection[UUID]) -> list[dict[str, str]]:
    """For those who run a round: of each seat whether it has written, and nothing of what. `spoken` are who has."""
    wish = MoreTime.objects.filter(ask=OuterRef("pk"), state=MoreTime.State.ASKED)
    asks = Ask.objects.filter(round=round_).annotate(wishes=Exists(wish)).order_by("id")
    in_part = _("in part; something still awaits an answer")
    says = {
        Ask.State.ANSWERED: _("written"),
        Ask.State.PASSED: _("nothing to add"),
        Ask.State.LAPSED: _("no dissent, and no word") if round_.number == 4 else _("no answer in time"),
    }

    @cache  # nearly all have the same time
    def not_yet(due_at: datetime) -> str:
        return _("not yet; until %(when)s") % {"when": in_words(due_at, organisation)}

    def of(row: Any) -> str:
        if row.seat__left_at is not None:
            return _("left")
        if row.wishes:
            return _("asks for more time")
        if row.state == Ask.State.OPEN:
            return in_part if row.seat_id in spoken else not_yet(row.due_at)
        return says[row.state]

    rows = asks.values_list("seat__name", "seat_id", "state", "due_at", "seat__left_at", "wishes", named=True)
    return [{"label": row.seat__name, "says": of(row)} for row in rows]


def wishes(round_: Round) -> list[MoreTime]:
    """The wishes for more time that wait for the facilitator's answer."""
    return list(
        MoreTime.objects.filter(ask__round=round_, state=MoreTime.State.ASKED).select_related("ask__seat", "why")
    )
