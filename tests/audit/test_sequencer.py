"""Every waiting entry gets one place, whoever is killed and whoever comes second, and no other history is signed."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from accounts.models import Organisation
from accounts.permissions import SYSTEM
from accounts.refusals import WrongState
from audit import kept_checkpoints, sequencer
from audit.domain.logs import start_new_log
from audit.keys import log_key
from audit.models import Checkpoint, Entry, Leaf, Log, Node, Pending, Text
from audit.queries.lag import lag
from audit.receipts import MOST_DELAY, receipt_of
from audit.sequencer import Refusing, sequence
from audit.tasks import sequence_all
from tests.audit.entries import assert_whole, last_note, log_of, placed, said, write
from tests.cast import Cast, make_organisation
from tests.copies import past_the_guards

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings: Any) -> None:
    """What is kept outside the database is this test's alone."""
    settings.DATA_DIR = tmp_path


def test_entries_get_their_places_in_the_order_they_were_made(cast: Cast) -> None:
    before = sequence(cast.organisation)
    assert before == Entry._base_manager.filter(organisation=cast.organisation).count()
    written = write(cast.organisation, 5)
    assert sequence(cast.organisation) == 5
    log = assert_whole(cast.organisation)
    assert placed(log)[-5:] == written
    assert Checkpoint._base_manager.filter(log=log).count() == 2
    assert sequence(cast.organisation) == 0
    assert Checkpoint._base_manager.filter(log=log).count() == 2


def test_every_size_is_a_whole_tree(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for count in (1, 2, 1, 4, 3):
        write(cast.other, count)
        sequence(cast.other)
        assert_whole(cast.other)


def test_each_log_holds_its_own_entries_alone(cast: Cast) -> None:
    write(None, 3)
    write(cast.other, 2)
    sequence_all()
    assert_whole(cast.organisation)
    assert len(placed(assert_whole(cast.other))) == Entry._base_manager.filter(organisation=cast.other).count()
    assert len(placed(assert_whole(None))) == Entry._base_manager.filter(organisation=None).count()


def test_checkpoint_is_kept_outside_the_database_too(cast: Cast) -> None:
    sequence(cast.organisation)
    log = log_of(cast.organisation)
    assert kept_checkpoints.note_of(log.pk) == last_note(log)
    signed = said(last_note(log), log)
    assert abs(datetime.now(UTC) - datetime.fromisoformat(signed.time)) < timedelta(minutes=1)
    older = Checkpoint._base_manager.filter(log=log).get().note
    write(cast.organisation)
    sequence(cast.organisation)
    newer = kept_checkpoints.note_of(log.pk)
    kept_checkpoints.keep(log, older)  # who was slow does not put back what is smaller
    assert kept_checkpoints.note_of(log.pk) == newer


def test_backlog_is_placed_batch_by_batch(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequencer, "BATCH", 4)
    write(cast.other, 11)
    assert sequence(cast.other) == Entry._base_manager.filter(organisation=cast.other).count()
    assert_whole(cast.other)


def test_late_sequencer_drains_before_it_signs(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or a receipt for what still waits would convict the checkpoint."""
    monkeypatch.setattr(sequencer, "BATCH", 4)
    waiting = Entry._base_manager.filter(organisation=cast.other).count()
    write(cast.other, 11)
    with time_machine.travel(datetime.now(UTC) + MOST_DELAY * 2):
        sequence(cast.other)
    log = assert_whole(cast.other)
    assert [one.size for one in Checkpoint._base_manager.filter(log=log)] == [waiting + 11]


# --- What is signed is an extension of what was signed


def tampered(statement: str, *values: object) -> None:
    with past_the_guards(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def signed(cast: Cast) -> Organisation:
    """An organisation of which seven more entries have been signed."""
    write(cast.organisation, 7)
    sequence(cast.organisation)
    write(cast.organisation, 1)
    return cast.organisation


def assert_nothing_is_signed(organisation: Organisation, why: str) -> None:
    before = [Leaf._base_manager.count(), Node._base_manager.count(), Checkpoint._base_manager.count()]
    with pytest.raises(Refusing, match=why):
        sequence(organisation)
    assert before == [Leaf._base_manager.count(), Node._base_manager.count(), Checkpoint._base_manager.count()]
    assert Pending._base_manager.filter(organisation=organisation).count() == 1


def test_changed_node_is_not_signed_over(cast: Cast, signed: Organisation) -> None:
    root = max(Node._base_manager.filter(organisation=signed), key=lambda node: node.level)
    tampered("UPDATE audit_node SET hash = %s WHERE level = %s", b"x" * 32, root.level)
    assert_nothing_is_signed(signed, "not those that were signed")


def test_missing_node_is_not_signed_over(cast: Cast, signed: Organisation) -> None:
    tampered("DELETE FROM audit_node WHERE level = %s", 3)
    assert_nothing_is_signed(signed, "nodes of the tree are missing")


def roll_back(log: Log, size: int) -> None:
    """Make the log what it was when it had so many leaves, as a restored backup does."""
    gone = Leaf._base_manager.filter(log=log, index__gte=size)
    entries = list(gone.values_list("entry_id", flat=True))
    with past_the_guards():
        gone.delete()
        for node in Node._base_manager.filter(log=log):
            if (node.index + 1) << node.level > size:
                node.delete()
        Checkpoint._base_manager.filter(log=log, size__gt=size).delete()
        Entry._base_manager.filter(pk__in=entries).delete()


def test_database_that_was_rolled_back_is_not_signed(cast: Cast, signed: Organisation) -> None:
    log = log_of(signed)
    size = said(last_note(log), log).size
    roll_back(log, size - 3)
    assert_nothing_is_signed(signed, f"{size} entries were signed and the database has {size - 3}")


def test_rolled_back_database_that_has_grown_again_is_not_signed(cast: Cast, signed: Organisation) -> None:
    log = log_of(signed)
    size = said(last_note(log), log).size
    outside = kept_checkpoints.note_of(log.pk)
    roll_back(log, size - 3)
    (kept_checkpoints.folder() / f"{log.pk}.txt").unlink()
    write(signed, 6)
    sequence(signed)  # as a machine would that has never signed anything
    write(signed, 1)
    (kept_checkpoints.folder() / f"{log.pk}.txt").write_text(outside or "")
    assert_nothing_is_signed(signed, f"the first {size} entries are not those that were signed")


def test_checkpoint_somebody_else_wrote_is_not_continued(cast: Cast, signed: Organisation) -> None:
    tampered("UPDATE audit_checkpoint SET note = replace(note, 'time 2', 'time 3')")
    assert_nothing_is_signed(signed, "the last checkpoint cannot be read")


def test_kept_checkpoint_that_is_damaged_is_not_passed_over(cast: Cast, signed: Organisation) -> None:
    file = kept_checkpoints.folder() / f"{log_of(signed).pk}.txt"
    file.write_text(file.read_text()[:-9])
    assert_nothing_is_signed(signed, "the last checkpoint cannot be read")


def test_another_key_does_not_continue_the_log(cast: Cast, signed: Organisation, settings: Any) -> None:
    settings.LOG_KEY_FILE = str(Path(settings.DATA_DIR) / "another.key")
    log_key(settings.LOG_KEY_FILE)
    assert_nothing_is_signed(signed, "not the one this log began with")


def test_one_log_that_is_refused_does_not_hold_up_the_others(
    cast: Cast, signed: Organisation, caplog: pytest.LogCaptureFixture
) -> None:
    tampered("DELETE FROM audit_node WHERE level = %s", 3)
    write(cast.other)
    sequence_all()
    sequence_all()
    assert_whole(cast.other)
    refusals = [line.getMessage() for line in caplog.records if "is not signed any more" in line.getMessage()]
    assert refusals == [f"The record of {signed.pk} is not signed any more: nodes of the tree are missing"]


# --- After a restore


def test_new_log_begins_with_the_reason_and_what_was_signed_last(cast: Cast, signed: Organisation) -> None:
    ended = log_of(signed)
    receipt_of(write(signed)[0])
    last = last_note(ended)
    roll_back(ended, said(last, ended).size - 3)
    with pytest.raises(CommandError, match="care: "):
        call_command("sequence_log")
    call_command("start_new_log", reason="The disk was lost; the backup of Monday was restored.", organisation="care")
    log = assert_whole(signed)
    assert log.pk != ended.pk
    [begun] = [entry for entry in placed(log) if entry.event == "log.start"]
    assert begun.subject_id == str(log.pk)
    texts = {text.body for text in begun_texts(begun)}
    assert texts == {"The disk was lost; the backup of Monday was restored.", last}
    assert receipt_of(begun).split("\n")[1] == log.origin
    ended.refresh_from_db()
    assert ended.ended_at is not None


def begun_texts(entry: Entry) -> list[Text]:
    commitments = json.loads(bytes(entry.canonical))["commitments"]
    return list(Text._base_manager.filter(commitment__in=commitments.values()))


def test_log_ends_once(cast: Cast) -> None:
    sequence(cast.organisation)
    log = log_of(cast.organisation)
    start_new_log(log, by=SYSTEM, reason="The first time.")
    with pytest.raises(WrongState):
        start_new_log(log, by=SYSTEM, reason="The second time.")


def test_new_log_wants_a_reason(cast: Cast) -> None:
    sequence(cast.organisation)
    with pytest.raises(CommandError, match="write something"):
        call_command("start_new_log", reason=" ")
    with pytest.raises(CommandError, match="no organisation"):
        call_command("start_new_log", reason="Because.", organisation="nowhere")


# --- How far it is behind


def test_lag_is_the_age_of_what_waits_longest(cast: Cast) -> None:
    write(cast.other)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=10)):
        assert timedelta(minutes=9) < lag() < timedelta(minutes=11)
        sequence_all()
        assert lag() == timedelta(0)


# --- Killed, and two at once


class Killed(BaseException):
    """The process is gone; nothing catches it."""


def dying(statement: int) -> Any:
    """Lets so many statements pass and dies at the next."""
    passed = 0

    def execute(do: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal passed
        passed += 1
        if passed > statement:
            raise Killed
        return do(sql, params, many, context)

    return execute


@pytest.mark.django_db(transaction=True)
def test_killed_between_any_two_statements_nothing_is_lost_or_doubled() -> None:
    organisation = make_organisation()
    sequence(organisation)
    survived = 0
    for statement in range(100):
        write(organisation, 1)
        try:
            with connection.execute_wrapper(dying(statement)):
                sequence(organisation)
            survived += 1
        except Killed:
            connection.close()
        if statement % 5 == 4:
            sequence(organisation)
            assert_whole(organisation)
        if survived > 2:
            break
    assert statement > 8
    assert survived > 2
    assert_whole(organisation)


@pytest.mark.django_db(transaction=True)
def test_killed_before_the_checkpoint_is_kept_outside_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    organisation = make_organisation()
    write(organisation, 2)
    sequence(organisation)

    def dies(*args: object) -> Iterator[None]:
        raise Killed

    write(organisation, 2)
    with monkeypatch.context() as patch:
        patch.setattr(kept_checkpoints, "keep", dies)
        with pytest.raises(Killed):
            sequence(organisation)
    write(organisation, 2)
    sequence(organisation)
    log = assert_whole(organisation)
    assert kept_checkpoints.note_of(log.pk) == last_note(log)


@pytest.mark.django_db(transaction=True)
def test_several_at_once_while_others_write() -> None:
    organisation = make_organisation()
    ready = threading.Barrier(5)
    faults: list[BaseException] = []

    def work(what: Any) -> None:
        try:
            ready.wait(20)
            for _ in range(8):
                what()
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    acts = [lambda: sequence(organisation, wait=True)] * 2 + [lambda: sequence(organisation)]
    acts += [lambda: write(organisation, 3)] * 2
    threads = [threading.Thread(target=work, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    sequence(organisation)
    assert len(placed(assert_whole(organisation))) == Entry._base_manager.filter(organisation=organisation).count()
