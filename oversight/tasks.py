"""The tick: once a minute, what agents and people left to its time is ended. No fact lives in the broker."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from accounts.ticking import Due, do_what_is_due, in_every_organisation
from oversight.domain.glass import end_due_glass, remind_of_reviews
from oversight.domain.requests import end_due_requests
from oversight.domain.sessions import archive_old_sessions, end_silent_sessions

DUE: list[Due] = [
    end_due_requests,
    end_due_glass,
    remind_of_reviews,
    end_silent_sessions,
    archive_old_sessions,
]
"""What is due, in the order in which it is done."""


@shared_task(name="oversight.tasks.tick")
def tick() -> None:
    """Do what is due in every organisation. Safe to run twice at once, or after a month."""
    in_every_organisation(tick_organisation)


def tick_organisation(organisation_id: UUID) -> None:
    """Do what is due in one organisation."""
    do_what_is_due(organisation_id, DUE)
