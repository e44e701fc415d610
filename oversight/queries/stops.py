"""What people have stopped and suspended, as pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from accounts import clock
from accounts.models import Organisation
from oversight.models import BrokenGlass, Check, Stop
from oversight.models.words import Mode
from oversight.queries.checks import Seen, checks, seen_of
from oversight.queries.wording import boundary_says

PAGE = 30
MOST_MEANWHILE = 50


def stops(organisation: Organisation) -> QuerySet[Stop]:
    """All freezes with everything a row names, newest first."""
    found = Stop.objects.filter(organisation=organisation)
    return found.select_related(
        "project", "key", "session__key", "by", "why", "lifted_by", "why_lifted", "organisation"
    ).order_by("-id")


def standing_stops(organisation: Organisation) -> list[Stop]:
    return list(stops(organisation).filter(lifted_at__isnull=True)[:100])


def lifted_stops(organisation: Organisation) -> list[Stop]:
    """The last ones that were lifted."""
    return list(stops(organisation).filter(lifted_at__isnull=False)[:PAGE])


@dataclass(frozen=True)
class Glass:
    """One suspension on a page. `holds`: it suspends something now; `late`: its review is overdue."""

    row: BrokenGlass
    holds: bool
    late: bool

    @property
    def owed(self) -> bool:
        return self.row.reviewed_at is None

    @property
    def boundary(self) -> str:
        """The boundary that is suspended, in words; empty where it is something else."""
        return boundary_says(self.row.boundary) if self.row.boundary else ""


def glasses(organisation: Organisation) -> QuerySet[BrokenGlass]:
    """All suspensions with everything a row names, newest first."""
    found = BrokenGlass.objects.filter(organisation=organisation)
    return found.select_related(
        "project", "instruction__current__text", "by", "why", "ended_by", "reviewed_by", "finding", "organisation"
    ).order_by("-id")


def shown(rows: QuerySet[BrokenGlass]) -> list[Glass]:
    """These suspensions as they stand now."""
    now = clock.now()
    return [
        Glass(row, holds=row.suspends_at(now), late=row.reviewed_at is None and row.review_due_at <= now)
        for row in rows
    ]


def get_glass_for(organisation: Organisation, pk: UUID) -> Glass | None:
    return next(iter(shown(glasses(organisation).filter(pk=pk))), None)


def meanwhile(glass: BrokenGlass) -> list[Seen]:
    """The checks in whose answer it may have made the difference: those of its project told under break glass then."""
    found = checks(glass.organisation).filter(
        project_id=glass.project_id, mode=Mode.BREAK_GLASS, at__gte=glass.at, at__lte=glass.ended_at or glass.until
    )
    rows: list[Check] = list(found.order_by("id")[:MOST_MEANWHILE])
    return seen_of(rows)
