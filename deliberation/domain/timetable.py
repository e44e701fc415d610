"""How long each step takes, by urgency: as the framework library ships it, or as an organisation sets it for itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from accounts.models import Organisation
from deliberation.models import Round, Timetable, Urgency
from tractatus.pluralism import rounds
from tractatus.pluralism.rounds import Durations


def durations_of(organisation: Organisation, urgency: str) -> Durations:
    """The durations of `urgency` in `organisation`: its own over the defaults. Raises ValueError on an unknown tier."""
    own = Timetable.objects.filter(organisation=organisation, urgency=urgency).first()
    return _over_the_defaults(urgency, own)


def durations_by_urgency(organisation: Organisation) -> dict[str, Durations]:
    """The durations of every tier in `organisation`, by urgency."""
    own = {row.urgency: row for row in Timetable.objects.filter(organisation=organisation)}
    return {urgency: _over_the_defaults(urgency, own.get(urgency)) for urgency in Urgency.values}


def _over_the_defaults(urgency: str, own: Timetable | None) -> Durations:
    shipped = rounds.durations_of(urgency)
    if own is None:
        return shipped
    values = dict(own.durations)
    if "rounds" in values:
        values["rounds"] = tuple(values["rounds"])
    return replace(shipped, **values)


def expect_after(round_: Round, ends: datetime) -> None:
    """Set when the rounds after `round_` are expected, now that it ends, or will end, at `ends`."""
    deliberation = round_.deliberation
    times = durations_of(deliberation.organisation, deliberation.urgency)
    later = Round.objects.filter(deliberation=deliberation, number__gt=round_.number, state=Round.State.SCHEDULED)
    for coming in later.order_by("number"):
        coming.opens_at = ends + timedelta(hours=times.between_rounds)
        coming.closes_at = ends = coming.opens_at + times.of_round(coming.number)
        coming.save(update_fields=["opens_at", "closes_at"])


def review_by(organisation: Organisation, urgency: str, decided_on: date) -> date:
    """The day that the timetable proposes for looking again at what is decided on `decided_on`."""
    return rounds.months_after(decided_on, durations_of(organisation, urgency).review_after_months)


def working_days_after(moment: datetime, days: int, zone: str) -> datetime:
    """`moment` moved by `days` working days, Monday to Friday, in the organisation's time zone."""
    local = moment.astimezone(ZoneInfo(zone))
    while days > 0:
        local += timedelta(days=1)
        if local.weekday() < 5:
            days -= 1
    return local
