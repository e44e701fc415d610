"""How long people have to answer, to use what was granted, and to review: read once from `data/waits.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from deliberation.models import Urgency
from oversight.models import BrokenGlass

FILE = Path(__file__).parent.parent / "data" / "waits.toml"


@dataclass(frozen=True)
class Waits:
    """`lapses_after` is by urgency; `grants` are the times a grant may be given for, `glass` those of a suspension."""

    lapses_after: dict[str, timedelta]
    grant: timedelta
    grants: tuple[timedelta, ...]
    glass: timedelta
    glasses: tuple[timedelta, ...]
    review: timedelta


@cache
def waits() -> Waits:
    """What the file says. Raises ValueError for an urgency that is missing, and for what is longer than allowed."""
    said = tomllib.loads(FILE.read_text(encoding="utf-8"))
    lapses = {urgency: timedelta(hours=hours) for urgency, hours in said["request"]["lapses_after"].items()}
    grants = tuple(timedelta(hours=hours) for hours in said["grant"]["choices"])
    glasses = tuple(timedelta(minutes=minutes) for minutes in said["glass"]["choices_minutes"])
    if lapses.keys() != set(Urgency.values):
        raise ValueError(f"{FILE.name}: every urgency has a time after which a request lapses.")
    if max(glasses) > timedelta(minutes=BrokenGlass.LONGEST_MINUTES):
        raise ValueError(f"{FILE.name}: nothing is suspended for longer than {BrokenGlass.LONGEST_MINUTES} minutes.")
    return Waits(
        lapses_after=lapses,
        grant=timedelta(hours=said["grant"]["default"]),
        grants=grants,
        glass=timedelta(minutes=said["glass"]["default_minutes"]),
        glasses=glasses,
        review=timedelta(days=said["glass"]["review_days"]),
    )
