"""Writing the record: one entry, in the transaction of the verb it records."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connections, router

from accounts.ids import uuid7
from accounts.models import Organisation, Project
from audit import envelope, tree
from audit.envelope import Actor
from audit.models import Entry, Pending, Text

__all__ = ["Actor", "NoTransaction", "entry_of", "record"]


class NoTransaction(RuntimeError):
    """`record` was called where no transaction is open: the act and its entry could part ways."""


def entry_of(
    event: str,
    *,
    actor: Actor,
    organisation: Organisation | None,
    subject: tuple[str, UUID | str],
    decision: str,
    project: Project | UUID | None = None,
    session: UUID | str | None = None,
    service: str = envelope.PEOPLE,
    boundary: str | None = None,
    context_pressure: str | None = None,
    coordination: Sequence[Mapping[str, Any]] = (),
    outcome: str | None = None,
    agent: Mapping[str, str | None] | None = None,
    policy: str | None = None,
    mode: str | None = "enforced",
    cause: Entry | UUID | None = None,
    texts: Mapping[str, Text] | None = None,
    id: UUID | None = None,
) -> tuple[Entry, Pending]:
    """One entry and its place in the queue, neither written yet: both are, in the transaction of what they record.

    `organisation` None is the installation's log. `texts` are committed to by name, never written into the
    envelope. `id` may be given where rows of the verb already point to the entry. The time is the machine's,
    whatever the verbs' clock says. Raises ValueError for a word the envelope does not know or a text of another
    organisation.
    """
    texts = texts or {}
    for name, text in texts.items():
        if text.organisation_id != (organisation.pk if organisation else None):
            raise ValueError(f"{name} is a text of another organisation.")

    entry_id = id or uuid7()
    timestamp = datetime.now(UTC)
    project_id = project.pk if isinstance(project, Project) else project
    cause_id = cause.pk if isinstance(cause, Entry) else cause
    subject_id = str(subject[1])
    written = envelope.build(
        id=entry_id,
        timestamp=timestamp,
        organisation=organisation.pk if organisation else None,
        project=project_id,
        session=None if session is None else str(session),
        actor=actor,
        agent=agent,
        service=service,
        event=event,
        decision=decision,
        boundary=boundary,
        context_pressure=context_pressure,
        coordination=coordination,
        subject=(subject[0], subject_id),
        outcome=outcome,
        policy=policy,
        mode=mode,
        cause=cause_id,
        commitments={name: text.commitment for name, text in texts.items()},
    )
    canonical = envelope.canonical(written)
    entry = Entry(
        id=entry_id,
        organisation=organisation,
        canonical=canonical,
        leaf_hash=tree.leaf_hash(canonical),
        timestamp=timestamp,
        event=event,
        decision=decision,
        service=service,
        actor_kind=actor.kind,
        actor_ref=actor.ref,
        actor_role=actor.role,
        subject_kind=subject[0],
        subject_id=subject_id,
        project_id=project_id,
        session=written["session"],
        boundary=boundary,
        context_pressure=context_pressure,
        outcome=outcome,
        mode=mode,
        cause_id=cause_id,
    )
    return entry, Pending(entry_id=entry_id, organisation_id=entry.organisation_id)


def record(
    event: str,
    *,
    actor: Actor,
    organisation: Organisation | None,
    subject: tuple[str, UUID | str],
    decision: str,
    project: Project | UUID | None = None,
    session: UUID | str | None = None,
    service: str = envelope.PEOPLE,
    boundary: str | None = None,
    context_pressure: str | None = None,
    coordination: Sequence[Mapping[str, Any]] = (),
    outcome: str | None = None,
    agent: Mapping[str, str | None] | None = None,
    policy: str | None = None,
    mode: str | None = "enforced",
    cause: Entry | UUID | None = None,
    texts: Mapping[str, Text] | None = None,
    id: UUID | None = None,
) -> Entry:
    """Append one entry in the caller's own transaction; the sequencer gives it its place later.

    What each argument says, and what is raised, stands at `entry_of`. Raises NoTransaction outside a transaction.
    """
    entry, pending = entry_of(
        event,
        actor=actor,
        organisation=organisation,
        subject=subject,
        decision=decision,
        project=project,
        session=session,
        service=service,
        boundary=boundary,
        context_pressure=context_pressure,
        coordination=coordination,
        outcome=outcome,
        agent=agent,
        policy=policy,
        mode=mode,
        cause=cause,
        texts=texts,
        id=id,
    )
    if not connections[router.db_for_write(Entry)].in_atomic_block:
        raise NoTransaction(f"{event} was to be recorded outside a transaction.")
    entry.save(force_insert=True)
    pending.save(force_insert=True)
    return entry
