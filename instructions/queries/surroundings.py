"""What instructions hang on: the phases, sessions and tasks of the projects, and their variables."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count, QuerySet

from accounts.models import Organisation
from instructions.models import Instruction, Period, Variable

State = Instruction.State
MOST_ENDED = 100
"""How many periods that have ended are listed, the last first."""


@dataclass(frozen=True)
class Named:
    """One variable: what it means now, an empty value where it was taken away, and every setting of it."""

    now: Variable
    history: list[Variable]


def periods(organisation: Organisation) -> QuerySet[Period]:
    """The periods of an organisation, with what a row shows of each."""
    return Period.objects.filter(organisation=organisation).select_related(
        "project", "started_by", "ended_by", "why_ended"
    )


def open_periods(organisation: Organisation) -> list[Period]:
    """Those that are open, by project, with `holding`."""
    held = Period.objects.filter(organisation=organisation, ended_at__isnull=True)
    counts = dict(
        Instruction.objects.filter(period__in=held, state=State.ACTIVE)
        .order_by()
        .values_list("period")
        .annotate(count=Count("id"))
    )
    rows = list(periods(organisation).filter(ended_at__isnull=True).order_by("project__name", "kind", "name"))
    for row in rows:
        row.holding = counts.get(row.pk, 0)  # type: ignore[attr-defined]
    return rows


def ended_periods(organisation: Organisation) -> list[Period]:
    """Those that have ended, the last first."""
    return list(periods(organisation).filter(ended_at__isnull=False).order_by("-ended_at", "-id")[:MOST_ENDED])


def ends_with(period: Period) -> list[Instruction]:
    """The instructions that end when this period does."""
    rows = Instruction.objects.filter(period=period, state=State.ACTIVE, current__isnull=False)
    return list(rows.select_related("current__text", "project").order_by("id"))


def variables(organisation: Organisation) -> list[tuple[str, list[Named]]]:
    """Every variable by the name of its project, those with a value first."""
    rows = Variable.objects.filter(organisation=organisation).filter(project__archived_at__isnull=True)
    ordered = rows.select_related("project", "set_by").order_by("project__name", "project_id", "name", "-number")
    found: list[tuple[str, list[Named]]] = []
    for _pk, of_project in groupby(ordered, key=lambda row: row.project_id):
        named = [Named(some[0], some) for some in (list(group) for _, group in groupby(of_project, lambda r: r.name))]
        found.append((named[0].now.project.name, sorted(named, key=lambda one: (not one.now.value, one.now.name))))
    return found
