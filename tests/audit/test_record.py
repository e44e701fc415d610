"""The envelope, version 1, and how it comes into the record."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
import rfc8785
from django.db import IntegrityError, transaction

from accounts import clock
from accounts.ids import uuid7
from accounts.scope import open_organisation
from audit import envelope, tree
from audit.envelope import Actor
from audit.models import Entry, Leaf, Log, Node, Pending
from audit.record import NoTransaction, record
from audit.texts import keep
from tests.cast import Cast, make_organisation

PERSON = Actor("human", "0" * 32, "decision_holder")


def written(entry: Entry) -> dict:
    return json.loads(bytes(Entry._base_manager.get(pk=entry.pk).canonical))


def simple(cast: Cast, **more) -> Entry:
    facts = {"actor": PERSON, "organisation": cast.organisation, "subject": ("outcome", uuid7()), "decision": "signed"}
    return record("deliberation.outcome.sign", **(facts | more))


def test_envelope_has_every_key_and_no_other(cast: Cast):
    found = written(simple(cast))
    assert set(found) == set(envelope.KEYS)
    assert len(found) == 20
    assert found["v"] == 1
    for key in ("project", "session", "agent", "boundary", "context_pressure", "outcome", "policy", "cause"):
        assert found[key] is None
    assert found["coordination"] == []
    assert found["commitments"] == {}
    assert found["service"] == "Tractatus"
    assert found["mode"] == "enforced"


def test_envelope_with_everything(cast: Cast):
    cause = simple(cast)
    reason = keep(cast.organisation, "Because")
    subject = uuid7()
    entry = record(
        "check.decide",
        actor=Actor("agent", "k1", "key"),
        organisation=cast.organisation,
        project=cast.project,
        subject=("action", subject),
        decision="deny",
        session="s1",
        service="BoundaryEnforcer",
        boundary="12.1 values",
        context_pressure="HIGH",
        coordination=[{"service": "BoundaryEnforcer", "result": "deny", "microseconds": 412}],
        outcome="human_approval_required",
        agent={"name": "helper", "version": "2"},
        policy="ab" * 32,
        mode="observed",
        cause=cause,
        texts={"reason": reason},
    )
    assert written(entry) == {
        "v": 1,
        "id": str(entry.pk),
        "timestamp": envelope.instant(entry.timestamp),
        "organisation": str(cast.organisation.pk),
        "project": str(cast.project.pk),
        "session": "s1",
        "actor": {"kind": "agent", "ref": "k1", "role": "key"},
        "agent": {"name": "helper", "version": "2", "model": None},
        "service": "BoundaryEnforcer",
        "event": "check.decide",
        "decision": "deny",
        "boundary": "12.1 values",
        "context_pressure": "HIGH",
        "coordination": [{"service": "BoundaryEnforcer", "result": "deny", "microseconds": 412}],
        "subject": {"kind": "action", "id": str(subject)},
        "outcome": "human_approval_required",
        "policy": "ab" * 32,
        "mode": "observed",
        "cause": str(cause.pk),
        "commitments": {"reason": reason.commitment},
    }


def test_leaf_is_the_hash_of_the_exact_stored_bytes(cast: Cast):
    entry = Entry._base_manager.get(pk=simple(cast, texts={"reason": keep(cast.organisation, "é")}).pk)
    stored = bytes(entry.canonical)
    assert stored == rfc8785.dumps(json.loads(stored))
    assert bytes(entry.leaf_hash) == hashlib.sha256(b"\x00" + stored).digest()
    assert entry.leaf_hex == bytes(entry.leaf_hash).hex()


def test_empty_leaf_hashes_as_rfc_6962_says():
    assert tree.leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


def test_columns_repeat_the_envelope(cast: Cast):
    entry = Entry._base_manager.get(pk=simple(cast, session="s", outcome="o", boundary="b", cause=uuid7()).pk)
    found = written(entry)
    assert str(entry.organisation_id) == found["organisation"]
    for column in ("event", "decision", "service", "session", "boundary", "context_pressure", "outcome", "mode"):
        assert getattr(entry, column) == found[column], column
    assert {"kind": entry.actor_kind, "ref": entry.actor_ref, "role": entry.actor_role} == found["actor"]
    assert {"kind": entry.subject_kind, "id": entry.subject_id} == found["subject"]
    assert str(entry.cause_id) == found["cause"]
    assert envelope.instant(entry.timestamp) == found["timestamp"]


def test_nothing_personal_stands_in_an_envelope(cast: Cast):
    everything = b"".join(bytes(entry.canonical) for entry in Entry._base_manager.all()).decode()
    for person in (cast.holder, cast.editor, cast.outsider):
        assert person.email not in everything
        assert person.name not in everything
        assert str(person.pk) not in everything
        assert person.pk.hex not in everything


def test_time_of_an_entry_is_the_machines_whatever_the_verbs_believe(db):
    demo = make_organisation("demo", is_demo=True)
    with clock.at(datetime(2020, 1, 1, tzinfo=UTC), demo):
        entry = record("x.y", actor=PERSON, organisation=demo, subject=("thing", uuid7()), decision="done")
    assert datetime.now(UTC) - entry.timestamp < timedelta(seconds=10)


def test_times_have_six_digits_and_are_utc():
    assert envelope.instant(datetime(2026, 11, 12, 9, 5, 7, tzinfo=UTC)) == "2026-11-12T09:05:07.000000Z"


def test_entry_waits_for_its_place(cast: Cast):
    entry = simple(cast)
    with open_organisation(cast.organisation):
        assert Pending.objects.filter(entry=entry).count() == 1


def test_entry_without_organisation_is_in_the_installations_log(cast: Cast):
    entry = simple(cast, organisation=None)
    assert written(entry)["organisation"] is None
    with open_organisation(cast.organisation):
        assert not Entry.objects.filter(pk=entry.pk).exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"service": "Oracle"},
        {"mode": "perhaps"},
        {"context_pressure": "high"},
        {"actor": Actor("robot", None, None)},
        {"decision": ""},
        {"coordination": [{"service": "Gate"}]},
    ],
)
def test_words_the_format_does_not_know_are_refused(cast: Cast, wrong):
    with pytest.raises((ValueError, KeyError)):
        simple(cast, **wrong)


def test_event_is_a_namespaced_name(cast: Cast):
    for event in ("", "two words", "a..b", "a.b!"):
        with pytest.raises(ValueError, match="event"):
            record(event, actor=PERSON, organisation=cast.organisation, subject=("x", "1"), decision="done")


def test_text_of_another_organisation_is_refused(cast: Cast):
    with pytest.raises(ValueError, match="another organisation"):
        simple(cast, texts={"reason": keep(cast.other, "theirs")})


@pytest.mark.django_db(transaction=True)
def test_no_entry_outside_a_transaction():
    organisation = make_organisation()
    with pytest.raises(NoTransaction):
        record("x.y", actor=PERSON, organisation=organisation, subject=("x", "1"), decision="done")


@pytest.mark.django_db(transaction=True)
def test_entry_goes_with_its_verb_when_that_fails():
    organisation = make_organisation()

    def verb() -> None:
        with transaction.atomic():
            record("x.y", actor=PERSON, organisation=organisation, subject=("x", "1"), decision="done")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        verb()
    assert not Entry._base_manager.exists()
    assert not Pending._base_manager.exists()


def test_tree_tables_take_what_the_sequencer_will_write(cast: Cast):
    """Nothing in these tables may have to change when the sequencer comes."""
    entry = simple(cast)
    log = Log(organisation=cast.organisation, began_at=clock.now())
    log.save()
    Leaf(log=log, index=0, entry=entry, organisation=cast.organisation).save(force_insert=True)
    Node(log=log, level=0, index=0, hash=entry.leaf_hash, organisation=cast.organisation).save(force_insert=True)
    Pending._base_manager.filter(entry=entry).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Leaf(log=log, index=0, entry=simple(cast), organisation=cast.organisation).save(force_insert=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Leaf(log=log, index=1, entry=entry, organisation=cast.organisation).save(force_insert=True)
    with pytest.raises(IntegrityError, match=r"audit_leaf_(log|entry)_id_ours"), transaction.atomic():
        Leaf(log=log, index=1, entry=simple(cast), organisation=cast.other).save(force_insert=True)
    installation = Log(organisation=None, began_at=clock.now())
    installation.save()
    own = simple(cast, organisation=None)
    Leaf(log=installation, index=0, entry=own, organisation=None).save(force_insert=True)
    with pytest.raises(IntegrityError, match="audit_log_of_installation_is_one"), transaction.atomic():
        Log(organisation=None, began_at=clock.now()).save()
    with pytest.raises(IntegrityError, match=r"log_one_at_a_time|UNIQUE"), transaction.atomic():
        Log(organisation=cast.organisation, began_at=clock.now()).save()


def test_recording_takes_two_writes_and_no_reads(cast: Cast, django_assert_num_queries):
    with django_assert_num_queries(2):
        simple(cast)


def test_one_foreign_row_among_many_of_one_statement_is_refused(cast: Cast):
    """Rows of the tree are looked at together: one that is wrong takes back all of its statement."""
    log = Log(organisation=cast.organisation, began_at=clock.now())
    log.save(force_insert=True)
    entries = [simple(cast) for _ in range(3)]
    for wrong, name in (
        ({"entry_id": uuid7()}, "audit_leaf_entry_id_ours"),
        ({"entry_id": simple(cast, organisation=cast.other).pk}, "audit_leaf_entry_id_ours"),
        ({"log_id": uuid7()}, "audit_leaf_log_id_ours"),
    ):
        rows = [
            {"log_id": log.pk, "index": number, "entry_id": entry.pk, "organisation_id": cast.organisation.pk}
            for number, entry in enumerate(entries)
        ]
        rows[1] |= wrong
        with pytest.raises(IntegrityError, match=f"^{name}: "), transaction.atomic():
            Leaf._base_manager.bulk_create([Leaf(**row) for row in rows])
        assert not Leaf._base_manager.filter(organisation=cast.organisation).exists()
