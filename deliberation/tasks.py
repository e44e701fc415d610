"""The tick: once a minute it finds what is due and calls the verb for it. No fact lives in the broker."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from celery import shared_task
from django.db import transaction

from accounts import clock
from accounts.idempotency import forget_answers
from accounts.ticking import Due, do_what_is_due, in_every_organisation
from deliberation.domain.asks import lapse_due_asks
from deliberation.domain.invitations import lapse_due_invitations
from deliberation.domain.outcome import send_due_to_sign
from deliberation.domain.review import open_due_reviews, return_stranded_reviews
from deliberation.domain.rounds import close_due_rounds, open_due_rounds
from deliberation.models import Heartbeat
from deliberation.notifications import send_due

SILENCE = timedelta(minutes=10)
"""A gap between two ticks longer than this is kept, so that the board can say what it delayed."""

DUE: list[Due] = [
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
"""What is due, in the order in which it is done."""


@shared_task(name="deliberation.tasks.tick")
def tick() -> None:
    """Do what is due in every organisation. Safe to run twice at once, or after a month."""
    beat()
    in_every_organisation(tick_organisation)


def tick_organisation(organisation_id: UUID) -> None:
    """Do what is due in one organisation."""
    do_what_is_due(organisation_id, DUE)


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
