"""A person ends their own sessions: one that they lost sight of, or all but the one they are in."""

from django.utils.translation import gettext_lazy as _

from accounts.domain.acting import acting_on_installation
from accounts.models import Session, User
from accounts.queries.sessions import sessions_of
from accounts.refusals import Stale


def end_session(user: User, handle: str) -> None:
    """End one of the user's sessions, at once. Raises Stale where it has ended, or never was theirs."""
    with acting_on_installation("end_session", by=user) as act:
        ended = 0
        for row in sessions_of(user):
            if row.handle == handle:
                ended, _kinds = Session.objects.filter(pk=row.pk, user=user).delete()
        if not ended:
            raise Stale(_("There is no such session any more."))
        act.done(("user", user.pk), "ended")


def end_other_sessions(user: User, *, keep: str | None) -> int:
    """End every session of the user but the one with the key `keep`. Gives how many."""
    with acting_on_installation("end_other_sessions", by=user) as act:
        ended, _kinds = Session.objects.filter(user=user).exclude(session_key=keep or "").delete()
        act.done(("user", user.pk), "ended")
    return ended
