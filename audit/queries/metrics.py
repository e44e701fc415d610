"""Figures from the tallies of hours and days. No page counts entries: it adds up what was counted of the log."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Case, CharField, F, QuerySet, Sum, Value, When
from django.utils import timezone

from accounts.models import Organisation
from accounts.scope import open_organisation, public_rows
from audit.envelope import PRESSURES, SERVICES
from audit.models import Counted, DayTally, Surface, Tally
from audit.queries.wording import DECISIONS, SECTIONS

What = Tally.What
REFUSED = "access.refused"
"""The event of a refused foreign access: one entry an hour for each who tried and kind of thing."""
WINDOWS = {"24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30)}
OWN_BOUNDARIES = "own"
"""In public, boundaries that an organisation drew itself are counted under this name and not by theirs."""


@dataclass
class Figures:
    """What was counted in one window. `operations` of a service are its own entries and its parts in checks."""

    since: datetime
    until: datetime
    entries: int = 0
    operations: Counter[str] = field(default_factory=Counter)
    decisions: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    boundaries: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    pressure: Counter[str] = field(default_factory=Counter)
    refused: int = 0

    @property
    def blocked(self) -> Counter[str]:
        """By boundary, how often it was denied or a person was asked."""
        return Counter({name: by["deny"] + by["ask"] for name, by in self.boundaries.items()})


def figures(organisations: Iterable[Organisation], since: datetime, until: datetime) -> Figures:
    """What was counted in the hours from `since` to before `until`, of these organisations together.

    Whole days (UTC) between them are read as days, the hours at both ends as hours: a month is no more rows than that.
    """
    found = Figures(since, until)
    first, last = _midnights(since, until)
    for organisation in organisations:
        with open_organisation(organisation):
            hours = Tally.objects.filter(organisation=organisation)
            if first < last:
                days = DayTally.objects.filter(organisation=organisation)
                _add(found, days.filter(day__gte=first.date(), day__lt=last.date()))
                _add(found, hours.filter(hour__gte=since, hour__lt=first))
                _add(found, hours.filter(hour__gte=last, hour__lt=until))
            else:
                _add(found, hours.filter(hour__gte=since, hour__lt=until))
    return found


def _midnights(since: datetime, until: datetime) -> tuple[datetime, datetime]:
    """The first midnight (UTC) that is not before `since`, and the last that is not after `until`."""
    before, last = (datetime.combine(one.astimezone(UTC).date(), time.min, UTC) for one in (since, until))
    return (before if before == since else before + timedelta(days=1)), last


SUMMED = (What.DECISION, What.STEP, What.BOUNDARY, What.PRESSURE)


def _add(found: Figures, rows: QuerySet[Tally] | QuerySet[DayTally]) -> None:
    # Each kind by its name: then the index gives the hours of each, with their counts, and no row is read.
    found.refused += rows.filter(what=What.EVENT, first=REFUSED).aggregate(n=Sum("count"))["n"] or 0
    summed = rows.filter(what__in=SUMMED).values_list("what", "first", "second").annotate(n=Sum("count")).order_by()
    for what, first, second, number in summed:
        if what == What.DECISION:
            found.entries += number
            found.operations[first] += number
            found.decisions[first][second] += number
        elif what == What.STEP:
            found.operations[first] += number
        elif what == What.BOUNDARY:
            found.boundaries[first][second] += number
        else:
            found.pressure[first] += number


def windows(organisations: Iterable[Organisation], now: datetime) -> dict[str, Figures]:
    """The last 24 hours, 7 days and 30 days, in whole hours, the present one included."""
    end = next_hour(now)
    known = list(organisations)
    return {name: figures(known, end - span, end) for name, span in WINDOWS.items()}


def next_hour(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


# --- By day, for charts


def last_days(number: int, today: date | None = None) -> list[date]:
    """So many days up to today, in the reader's time zone."""
    today = today or timezone.localdate()
    return [today - timedelta(days=back) for back in reversed(range(number))]


def decisions_by_day(
    organisations: Iterable[Organisation], days: list[date], service: str = ""
) -> dict[str, list[int]]:
    """For each answer of the gate, and for everything else under "", how many entries there were each day.

    Of one service, its own entries by their decision and the checks in which it ran by what it said.
    """
    found = {name: [0] * len(days) for name in (*DECISIONS, "")}
    said = Case(When(second__in=list(DECISIONS), then=F("second")), default=Value(""), output_field=CharField())
    narrow = {"first": service, "what__in": [What.DECISION, What.STEP]} if service else {"what": What.DECISION}
    for organisation in organisations:
        with open_organisation(organisation):
            rows = Tally.objects.filter(organisation=organisation, **narrow)
            _add_days(found, rows.annotate(said=said).values_list("hour", "said"), days)
    return found


def services_by_day(organisations: Iterable[Organisation], days: list[date]) -> dict[str, list[int]]:
    """For each service, how often it was called each day."""
    found = {name: [0] * len(days) for name in SERVICES}
    for organisation in organisations:
        with open_organisation(organisation):
            rows = Tally.objects.filter(organisation=organisation, what__in=[What.DECISION, What.STEP])
            _add_days(found, rows.values_list("hour", "first"), days)
    return found


def _add_days(found: dict[str, list[int]], rows: QuerySet, days: list[date]) -> None:
    if not days:
        return
    start = timezone.make_aware(datetime.combine(days[0], time.min))
    end = timezone.make_aware(datetime.combine(days[-1] + timedelta(days=1), time.min))
    for hour, name, number in rows.filter(hour__gte=start, hour__lt=end).annotate(n=Sum("count")).order_by():
        place = (timezone.localtime(hour).date() - days[0]).days
        if name in found and 0 <= place < len(days):
            found[name][place] += number


# --- Up to when, and whose figures anybody may see


def counted_at(organisations: Iterable[Organisation]) -> datetime | None:
    """Up to when the entries of all of them have been counted; None where none have."""
    found: list[datetime] = []
    for organisation in organisations:
        with open_organisation(organisation):
            found += Counted.objects.filter(organisation=organisation).values_list("until", flat=True)
    return min(found, default=None)


def shown(name: str) -> list[Organisation]:
    """The organisations that show this thing to anybody. Where there is none, its page is not there."""
    rows = public_rows(Surface).filter(name=name).select_related("organisation").order_by("organisation_id")
    return [row.organisation for row in rows]


def every_shown() -> frozenset[str]:
    """The things of which at least one organisation shows its own."""
    return frozenset(public_rows(Surface).values_list("name", flat=True))


def as_json(organisations: list[Organisation], now: datetime) -> dict[str, object]:
    """What the public interface gives: counts of what the framework did, and nothing else."""
    until = counted_at(organisations)
    return {
        "counted_until": _stamp(until) if until else None,
        "organisations": len(organisations),
        "windows": {name: _window(found) for name, found in windows(organisations, now).items()},
    }


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _window(found: Figures) -> dict[str, object]:
    return {
        "since": _stamp(found.since),
        "until": _stamp(found.until),
        "entries": found.entries,
        "services": {
            name: {
                "operations": found.operations[name],
                "decisions": {word: found.decisions[name][word] for word in DECISIONS} if name in found.decisions
                else dict.fromkeys(DECISIONS, 0),
            }
            for name in SERVICES
        },
        "boundaries": {name: dict(sorted(by.items())) for name, by in sorted(public_boundaries(found).items())},
        "context_pressure": {level: found.pressure[level] for level in PRESSURES},
        "refused_foreign_accesses": found.refused,
    }  # fmt: skip


def public_boundaries(found: Figures) -> dict[str, Counter[str]]:
    """By the framework's boundaries, what the gate answered; those of an organisation's own all together."""
    merged: dict[str, Counter[str]] = defaultdict(Counter)
    for name, by in found.boundaries.items():
        merged[section_of(name)].update({word: by[word] for word in DECISIONS})
    return merged


def section_of(boundary: str) -> str:
    """What anybody may read of a boundary's name: the section of the framework's own, else that it is another."""
    section = boundary.split(" ")[0]
    return section if section in SECTIONS else OWN_BOUNDARIES
