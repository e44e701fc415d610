"""How long each step takes, by urgency: data in `data/timetables.json`, which an organisation may set for itself."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from accounts.models import Organisation
from deliberation.models import Round, Timetable, Urgency


@dataclass(frozen=True)
class Durations:
    """Hours of each step of one tier. `rounds` are rounds 1 to 3; the fourth is as long as its dissent window."""

    answer_invitation: float
    rounds: tuple[float, float, float]
    between_rounds: float
    dissent_window: float
    remind_before: float
    more_time_answered_working_days: int
    review_after_months: int

    def of_round(self, number: int) -> timedelta:
        """How long round 1, 2 or 3 is open; for round 4 the dissent window."""
        return timedelta(hours=self.rounds[number - 1] if number < 4 else self.dissent_window)


@cache
def _defaults() -> dict[str, dict[str, object]]:
    path = Path(__file__).parent.parent / "data" / "timetables.json"
    return json.loads(path.read_text(encoding="utf-8"))


def durations_of(organisation: Organisation, urgency: str) -> Durations:
    """The durations of `urgency` in `organisation`: its own over the defaults. Raises ValueError on an unknown tier."""
    if urgency not in Urgency.values:
        raise ValueError(f"urgency must be one of {Urgency.values}, not {urgency!r}")
    values = dict(_defaults()[urgency])
    own = Timetable.objects.filter(organisation=organisation, urgency=urgency).first()
    if own:
        values |= own.durations
    values["rounds"] = tuple(values["rounds"])  # type: ignore[arg-type]
    return Durations(**values)  # type: ignore[arg-type]


def expect_after(round_: Round, ends: datetime) -> None:
    """Set when the rounds after `round_` are expected, now that it ends, or will end, at `ends`."""
    deliberation = round_.deliberation
    times = durations_of(deliberation.organisation, deliberation.urgency)
    later = Round.objects.filter(deliberation=deliberation, number__gt=round_.number, state=Round.State.SCHEDULED)
    for coming in later.order_by("number"):
        coming.opens_at = ends + timedelta(hours=times.between_rounds)
        coming.closes_at = ends = coming.opens_at + times.of_round(coming.number)
        coming.save(update_fields=["opens_at", "closes_at"])


def working_days_after(moment: datetime, days: int, zone: str) -> datetime:
    """`moment` moved by `days` working days, Monday to Friday, in the organisation's time zone."""
    local = moment.astimezone(ZoneInfo(zone))
    while days > 0:
        local += timedelta(days=1)
        if local.weekday() < 5:
            days -= 1
    return local
