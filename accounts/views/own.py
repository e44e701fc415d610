"""Pages of one's own account that the sign-in library does not have."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import for_signed_in
from accounts.domain.sessions import end_other_sessions, end_session
from accounts.models import User
from accounts.queries.sessions import sessions_of
from accounts.views.acting import tries


@require_safe
@never_cache
@for_signed_in
def own_sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in."""
    rows = list(sessions_of(_person(request)))
    for row in rows:
        row.is_this = row.session_key == request.session.session_key  # type: ignore[attr-defined]
    return render(request, "accounts/sessions.html", {"sessions": rows})


@require_POST
@for_signed_in
def own_session_end(request: HttpRequest, handle: str) -> HttpResponse:
    """End one."""
    done = _("It has ended. Whoever uses that browser is signed out.")
    tries(request, lambda: end_session(_person(request), handle), done=done)
    return redirect("own_sessions")


@require_POST
@for_signed_in
def own_sessions_end_others(request: HttpRequest) -> HttpResponse:
    """End all but this one."""
    ended = end_other_sessions(_person(request), keep=request.session.session_key)
    messages.success(
        request,
        ngettext("%(number)d other session has ended.", "%(number)d other sessions have ended.", ended)
        % {"number": ended},
    )
    return redirect("own_sessions")


def _person(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)
    return user
