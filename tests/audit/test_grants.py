"""The role that runs the site cannot rewrite the record, even where every guard is asleep."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, transaction

from accounts import guards
from audit.domain.erasure import erase_text
from audit.logs import current_log, opened
from audit.management.commands.print_grants import grants
from audit.receivers import actor_of
from audit.record import record
from audit.sequencer import sequence
from audit.texts import keep
from tests.audit.entries import assert_whole, write
from tests.cast import Cast

pytestmark = pytest.mark.django_db

ROLE = "runs_the_site"
FORBIDDEN = [
    "UPDATE audit_entry SET decision = 'allow'",
    "DELETE FROM audit_entry",
    'UPDATE audit_leaf SET "index" = "index" + 1',
    "DELETE FROM audit_leaf",
    "UPDATE audit_node SET hash = leaf_hash FROM audit_entry",
    "DELETE FROM audit_node",
    "UPDATE audit_checkpoint SET size = 0",
    "DELETE FROM audit_checkpoint",
    "UPDATE audit_log SET vkey = ''",
    "DELETE FROM audit_log",
    "UPDATE audit_text SET commitment = ''",
    "DELETE FROM audit_text",
    "TRUNCATE audit_entry CASCADE",
    "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
    "DROP TABLE audit_entry CASCADE",
]


def test_role_that_runs_the_site_writes_the_record_and_cannot_rewrite_it(
    cast: Cast, tmp_path: Any, settings: Any
) -> None:
    if connection.vendor == "sqlite":
        with pytest.raises(CommandError, match="whoever has the file"):
            call_command("print_grants", ROLE)
        return
    settings.DATA_DIR = tmp_path
    current_log(cast.organisation)
    connection.check_constraints()
    guards.remove()  # back when the test is rolled back: here the privilege alone is tried
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE}")
        for statement in grants(ROLE):
            cursor.execute(statement)
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
    write(cast.organisation, 3)
    with opened(cast.organisation):
        told = {"why": keep(cast.organisation, "Words.")}
        by = cast.facilitator
        entry = record(
            "x.y", actor=actor_of(by, cast.organisation), organisation=cast.organisation, subject=("x", "1"),
            decision="done", texts=told,
        )  # fmt: skip
        erase_text(entry, "why", by=by, reason="Gone.")
    sequence(cast.organisation)
    assert_whole(cast.organisation)
    for statement in FORBIDDEN:
        refused = pytest.raises(DatabaseError, match=r"permission denied|must be owner")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def test_name_of_a_role_is_not_more_than_that() -> None:
    with pytest.raises(CommandError):
        call_command("print_grants", "x; DROP TABLE audit_entry")
