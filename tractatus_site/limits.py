"""Which forms are counted, and by what: the table, and the middleware that reads it before a view runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.access import PARTICIPATIONS
from accounts.interface import ANSWERS_JSON
from accounts.limits import TooMany, count
from tractatus_site.middleware import refusal_page

Target = Callable[[HttpRequest, dict[str, Any]], str]


def _typed(name: str) -> Target:
    return lambda request, _kwargs: request.POST.get(name, "").strip().lower()


def _in_address(name: str) -> Target:
    return lambda _request, kwargs: str(kwargs[name])


def _invitation(_request: HttpRequest, kwargs: dict[str, Any]) -> str:
    return str(kwargs["token"]).partition(".")[0]


def _nothing(_request: HttpRequest, _kwargs: dict[str, Any]) -> str:
    return ""


FORMS: dict[str, tuple[str, Target]] = {
    # A code is guessed at most three times (the sign-in library's own count), so how many are asked for an address
    # in an hour bounds the guesses too.
    "account_request_login_code": ("code_asked", _typed("email")),
    "account_confirm_login_code": ("code_entered", _nothing),
    "mfa_authenticate": ("code_entered", _nothing),
    "account_reset_password": ("code_asked", _typed("email")),
    "sign_in_by_link": ("sign_in_link", _in_address("user_id")),
    "participate": ("participation_link", _invitation),
    "start": ("start", _nothing),
    "demo_sign_in": ("look_around", _nothing),
    "deliberation_new": ("question", _nothing),
    "public_simulator": ("simulated", _nothing),
}
"""Routes whose forms have a count of their own, with what the form is about."""


class LimitsMiddleware:
    """Counts what is sent to the pages, before it is looked at. The JSON interface counts by itself, by key."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if request.method in {"GET", "HEAD", "OPTIONS"} or request.path.startswith(ANSWERS_JSON):
            return None
        try:
            _count_form(request, kwargs)
        except TooMany as refused:
            return refusal_page(request, refused)
        return None


def _count_form(request: HttpRequest, kwargs: dict[str, Any]) -> None:
    seats = request.session.get(PARTICIPATIONS)
    if request.user.is_authenticated:
        count(request, "form")
    elif seats:
        count(request, "form_by_link", target=",".join(sorted(one["seat"] for one in seats.values())))
    else:
        count(request, "form_signed_out")
    name = request.resolver_match.url_name if request.resolver_match else None
    if name not in FORMS:
        return
    action, target = FORMS[name]
    # The count of a person can only be kept for somebody who is signed in; the others are led to sign-in.
    if action == "question" and not request.user.is_authenticated:
        return
    count(request, action, target=target(request, kwargs))
