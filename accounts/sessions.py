"""Sessions whose owner can see and end them: SESSION_ENGINE, and what is noted of a browser that signs in.

A session is a row; ending it deletes the row, and the next request of that browser is one of nobody.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from django.conf import settings
from django.contrib.auth import SESSION_KEY as USER_ID
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends import db
from django.http import HttpRequest, HttpResponse

from accounts import clock
from accounts.domain.sessions import end_other_sessions
from accounts.models import Session

SIGNED_IN = "signed_in"
"""Session key: {"at": when, "browser": name, "system": name}, set when somebody signs in."""

USED_AGAIN_AFTER = timedelta(minutes=10)
"""That a session was used is written no more often than this."""

# The first that is found in what the browser says of itself: many name others whom they resemble.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


class SessionStore(db.SessionStore):
    """Django's sessions in the database, kept in `accounts.models.Session`."""

    used_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> Any:
        return Session

    def load(self) -> dict[str, Any]:
        row = self._get_session_from_db()  # type: ignore[attr-defined]
        if row is None:
            return {}
        self.used_at = row.used_at
        return self.decode(row.session_data)

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row: Any = super().create_model_instance(data)
        signed_in = data.get(SIGNED_IN)
        row.used_at = self.used_at = clock.now()
        if signed_in and USER_ID in data:
            row.user_id = data[USER_ID]
            row.signed_in_at = datetime.fromisoformat(signed_in["at"])
            row.browser, row.system = signed_in["browser"], signed_in["system"]
        return row

    def note_use(self) -> None:
        """Write that it is used now, if that was long ago. Only the one column: nothing a page changes is lost."""
        moment = clock.now()
        if self.used_at is not None and self.used_at <= moment - USED_AGAIN_AFTER:
            self.used_at = moment
            Session.objects.filter(session_key=self.session_key).update(used_at=moment)


class NoteUseMiddleware:
    """Notes that a signed-in session is used. Behind the middleware that says who is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            request.session.note_use()  # type: ignore[attr-defined]
        return self.get_response(request)


def connect() -> None:
    user_logged_in.connect(_note_sign_in, dispatch_uid="accounts.sessions.note_sign_in")
    for changed in (password_changed, password_set, password_reset):
        changed.connect(_end_others, dispatch_uid="accounts.sessions.end_others")


def _note_sign_in(sender: object, request: HttpRequest, **kwargs: Any) -> None:
    said = request.META.get("HTTP_USER_AGENT", "")
    request.session[SIGNED_IN] = {
        "at": clock.now().isoformat(),
        "browser": _first(BROWSERS, said),
        "system": _first(SYSTEMS, said),
    }
    SessionStore.clear_expired()


def _end_others(sender: object, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Whoever changes their password may do so because somebody else knew it."""
    end_other_sessions(user, keep=request.session.session_key)


def _first(names: dict[str, str], said: str) -> str:
    return next((name for mark, name in names.items() if mark in said), "")
