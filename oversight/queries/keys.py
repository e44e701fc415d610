"""A key on its page: how it is judged, and what would have been stopped while it observes."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, OuterRef, Subquery

from accounts.models import APIKey, Organisation
from oversight.domain.modes import STOPS
from oversight.domain.stops import stops_on
from oversight.models import Check, Mark, Stop
from oversight.models.words import Mode
from oversight.queries.checks import Seen, checks, seen_of

PAGE = 20
ALL, UNMARKED = "all", "unmarked"


@dataclass(frozen=True)
class Observed:
    """An act that would have been stopped, and the newest mark of it, if any."""

    seen: Seen
    mark: Mark | None


@dataclass(frozen=True)
class Figures:
    """How many acts were observed, would have been stopped, and how those were marked."""

    checks: int
    stopped: int
    right: int
    wrong: int

    @property
    def unmarked(self) -> int:
        return self.stopped - self.right - self.wrong


def get_key_for(organisation: Organisation, pk: UUID) -> APIKey | None:
    return APIKey.objects.filter(organisation=organisation, pk=pk).select_related("project", "created_by").first()


def figures(key: APIKey) -> Figures:
    """Only while it observes: what an enforcing key stopped is no forecast.

    Acts are counted in the index of those observed, and marks, which people set one by one, where they are.
    """
    observed = Check.objects.filter(key=key, mode=Mode.OBSERVED).order_by().values_list("would_have")
    counted = dict(observed.annotate(number=Count("id")))
    marks = Mark.objects.filter(of_check__key=key, of_check__mode=Mode.OBSERVED, of_check__would_have__in=STOPS)
    newest = dict(marks.order_by("id").values_list("of_check", "right"))
    right = sum(newest.values())
    return Figures(
        checks=sum(counted.values()),
        stopped=sum(counted.get(told, 0) for told in STOPS),
        right=right,
        wrong=len(newest) - right,
    )


def _newest(field: str) -> Subquery:
    return Subquery(Mark.objects.filter(of_check=OuterRef("pk")).order_by("-id").values(field)[:1])


def observed(
    organisation: Organisation, key: APIKey, show: str, before: UUID | None = None
) -> tuple[list[Observed], UUID | None]:
    """What would have been stopped, newest first, a page of it, and where the next begins."""
    found = checks(organisation).filter(key=key, mode=Mode.OBSERVED, would_have__in=STOPS)
    if show == UNMARKED:
        found = found.annotate(marked=_newest("id")).filter(marked__isnull=True)
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-id")[: PAGE + 1])
    marks: dict[UUID, Mark] = {}
    for mark in Mark.objects.filter(of_check__in=rows[:PAGE]).select_related("by", "why").order_by("id"):
        marks[mark.of_check_id] = mark
    shown = [Observed(seen, marks.get(seen.check.pk)) for seen in seen_of(rows[:PAGE])]
    return shown, rows[PAGE - 1].pk if len(rows) > PAGE else None


def standing_stop(key: APIKey) -> Stop | None:
    """The freeze of the key itself, or of its project."""
    return stops_on(key).select_related("by").first()
