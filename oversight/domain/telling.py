"""Who is told of what agents do, and that they are: a notice a person, sent once (decision 0004)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from accounts.models import Organisation, User
from deliberation.models import Notice


def tell(kind: str, about: str, users: Iterable[User], *, organisation: Organisation, now: datetime) -> None:
    """Queue one notice a person about one thing (`kind:id`), in the verb's transaction. A second one is not made."""
    Notice.objects.bulk_create(
        [
            Notice(
                organisation_id=organisation.pk, kind=kind, about=about, user=user, due_at=now, created_at=now
            )
            for user in users
        ],
        ignore_conflicts=True,
    )  # fmt: skip
