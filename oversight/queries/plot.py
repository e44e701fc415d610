"""The pressure of a session as a line: where its points stand, what the axis says, and the finding in words.

Coordinates are strings in hundredths of the picture, made here, because a number in a template is written with the
reader's comma.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.durations import how_long
from oversight.models import Reading
from oversight.models.words import Level
from tractatus.thresholds import PressureThresholds

MOST_POINTS = 60
STEPS = [timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080)]
MOST_STEPS = 6
SHORT = timedelta(minutes=3)
"""A session shorter than this stands between its own first and last second."""
LEVELS = list(Level)


@dataclass(frozen=True)
class Line:
    """The picture. `course` and `points` are paths; `events` stand where a check was denied; `ticks` under the axis.

    `above` says that a level was higher than its score: after a compaction, or with hardly any room left.
    """

    course: str
    points: str
    falls: str
    events: str
    edges: str
    bands: tuple[tuple[str, int | None], ...]
    shipped: bool
    ticks: tuple[str, ...]
    says: str
    finding: str
    why: str
    above: bool
    left_out: int
    rows: tuple[dict[str, Any], ...]
    names: tuple[str, ...]


FACTORS = {
    "conversation": lambda: _("Length"),
    "tokens": lambda: _("Tokens"),
    "complexity": lambda: _("Tasks"),
    "errors": lambda: _("Errors"),
    "instructions": lambda: _("Instructions"),
}


def line_of(readings: Sequence[Reading], denied: Sequence[datetime], thresholds: PressureThresholds) -> Line | None:
    """The line of these readings, the oldest first, with what was denied on the way; None without a reading."""
    if not readings:
        return None
    begin, end, ticks = _axis(readings[0].at, readings[-1].at)
    shown = _sampled(readings)
    places = [(_x(one.at, begin, end), _y(one.score)) for one in shown]
    events = [(_x(at, begin, end), _y(_score_at(readings, at))) for at in denied if begin <= at <= end]
    edges = (thresholds.normal, thresholds.elevated, thresholds.high, thresholds.critical)
    shipped = PressureThresholds()
    return Line(
        course="M" + "L".join(f"{x} {y}" for x, y in places),
        points="".join(f"M{x} {y}h.01" for x, y in places),
        falls="".join(f"M{x} {y}V100" for x, y in events),
        events="".join(f"M{x} {y}h.01" for x, y in events),
        edges="".join(f"M0 {_y(edge)}H100" for edge in edges),
        bands=tuple(
            (str(capfirst(level.label)), round(100 * edge) if edge is not None else None)
            for level, edge in zip(reversed(LEVELS), (*reversed(edges), None), strict=True)
        ),
        shipped=thresholds == shipped,
        ticks=ticks,
        says=_says(readings, len(events)),
        finding=_finding(readings),
        why=_why(readings),
        above=any(_rank(one) > sum(one.score >= edge for edge in edges) for one in readings),
        left_out=len(readings) - len(shown),
        rows=tuple(_row(one) for one in shown),
        names=tuple(name() for name in FACTORS.values()),
    )


def _sampled(readings: Sequence[Reading]) -> list[Reading]:
    """At most so many, with the first, the last, and as far as there is room every one at which the level changed."""
    if len(readings) <= MOST_POINTS:
        return list(readings)
    last = len(readings) - 1
    turns = [n for n in range(1, last) if readings[n].level != readings[n - 1].level][: MOST_POINTS // 2]
    room = MOST_POINTS - len(turns) - 2
    even = [round(n * last / (room + 1)) for n in range(1, room + 1)]
    return [readings[n] for n in sorted({0, last, *turns, *even})]


def _axis(first: datetime, last: datetime) -> tuple[datetime, datetime, tuple[str, ...]]:
    """From a round time before the first to one after the last, with a few round times between, as they are written."""
    first, last = timezone.localtime(first), timezone.localtime(last)
    if last == first:
        a_second = timedelta(seconds=1)
        return first - a_second, last + a_second, ("", first.strftime("%H:%M:%S"), "")
    if last - first < SHORT:
        return first, last, (first.strftime("%H:%M:%S"), last.strftime("%H:%M:%S"))
    step = next((one for one in STEPS if (last - first) / one <= MOST_STEPS - 1), None)
    if step is None:
        return first, last, (formats.date_format(first.date(), "MONTH_DAY_FORMAT"),
                             formats.date_format(last.date(), "MONTH_DAY_FORMAT"))  # fmt: skip
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
    begin = midnight + step * ((first - midnight) // step)
    ends = begin + step
    ticks = [begin, ends]
    while ends < last:
        ends += step
        ticks.append(ends)
    of_days = step >= timedelta(days=1)
    return begin, ends, tuple(
        formats.date_format(tick.date(), "MONTH_DAY_FORMAT") if of_days else formats.time_format(tick, "TIME_FORMAT")
        for tick in ticks
    )  # fmt: skip


def _x(at: datetime, begin: datetime, end: datetime) -> str:
    whole = (end - begin).total_seconds() or 1
    return f"{100 * (at - begin).total_seconds() / whole:.2f}"


def _y(score: float) -> str:
    return f"{100 - 100 * min(max(score, 0), 1):.2f}"


def _score_at(readings: Sequence[Reading], at: datetime) -> float:
    """On the line at that moment, between the reading before and the one after."""
    after = bisect_right([one.at for one in readings], at)
    if after == 0:
        return readings[0].score
    if after == len(readings):
        return readings[-1].score
    before, then = readings[after - 1], readings[after]
    whole = (then.at - before.at).total_seconds()
    return before.score + (then.score - before.score) * ((at - before.at).total_seconds() / whole if whole else 0)


def _rank(reading: Reading) -> int:
    return LEVELS.index(Level(reading.level))


def _word(reading: Reading) -> str:
    return str(Level(reading.level).label)


def _finding(readings: Sequence[Reading]) -> str:
    first, last = readings[0], readings[-1]
    top = max(readings, key=_rank)
    if all(one.level == first.level for one in readings):
        return _("Pressure was %(level)s throughout.") % {"level": _word(first)}
    if _rank(top) > _rank(first):
        says = _("Pressure rose from %(first)s to %(top)s in %(time)s.") % {
            "first": _word(first), "top": _word(top), "time": how_long(top.at - first.at),
        }  # fmt: skip
        if _rank(last) < _rank(top):
            says += " " + _("At the end it was %(last)s.") % {"last": _word(last)}
        return says
    return _("Pressure fell from %(first)s to %(last)s.") % {"first": _word(first), "last": _word(last)}


def _why(readings: Sequence[Reading]) -> str:
    """What weighed most when it was highest."""
    top = max(readings, key=lambda one: (_rank(one), one.score))
    factors = [one for one in top.factors if isinstance(one, dict) and one.get("name") in FACTORS]
    worst = max(factors, key=lambda one: one.get("contribution", 0), default=None)
    if worst is None or top.level == Level.NORMAL:
        return ""
    return {
        "conversation": _("The conversation had grown long."),
        "tokens": _("The room for words was filling."),
        "complexity": _("Many tasks were open at once."),
        "errors": _("Errors had come one after another."),
        "instructions": _("Many instructions were to be kept in mind."),
    }[worst["name"]]


def _says(readings: Sequence[Reading], denied: int) -> str:
    """What somebody hears who does not see the line."""
    first, last = readings[0], readings[-1]
    says = _("Line of context pressure from %(first)s at %(from)s to %(last)s at %(until)s.") % {
        "first": share(first.score), "from": formats.time_format(timezone.localtime(first.at), "TIME_FORMAT"),
        "last": share(last.score), "until": formats.time_format(timezone.localtime(last.at), "TIME_FORMAT"),
    }  # fmt: skip
    if denied:
        says += " " + ngettext(
            "One check on the way was denied.", "%(count)s checks on the way were denied.", denied
        ) % {"count": denied}
    return says + " " + _("The figures are in the table below.")


def _row(one: Reading) -> dict[str, Any]:
    by_name = {factor.get("name"): factor for factor in one.factors if isinstance(factor, dict)}
    return {
        "at": one.at,
        "level": capfirst(_word(one)),
        "score": figure(one.score),
        "factors": [
            (label(), figure((by_name.get(name) or {}).get("contribution") or 0)) for name, label in FACTORS.items()
        ],
    }


def figure(score: float) -> str:
    """A share as points of a hundred, with one place."""
    return formats.number_format(100 * score, decimal_pos=1)


def share(score: float) -> str:
    """A share in words: 82 per cent."""
    return _("%(points)s per cent") % {"points": round(100 * score)}
