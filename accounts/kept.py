"""What signed-out people sent is kept in their session and given back to the form after they signed in."""

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import clock

SESSION_KEY = "kept_post"
MOST_CHARACTERS = 400_000
HOURS = 24
NEVER_KEPT = ("csrfmiddlewaretoken", "password", "token", "secret", "code")


def page_of(request: HttpRequest) -> str:
    """The page the person was on: for a POST the page that held the form, so that they see it again."""
    if request.method == "POST":
        address = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
        if url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
            parts = urlsplit(address)
            if parts.path.startswith("/") and not parts.path.startswith("//"):
                return parts.path + (f"?{parts.query}" if parts.query else "")
    return request.get_full_path()


def keep_post(request: HttpRequest) -> None:
    """Put the form of this request into the session, for a day, under its page. Secrets are not kept."""
    fields = {
        name: values for name, values in request.POST.lists() if not any(word in name.lower() for word in NEVER_KEPT)
    }
    size = sum(len(str(value)) for values in fields.values() for value in values)
    if fields and size <= MOST_CHARACTERS:
        request.session[SESSION_KEY] = {
            "page": urlsplit(page_of(request)).path,
            "path": request.path,
            "fields": fields,
            "at": clock.now().timestamp(),
        }


def kept_post(request: HttpRequest) -> QueryDict | None:
    """The form that was sent from this page before signing in, else None; views give it to their form.

    It stays until the form is sent again, so that reloading the page loses nothing.
    """
    kept: dict[str, Any] | None = request.session.get(SESSION_KEY)
    if not kept or request.path not in {kept["page"], kept["path"]}:
        return None
    if clock.now().timestamp() - kept["at"] > HOURS * 3600:
        del request.session[SESSION_KEY]
        return None
    given = QueryDict(mutable=True)
    for name, values in kept["fields"].items():
        given.setlist(name, values)
    return given


def forget_post(request: HttpRequest) -> None:
    """The form has been sent by a person who may: what was kept of it goes."""
    kept = request.session.get(SESSION_KEY)
    if kept and request.path in {kept["page"], kept["path"]}:
        del request.session[SESSION_KEY]
