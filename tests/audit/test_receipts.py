"""A receipt names its entry, its leaf and the log, is signed, and costs next to nothing."""

from __future__ import annotations

import base64
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.ids import uuid7
from accounts.models import Organisation
from accounts.scope import open_organisation, rows_of_installation
from audit import logs
from audit.envelope import Actor
from audit.keys import verifier
from audit.logs import current_log, new_log
from audit.models import Entry, Log
from audit.notes import BadNote, Verifier
from audit.receipts import MOST_DELAY, read, receipt_of
from audit.record import record
from tests.cast import Cast, make_organisation

AGENT = Actor("agent", "k1", "key")


def an_entry(organisation: Organisation | None) -> Entry:
    with transaction.atomic():
        return record(
            "check.decide", actor=AGENT, organisation=organisation, subject=("action", uuid7()), decision="deny"
        )


def log_of(organisation: Organisation) -> Log:
    with open_organisation(organisation):
        return Log.objects.get(ended_at__isnull=True)


def test_receipt_says_what_the_record_promises(cast: Cast, settings):
    settings.SITE_URL = "https://tractatus.example:8443"
    entry = an_entry(cast.organisation)
    receipt = receipt_of(entry)
    log = log_of(cast.organisation)
    assert log.origin == f"tractatus.example/o/{log.pk}"
    text, _empty, signature = receipt.rpartition("\n\n")
    assert text.split("\n") == [
        "tractatus-receipt/v1",
        log.origin,
        str(entry.pk),
        base64.b64encode(entry.leaf_hash).decode(),
        text.split("\n")[4],
        "3600",
    ]
    assert signature.startswith(f"— {log.origin} ")
    said = read(receipt, Verifier.of(log.vkey))
    assert (said.entry, said.leaf) == (str(entry.pk), entry.leaf_hash)
    issued = datetime.fromisoformat(said.issued_at)
    assert abs(datetime.now(UTC) - issued) < timedelta(minutes=1)
    assert said.most_delay == MOST_DELAY.total_seconds()


def test_a_log_keeps_its_origin_when_the_site_moves(cast: Cast, settings):
    settings.SITE_URL = "https://old.example"
    origin = log_of_receipt(receipt_of(an_entry(cast.organisation)))
    settings.SITE_URL = "https://new.example"
    logs.forget()
    assert log_of_receipt(receipt_of(an_entry(cast.organisation))) == origin
    assert origin.startswith("old.example/o/")


def log_of_receipt(note: str) -> str:
    return note.split("\n")[1]


def test_each_organisation_and_the_installation_has_a_log_of_its_own(cast: Cast):
    origins = {log_of_receipt(receipt_of(an_entry(one))) for one in (cast.organisation, cast.other, None)}
    assert len(origins) == 3
    assert rows_of_installation(Log).get().origin in origins


def test_receipt_of_another_log_or_key_is_none(cast: Cast):
    receipt = receipt_of(an_entry(cast.organisation))
    with pytest.raises(BadNote):
        read(receipt, verifier("elsewhere.example/o/1"))
    with pytest.raises(BadNote):
        read(receipt.replace("3600", "9600"), Verifier.of(log_of(cast.organisation).vkey))


@pytest.mark.django_db(transaction=True)
def test_receipt_asks_the_database_once_for_many(django_assert_num_queries):
    organisation = make_organisation()
    entries = [an_entry(organisation) for _ in range(3)]
    receipt_of(entries[0])
    with django_assert_num_queries(0):
        for entry in entries:
            receipt_of(entry)


@pytest.mark.django_db(transaction=True)
def test_log_that_was_rolled_back_is_not_remembered():
    organisation = make_organisation()
    entry = an_entry(organisation)

    def verb() -> None:
        with transaction.atomic():
            receipt_of(entry)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        verb()
    origin = log_of_receipt(receipt_of(entry))
    assert origin == log_of(organisation).origin


@pytest.mark.django_db(transaction=True)
def test_several_who_begin_a_log_at_once_have_one():
    organisation = make_organisation()
    for whose in (organisation, None):
        ready = threading.Barrier(4)
        found: list[str] = []

        def begin(whose: Organisation | None = whose, ready: threading.Barrier = ready, found: list = found) -> None:
            try:
                ready.wait(20)
                found.append(current_log(whose).origin)
            finally:
                connection.close()

        threads = [threading.Thread(target=begin) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 4
        assert len(set(found)) == 1


def test_second_log_of_the_same_is_refused_by_the_database(cast: Cast):
    for whose in (cast.organisation, None):
        current_log(whose)
        with pytest.raises(IntegrityError), transaction.atomic():
            new_log(whose).save(force_insert=True)
