"""What stands at the moment of a check, read at once: the history's version, stops, suspensions, the session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from accounts import clock
from accounts.models import APIKey
from instructions.domain.gate import Suspended
from instructions.domain.standing import version_of
from oversight.domain.answers import Question
from oversight.domain.glass import standing_glass
from oversight.models import Check, Session, Stop


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


def what_stands(key: APIKey, question: Question) -> Stands:
    """Read it. A stop or a suspension that was committed before this is seen, in whichever process it was made."""
    now = clock.now()
    session = None
    if question.session is not None:
        session = Session.objects.filter(project=key.project_id, name=question.session).first()
    whole, instructions, boundaries = False, set(), set()
    for glass in standing_glass(key.project_id, now):
        if glass.instruction_id is not None:
            instructions.add(str(glass.instruction_id))
        elif glass.boundary:
            boundaries.add(glass.boundary)
        else:
            whole = True
    return Stands(
        now=now,
        version=version_of(key.project),
        session=session,
        asked_before=call_of(key, question.tool_call),
        stopped=is_stopped(key, session),
        unenforced=whole,
        suspended=Suspended(frozenset(instructions), frozenset(boundaries)),
    )


def is_stopped(key: APIKey, session: Session | None) -> bool:
    """Whether people have stopped this session, this key or its whole project."""
    about = Q(key=key) | Q(key__isnull=True, session__isnull=True)
    if session is not None:
        about |= Q(session=session)
    return Stop.objects.filter(about, project=key.project_id, lifted_at__isnull=True).exists()


def call_of(key: APIKey, tool_call: str | None) -> Check | None:
    """The check of a tool call, with what its answer is made of."""
    if tool_call is None:
        return None
    rows = Check.objects.select_related("text", "request__organisation")
    return rows.filter(key=key, tool_call=tool_call).first()
