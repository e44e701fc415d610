"""The hours and days at which a clause forbids: "no deployments after 18:00 or on Fridays"."""

from __future__ import annotations

import re

from tractatus.directives.language import Clause, Token

CLOCK = re.compile(r"^([01]?\d|2[0-3]):([0-5]\d)$")
_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CLOCK_WORDS = frozenset(
    {
        "between",
        "and",
        "after",
        "before",
        "time",
        "weekend",
        "weekends",
        "berlin",
        "utc",
        "local",
        "on",
        "o'clock",
        "hours",
        "working",
        "office",
    }
)


def hours_of(clause: Clause) -> tuple[int, int] | None:
    """The minutes of the day between which a clause forbids: after 18:00, outside of 9:00 to 15:00. None where it
    names none."""
    words = clause.words
    times: list[tuple[str, int]] = []
    for at, token in enumerate(words):
        clock = CLOCK.match(token.text)
        hour = re.match(r"^(\d{1,2})\s?(am|pm)$", token.low)
        if clock:
            minute = int(clock.group(1)) * 60 + int(clock.group(2))
        elif hour:
            minute = (int(hour.group(1)) % 12 + (12 if hour.group(2) == "pm" else 0)) * 60
        else:
            continue
        times.append((words[at - 1].low if at else "", minute))
    if not times or not (clause.negative or clause.only):
        return None
    if len(times) >= 2 and times[0][0] in ("between", "from", "of"):
        return (times[1][1], times[0][1]) if clause.only else (times[0][1], times[1][1])
    link, minute = times[0]
    if link in ("after", "past", "from"):
        return (0, minute) if clause.only else (minute, 0)
    if link in ("before", "until", "till"):
        return (minute, 0) if clause.only else (0, minute)
    return None


def days_of(words: list[Token]) -> frozenset[str]:
    """The days of the week that a clause names."""
    found = {t.stem for t in words if t.stem in _WEEK}
    if any(t.stem == "weekend" for t in words):
        found |= {"saturday", "sunday"}
    return frozenset(found)
