"""The files that came in, and the proposals of one of them."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from accounts.models import Organisation
from instructions.models import Import, Instruction

State = Instruction.State


def imports(organisation: Organisation) -> QuerySet[Import]:
    """The files, the newest first, each with `waiting`: how many of its proposals nobody has decided."""
    waiting = Count("instructions", filter=Q(instructions__state=State.PROPOSED))
    rows = Import.objects.filter(organisation=organisation).select_related("project", "imported_by")
    return rows.annotate(waiting=waiting).order_by("-imported_at", "-id")


def proposals_of(brought_by: Import) -> QuerySet[Instruction]:
    """The proposals of a file that wait, in the order of the file."""
    rows = Instruction.objects.filter(brought_by=brought_by, state=State.PROPOSED)
    return rows.select_related("current__text", "project").order_by("id")


def states_of(brought_by: Import) -> dict[str, int]:
    """How many instructions of a file stand in each state."""
    rows = Instruction.objects.filter(brought_by=brought_by).values_list("state")
    return dict(rows.annotate(number=Count("id")).order_by("state"))
