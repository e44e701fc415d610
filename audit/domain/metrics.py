"""Counting what the record holds, hour by hour, and the days from their hours. Counted again from the same entries,
the figures are the same."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Organisation
from accounts.scope import open_organisation
from audit.envelope import NOT_RUN
from audit.models import Counted, DayTally, Entry, Tally
from audit.queries.search import first_id

What = Tally.What
Key = tuple[datetime, str, str, str]
"""Hour, what, first, second."""
DayKey = tuple[date, str, str, str]
"""Day (UTC), what, first, second."""
K = TypeVar("K", Key, DayKey)

HOUR = timedelta(hours=1)
BEHIND = 2 * HOUR
"""Hours that are counted once more: what was written in them may have been committed since."""
STRETCH = 24 * HOUR
"""As much is counted at a time when there is much to catch up with."""
LATEST_COMMIT = timedelta(minutes=10)
"""An id may be older than the entry's time by as long as its verb took."""
AT_A_TIME = 2_000


def hour_of(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def count(envelopes: Iterable[Mapping[str, Any]]) -> Counter[Key]:
    """The tallies of some envelopes.

    For each entry: its service and decision; each other service that ran within the check, with its result; its
    boundary and decision; its level of context pressure; its event. What an envelope leaves null is not counted.
    """
    raw: Counter[tuple[str, str, str, str]] = Counter()
    for one in envelopes:
        hour = one["timestamp"][:13]
        raw[hour, What.DECISION.value, one["service"], one["decision"]] += 1
        raw[hour, What.EVENT.value, one["event"], ""] += 1
        for step in one["coordination"]:
            if step["service"] != one["service"] and step["result"] not in NOT_RUN:
                raw[hour, What.STEP.value, step["service"], str(step["result"])[:50]] += 1
        if one["boundary"]:
            raw[hour, What.BOUNDARY.value, one["boundary"], one["decision"]] += 1
        if one["context_pressure"]:
            raw[hour, What.PRESSURE.value, one["context_pressure"], ""] += 1
    hours = {hour: datetime.strptime(hour, "%Y-%m-%dT%H").replace(tzinfo=UTC) for hour, *_rest in raw}
    return Counter({(hours[hour], *rest): number for (hour, *rest), number in raw.items()})  # type: ignore[misc]


def envelopes_of(
    organisation: Organisation, since: datetime | None = None, until: datetime | None = None
) -> Iterator[dict[str, Any]]:
    """The envelopes of an organisation by id, of the entries with a time from `since` to before `until`.

    Read bit by bit from the stored bytes, so that no cursor stays open.
    """
    rows = Entry.objects.filter(organisation=organisation).order_by("id")
    if since is not None:
        rows = rows.filter(id__gte=first_id(since - LATEST_COMMIT))
    if until is not None:
        rows = rows.filter(id__lt=first_id(until + LATEST_COMMIT))
    last = None
    while True:
        page = rows if last is None else rows.filter(id__gt=last)
        found = list(page.values_list("id", "timestamp", "canonical")[:AT_A_TIME])
        for _pk, at, canonical in found:
            if (since is None or at >= since) and (until is None or at < until):
                yield json.loads(bytes(canonical))
        if len(found) < AT_A_TIME:
            return
        last = found[-1][0]


def count_new(organisation: Organisation, now: datetime | None = None) -> int:
    """Count what has come since the last time, and the hours just before that once more. Gives the hours counted.

    Nothing is locked while entries are read. Of two that count at once, the second to write leaves it to the first.
    """
    now = now or datetime.now(UTC)
    hours = 0
    with open_organisation(organisation):
        while True:
            before = Counted.objects.filter(organisation=organisation).first()
            start = _start(organisation, before)
            if start is None or (before is not None and before.until >= now):
                return hours
            end = min(start + STRETCH, now)
            found = count(envelopes_of(organisation, start, end))
            if not _write(organisation, before, found, start, end):
                return hours
            hours += -(-int((end - start).total_seconds()) // 3600)


def _start(organisation: Organisation, before: Counted | None) -> datetime | None:
    """From which hour on there is something to count: None where the log is empty."""
    if before is not None:
        return hour_of(before.until) - BEHIND
    oldest = Entry.objects.filter(organisation=organisation).order_by("id").values_list("timestamp", flat=True).first()
    return None if oldest is None else hour_of(oldest) - HOUR


def _write(
    organisation: Organisation, before: Counted | None, found: Counter[Key], start: datetime, end: datetime
) -> bool:
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        known = Counted.objects.filter(organisation=organisation).first()
        if (known and known.until) != (before and before.until):
            return False
        write(organisation, found, start)
        Counted.objects.update_or_create(organisation=organisation, defaults={"until": end, "at": datetime.now(UTC)})
    return True


def write(organisation: Organisation, found: Counter[Key], start: datetime | None = None) -> None:
    """Put these tallies in the place of those from the hour `start` on, or of all. In the caller's transaction.

    The days that they are of are added up anew, from them and from the hours of the first one before `start`.
    """
    rows, days = Tally.objects.filter(organisation=organisation), DayTally.objects.filter(organisation=organisation)
    earlier: Counter[Key] = Counter()
    if start is not None:
        midnight = datetime.combine(start.date(), time.min, UTC)
        earlier = _stored(rows.filter(hour__gte=midnight, hour__lt=start))
        rows, days = rows.filter(hour__gte=start), days.filter(day__gte=start.date())
    rows.delete()
    days.delete()
    Tally.objects.bulk_create(
        [
            Tally(organisation=organisation, hour=hour, what=what, first=first, second=second, count=number)
            for (hour, what, first, second), number in found.items()
        ],
        batch_size=500,
    )
    DayTally.objects.bulk_create(
        [
            DayTally(organisation=organisation, day=day, what=what, first=first, second=second, count=number)
            for (day, what, first, second), number in by_day(earlier + found).items()
        ],
        batch_size=500,
    )


def by_day(counted: Counter[Key], until: datetime | None = None) -> Counter[DayKey]:
    """The tallies of hours, added up to days; those that ended by `until`."""
    days: Counter[DayKey] = Counter()
    for (hour, what, first, second), number in counted.items():
        if until is None or hour.date() < until.astimezone(UTC).date():
            days[hour.date(), what, first, second] += number
    return days


def tallies(organisation: Organisation, until: datetime | None = None) -> Counter[Key]:
    """The stored tallies of the hours before `until`."""
    rows = Tally.objects.filter(organisation=organisation)
    return _stored(rows if until is None else rows.filter(hour__lt=until))


def _stored(rows: QuerySet[Tally]) -> Counter[Key]:
    return Counter(
        {
            (hour, what, first, second): number
            for hour, what, first, second, number in rows.values_list("hour", "what", "first", "second", "count")
        }
    )


def day_tallies(organisation: Organisation, until: datetime) -> Counter[DayKey]:
    """The stored tallies of the days that ended by `until`."""
    rows = DayTally.objects.filter(organisation=organisation, day__lt=until.astimezone(UTC).date())
    return Counter(
        {
            (day, what, first, second): number
            for day, what, first, second, number in rows.values_list("day", "what", "first", "second", "count")
        }
    )


def differences(counted: Counter[K], stored: Counter[K]) -> list[tuple[K, int, int]]:
    """Where two counts differ: the key, what was counted, and what is stored."""
    keys = sorted(key for key in counted.keys() | stored.keys() if counted[key] != stored[key])
    return [(key, counted[key], stored[key]) for key in keys]


def before(counted: Counter[Key], end: datetime) -> Counter[Key]:
    """The tallies of the hours before `end`."""
    return Counter({key: number for key, number in counted.items() if key[0] < end})
