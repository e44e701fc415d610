"""Which log an entry belongs to: one an organisation at a time, and one of the installation."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import models, transaction

from accounts.ids import uuid7
from accounts.models import Organisation
from accounts.scope import open_organisation, rows_of_installation
from audit.keys import verifier
from audit.models import Entry, Log

REMEMBERED = 5.0
"""Seconds for which a process goes on naming a log without asking whether another one has begun."""

_origins: dict[UUID | None, tuple[str, float]] = {}


@contextmanager
def opened(organisation: Organisation | None) -> Iterator[None]:
    """Inside, `rows` gives what belongs to the organisation; None is the installation."""
    if organisation is None:
        yield
    else:
        with open_organisation(organisation):
            yield


def rows(model: type[models.Model], organisation: Organisation | None) -> models.QuerySet:
    """The rows of one organisation, whose scope is open, or those of the installation."""
    if organisation is None:
        return rows_of_installation(model)
    return model._default_manager.filter(organisation=organisation)


def rows_of(log: Log, model: type[models.Model]) -> models.QuerySet:
    """The rows of one log, whose organisation's scope is open unless it is the installation's."""
    own = rows_of_installation(model) if log.organisation_id is None else model._default_manager.all()
    return own.filter(log_id=log.pk)


def current_log(organisation: Organisation | None) -> Log:
    """The log that is being written; it begins here if it has not yet. Two who begin it at once get the same."""
    with opened(organisation):
        found = rows(Log, organisation).filter(ended_at__isnull=True).first()
        if found is not None:
            found.organisation = organisation
            return found
        made = new_log(organisation)
        log, _made = rows(Log, organisation).get_or_create(
            organisation=organisation,
            ended_at=None,
            defaults={"id": made.pk, "began_at": made.began_at, "vkey": made.vkey},
        )
        log.organisation = organisation
        return log


def new_log(organisation: Organisation | None) -> Log:
    """A log that could begin now, not saved."""
    pk = uuid7()
    origin = f"{urlsplit(settings.SITE_URL).hostname}/o/{pk}"
    return Log(pk=pk, organisation=organisation, began_at=datetime.now(UTC), vkey=str(verifier(origin)))


def origin_of(entry: Entry) -> str:
    """The origin of the log that is being written where `entry` belongs."""
    remembered = _origins.get(entry.organisation_id)
    if remembered is not None and time.monotonic() < remembered[1]:
        return remembered[0]
    origin = current_log(entry.organisation).origin
    until = time.monotonic() + REMEMBERED
    # Not before it is sure that there will be such a log.
    transaction.on_commit(lambda: _origins.__setitem__(entry.organisation_id, (origin, until)))
    return origin


def forget() -> None:
    """Ask anew which log is being written."""
    _origins.clear()
