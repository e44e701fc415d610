"""The tick: once a minute, instructions whose date has come are ended. No fact lives in the broker."""

from __future__ import annotations

import logging
from uuid import UUID

from celery import shared_task

from accounts import clock
from accounts.models import Organisation
from accounts.refusals import Refused
from accounts.scope import open_organisation
from instructions.domain.instruction import expire_instruction
from instructions.models import Instruction

log = logging.getLogger(__name__)


@shared_task(name="instructions.tasks.tick")
def tick() -> None:
    """Do what is due in every organisation. Safe to run twice at once, or after a month."""
    for organisation_id in Organisation.objects.filter(deactivated_at__isnull=True).values_list("pk", flat=True):
        tick_organisation(organisation_id)


def tick_organisation(organisation_id: UUID) -> None:
    """Do what is due in one organisation. One thing that fails does not hold up the others."""
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    if organisation is None:
        return
    with open_organisation(organisation):
        try:
            expire_due(organisation)
        except Exception:
            log.exception("Ending what is due failed in organisation %s", organisation_id)


def expire_due(organisation: Organisation) -> int:
    """End the instructions in force whose date has come. Gives how many; what another worker ended is left out."""
    due = Instruction.objects.filter(
        organisation=organisation, state=Instruction.State.ACTIVE, expires_at__lte=clock.now()
    )
    ended = 0
    for instruction in due.order_by("expires_at", "id"):
        try:
            expire_instruction(instruction, due=True)
        except Refused:
            continue  # another worker, or a person, got there first
        ended += 1
    return ended
