"""Entries, logs and what is known of them from outside, for the tests of the record."""

from __future__ import annotations

from django.db import transaction

from accounts.ids import uuid7
from accounts.models import Organisation
from audit import tree
from audit.envelope import Actor
from audit.logs import opened, rows
from audit.models import Checkpoint, Entry, Leaf, Log, Node, Pending
from audit.notes import Tree, Verifier
from audit.record import record

AGENT = Actor("agent", "k1", "key")


def write(organisation: Organisation | None, count: int = 1) -> list[Entry]:
    """So many entries, as a verb writes them."""
    with transaction.atomic():
        return [
            record("check.decide", actor=AGENT, organisation=organisation, subject=("action", uuid7()), decision="deny")
            for _ in range(count)
        ]


def log_of(organisation: Organisation | None) -> Log:
    """The log that is being written."""
    with opened(organisation):
        return rows(Log, organisation).get(ended_at__isnull=True)


def last_note(log: Log) -> str:
    found = Checkpoint._base_manager.filter(log=log).order_by("-size", "-signed_at").first()
    assert found is not None
    return found.note


def said(note: str, log: Log) -> Tree:
    """What a checkpoint says that the log's key has signed."""
    return Tree.of(Verifier.of(log.vkey).text_of(note))


def placed(log: Log) -> list[Entry]:
    """The entries in the order of the tree."""
    return [leaf.entry for leaf in Leaf._base_manager.filter(log=log).order_by("index").select_related("entry")]


def assert_whole(organisation: Organisation | None) -> Log:
    """Every entry has one place, every node its hash, and what was signed last is over all of them."""
    log = log_of(organisation)
    with opened(organisation):
        assert not rows(Pending, organisation).exists()
        entries = placed(log)
        ended = rows(Leaf, organisation).exclude(log=log).count()
        assert rows(Entry, organisation).count() == len(entries) + ended
    indices = Leaf._base_manager.filter(log=log).order_by("index").values_list("index", flat=True)
    assert list(indices) == list(range(len(entries)))
    hashes = [tree.leaf_hash(bytes(entry.canonical)) for entry in entries]
    nodes = Node._base_manager.filter(log=log).values_list("level", "index", "hash")
    assert {(level, index, bytes(found)) for level, index, found in nodes} == set(tree.grown(0, [], hashes))
    signed = said(last_note(log), log)
    assert (signed.size, signed.root) == (len(entries), tree.root(hashes))
    for checkpoint in Checkpoint._base_manager.filter(log=log):
        one = said(checkpoint.note, log)
        assert (one.size, one.root) == (checkpoint.size, bytes(checkpoint.root))
        assert one.root == tree.root(hashes[: one.size])
    return log
