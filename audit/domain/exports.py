"""Having a whole organisation taken out: an administrator asks for it, a job makes it."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils.translation import gettext_lazy as _

from accounts.domain.acting import acting_in
from accounts.models import Organisation, User
from accounts.refusals import WrongState
from audit.models import Export


def start_export(organisation: Organisation, *, by: User) -> Export:
    """Ask for the export. Raises WrongState while one is waiting or being made."""
    with acting_in("start_export", organisation, by=by) as act:
        if Export.objects.filter(organisation=organisation, state__in=Export.OPEN).exists():
            raise WrongState(_("One is being made already. It will be on this page when it is ready."))
        made = Export(organisation=organisation, asked_by=by, asked_at=datetime.now(UTC))
        made.save(force_insert=True)
        act.done(("export", made.pk), "asked")
    return made
