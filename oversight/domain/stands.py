"""What stands at the moment of a check, read at once: the history's version, stops, suspensions, the session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import UUIDField

from accounts import clock
from accounts.models import APIKey
from instructions.domain.gate import NOTHING_SUSPENDED, Suspended
from oversight.domain.answers import Question
from oversight.domain.glass import standing_glass
from oversight.models import Check, Session


@dataclass(frozen=True)
class Stands:
    """What a check finds. `asked_before` is the check of the same tool call, if there was one."""

    now: datetime
    version: int
    session: Session | None
    asked_before: Check | None
    stopped: bool
    unenforced: bool
    suspended: Suspended


_SESSION = tuple(Session._meta.concrete_fields)
_COLUMNS = ", ".join(f's."{one.column}"' for one in _SESSION)

# Which glass holds, `standing_glass` says; here it is only asked whether any could.
WHAT_STANDS = f"""
SELECT
    (SELECT h.version FROM instructions_history h WHERE h.organisation_id = %s),
    EXISTS (SELECT 1 FROM oversight_stop t WHERE t.project_id = %s AND t.lifted_at IS NULL AND (
        t.key_id = %s OR t.session_id = s.id OR (t.key_id IS NULL AND t.session_id IS NULL))),
    EXISTS (SELECT 1 FROM oversight_brokenglass g
        WHERE g.project_id = %s AND g.until > %s AND g.ended_at IS NULL),
    {_COLUMNS}
FROM (SELECT 1 AS one) AS always LEFT JOIN oversight_session s ON s.project_id = %s AND s.name = %s
"""


def what_stands(key: APIKey, question: Question) -> Stands:
    """Read it, in one statement where nothing is suspended.

    A stop or a suspension that was committed before this is seen, in whichever process it was made.
    """
    now = clock.now()
    organisation, project, own = (_uuid(one) for one in (key.organisation_id, key.project_id, key.pk))
    moment = connection.ops.adapt_datetimefield_value(now)
    asked = [organisation, project, own, project, moment, project, question.session or ""]
    with connection.cursor() as cursor:
        cursor.execute(WHAT_STANDS, asked)
        version, stopped, broken, *row = cursor.fetchone()
    session = _session(row)
    whole, suspended = _suspended(key, now) if broken else (False, NOTHING_SUSPENDED)
    return Stands(
        now=now,
        version=version or 0,
        session=session,
        asked_before=call_of(key, question.tool_call),
        stopped=bool(stopped),
        unenforced=whole,
        suspended=suspended,
    )


def _uuid(value: UUID) -> Any:
    return _UUID.get_db_prep_value(value, connection)


_UUID = UUIDField()


def _session(row: list[Any]) -> Session | None:
    """The session that a row of the statement holds; None where there is none of this name."""
    values = []
    for value, converters in zip(row, _reading(connection.vendor), strict=True):
        for convert in converters:
            value = convert(value, None, connection)
        values.append(value)
    session: Session = Session.from_db(connection.alias, [], values)
    return session if session.pk is not None else None


@cache
def _reading(vendor: str) -> list[list[Any]]:
    """For each field of a session, in the model's order: what makes Python's value of a database's."""
    found = []
    for field in _SESSION:
        said = field.get_col(Session._meta.db_table)
        found.append([*connection.ops.get_db_converters(said), *said.get_db_converters(connection)])
    return found


def _suspended(key: APIKey, now: datetime) -> tuple[bool, Suspended]:
    """Whether the whole project's enforcement is suspended, and what of it is."""
    whole, instructions, boundaries = False, set(), set()
    for glass in standing_glass(now).filter(project=key.project_id):
        if glass.instruction_id is not None:
            instructions.add(str(glass.instruction_id))
        elif glass.boundary:
            boundaries.add(glass.boundary)
        else:
            whole = True
    return whole, Suspended(frozenset(instructions), frozenset(boundaries))


def call_of(key: APIKey, tool_call: str | None) -> Check | None:
    """The check of a tool call, with what its answer is made of."""
    if tool_call is None:
        return None
    rows = Check.objects.select_related("text", "request__organisation")
    return rows.filter(key=key, tool_call=tool_call).first()
