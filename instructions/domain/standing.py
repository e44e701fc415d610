"""What is in force for a project, read once by each process and then kept up by what has changed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock
from typing import Generic, NamedTuple, Protocol, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from accounts import clock
from accounts.memory import set_aside
from accounts.models import Project
from instructions.domain.in_force import told, variables_of
from instructions.models import History, Instruction
from instructions.models.instruction import Persistence
from tractatus import Contradiction, Contradictions, CrossReferenceValidator
from tractatus import Instruction as Told

MOST_KEPT = 32
"""Projects of which a process keeps what is in force; the one asked of longest ago goes first."""

MANY = 1000
"""So many instructions read at once stay for as long as the process runs, and are set aside."""

_AT_ONCE = 500
Stamp = tuple[UUID | None, bool]


class Name(NamedTuple):
    """What people know an instruction by, and the number of the revision in force."""

    key: str
    revision: int


class Files(Protocol):
    """What instructions are filed in: `Contradictions`, and the validator."""

    def add(self, instruction: Told) -> None: ...

    def remove(self, id: str) -> None: ...


F = TypeVar("F", bound=Files)


class Standing(Generic[F]):
    """The instructions in force for one project, each filed under its row's id.

    `version` is the one of the organisation's history that this was read at. Within a transaction it is not trusted
    nor kept: what was changed in it has the next version already, and may still be undone. `names` are those of the
    rows filed, by their ids.
    """

    def __init__(self, files: Callable[[Mapping[str, str]], F]) -> None:
        self.lock = Lock()
        self.version: int | None = None
        self.variables: dict[str, str] = {}
        self.stamps: dict[UUID, Stamp] = {}
        self.names: dict[str, Name] = {}
        self._files = files
        self.filed: F = files({})

    def bring_up(self, project: Project, now: int | None = None) -> F:
        """Take in what was changed since this was read. Costs one look at the version where nothing was, and none
        where the caller has just looked and says that it is `now`.
        """
        now = version_of(project) if now is None else now
        if self.version == now and not connection.in_atomic_block:
            return self.filed
        self.version = None  # until it is whole again
        variables = variables_of(project)
        if variables != self.variables:
            self.variables, self.stamps, self.names = variables, {}, {}
            self.filed = self._files(variables)
        wanted = stamps_of(project)
        for gone in self.stamps.keys() - wanted.keys():
            self.filed.remove(str(gone))
            del self.stamps[gone], self.names[str(gone)]
        changed = [id for id, stamp in wanted.items() if self.stamps.get(id) != stamp]
        for row in rows_of(changed):
            self.filed.add(as_read(row))
            self.names[str(row.pk)] = Name(row.key, row.current.number if row.current else 0)
            self.stamps[row.pk] = wanted[row.pk]
        if len(changed) >= MANY:
            set_aside()
        if not connection.in_atomic_block:
            self.version = now
        return self.filed


def _against_each_other(variables: Mapping[str, str]) -> Contradictions:
    return Contradictions(variables=variables)


def _for_validating(variables: Mapping[str, str]) -> CrossReferenceValidator:
    return CrossReferenceValidator(variables=variables)


_contradictions: OrderedDict[UUID, Standing[Contradictions]] = OrderedDict()
_validators: OrderedDict[UUID, Standing[CrossReferenceValidator]] = OrderedDict()
_keeping = Lock()


def _kept(
    among: OrderedDict[UUID, Standing[F]], project: Project, files: Callable[[Mapping[str, str]], F]
) -> Standing[F]:
    with _keeping:
        standing = among.get(project.pk)
        if standing is None:
            standing = among[project.pk] = Standing(files)
        among.move_to_end(project.pk)
        while len(among) > MOST_KEPT:
            among.popitem(last=False)
    return standing


def forget() -> None:
    """Keep nothing of any project, as a process that begins."""
    with _keeping:
        _contradictions.clear()
        _validators.clear()


def contradictions_with(new: Told, project: Project) -> list[Contradiction]:
    """What in force for a project contradicts an instruction. Each is told by the id of its row."""
    standing = _kept(_contradictions, project, _against_each_other)
    with standing.lock:
        return list(standing.bring_up(project).with_(new, now=clock.now()))


@contextmanager
def contradictions_of(project: Project) -> Iterator[tuple[Contradictions, dict[str, str]]]:
    """What is in force for a project, filed against each other, with its variables; nobody else's while it is read."""
    standing = _kept(_contradictions, project, _against_each_other)
    with standing.lock:
        yield standing.bring_up(project), dict(standing.variables)


def validator_of(project: Project) -> CrossReferenceValidator:
    """A validator of what is in force for a project, each instruction under its row's id. It is the caller's own."""
    standing = _kept(_validators, project, _for_validating)
    with standing.lock:
        return standing.bring_up(project).changed()


@contextmanager
def validating(project: Project, version: int | None = None) -> Iterator[Standing[CrossReferenceValidator]]:
    """What is in force for a project, with its validator brought up; nobody changes it while it is judged by.

    `version` is the organisation's, where the caller has just read it.
    """
    standing = _kept(_validators, project, _for_validating)
    with standing.lock:
        standing.bring_up(project, version)
        yield standing


def version_of(project: Project) -> int:
    """The version of the organisation's history now: another one after every change of what binds."""
    version = History.objects.filter(organisation_id=project.organisation_id).values_list("version", flat=True)
    return version.first() or 0


def as_read(row: Instruction) -> Told:
    """An instruction as the framework reads it, under its row's id: a project may have the keys of its organisation."""
    return replace(told(row), id=str(row.pk), supersedes=str(row.supersedes_id) if row.supersedes_id else None)


def standing_rows(project: Project) -> QuerySet[Instruction]:
    """The rows in force for a project, its own and the organisation's universal ones."""
    mine = Q(project=project) | Q(project__isnull=True)
    return Instruction.objects.filter(mine, organisation_id=project.organisation_id, state=Instruction.State.ACTIVE)


_PLACE = Case(
    *(When(persistence=persistence, then=Value(place)) for place, persistence in enumerate(
        (Persistence.HIGH, Persistence.MEDIUM, Persistence.VARIABLE, Persistence.LOW)
    )),
    output_field=IntegerField(),
)  # fmt: skip


def strongest_first(rows: QuerySet[Instruction]) -> QuerySet[Instruction]:
    """These rows in the order in which an agent is given them: HIGH persistence first, in each the oldest first."""
    return rows.order_by(_PLACE, "id")


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
