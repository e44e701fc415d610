"""The sequencer gives waiting entries their places: leaves, nodes, a signed checkpoint, in one transaction a batch.

`record` only inserts; nobody waits for a chain. Here the log's row is held, so that of two sequencers one works and
the other waits or goes on. What was signed last is compared before anything is signed again, with what the database
holds and with what is kept outside it: the signer refuses a tree that is no extension of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max, Model

from accounts.models import Organisation
from audit import kept_checkpoints, tree
from audit.keys import signed, verifier
from audit.logs import current_log, opened, rows, rows_of
from audit.models import Checkpoint, Entry, Leaf, Log, Node, Pending
from audit.notes import BadNote, Tree
from audit.receipts import MOST_DELAY

BATCH = 10_000
"""Entries that are given their places in one transaction."""


class Refusing(RuntimeError):
    """The tree in the database is not an extension of what was signed, so nothing is signed. The words say how."""


@dataclass(frozen=True)
class Batch:
    """What one transaction did: how many entries it placed, whether more wait, and the checkpoint if it signed one."""

    log: Log
    placed: int
    more: bool
    note: str | None


def sequence(organisation: Organisation | None, *, wait: bool = False) -> int:
    """Give every waiting entry of one log its place, and sign. Gives how many there were.

    Where another process is at it, that is left to it, or with `wait` waited for. None is the installation's log.
    Raises Refusing where the tree is not an extension of the one that was signed last.
    """
    placed = 0
    while _waiting(organisation):
        batch = _batch(organisation, wait=wait)
        if batch is None:
            break
        if batch.note is not None:
            kept_checkpoints.keep(batch.log, batch.note)
        placed += batch.placed
        if not batch.more:
            break
    return placed


def _waiting(organisation: Organisation | None) -> bool:
    with opened(organisation):
        return rows(Pending, organisation).exists()


def _batch(organisation: Organisation | None, *, wait: bool) -> Batch | None:
    with opened(organisation), transaction.atomic():
        log = _held(organisation, wait=wait)
        if log is None:
            return None
        # Read before what waits is: whatever was committed by now is in the tree that says so.
        moment = datetime.now(UTC)
        waiting = _first_waiting(organisation)
        if not waiting:
            return None  # whoever held the log before has placed them
        size, edge = _extension_of_what_was_signed(log)
        root = _place(log, size, edge, waiting)
        size += len(waiting)
        more = len(waiting) == BATCH
        note = None if more and _is_late(organisation, moment) else _checkpoint(log, size, root, moment)
        return Batch(log, len(waiting), more, note)


def _held(organisation: Organisation | None, *, wait: bool) -> Log | None:
    """The log being written, held by this transaction; None where another holds it and is not waited for."""
    log = current_log(organisation)
    locked = rows(Log, organisation).filter(pk=log.pk, ended_at__isnull=True)
    if connection.vendor == "sqlite":
        held = locked.first()  # the transaction is the one writer
    else:
        held = locked.select_for_update(no_key=True, skip_locked=not wait).first()
    if held is not None:
        held.organisation = organisation
    return held


Waiting = Sequence[tuple[Any, bytes]]
"""Ids and leaf hashes of entries. The ids are only written again, and are left as the database gives them."""


def _first_waiting(organisation: Organisation | None) -> Waiting:
    """Those that were made first. What is joined ends before it is joined, whatever is known of how much waits."""
    first = rows(Pending, organisation).order_by("entry_id").values("entry_id")[:BATCH]
    found = rows(Entry, organisation).filter(pk__in=first).order_by("pk").values_list("pk", "leaf_hash")
    sql, params = found.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def size_of(log: Log) -> int:
    """How many leaves the log has."""
    last = rows_of(log, Leaf).aggregate(last=Max("index"))["last"]
    return 0 if last is None else last + 1


def hashes_at(log: Log, places: Sequence[tree.Place]) -> dict[tree.Place, bytes]:
    """The hashes of these nodes, by one query: a look into the index for each, however large the log is."""
    if not places:
        return {}
    wanted = ", ".join(f"({level:d}, {index:d})" for level, index in set(places))
    with connection.cursor() as cursor:
        # A cross join, so that SQLite does not begin with all the nodes of the log.
        cursor.execute(
            f"WITH wanted (level, place) AS (VALUES {wanted}) "
            'SELECT node.level, node."index", node.hash FROM wanted CROSS JOIN audit_node node '
            'WHERE node.log_id = %s AND node.level = wanted.level AND node."index" = wanted.place',
            [_plain(log.pk) if connection.vendor == "sqlite" else log.pk],
        )
        return {(level, index): bytes(hash) for level, index, hash in cursor.fetchall()}


def _extension_of_what_was_signed(log: Log) -> tuple[int, list[bytes]]:
    """The size of the log and the hashes of the nodes it is folded from. Raises Refusing."""
    if str(verifier(log.origin)) != log.vkey:
        raise Refusing("the key in LOG_KEY_FILE is not the one this log began with")
    size = size_of(log)
    signed_before = _signed_before(log)
    edge = tree.nodes_over(0, size)
    wanted = [*edge, *(place for one in signed_before for place in tree.nodes_over(0, min(one.size, size)))]
    hashes = hashes_at(log, wanted)
    try:
        for one in signed_before:
            if one.size > size:
                raise Refusing(f"{one.size} entries were signed and the database has {size}")
            if tree.fold([hashes[place] for place in tree.nodes_over(0, one.size)]) != one.root:
                raise Refusing(f"the first {one.size} entries are not those that were signed")
        return size, [hashes[place] for place in edge]
    except KeyError:
        raise Refusing("nodes of the tree are missing") from None


def _signed_before(log: Log) -> list[Tree]:
    """What was signed last, as the database has it and as is kept outside it."""
    last = rows_of(log, Checkpoint).order_by("-size", "-signed_at").first()
    try:
        found = [] if last is None else [kept_checkpoints.read(last.note, log)]
        outside = kept_checkpoints.kept(log)
    except BadNote as fault:
        raise Refusing(f"the last checkpoint cannot be read: {fault}") from None
    return found if outside is None or outside in found else [*found, outside]


def _place(log: Log, size: int, edge: Sequence[bytes], waiting: Waiting) -> bytes:
    """Write the leaves and the nodes, take the entries out of the queue. Gives the root of the tree as it is then."""
    nodes = list(tree.grown(size, edge, (leaf for _entry, leaf in waiting)))
    _insert(log, Leaf, ("index", "entry_id"), [(index, entry) for index, (entry, _leaf) in enumerate(waiting, size)])
    _insert(log, Node, ("level", "index", "hash"), nodes)
    _take_out(log, size, waiting)
    known = dict(zip(tree.nodes_over(0, size), edge, strict=True))
    known.update(((level, index), hash) for level, index, hash in nodes)
    return tree.fold([known[place] for place in tree.nodes_over(0, size + len(waiting))])


def _take_out(log: Log, size: int, waiting: Waiting) -> None:
    if connection.vendor == "postgresql":
        # By their ids: through their leaves it might read all that waits, as it cannot know yet how few these are.
        placed = ",".join(str(entry) for entry, _leaf in waiting)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM audit_pending WHERE entry_id = ANY(%s::uuid[])", [f"{{{placed}}}"])
    else:
        leaves = rows_of(log, Leaf).filter(index__gte=size).values("entry_id")
        rows(Pending, log.organisation).filter(entry_id__in=leaves).delete()


def _insert(log: Log, model: type[Model], columns: tuple[str, ...], values: Sequence[tuple]) -> None:
    """Insert rows of the log that differ in these columns, as fast as each database takes them."""
    same = {"log_id": log.pk, "organisation_id": log.organisation_id}
    table = connection.ops.quote_name(model._meta.db_table)
    names = (*same, *columns)
    listed = ", ".join(connection.ops.quote_name(name) for name in names)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            kinds = {field.column: str(field.db_type(connection)) for field in model._meta.concrete_fields}
            first = tuple(same.values())
            with cursor.cursor.copy(f"COPY {table} ({listed}) FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types([_COPIED[kinds[name]] for name in names])
                for row in values:
                    copy.write_row(first + row)
        else:
            marks = ", ".join(["%s"] * len(names))
            first = tuple(map(_plain, same.values()))
            cursor.executemany(f"INSERT INTO {table} ({listed}) VALUES ({marks})", [first + row for row in values])


_COPIED = {"uuid": "uuid", "bigint": "int8", "smallint": "int2", "bytea": "bytea"}
"""What COPY calls the kinds of these columns."""


def _plain(value: Any) -> Any:
    return value.hex if isinstance(value, UUID) else value


def _is_late(organisation: Organisation | None, moment: datetime) -> bool:
    """Whether an entry still waits whose receipt a checkpoint of this moment could be held against."""
    soon = moment - MOST_DELAY / 2
    return rows(Pending, organisation).filter(entry__timestamp__lte=soon).exists()


def _checkpoint(log: Log, size: int, root: bytes, moment: datetime) -> str:
    note = signed(str(Tree.at(log.origin, size, root, moment)), log.origin)
    Checkpoint(log=log, organisation_id=log.organisation_id, size=size, root=root, note=note, signed_at=moment).save(
        force_insert=True
    )
    return note
