"""What of the record anybody may see: off, until an administrator of the organisation switches it on."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils.translation import gettext_lazy as _

from accounts.domain.acting import By, acting_in
from accounts.models import Organisation
from accounts.refusals import Invalid, Stale
from accounts.scope import open_organisation
from audit.models import Surface


def switch_surface(organisation: Organisation, name: str, on: bool, *, by: By) -> Surface:
    """Show one thing to anybody, or show it no longer.

    Raises Invalid for a thing that is not known, NotAllowed for who may not, Stale where it is so already.
    """
    with acting_in("switch_surface", organisation, by=by) as act:
        if name not in Surface.Name.values:
            raise Invalid(_("This is nothing that can be shown."), "shown")
        if is_on(organisation, name) == on:
            raise Stale(_("Somebody has switched it already."))
        row, _made = Surface.objects.update_or_create(
            organisation=organisation, name=name, defaults={"is_on": on, "changed_at": datetime.now(UTC)}
        )
        act.done(("surface", row.pk), f"{name}_{'on' if on else 'off'}")
    return row


def is_on(organisation: Organisation, name: str) -> bool:
    """Whether an administrator has switched it on."""
    with open_organisation(organisation):
        return Surface.objects.filter(organisation=organisation, name=name, is_on=True).exists()
