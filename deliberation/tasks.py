"""The tick: once a minute it finds what is due and calls the verb for it. No fact lives in the broker."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from celery import shared_task
from django.db import transaction

from accounts import clock
from accounts.idempotency import forget_answers
from accounts.models import Organisation
from accounts.scope import open_organisation
from deliberation.domain.asks import lapse_due_asks
from deliberation.domain.invitations import lapse_due_invitations
from deliberation.domain.outcome import send_due_to_sign
from deliberation.domain.review import open_due_reviews, return_stranded_reviews
from deliberation.domain.rounds import close_due_rounds, open_due_rounds
from deliberation.models import Heartbeat
from deliberation.notifications import send_due

log = logging.getLogger(__name__)

SILENCE = timedelta(minutes=10)
"""A gap between two ticks longer than this is kept, so that the board can say what it delayed."""

DUE: list[Callable[[Organisation], int]] = [
    lapse_due_invitations,
    lapse_due_asks,
    close_due_rounds,
    open_due_rounds,
    send_due_to_sign,
    open_due_reviews,
    return_stranded_reviews,
    send_due,
    forget_answers,
]
"""What is due, in the order in which it is done. Each is idempotent and claims its rows one by one."""


@shared_task(name="deliberation.tasks.tick")
def tick() -> None:
    """Do what is due in every organisation. Safe to run twice at once, or after a month."""
    beat()
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


def beat() -> None:
    """Note that the tick came, and keep the last silence it ended."""
    now = clock.now()
    with transaction.atomic():
        row, made = Heartbeat.objects.select_for_update().get_or_create(name="tick", defaults={"at": now})
        if made:
            return
        if now - row.at > SILENCE:
            row.silent_from, row.silent_until = row.at, now
        row.at = now
        row.save()
