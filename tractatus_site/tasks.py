"""What spans the apps and waits to be done. What waits is rows: a lost broker loses nothing."""

from __future__ import annotations

import logging

from celery import shared_task

from accounts.models import Organisation
from accounts.scope import oldest_of_each
from audit.export_job import end_old, make_waiting
from audit.models import Export
from tractatus_site.exports import files_of

log = logging.getLogger(__name__)


@shared_task(name="tractatus_site.tasks.make_exports")
def make_exports() -> None:
    """Make every export that waits, and delete the files whose week is over. One that fails holds up no other."""
    for organisation_id in oldest_of_each(Export):
        if organisation_id is None:
            continue
        organisation = Organisation.objects.get(pk=organisation_id)
        try:
            make_waiting(organisation, files_of)
            end_old(organisation)
        except Exception:
            log.exception("The exports of %s were not looked after", organisation.pk)
