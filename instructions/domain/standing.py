"""What is in force for a project, read once by each process and then kept up by what has changed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from threading import Lock
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from accounts import clock
from accounts.models import Project
from instructions.domain.in_force import told, variables_of
from instructions.models import History, Instruction
from tractatus import Contradiction, Contradictions
from tractatus import Instruction as Told

MOST_KEPT = 32
"""Projects of which a process keeps what is in force; the one asked of longest ago goes first."""

_AT_ONCE = 500
Stamp = tuple[UUID | None, bool]


@dataclass(eq=False)
class Standing:
    """The instructions in force for one project, each under its row's id, filed against each other.

    `version` is the one of the organisation's history that this was read at. Within a transaction it is not trusted
    nor kept: what was changed in it has the next version already, and may still be undone.
    """

    lock: Lock = field(default_factory=Lock)
    version: int | None = None
    variables: dict[str, str] = field(default_factory=dict)
    stamps: dict[UUID, Stamp] = field(default_factory=dict)
    contradictions: Contradictions = field(default_factory=Contradictions)

    def bring_up(self, project: Project) -> None:
        """Take in what was changed since this was read. Costs one look at the version where nothing was."""
        version = History.objects.filter(organisation_id=project.organisation_id).values_list("version", flat=True)
        now = version.first() or 0
        if self.version == now and not connection.in_atomic_block:
            return
        self.version = None  # until it is whole again
        variables = variables_of(project)
        if variables != self.variables:
            self.variables, self.stamps = variables, {}
            self.contradictions = Contradictions(variables=variables)
        wanted = stamps_of(project)
        for gone in self.stamps.keys() - wanted.keys():
            self.contradictions.remove(str(gone))
        changed = [id for id, stamp in wanted.items() if self.stamps.get(id) != stamp]
        for row in rows_of(changed):
            self.contradictions.add(as_read(row))
        self.stamps = wanted
        if not connection.in_atomic_block:
            self.version = now


_kept: OrderedDict[UUID, Standing] = OrderedDict()
_keeping = Lock()


def contradictions_with(new: Told, project: Project) -> list[Contradiction]:
    """What in force for a project contradicts an instruction. Each is told by the id of its row."""
    with _keeping:
        standing = _kept.setdefault(project.pk, Standing())
        _kept.move_to_end(project.pk)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    with standing.lock:
        standing.bring_up(project)
        return list(standing.contradictions.with_(new, now=clock.now()))


def as_read(row: Instruction) -> Told:
    """An instruction as the framework reads it, under its row's id: a project may have the keys of its organisation."""
    return replace(told(row), id=str(row.pk), supersedes=str(row.supersedes_id) if row.supersedes_id else None)


def standing_rows(project: Project) -> QuerySet[Instruction]:
    """The rows in force for a project, its own and the organisation's universal ones."""
    mine = Q(project=project) | Q(project__isnull=True)
    return Instruction.objects.filter(mine, organisation_id=project.organisation_id, state=Instruction.State.ACTIVE)


def stamps_of(project: Project) -> dict[UUID, Stamp]:
    """Each row in force with what tells whether it still says the same: its revision, and whether that was erased."""
    rows = standing_rows(project).order_by("id").values_list("pk", "current_id", "current__text__erased_at")
    return {id: (revision, erased is not None) for id, revision, erased in rows}


def rows_of(ids: Iterable[UUID]) -> Iterable[Instruction]:
    """The rows with their words, some hundreds at a time, in the order of the ids."""
    ids = list(ids)
    for begin in range(0, len(ids), _AT_ONCE):
        part = ids[begin : begin + _AT_ONCE]
        yield from Instruction.objects.filter(pk__in=part).select_related("current__text").order_by("id")
