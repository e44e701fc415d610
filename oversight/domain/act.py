"""The one way a verb of this app runs: who and when are checked, state changes, the entry is written.

    with perform("refuse_request", organisation, by=holder, thing=request) as act:
        reason = act.keep("reason", reason)
        ...

All of it is one transaction that holds the row it is about, so that of two people acting at once one is first and the
other is told what happened. The check before an act has a path of its own (`checking`), because it must be fast.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import clock
from accounts.domain.acting import role_in
from accounts.models import APIKey, Organisation, Project
from accounts.permissions import require
from accounts.refusals import NotAllowed
from accounts.scope import open_organisation
from audit.envelope import PEOPLE
from audit.models import Entry
from audit.receivers import actor_of
from audit.record import record
from instructions.domain.act import By, Running, caller_of
from oversight.models import BrokenGlass, JudgmentRequest, Session, Stop

Thing = Session | JudgmentRequest | Stop | BrokenGlass


@dataclass
class Act(Running):
    """A verb of this app while it runs."""

    session: str | None = None
    service: str = PEOPLE
    boundary: str | None = None
    context_pressure: str | None = None
    coordination: Sequence[Mapping[str, Any]] = ()
    agent: Mapping[str, str | None] | None = None
    mode: str = "enforced"


SUBJECTS: dict[type, str] = {
    Session: "session", JudgmentRequest: "judgment_request", Stop: "stop", BrokenGlass: "broken_glass",
}  # fmt: skip
"""What the record calls each kind of thing."""


@contextmanager
def perform(
    verb: str,
    organisation: Organisation,
    *,
    by: By,
    thing: Thing | None = None,
    project: Project | None = None,
    cause: Entry | UUID | None = None,
) -> Iterator[Act]:
    """Run `verb` of the table in one transaction and record it.

    `thing` is the row it is about; it is held until the transaction ends. A key acts for its own project alone. Raises
    `NotAllowed`, `WrongState`, and what the body raises; then nothing is changed.
    """
    with transaction.atomic(), open_organisation(organisation):
        if thing is not None:
            type(thing).objects.select_for_update(of=("self",)).get(pk=thing.pk)
            thing.refresh_from_db()
        caller = caller_of(by, organisation)
        row = require(caller, verb, getattr(thing, "state", "*"))
        about = thing.project if thing is not None else project
        if isinstance(by, APIKey) and (about is None or about.pk != by.project_id):
            raise NotAllowed(_("A key acts for its own project."))
        act = Act(
            rule=row, organisation=organisation, by=by, caller=caller, now=clock.now(), project=about, cause=cause,
            subject=(SUBJECTS[type(thing)], thing.pk) if thing is not None else None,
        )  # fmt: skip
        yield act
        if act.subject is None:
            raise RuntimeError(f"{verb} ended without saying what it was about.")
        record(
            row.event,
            id=act.entry_id,
            actor=actor_of(by, organisation, role_in(caller, row)),
            organisation=organisation,
            project=act.project,
            session=act.session,
            subject=act.subject,
            decision=act.decision,
            service=act.service,
            boundary=act.boundary,
            context_pressure=act.context_pressure,
            coordination=act.coordination,
            outcome=act.outcome,
            agent=act.agent,
            policy=act.policy,
            mode=act.mode,
            cause=act.cause,
            texts=act.texts,
        )
