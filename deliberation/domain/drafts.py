"""What somebody is writing and has not sent: kept while they type, and whenever a form could not be taken."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts import clock
from accounts.models import Organisation, User
from deliberation.models import Deliberation, Draft, Seat

LONGEST_DRAFT = 400_000
"""Characters of one draft over all its fields: many times what its form takes, so that a long paste survives."""


def save_draft(
    organisation: Organisation,
    *,
    by: User | Seat,
    form: str,
    fields: Mapping[str, str | list[str]],
    deliberation: Deliberation | None = None,
) -> datetime:
    """Keep what `by` has written in `form`, in place of what was kept before. Gives the moment it was kept."""
    now = clock.now()
    owner = {"seat": by, "user": None} if isinstance(by, Seat) else {"seat": None, "user": by}
    left = LONGEST_DRAFT

    def fitting(value: str) -> str:
        nonlocal left
        fits = value.replace("\x00", "")[:left]
        left -= len(fits)
        return fits

    kept = {
        name: [fitting(one) for one in value] if isinstance(value, list) else fitting(value)
        for name, value in fields.items()
    }
    with transaction.atomic():
        Draft.objects.update_or_create(
            organisation=organisation,
            form=form,
            **owner,
            defaults={"fields": kept, "saved_at": now, "deliberation": deliberation},
        )
    return now


def draft_of(organisation: Organisation, *, by: User | Seat | None, form: str) -> Draft | None:
    """What `by` has written in `form` and not sent, if anything."""
    if by is None:
        return None
    owner = {"seat": by} if isinstance(by, Seat) else {"user": by}
    return Draft.objects.filter(organisation=organisation, form=form, **owner).first()


def drafts_of(deliberation: Deliberation | None, *, by: User | Seat) -> dict[str, Draft]:
    """Everything `by` has written in this deliberation, or outside of any, and not sent, by form."""
    owner = {"seat": by} if isinstance(by, Seat) else {"user": by}
    return {row.form: row for row in Draft.objects.filter(deliberation=deliberation, **owner)}


def drop_draft(organisation: Organisation, *, by: User | Seat, form: str) -> None:
    """Forget a draft once its words were sent, or when its author throws it away."""
    owner = {"seat": by} if isinstance(by, Seat) else {"user": by}
    Draft.objects.filter(organisation=organisation, form=form, **owner).delete()
