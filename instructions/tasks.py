"""The tick: once a minute, what is due is ended, and jobs begun that nobody works on. No fact lives in the broker."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from accounts import clock
from accounts.models import Organisation
from accounts.refusals import Refused
from accounts.scope import open_organisation
from accounts.ticking import do_what_is_due, in_every_organisation
from instructions.domain import findings, rejudging
from instructions.domain.instruction import expire_instruction
from instructions.domain.reckoning import Work, due, throw_away, work_on
from instructions.models import Instruction, Reckoning

WORKERS: dict[str, Work] = {Reckoning.Kind.CHANGED: rejudging.work, Reckoning.Kind.FINDINGS: findings.work}
"""Who does which job over a history."""


@shared_task(name="instructions.tasks.tick")
def tick() -> None:
    """Do what is due in every organisation. Safe to run twice at once, or after a month."""
    in_every_organisation(tick_organisation)


def tick_organisation(organisation_id: UUID) -> None:
    """Do what is due in one organisation."""
    do_what_is_due(organisation_id, (expire_due, work_due, throw_away))


@shared_task(name="instructions.tasks.reckon")
def reckon(organisation_id: str, pk: str) -> None:
    """Do one job over a history, where nobody else has begun it. The tick finds what this task missed."""
    organisation = Organisation.objects.filter(pk=organisation_id, deactivated_at__isnull=True).first()
    if organisation is not None:
        with open_organisation(organisation):
            work_on(organisation, UUID(pk), WORKERS)


def work_due(organisation: Organisation) -> int:
    """Do the jobs over the history that nobody works on. Gives how many."""
    return sum(work_on(organisation, pk, WORKERS) for pk in due(organisation))


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
