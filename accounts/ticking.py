"""What the tick of every app does: once a minute, in each organisation, what is due. No fact lives in the broker."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from uuid import UUID

from accounts.models import Organisation
from accounts.scope import open_organisation

log = logging.getLogger(__name__)

Due = Callable[[Organisation], object]
"""Does what is due of one kind. Each is idempotent and claims its rows one by one."""


def in_every_organisation(tick_organisation: Callable[[UUID], None]) -> None:
    """Do it for each that is open. Safe to run twice at once, or after a month."""
    for organisation_id in Organisation.objects.filter(deactivated_at__isnull=True).values_list("pk", flat=True):
        tick_organisation(organisation_id)


def do_what_is_due(organisation_id: UUID, every: Iterable[Due]) -> None:
    """Do it in one organisation, in this order. One thing that fails does not hold up the others."""
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    if organisation is None:
        return
    for due in every:
        with open_organisation(organisation):
            try:
                due(organisation)
            except Exception:
                log.exception("What was due failed: %s in organisation %s", due.__name__, organisation_id)
