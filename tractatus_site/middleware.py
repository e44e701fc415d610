"""What happens around every page: headers the browser is to obey, and refusals turned into pages."""

from collections.abc import Callable
from functools import cache
from urllib.parse import urlsplit

from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from accounts.interface import ANSWERS_JSON
from accounts.limits import TooMany
from accounts.refusals import Refused
from oversight.api_straight import ADDRESS, answered
from tractatus_site.typed import typed_words


class BrowserRulesMiddleware:
    """Headers that neither Django nor django-csp sets: who may embed us, which devices we never ask for,
    and that no page is kept on the way."""

    PERMISSIONS = ", ".join(
        f"{feature}=()"
        for feature in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb", "browsing-topics")
    )

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", self.PERMISSIONS)
        # What a page shows depends on who reads it: no cache between us and them may keep it, whatever it is told.
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


class StraightMiddleware:
    """Answers a check that is asked as agents ask it, before everything that is for browsers and for other routes.

    Behind what sends to https, and with the headers of every answer; sessions, messages and forms have no part in it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info != ADDRESS:
            return self.get_response(request)
        request.get_host()  # refuses a host that is not ours
        translation.activate(translation.get_language_from_request(request))
        response = answered(request)
        if response is None:
            return self.get_response(request)
        response.headers["Content-Security-Policy"] = _policy()
        response.headers["X-Frame-Options"] = settings.X_FRAME_OPTIONS
        # Without it the answer would go out in pieces, each of them a call of the system more.
        response.headers["Content-Length"] = str(len(response.content))
        return response


@cache
def _policy() -> str:
    return str(build_policy())


class RefusalMiddleware:
    """A refusal that a page did not answer itself becomes a page: what was refused, why, what to do, and the words
    that had been typed, so that nothing is lost."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # A browser comes by GET to where a form is sent when a page is reloaded or kept: an empty answer says nothing.
        if response.status_code != 405 or response.content or request.path.startswith(ANSWERS_JSON):
            return response
        page = render(request, "refused.html", {"status": 405, "back": page_before(request)}, status=405)
        page.headers["Allow"] = response.headers.get("Allow", "")
        return page

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return refusal_page(request, exception) if isinstance(exception, Refused) else None


def refusal_page(request: HttpRequest, refused: Refused) -> HttpResponse:
    """What was refused, why, what to do, and the words that had been typed."""
    page = render(
        request,
        "refused.html",
        {
            "status": refused.status,
            "sentence": refused.sentence,
            "errors": {name: sentence for name, sentence in refused.errors.items() if name},
            "back": page_before(request),
            "typed": typed_words(request),
        },
        status=refused.status,
    )
    if isinstance(refused, TooMany):
        page.headers["Retry-After"] = str(refused.after)
    return page


def page_before(request: HttpRequest) -> str:
    """Where the person came from, if that is a page of this site; else the home page."""
    referrer = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer") or "")
    if referrer.netloc != request.get_host() or not referrer.path.startswith("/") or referrer.path.startswith("//"):
        return "/"
    return referrer.path + (f"?{referrer.query}" if referrer.query else "")
