"""How decisions are spread over the days that are looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Organisation
from audit.queries.charts import Strip
from audit.queries.metrics import counted_at, decisions_by_day
from audit.queries.search import Wanted
from audit.queries.wording import DECISIONS

DAYS = 14
MOST_DAYS = 31


@dataclass(frozen=True)
class Distribution:
    """Strips over some days, their table, and the sentence that says what there is to see."""

    days: list[date]
    strips: list[Strip]
    counted_at: datetime | None
    finding: str
    is_cut: bool

    @property
    def rows(self) -> list[tuple[date, list[int]]]:
        """A row of the table for each day."""
        return [(day, [strip.counts[place] for strip in self.strips]) for place, day in enumerate(self.days)]

    @property
    def marks(self) -> list[date]:
        """The days that are written under the strips."""
        return [self.days[0], self.days[len(self.days) // 2], self.days[-1]] if len(self.days) > 2 else self.days


def distribution(organisation: Organisation, wanted: Wanted) -> Distribution:
    """Of the days that are looked for, at most the last 31; without any, of the last 14. Of one service, if wanted."""
    days, is_cut = _days(wanted)
    found = decisions_by_day([organisation], days, wanted.service)
    titles = {**DECISIONS, "": _("Otherwise") if wanted.service else _("Acts of people")}
    kinds = {"ask": "ask", "deny": "deny"}
    strips = [
        Strip(name, str(titles[name]), counts, kinds.get(name, ""))
        for name, counts in found.items()
        if name or any(counts)
    ]
    return Distribution(days, strips, counted_at([organisation]), _finding(strips, days), is_cut)


def _days(wanted: Wanted) -> tuple[list[date], bool]:
    today = timezone.localdate()
    last = timezone.localtime(wanted.until).date() - timedelta(days=1) if wanted.until else today
    last = min(last, today)
    first = timezone.localtime(wanted.since).date() if wanted.since else last - timedelta(days=DAYS - 1)
    first = min(first, last)
    cut = (last - first).days >= MOST_DAYS
    if cut:
        first = last - timedelta(days=MOST_DAYS - 1)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)], cut


def _finding(strips: list[Strip], days: list[date]) -> str:
    """One sentence: the day with most denials, or that there were none."""
    denied = next((strip for strip in strips if strip.name == "deny"), None)
    if denied is None or not denied.total:
        everything = sum(strip.total for strip in strips)
        return (
            ngettext("%(n)s entry, and nothing denied.", "%(n)s entries, and nothing denied.", everything)
            % {"n": formats.number_format(everything, force_grouping=True)}
            if everything
            else _("Nothing was counted on these days.")
        )
    day = formats.date_format(days[denied.counts.index(denied.most)], "MONTH_DAY_FORMAT")
    return ngettext(
        "%(n)s denial on %(day)s, the most of any day.", "%(n)s denials on %(day)s, the most of any day.", denied.most
    ) % {"n": formats.number_format(denied.most, force_grouping=True), "day": day}
