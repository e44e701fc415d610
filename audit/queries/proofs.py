"""Proofs: that an entry is in the tree a checkpoint signs, and that one checkpoint's tree begins with another's."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, Subquery

from accounts.models import Organisation
from audit import tree
from audit.logs import rows
from audit.models import Checkpoint, Entry, Leaf, Log
from audit.notes import Tree
from audit.receipts import receipt_of
from audit.sequencer import hashes_at

DEEPEST = 48
"""Levels of a tree that are looked at: a log of 2 ** 48 entries."""


@dataclass(frozen=True)
class Inclusion:
    """That an entry is leaf `index` of the tree which `checkpoint` signs."""

    index: int
    size: int
    root: bytes
    hashes: list[bytes]
    checkpoint: str
    vkey: str

    def as_text(self) -> str:
        """A C2SP tlog-proof file, which programs of others read."""
        lines = ["c2sp.org/tlog-proof@v1", f"index {self.index}", *map(encoded, self.hashes)]
        return "\n".join(lines) + "\n\n" + self.checkpoint

    def as_file(self, entry: Entry) -> str:
        """The proof together with the entry that it proves, as `verify_record.py --proof` takes it."""
        said = {
            "index": self.index,
            "size": self.size,
            "hashes": [encoded(one) for one in self.hashes],
            "checkpoint": self.checkpoint,
            "vkey": self.vkey,
            "canonical": bytes(entry.canonical).decode(),
        }
        return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def encoded(found: bytes) -> str:
    """A hash as proofs write it."""
    return base64.b64encode(found).decode()


# The place of the entry, the newest checkpoint of its log, and at each level the two nodes a proof can need there: the
# neighbour of the subtree the entry is in, and the last one of the tree where the size has a one.
_INCLUSION = """
WITH place AS (
    SELECT leaf.log_id, leaf."index" AS leaf, signed.size, signed.root, signed.note, log.vkey
    FROM audit_leaf leaf
    JOIN audit_log log ON log.id = leaf.log_id
    JOIN audit_checkpoint signed ON signed.id = (
        SELECT one.id FROM audit_checkpoint one WHERE one.log_id = leaf.log_id
        ORDER BY one.size DESC, one.signed_at DESC LIMIT 1
    )
    WHERE leaf.entry_id = %s AND signed.size > leaf."index"
), step (level, width) AS (
    VALUES {steps}
), wanted (level, place) AS (
    SELECT step.level, place.leaf / step.width + 1 - 2 * (place.leaf / step.width %% 2)
    FROM place JOIN step ON step.width <= place.size
    UNION ALL
    SELECT step.level, place.size / step.width - 1 FROM place JOIN step ON step.width <= place.size
)
SELECT place.leaf, place.size, place.root, place.note, place.vkey, node.level, node."index", node.hash
FROM place CROSS JOIN wanted CROSS JOIN audit_node node
WHERE node.log_id = place.log_id AND node.level = wanted.level AND node."index" = wanted.place
""".format(steps=", ".join(f"({level}, {1 << level})" for level in range(DEEPEST)))


def inclusion_of(entry: Entry) -> Inclusion | None:
    """The proof by the newest checkpoint, by one query; None while the entry still waits for its place."""
    key: Any = entry.pk.hex if connection.vendor == "sqlite" else entry.pk
    with connection.cursor() as cursor:
        cursor.execute(_INCLUSION, [key])
        found = cursor.fetchall()
    if not found:
        return None
    index, size, root, note, vkey = found[0][:5]
    hashes = {(level, place): bytes(hash) for *_same, level, place, hash in found}
    return Inclusion(index, size, bytes(root), tree.folded(tree.inclusion(index, size), hashes), note, vkey)


def inclusions_of(entries: Collection[Entry]) -> dict[UUID, Inclusion]:
    """The proofs of many entries of the organisation whose scope is open, by entry; those that wait are left out.

    Two queries, and one for each log they are in, however many they are: a few hundred at a time.
    """
    leaves: dict[UUID, list[tuple[int, UUID]]] = {}
    for log, index, entry in Leaf.objects.filter(entry__in=[one.pk for one in entries]).values_list(
        "log_id", "index", "entry_id"
    ):
        leaves.setdefault(log, []).append((index, entry))
    newest = Checkpoint.objects.filter(log=OuterRef("log")).order_by("-size", "-signed_at").values("pk")[:1]
    found: dict[UUID, Inclusion] = {}
    for signed in Checkpoint.objects.filter(log__in=leaves, pk=Subquery(newest)).select_related("log"):
        mine = [(index, entry) for index, entry in leaves[signed.log_id] if index < signed.size]
        proofs = {entry: tree.inclusion(index, signed.size) for index, entry in mine}
        hashes = hashes_at(signed.log, [place for proof in proofs.values() for nodes in proof for place in nodes])
        for index, entry in mine:
            folded = tree.folded(proofs[entry], hashes)
            found[entry] = Inclusion(index, signed.size, bytes(signed.root), folded, signed.note, signed.log.vkey)
    return found


@dataclass(frozen=True)
class Proof:
    """What somebody takes along of an entry: its receipt, and the proof once it has its place."""

    receipt: str
    inclusion: Inclusion | None


def proof_of(entry: Entry) -> Proof:
    """For the page of whoever wrote what the entry commits to. The entry has been committed."""
    return Proof(receipt_of(entry), inclusion_of(entry))


def consistency_of(log: Log, first: int, second: int) -> list[bytes]:
    """The hashes that prove that the log's tree of `second` entries begins with the one of `first`, by one query.

    Raises ValueError for sizes the log does not have, or between which there is no proof.
    """
    proof = tree.consistency(first, second)
    places = [place for nodes in proof for place in nodes]
    last = tree.nodes_over(0, second)[-1]
    hashes = hashes_at(log, [*places, last])
    if last not in hashes:
        raise ValueError(f"The log does not have {second} entries.")
    return tree.folded(proof, hashes)


def last_checkpoint(organisation: Organisation | None) -> Checkpoint | None:
    """The newest checkpoint of the log that is being written, with its log; None before anything was signed."""
    # The log first: joined to it, all that was ever signed would be put in order for this one.
    log = rows(Log, organisation).filter(ended_at__isnull=True).values("pk")[:1]
    mine = rows(Checkpoint, organisation).filter(log_id=Subquery(log)).select_related("log")
    found: Checkpoint | None = mine.order_by("-size", "-signed_at").first()
    if found is not None:
        found.log.organisation = organisation
    return found


def tree_of(checkpoint: Checkpoint) -> Tree:
    """What the checkpoint says."""
    return Tree.of(checkpoint.note.rpartition("\n\n")[0] + "\n")
