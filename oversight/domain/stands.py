"""What stands at the moment of a check, read at once: key, history's version, stops, suspensions, session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model

from accounts import clock
from accounts.models import APIKey, Organisation, Project
from accounts.statements import planned_once
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


@dataclass(frozen=True)
class Found:
    """What one statement finds of a question. `key` is known by its public part alone, until its secret was compared.

    `broken` says that something may be suspended, `earlier` is the check of the same tool call.
    """

    now: datetime
    key: APIKey
    version: int | None
    stopped: bool
    broken: bool
    earlier: UUID | None
    session: Session | None


_READ = (("k", APIKey), ("p", Project), ("o", Organisation), ("s", Session))
_COLUMNS = ", ".join(f'{letter}."{one.column}"' for letter, model in _READ for one in model._meta.concrete_fields)

# Which glass holds, `standing_glass` says; here it is only asked whether any could.
WHAT_STANDS = f"""
SELECT
    (SELECT h.version FROM instructions_history h WHERE h.organisation_id = k.organisation_id),
    EXISTS (SELECT 1 FROM oversight_stop t WHERE t.project_id = k.project_id AND t.lifted_at IS NULL AND (
        t.key_id = k.id OR t.session_id = s.id OR (t.key_id IS NULL AND t.session_id IS NULL))),
    EXISTS (SELECT 1 FROM oversight_brokenglass g
        WHERE g.project_id = k.project_id AND g.until > %s AND g.ended_at IS NULL),
    (SELECT c.id FROM oversight_check c WHERE c.key_id = k.id AND c.tool_call = %s),
    {_COLUMNS}
FROM accounts_apikey k
JOIN accounts_project p ON p.id = k.project_id
JOIN accounts_organisation o ON o.id = k.organisation_id
LEFT JOIN oversight_session s ON s.project_id = k.project_id AND s.name = %s
WHERE k.prefix = %s
"""


def look(prefix: str, question: Question) -> Found | None:
    """What there is for the key with this public part, in one statement; None where there is no such key.

    A stop or a suspension that was committed before this is seen, in whichever process it was made.
    """
    now = clock.now()
    asked = [connection.ops.adapt_datetimefield_value(now), question.tool_call, question.session or "", prefix]
    with planned_once() as cursor:
        cursor.execute(WHAT_STANDS, asked)
        row = cursor.fetchone()
    if row is None:
        return None
    version, stopped, broken, earlier, *columns = row
    for place, convert in _reading(connection.vendor):
        columns[place] = convert(columns[place], None, connection)
    key, project, organisation, session = (_made(model, columns, begin) for model, begin in _PLACES)
    assert key is not None
    project.organisation = key.organisation = organisation
    key.project = project
    return Found(now, key, version, bool(stopped), bool(broken), earlier, session)


def stands_of(found: Found, question: Question) -> Stands:
    """What stands, as it was found, inside the organisation's scope. Asks again only where something is suspended, or
    where the same tool call was asked about before."""
    whole, suspended = _suspended(found.key, found.now) if found.broken else (False, NOTHING_SUSPENDED)
    return Stands(
        now=found.now,
        version=found.version or 0,
        session=found.session,
        asked_before=call_of(found.key, question.tool_call) if found.earlier is not None else None,
        stopped=found.stopped,
        unenforced=whole,
        suspended=suspended,
    )


def what_stands(key: APIKey, question: Question) -> Stands:
    """What stands for a key that was opened already."""
    found = look(key.prefix, question)
    assert found is not None
    return stands_of(found, question)


def _places() -> Iterator[tuple[type[Model], int]]:
    begin = 0
    for _letter, model in _READ:
        yield model, begin
        begin += len(model._meta.concrete_fields)


_PLACES = tuple(_places())


def _made(model: type[Model], columns: list[Any], begin: int) -> Any:
    """The row of a model whose columns begin there; None where there is none."""
    if columns[begin] is None:
        return None
    return model.from_db(DEFAULT_DB_ALIAS, (), columns[begin : begin + len(model._meta.concrete_fields)])


@cache
def _reading(vendor: str) -> list[tuple[int, Callable[..., Any]]]:
    """What makes Python's value of a database's, for the columns where that is another."""
    fields = [one for _letter, model in _READ for one in model._meta.concrete_fields]
    found = []
    for place, field in enumerate(fields):
        said = field.get_col(field.model._meta.db_table)
        converters = [*connection.ops.get_db_converters(said), *said.get_db_converters(connection)]
        found += [(place, convert) for convert in converters]
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
