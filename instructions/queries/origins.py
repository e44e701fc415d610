"""Where instructions come from that a human did not simply write down, asked of the apps that know.

An app above this one registers how it finds the origin of the instructions of its `source`:

    register("deliberation", origins_of_outcomes)

The function is given all rows of a page at once and may ask the database a fixed number of times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from instructions.models import Instruction


@dataclass(frozen=True)
class Origin:
    """What an instruction came from: how it is called, where it is read, and since when its review is overdue."""

    title: str
    url: str = ""
    overdue_since: date | None = None
    says: str = ""


Finder = Callable[[list[Instruction]], Mapping[UUID, Origin]]

FINDERS: dict[str, Finder] = {}
"""By the `source` of an instruction, who knows its origin."""


def register(source: str, finder: Finder) -> None:
    """Have `finder` asked for the origin of every instruction of this `source`."""
    FINDERS[source] = finder


def origins_of(rows: Iterable[Instruction]) -> dict[UUID, Origin]:
    """The origins of these instructions, by their id; those that have none are left out."""
    by_source: dict[str, list[Instruction]] = {}
    for row in rows:
        by_source.setdefault(row.source, []).append(row)
    found: dict[UUID, Origin] = {}
    for source, some in by_source.items():
        if source in FINDERS:
            found.update(FINDERS[source](some))
    return found
