"""The verbs of `accounts` and refused foreign access, recorded in the same transaction as they happen."""

import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts import signals
from accounts.models import APIKey, Membership, Organisation, Project, User
from accounts.permissions import SYSTEM, System
from accounts.scope import open_organisation
from audit.envelope import Actor
from audit.models import Entry, Refusal
from audit.record import record
from audit.texts import keep


def connect() -> None:
    signals.acted.connect(record_act, dispatch_uid="audit.receivers.acted")
    signals.refused.connect(record_refusal, dispatch_uid="audit.receivers.refused")


def actor_of(by: User | APIKey | System, organisation: Organisation | None, role: str = "") -> Actor:
    """Whom the entry names: a member by membership, a key by its id, anybody else by a reference of this log only."""
    if by is SYSTEM or isinstance(by, System):
        return Actor("system", None, None)
    if isinstance(by, APIKey):
        return Actor("agent", by.pk.hex, "key")
    if organisation is None:
        return Actor("human", by.pk.hex, role or None)
    with open_organisation(organisation):
        membership = Membership.objects.filter(user=by).order_by("-created_at").first()
    if membership is not None:
        return Actor("human", membership.pk.hex, role or None)
    return Actor("human", _stranger(by, organisation), role or None)


def _stranger(user: User, organisation: Organisation) -> str:
    # The same person gets another reference in another organisation's log, so that exports cannot be joined.
    return hashlib.sha256(organisation.pk.bytes + user.pk.bytes).hexdigest()[:32]


def record_act(
    sender: object,
    *,
    event: str,
    by: User | APIKey | System,
    organisation: Organisation | None,
    subject: tuple[str, UUID | str],
    decision: str,
    project: Project | None = None,
    texts: dict[str, str] | None = None,
    role: str = "",
    **kwargs: Any,
) -> Entry:
    """One entry for one verb of `accounts`."""
    kept = {name: keep(organisation, body) for name, body in (texts or {}).items() if body}
    return record(
        event,
        actor=actor_of(by, organisation, role),
        organisation=organisation,
        subject=subject,
        decision=decision,
        project=project,
        texts=kept,
    )


def record_refusal(
    sender: object,
    *,
    by: User | APIKey,
    organisation: Organisation,
    kind: str,
    event: str = "access.refused",
    **kwargs: Any,
) -> Entry | None:
    """One entry an hour for each organisation, actor and kind of thing; None where this hour has it already."""
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    actor = actor_of(by, organisation)
    row = Refusal(organisation=organisation, actor_ref=actor.ref or "", kind=kind, hour=hour)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            return record(
                event,
                actor=actor,
                organisation=organisation,
                subject=(kind, organisation.pk),
                decision="deny",
            )
    except IntegrityError:
        return None
