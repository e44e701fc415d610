"""What an editor is writing: kept while they type, and whenever a form could not be taken."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from accounts import clock
from accounts.models import Organisation, User
from instructions.models import Draft

LONGEST_DRAFT = 100_000
"""Characters of one draft over all its fields: more than its form takes, so that a long paste survives."""


def save_draft(organisation: Organisation, *, by: User, form: str, fields: Mapping[str, str]) -> datetime:
    """Keep what `by` has written in `form`, in place of what was kept before. Gives the moment it was kept."""
    now = clock.now()
    left, kept = LONGEST_DRAFT, {}
    for name, value in fields.items():
        kept[name[:80]] = value.replace("\x00", "")[:left]
        left -= len(kept[name[:80]])
    Draft.objects.update_or_create(
        organisation=organisation, user=by, form=form, defaults={"fields": kept, "saved_at": now}
    )
    return now


def draft_of(organisation: Organisation, *, by: User, form: str) -> Draft | None:
    """What `by` has written in `form` and not sent, if anything."""
    return Draft.objects.filter(organisation=organisation, user=by, form=form).first()


def drop_draft(organisation: Organisation, *, by: User, form: str) -> None:
    """Forget a draft once its words were sent, or when its writer throws it away."""
    Draft.objects.filter(organisation=organisation, user=by, form=form).delete()
