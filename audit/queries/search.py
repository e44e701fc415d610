"""Finding entries, the newest first, at a cost that does not grow with the log.

An id tells when it was made, so a date is a range of ids, and every index that ends in the id serves every filter with
every date. Where several filters come together, each is asked of its own index how far back so many of its entries
reach; the one that reaches farthest leaves fewest, the others are held against what it leaves, and the page says how
far back it has looked.

A check is an entry of the gate. Which services ran within it stands in its envelope alone, so whoever looks for one of
them is given its own entries and of the checks, looked through as far as of any second filter, those that say it ran.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import BinaryField, BooleanField, F, Func, Q, QuerySet, Value

from accounts.models import Organisation
from audit.envelope import NOT_RUN, PEOPLE, SERVICES
from audit.models import Entry

PAGE = 50
LOOKED_THROUGH = 1_000
"""Entries that the remaining filters are held against for one page."""
AT_A_TIME = 1_000
"""Entries of a file that are read at once."""

COLUMNS = (
    "id", "organisation_id", "timestamp", "event", "decision", "service", "actor_kind", "actor_ref", "actor_role",
    "subject_kind", "subject_id", "project_id", "session", "boundary", "context_pressure", "outcome", "mode",
    "cause_id",
)  # fmt: skip
"""What a list shows: the envelope itself is left where it is."""

GATE = "Gate"
WITHIN_CHECKS = frozenset(SERVICES) - {GATE, PEOPLE}
"""Services that run within checks, besides writing entries of their own."""

INDEXED: tuple[tuple[str, ...], ...] = (
    ("subject_kind", "subject_id"),
    ("session",),
    ("actor_ref",),
    ("event",),
    ("context_pressure",),
    ("project_id",),
    ("decision",),
    ("service",),
)
"""The filters that an index answers by itself, those that usually leave fewest first. `subject_id` alone has one."""


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for. Empty means any; `since` is the first moment and `until` the first one after."""

    service: str = ""
    decision: str = ""
    pressure: str = ""
    project: UUID | None = None
    session: str = ""
    actor: str = ""
    event: str = ""
    subject: tuple[str, str] | None = None
    since: datetime | None = None
    until: datetime | None = None

    def columns(self) -> dict[str, Any]:
        """The filters by column; dates are not among them."""
        kind, about = self.subject or ("", "")
        found = {
            "service": self.service, "decision": self.decision, "context_pressure": self.pressure,
            "project_id": self.project, "session": self.session, "actor_ref": self.actor, "event": self.event,
            "subject_kind": kind, "subject_id": about,
        }  # fmt: skip
        return {name: value for name, value in found.items() if value}

    @property
    def is_narrow(self) -> bool:
        return bool(self.columns() or self.since or self.until)


@dataclass(frozen=True)
class Found:
    """One page. `following` is the id after which the next one begins, None at the end.

    `looked_back_to` is set where the page ended because enough was looked through, and not because it was full.
    """

    rows: list[Entry]
    following: UUID | None
    looked_back_to: datetime | None = None


def first_id(moment: datetime) -> UUID:
    """The least id that can have been made at or after this moment."""
    milliseconds = -(-int(moment.timestamp() * 1_000_000) // 1000)
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | (0b10 << 62))


def moment_of(pk: UUID) -> datetime:
    """When an id was made, to the millisecond."""
    return datetime.fromtimestamp((pk.int >> 80) / 1000, UTC)


def search(
    organisation: Organisation,
    wanted: Wanted,
    after: UUID | None = None,
    most: int = PAGE,
    columns: tuple[str, ...] = COLUMNS,
) -> Found:
    """One page of the entries that are wanted, the newest first, those after the entry `after`."""
    log: QuerySet[Entry] = Entry.objects.filter(organisation=organisation).order_by("-id")
    rows = log
    if after is not None:
        rows = rows.filter(id__lt=after)
    if wanted.since is not None:
        rows = rows.filter(id__gte=first_id(wanted.since))
    if wanted.until is not None:
        rows = rows.filter(id__lt=first_id(wanted.until))
    find = _of_service if wanted.service in WITHIN_CHECKS else _all_at_once
    found, last = find(log.only(*columns), rows.only(*columns), wanted.columns(), most + 1)
    if len(found) > most:
        return Found(found[:most], found[most - 1].pk)
    return Found(found, last, moment_of(last) if last else None)


Rows = tuple[list[Entry], UUID | None]
"""What is found, and the last id that was looked at where more is behind it."""


def _all_at_once(log: QuerySet[Entry], rows: QuerySet[Entry], wanted: dict[str, Any], most: int) -> Rows:
    within, last = look_up(rows, wanted)
    narrow = rows if within is None else log.filter(pk__in=within)
    return list(narrow.filter(**wanted)[:most]), last


def _of_service(log: QuerySet[Entry], rows: QuerySet[Entry], wanted: dict[str, Any], most: int) -> Rows:
    """Entries of a service, and checks in which it ran."""
    service: str = wanted["service"]
    others = {name: value for name, value in wanted.items() if name != "service"}
    within, last = look_up(rows, others or {"service": GATE}, held=True)
    if others:
        assert within is not None
        return list(log.filter(Q(service=service) | ran(service), pk__in=within, **others)[:most]), last
    # Both so far back as checks are looked through; most run in most checks, and then a page ends with its last row.
    near = rows if last is None else rows.filter(id__gte=last)
    own, checks = near.filter(service=service), near.filter(ran(service), service=GATE)
    return sorted([*own[:most], *checks[:most]], key=lambda one: one.pk, reverse=True)[:most], last


class Holds(Func):
    """Whether the first, some bytes, are somewhere in the second."""

    function = "POSITION"
    template = "(%(function)s(%(expressions)s) > 0)"
    arg_joiner = " IN "
    output_field = BooleanField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        copy = self.copy()
        copy.set_source_expressions(self.get_source_expressions()[::-1])
        return copy.as_sql(compiler, connection, function="INSTR", arg_joiner=", ", **context)


def ran(service: str) -> Q:
    """Whether the envelope says that this service ran. Its bytes are canonical, and no word of anybody's has a plain
    quotation mark in them, so what is looked for is found where the format has it and nowhere else."""

    def holds(words: str) -> Q:
        return Q(Holds(Value(words.encode(), output_field=BinaryField()), F("canonical")))

    named = f'"service":"{service}"'
    found = holds(named)
    for result in sorted(NOT_RUN):
        found &= ~holds(f'"result":"{result}",{named}')
    return found


def look_up(
    rows: QuerySet[Entry], columns: dict[str, Any], *, oldest_first: bool = False, held: bool = False
) -> tuple[QuerySet[Any] | None, UUID | None]:
    """Of these rows the ids that one page, in this order, holds the filters against; and the last of them.

    They are those of the one filter that leaves fewest. The first is None where one filter is all there is: an index
    gives what it finds, however rare; not so where something that no index knows is `held` against it too. The second
    is None where nothing is left behind it.
    """
    alone = [{name: columns[name] for name in names} for names in INDEXED if all(name in columns for name in names)]
    if len(alone) < 2 and not held:
        return None, None
    found: list[tuple[UUID, QuerySet[Any]]] = []
    ordered = rows.order_by("id" if oldest_first else "-id")
    for filters in alone:
        narrow = ordered.filter(**filters)
        within = narrow.values("id")[:LOOKED_THROUGH]
        last = narrow.values_list("id", flat=True)[LOOKED_THROUGH - 1 : LOOKED_THROUGH].first()
        if last is None:
            return within, None
        found.append((last, within))
    last, within = (max if oldest_first else min)(found, key=lambda one: one[0])
    return within, last


def every(organisation: Organisation, wanted: Wanted, *, whole: bool = False) -> Iterator[Entry]:
    """All that is wanted, for a file: read bit by bit, so that no cursor stays open while somebody downloads slowly."""
    after: UUID | None = None
    while True:
        found = search(organisation, wanted, after, AT_A_TIME, (*COLUMNS, "canonical") if whole else COLUMNS)
        yield from found.rows
        if found.following is None:
            return
        after = found.following
