"""Sessions of agents: opened, continued, ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.ids import uuid7
from accounts.models import APIKey
from audit.receivers import actor_of
from audit.record import record
from oversight.models import Session

LONGEST_AGENT = 100


def opened(
    key: APIKey, name: str, *, now: datetime, agent: Mapping[str, str | None], cause: UUID | None = None
) -> Session:
    """The session that goes by `name` in the key's project, made where there is none; inside a transaction.

    Of two that open it at once one makes it, and both have it.
    """
    made = Session(
        organisation_id=key.organisation_id,
        project_id=key.project_id,
        key=key,
        name=name,
        state_since=now,
        opened_at=now,
        seen_at=now,
        **declared(agent),
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        return Session.objects.get(project=key.project_id, name=name)
    record(
        "oversight.session.open",
        id=uuid7(),
        actor=actor_of(key, key.organisation),
        organisation=key.organisation,
        project=key.project_id,
        session=made.pk,
        subject=("session", made.pk),
        decision="active",
        agent=agent or None,
        cause=cause,
    )
    return made


def declared(agent: Mapping[str, str | None]) -> dict[str, str]:
    """What an agent says of itself, as a session keeps it."""
    return {f"agent_{name}": (agent.get(name) or "")[:LONGEST_AGENT] for name in ("name", "version", "model")}
