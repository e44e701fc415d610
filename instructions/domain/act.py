"""The one way a verb of this app runs: who and when are checked, state changes, the entry is written.

    with perform("retire_instruction", organisation, by=editor, thing=instruction) as act:
        why = act.keep("why", why)
        ...

All of it is one transaction that holds the organisation's history, so that of two people acting at once one is first
and the other is told what happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, overload
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts import clock
from accounts.domain.acting import role_in
from accounts.ids import uuid7
from accounts.models import APIKey, Membership, Organisation, Project, User
from accounts.permissions import Caller, Rule, System, require
from accounts.refusals import NotAllowed
from accounts.scope import open_organisation
from audit.models import Entry, Text
from audit.receivers import actor_of
from audit.record import record
from audit.texts import keep_written
from instructions.models import History, Instruction

LONGEST_REASON = 5_000

By = User | APIKey | System


@dataclass
class Running:
    """A verb while it runs, in the apps where people tell and oversee agents. `entry_id` is the id its entry will have.

    `subject` is what the entry is about: the verb says it where there was no `thing` yet. `policy` is the SHA-256 of
    what the framework is set to from now on.
    """

    rule: Rule
    organisation: Organisation
    by: By
    caller: Caller | System
    now: datetime
    entry_id: UUID = field(default_factory=uuid7)
    decision: str = "done"
    subject: tuple[str, UUID] | None = None
    project: Project | None = None
    cause: Entry | UUID | None = None
    outcome: str | None = None
    policy: str | None = None
    texts: dict[str, Text] = field(default_factory=dict)

    @property
    def user(self) -> User | None:
        """The member of staff who acts, else None."""
        return self.by if isinstance(self.by, User) else None

    @overload
    def keep(self, name: str, body: str | None, *, optional: Literal[False] = False, most: int = ...) -> Text: ...

    @overload
    def keep(self, name: str, body: str | None, *, optional: bool, most: int = ...) -> Text | None: ...

    def keep(self, name: str, body: str | None, *, optional: bool = False, most: int = LONGEST_REASON) -> Text | None:
        """Store a person's words once and commit to them in the entry under `name`.

        Returns the text, or None for an empty optional one. Raises `Invalid` on an empty one, or on one of more than
        `most` characters.
        """
        text = keep_written(self.organisation, body, name, optional=optional, most=most)
        if text is not None:
            self.texts[name] = text
        return text


@dataclass
class Act(Running):
    """A verb of this app while it runs.

    `binds` says that what is in force has changed, so that nothing cached of it holds. `speaker` is the human in whose
    words the software acts: the signer of an outcome.
    """

    history: History = field(kw_only=True)
    binds: bool = False
    speaker: User | None = None

    @property
    def user(self) -> User | None:
        """The member of staff who acts or speaks, else None."""
        return super().user or self.speaker

    @property
    def key(self) -> APIKey | None:
        """The API key that acts, else None."""
        return self.by if isinstance(self.by, APIKey) else None


@contextmanager
def perform(
    verb: str,
    organisation: Organisation,
    *,
    by: By,
    thing: Instruction | None = None,
    project: Project | None = None,
    cause: Entry | UUID | None = None,
) -> Iterator[Act]:
    """Run `verb` of the table in one transaction and record it.

    `thing` is the instruction it is about. A key acts for its own project alone. Raises `NotAllowed`, `WrongState`, and
    what the body raises; then nothing is changed.
    """
    with transaction.atomic(), open_organisation(organisation):
        history = held(organisation)
        if thing is not None:
            thing.refresh_from_db()
        caller = caller_of(by, organisation)
        row = require(caller, verb, thing.state if thing is not None else "*")
        about = thing.project if thing is not None else project
        if isinstance(by, APIKey) and (about is None or about.pk != by.project_id):
            raise NotAllowed(_("A key acts for its own project."))
        act = Act(
            rule=row, organisation=organisation, by=by, caller=caller, now=clock.now(), history=history,
            project=about, cause=cause,
            subject=("instruction", thing.pk) if thing is not None else None,
        )  # fmt: skip
        yield act
        if act.subject is None:
            raise RuntimeError(f"{verb} ended without saying what it was about.")
        if act.binds:
            History.objects.filter(pk=history.pk).update(version=F("version") + 1)
        record(
            row.event,
            id=act.entry_id,
            actor=actor_of(by, organisation, role_in(caller, row)),
            organisation=organisation,
            project=act.project,
            subject=act.subject,
            decision=act.decision,
            outcome=act.outcome,
            policy=act.policy,
            cause=act.cause,
            texts=act.texts,
        )


def held(organisation: Organisation) -> History:
    """The organisation's history, held until the transaction ends: whoever comes second waits here."""
    rows = History.objects.select_for_update().filter(organisation=organisation)
    if (found := rows.first()) is not None:
        return found  # whoever is refused after this has written nothing
    History.objects.bulk_create([History(organisation=organisation)], ignore_conflicts=True)
    return rows.get()


def caller_of(by: By, organisation: Organisation) -> Caller | System:
    """How `by` stands in the organisation now, read from the database and not from a request."""
    if isinstance(by, System):
        return by
    if isinstance(by, APIKey):
        by.refresh_from_db(fields=["revoked_at"])
        return Caller(key=by, organisation=organisation)
    membership = Membership.objects.filter(user=by, ended_at__isnull=True).first()
    return Caller(user=by, organisation=organisation, membership=membership)
