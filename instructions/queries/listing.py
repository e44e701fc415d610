"""The list of a history: filtered, searched, the newest first, page after page."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Organisation
from instructions.models import Instruction
from instructions.queries.search import matching

State = Instruction.State
PAGE = 30
SHOWN: dict[str, tuple[str, ...]] = {
    "in_force": (State.ACTIVE,),
    "proposed": (State.PROPOSED,),
    "ended": (State.SUPERSEDED, State.RETIRED, State.EXPIRED, State.REJECTED, State.WITHDRAWN),
    "all": tuple(State),
}
"""What the list shows of the states, by the word in its address."""
UNIVERSAL = "universal"


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for. `project` is a project's id, or `universal`; empty means any."""

    show: str = "in_force"
    state: str = ""
    quadrant: str = ""
    persistence: str = ""
    temporal_scope: str = ""
    project: str = ""
    environment: str = ""
    words: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether anything but `show` leaves instructions out."""
        return any((self.state, self.quadrant, self.persistence, self.temporal_scope, self.project, self.environment,
                    self.words.strip()))  # fmt: skip


def instructions(organisation: Organisation, wanted: Wanted) -> QuerySet[Instruction]:
    """The instructions that somebody looks for, the newest first, with what a row shows of each."""
    rows: QuerySet[Instruction] = Instruction.objects.filter(organisation=organisation, current__isnull=False)
    states = (wanted.state,) if wanted.state else SHOWN.get(wanted.show, SHOWN["in_force"])
    if len(states) < len(State):
        rows = rows.filter(state__in=states)
    exact = {name: getattr(wanted, name) for name in ("quadrant", "persistence", "temporal_scope", "environment")}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if wanted.project:
        rows = rows.filter(Q(project__isnull=True) if wanted.project == UNIVERSAL else Q(project=wanted.project))
    if wanted.words.strip():
        rows = matching(rows, wanted.words)
    return rows.select_related("project", "period", "current__text").order_by("-id")


def page_after(rows: QuerySet[Instruction], after: UUID | None) -> tuple[list[Instruction], UUID | None]:
    """One page of a list, and after which row the next begins; None at its end."""
    if after is not None:
        rows = rows.filter(id__lt=after)
    found = list(rows[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None


def waiting(organisation: Organisation) -> int:
    """How many proposals wait for an editor."""
    return Instruction.objects.filter(organisation=organisation, state=State.PROPOSED).count()
