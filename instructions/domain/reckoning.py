"""Jobs over a whole history: a row each, worked by Celery, found again by what they ask; no fact is in the broker."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from celery import current_app
from django.db import transaction
from django.db.models import Q
from kombu.exceptions import OperationalError

from accounts import clock
from accounts.models import Organisation, Project, User
from instructions.models import History, Reckoning

log = logging.getLogger(__name__)

FORSAKEN = timedelta(minutes=2)
"""A job nobody has worked on for so long is begun again: its worker was killed."""

KEPT = timedelta(days=3)
Progress = Callable[[int], None]
Work = Callable[[Reckoning, Progress], dict[str, Any]]
State = Reckoning.State


def ask(
    organisation: Organisation,
    kind: str,
    digest: str,
    *,
    asks: dict[str, Any],
    total: int,
    by: User | None,
    project: Project | None = None,
) -> Reckoning:
    """The row of a question over the history as it is now, begun where nobody has asked it yet."""
    version = History.objects.filter(organisation=organisation).values_list("version", flat=True).first() or 0
    digest = hashlib.sha256(f"{version}:{digest}".encode()).hexdigest()
    found = Reckoning.objects.filter(organisation=organisation, kind=kind, digest=digest).first()
    if found is not None and found.state != State.FAILED:
        return found
    with transaction.atomic():
        if found is not None:
            found.delete()
        made = Reckoning(
            organisation=organisation, kind=kind, digest=digest, asks=asks, total=total, project=project, asked_by=by,
            asked_at=clock.now(),
        )  # fmt: skip
        Reckoning.objects.bulk_create([made], ignore_conflicts=True)
        row = Reckoning.objects.get(organisation=organisation, kind=kind, digest=digest)
        if row.pk == made.pk:
            transaction.on_commit(partial(_wake, organisation.pk, row.pk))
    return row


def _wake(organisation_id: UUID, pk: UUID) -> None:
    """A hint to a worker; where the broker is down, the tick finds the row."""
    try:
        current_app.send_task("instructions.tasks.reckon", args=[str(organisation_id), str(pk)])
    except OperationalError:
        log.warning("The broker took no hint; the tick will find what is due.")


def due(organisation: Organisation) -> list[UUID]:
    """The jobs that nobody works on."""
    forsaken = Q(state=State.RUNNING, worked_at__lt=clock.now() - FORSAKEN)
    rows = Reckoning.objects.filter(Q(state=State.WAITING) | forsaken, organisation=organisation)
    return list(rows.order_by("asked_at").values_list("pk", flat=True))


def work_on(organisation: Organisation, pk: UUID, workers: Mapping[str, Work]) -> bool:
    """Do one job, where nobody else does, by the worker of its kind. Gives whether it was done here."""
    now = clock.now()
    waiting = Q(state=State.WAITING) | Q(state=State.RUNNING, worked_at__lt=now - FORSAKEN)
    if not Reckoning.objects.filter(waiting, pk=pk).update(state=State.RUNNING, worked_at=now):
        return False
    row = Reckoning.objects.select_related("project").get(pk=pk)

    def progress(done: int) -> None:
        Reckoning.objects.filter(pk=pk, state=State.RUNNING).update(done=done, worked_at=clock.now())

    try:
        result = workers[row.kind](row, progress)
    except Exception:
        log.exception("A job over the history failed: %s in organisation %s", row.kind, organisation.pk)
        Reckoning.objects.filter(pk=pk).update(state=State.FAILED, asks={}, worked_at=clock.now())
        return True
    Reckoning.objects.filter(pk=pk).update(
        state=State.DONE, asks={}, result=result, done=row.total, worked_at=clock.now()
    )
    return True


def throw_away(organisation: Organisation) -> int:
    """Throw away what was asked some days ago. Gives how many."""
    old = Reckoning.objects.filter(organisation=organisation, asked_at__lt=clock.now() - KEPT)
    return old.delete()[0]
