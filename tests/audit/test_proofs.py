"""Proofs from the database: one query each, right at every size, and accepted by a program of others."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sigstore._internal.merkle import verify_merkle_inclusion
from sigstore._internal.rekor.checkpoint import verify_checkpoint
from sigstore._internal.trust import Keyring, RekorKeyring
from sigstore.errors import VerificationError
from sigstore.models import TransparencyLogEntry
from sigstore_models.common.v1 import PublicKey, PublicKeyDetails
from sigstore_models.rekor.v1 import TransparencyLogEntry as Theirs

from accounts.permissions import SYSTEM
from audit import logs, tree
from audit.domain.logs import start_new_log
from audit.logs import rows
from audit.models import Checkpoint, Entry
from audit.notes import Tree, Verifier
from audit.queries.proofs import consistency_of, encoded, inclusion_of, inclusions_of, last_checkpoint
from audit.sequencer import sequence
from tests.audit.entries import log_of, placed, write
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside")]


def test_every_entry_is_proved_by_one_query_at_every_size(cast: Cast, django_assert_num_queries: Any) -> None:
    sequence(cast.organisation)
    first = len(placed(log_of(cast.organisation)))
    for _ in range(20 - min(first, 19)):
        write(cast.organisation)
        sequence(cast.organisation)
        log = log_of(cast.organisation)
        entries = placed(log)
        for index, entry in enumerate(entries):
            with django_assert_num_queries(1):
                proof = inclusion_of(entry)
            assert proof is not None
            assert (proof.index, proof.size) == (index, len(entries))
            leaf = tree.leaf_hash(bytes(entry.canonical))
            signed = Tree.of(Verifier.of(proof.vkey).text_of(proof.checkpoint))
            assert (signed.size, signed.root) == (proof.size, proof.root)
            assert tree.includes(index, proof.size, leaf, proof.hashes, signed.root)


def test_many_are_proved_at_once_as_each_alone(cast: Cast, django_assert_num_queries: Any) -> None:
    sequence(cast.organisation)
    start_new_log(log_of(cast.organisation), reason="The backup of Sunday was restored.", by=SYSTEM)
    logs.forget()
    write(cast.organisation, 40)
    sequence(cast.organisation)
    [waits] = write(cast.organisation)
    every = list(Entry.objects.filter(organisation=cast.organisation))
    # Places and checkpoints, and the nodes of the ended and of the new log.
    with django_assert_num_queries(4):
        proofs = inclusions_of(every)
    assert proofs.keys() == {one.pk for one in every} - {waits.pk}
    assert len({proof.vkey for proof in proofs.values()}) == 2
    assert all(proofs[one.pk] == inclusion_of(one) for one in every if one.pk in proofs)
    with django_assert_num_queries(1):
        assert inclusions_of([waits]) == {}


def test_waiting_entry_has_no_proof_yet(cast: Cast) -> None:
    [entry] = write(cast.organisation)
    assert inclusion_of(entry) is None
    sequence(cast.organisation)
    assert inclusion_of(entry) is not None


def test_every_checkpoint_is_proved_to_extend_every_older_one_by_one_query(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    sequence(cast.organisation)
    for _ in range(6):
        write(cast.organisation, 2)
        sequence(cast.organisation)
    log = log_of(cast.organisation)
    signed = {one.size: bytes(one.root) for one in Checkpoint.objects.filter(log=log)}
    assert len(signed) == 7
    for second in signed:
        for first in signed:
            if first <= second:
                with django_assert_num_queries(1):
                    proof = consistency_of(log, first, second)
                assert tree.extends(first, second, signed[first], signed[second], proof)
    for wrong in ((1, max(signed) + 1), (0, 1), (3, 2), (1, 10**12)):
        with pytest.raises(ValueError):
            consistency_of(log, *wrong)


def test_newest_checkpoint_is_of_the_log_that_is_being_written(cast: Cast) -> None:
    assert last_checkpoint(cast.organisation) is None
    sequence(cast.organisation)
    write(cast.organisation)
    sequence(cast.organisation)
    found = last_checkpoint(cast.organisation)
    assert found is not None
    assert found.size == rows(Entry, cast.organisation).count()


def test_proof_as_a_file_is_what_c2sp_describes(cast: Cast) -> None:
    entry = write(cast.organisation, 3)[1]
    sequence(cast.organisation)
    proof = inclusion_of(entry)
    assert proof is not None
    head, _empty, checkpoint = proof.as_text().partition("\n\n")
    first, index, *hashes = head.split("\n")
    assert (first, index) == ("c2sp.org/tlog-proof@v1", f"index {proof.index}")
    assert [base64.b64decode(one) for one in hashes] == proof.hashes
    assert checkpoint == proof.checkpoint


def as_theirs(entry: Entry, **changed: Any) -> TransparencyLogEntry:
    """Our proof in the form of sigstore's entries of a transparency log."""
    proof = inclusion_of(entry)
    assert proof is not None
    key = Verifier.of(proof.vkey)
    facts = {
        "log_index": str(proof.index),
        "log_id": {"key_id": base64.b64encode(key.key_id + key.public)},
        "kind_version": {"kind": "entry", "version": "1"},
        "canonicalized_body": base64.b64encode(bytes(entry.canonical)),
        "inclusion_proof": {
            "log_index": str(proof.index),
            "root_hash": encoded(proof.root),
            "tree_size": str(proof.size),
            "hashes": [encoded(one) for one in proof.hashes],
            "checkpoint": {"envelope": proof.checkpoint},
        }
        | changed,
    }
    return TransparencyLogEntry(Theirs.from_dict(facts))


def test_published_verifier_accepts_our_proofs_and_checkpoints_and_no_others(cast: Cast) -> None:
    write(cast.organisation, 6)
    sequence(cast.organisation)
    log = log_of(cast.organisation)
    public = Ed25519PublicKey.from_public_bytes(Verifier.of(log.vkey).public)
    spki = base64.b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    ring = RekorKeyring(Keyring([PublicKey(raw_bytes=spki, key_details=PublicKeyDetails.PKIX_ED25519)]))
    entries = placed(log)
    for index, entry in enumerate(entries):
        theirs = as_theirs(entry)
        verify_merkle_inclusion(theirs)
        verify_checkpoint(ring, theirs)
        with pytest.raises(VerificationError):
            verify_merkle_inclusion(as_theirs(entry, log_index=str(index ^ 1)))
        with pytest.raises(VerificationError):
            verify_checkpoint(ring, as_theirs(entry, root_hash=encoded(tree.EMPTY)))
    changed = entries[2]
    changed.canonical = bytes(changed.canonical).replace(b"deny", b"warn").replace(b"added", b"shown") + b" "
    with pytest.raises(VerificationError):
        verify_merkle_inclusion(as_theirs(changed))
