"""The tick: once a minute, what agents and people left to its time is ended. No fact lives in the broker."""

from __future__ import annotations

import logging
from collections.abc import Callable
from uuid import UUID

from celery import shared_task

from accounts.models import Organisation
from accounts.scope import open_organisation
from oversight.domain.glass import end_due_glass, remind_of_reviews
from oversight.domain.requests import end_due_requests
from oversight.domain.sessions import archive_old_sessions, end_silent_sessions

log = logging.getLogger(__name__)

DUE: list[Callable[[Organisation], int]] = [
    end_due_requests,
    end_due_glass,
    remind_of_reviews,
    end_silent_sessions,
    archive_old_sessions,
]
"""What is due, in the order in which it is done. Each is idempotent and claims its rows one by one."""


@shared_task(name="oversight.tasks.tick")
def tick() -> None:
    """Do what is due in every organisation. Safe to run twice at once, or after a month."""
    for organisation_id in Organisation.objects.filter(deactivated_at__isnull=True).values_list("pk", flat=True):
        tick_organisation(organisation_id)


def tick_organisation(organisation_id: UUID) -> None:
    """Do what is due in one organisation. One thing that fails does not hold up the others."""
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    if organisation is None:
        return
    for due in DUE:
        with open_organisation(organisation):
            try:
                due(organisation)
            except Exception:
                log.exception("What was due failed: %s in organisation %s", due.__name__, organisation_id)
