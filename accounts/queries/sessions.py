"""The sessions in which a person is signed in."""

from django.db.models import QuerySet

from accounts import clock
from accounts.models import Session, User


def sessions_of(user: User) -> QuerySet[Session]:
    """Those that still hold, the last used first."""
    return Session.objects.filter(user=user, expire_date__gt=clock.now()).order_by("-used_at", "pk")
