"""Who is told of what agents do, and that they are: a notice a person, sent once (decision 0004)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from accounts.models import Membership, Organisation, User
from accounts.roles import Role
from deliberation.models import Notice


def members_with(*roles: Role, organisation: Organisation, besides: User | None = None) -> list[User]:
    """The current members in one of these roles, or all of them; without `besides`."""
    found = Membership.objects.filter(organisation=organisation, ended_at__isnull=True, user__is_active=True)
    if roles:
        found = found.filter(role_rows__role__in=roles)
    if besides is not None:
        found = found.exclude(user=besides)
    return list(User.objects.filter(pk__in=found.values("user_id")).order_by("pk"))


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
