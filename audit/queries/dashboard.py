"""What the dashboard shows: four charts and a counter, each from the hourly tallies."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TypeVar

from django.core.cache import cache
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Organisation
from audit.envelope import PEOPLE, PRESSURES, SERVICES
from audit.queries import metrics
from audit.queries.charts import Strip
from audit.queries.milestones import Told
from audit.queries.wording import pressure_in_words, section_in_words, service_in_words

T = TypeVar("T")
DAYS = 7
REMEMBERED = 300
"""Seconds for which what anybody may see is kept: a page that many look at is reckoned once."""


@dataclass(frozen=True)
class Measure:
    """A row of a bar chart on the scale of its chart: `width` of 100."""

    title: str
    number: int
    width: str
    parts: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Dashboard:
    counted_at: datetime | None
    organisations: int
    days: list[date]
    strips: list[Strip]
    boundaries: list[Measure]
    pressure: list[Measure]
    week: metrics.Figures
    month: metrics.Figures

    @property
    def rows(self) -> list[tuple[date, list[int]]]:
        return [(day, [strip.counts[place] for strip in self.strips]) for place, day in enumerate(self.days)]

    @property
    def marks(self) -> list[date]:
        return [self.days[0], self.days[len(self.days) // 2], self.days[-1]]

    @property
    def calls(self) -> int:
        return sum(strip.total for strip in self.strips)

    @property
    def blocked(self) -> int:
        return sum(measure.number for measure in self.boundaries)

    @property
    def measured(self) -> int:
        return sum(measure.number for measure in self.pressure)


def dashboard(organisations: Sequence[Organisation], now: datetime, *, in_public: bool = False) -> Dashboard:
    """The figures of these organisations together. In public no boundary that one of them drew itself is named."""
    days = metrics.last_days(DAYS)
    end = metrics.next_hour(now)
    week = metrics.figures(organisations, end - metrics.WINDOWS["7d"], end)
    boundaries = metrics.public_boundaries(week) if in_public else week.boundaries
    blocked = {name: [by["deny"], by["ask"]] for name, by in sorted(boundaries.items()) if by["deny"] + by["ask"]}
    calls = metrics.services_by_day(organisations, days)
    return Dashboard(
        counted_at=metrics.counted_at(organisations),
        organisations=len(organisations),
        days=days,
        strips=[Strip(name, service_in_words(name), calls[name]) for name in SERVICES if name != PEOPLE],
        boundaries=_measures([(_boundary(name), parts) for name, parts in blocked.items()]),
        pressure=_measures([(pressure_in_words(level), [week.pressure[level]]) for level in PRESSURES]),
        week=week,
        month=metrics.figures(organisations, end - metrics.WINDOWS["30d"], end),
    )


def _boundary(name: str) -> str:
    return _("Boundaries of their own") if name == metrics.OWN_BOUNDARIES else section_in_words(name)


def _measures(rows: list[tuple[str, list[int]]]) -> list[Measure]:
    most = max((sum(parts) for _title, parts in rows), default=0) or 1
    return [Measure(title, sum(parts), f"{100 * sum(parts) / most:.2f}", parts) for title, parts in rows]


def remembered(what: str, organisations: Sequence[Organisation], make: Callable[[], T]) -> T:
    """What `make` gives, kept for a while for these very organisations: one that is switched off is out at once."""
    whose = hashlib.sha256(b"".join(one.pk.bytes for one in organisations)).hexdigest()
    key = f"record:{what}:{get_language()}:{whose}"
    found = cache.get(key)
    if found is None:
        found = make()
        cache.set(key, found, REMEMBERED)
    return found


def versions(log: Sequence[Told]) -> list[Told]:
    """Of the evolution log, what changed the framework."""
    return [told for told in log if told.kind != "incident"]


def now() -> datetime:
    """The machine's time, by which entries are counted."""
    return datetime.now(UTC)
