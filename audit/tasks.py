"""Every few seconds, whatever waits in any log is given its place; every few minutes, what is new in it is counted.

What waits is rows: a lost broker loses nothing.
"""

from __future__ import annotations

import logging
from uuid import UUID

from celery import shared_task

from accounts.models import Organisation
from accounts.scope import oldest_of_each
from audit.dataset.publishing import Refused, publish
from audit.domain.metrics import count_new
from audit.models import Pending
from audit.sequencer import Refusing, sequence

log = logging.getLogger(__name__)

_said: dict[UUID | None, str] = {}
"""Why the log of each was last refused a signature, so that it is said once and not every few seconds."""


@shared_task(name="audit.tasks.sequence_all")
def sequence_all() -> None:
    """Sequence every log in which something waits. One that cannot be signed does not hold up the others."""
    for organisation_id in oldest_of_each(Pending):
        try:
            sequence(None if organisation_id is None else Organisation.objects.get(pk=organisation_id))
            _said.pop(organisation_id, None)
        except Refusing as why:
            if _said.get(organisation_id) != str(why):
                log.error("The record of %s is not signed any more: %s", organisation_id or "the installation", why)
            _said[organisation_id] = str(why)
        except Exception:
            log.exception("The record of %s was not sequenced", organisation_id or "the installation")


@shared_task(name="audit.tasks.count_entries")
def count_entries() -> None:
    """Count what is new in the log of each organisation. One that fails does not hold up the others."""
    for organisation in Organisation.objects.filter(deactivated_at__isnull=True):
        try:
            count_new(organisation)
        except Exception:
            log.exception("The entries of %s were not counted", organisation.pk)


@shared_task(name="audit.tasks.publish_datasets")
def publish_datasets() -> None:
    """Add what is new to the corpus of each organisation that has switched it on, and take away what is off again."""
    for organisation in Organisation.objects.filter(deactivated_at__isnull=True):
        try:
            publish(organisation)
        except Refused:
            continue  # said and recorded where it was found
        except Exception:
            log.exception("The dataset of %s was not published", organisation.pk)
