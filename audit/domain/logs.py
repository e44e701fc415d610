"""A log that cannot be continued ends, and another begins, with the reason in it."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction

from accounts.domain.acting import By, caller_for
from accounts.permissions import require
from audit import kept_checkpoints, logs
from audit.envelope import Actor
from audit.models import Checkpoint, Log
from audit.record import record
from audit.texts import keep, keep_written

LONGEST_REASON = 5_000


def start_new_log(log: Log, *, by: By, reason: str) -> Log:
    """End a log and begin another for the same organisation, or the installation; gives the new one.

    For after the restoring of a backup, or a lost key: the sequencer refuses to go on then. The first entry of the new
    log keeps the reason and the last checkpoint that is known of the ended one, so that nobody can overlook the break.
    Raises WrongState for a log that has ended already.
    """
    organisation = log.organisation
    with transaction.atomic(), logs.opened(organisation):
        ended = logs.rows(Log, organisation).select_for_update().get(pk=log.pk)
        row = require(caller_for(by, organisation), "start_new_log", "ended" if ended.ended_at else "current")
        texts = {"reason": keep_written(organisation, reason, "reason", most=LONGEST_REASON)}
        last = kept_checkpoints.note_of(ended.pk) or _last_in_the_database(ended)
        if last:
            texts["last_checkpoint"] = keep(organisation, last)
        ended.ended_at = datetime.now(UTC)
        ended.save(update_fields=["ended_at"])
        begun = logs.new_log(organisation)
        begun.save(force_insert=True)
        record(
            row.event,
            actor=Actor("system"),
            organisation=organisation,
            subject=("log", begun.pk),
            decision="started",
            texts={name: text for name, text in texts.items() if text is not None},
        )
        transaction.on_commit(logs.forget)
    return begun


def _last_in_the_database(log: Log) -> str:
    found = logs.rows_of(log, Checkpoint).order_by("-size", "-signed_at").first()
    return "" if found is None else found.note
