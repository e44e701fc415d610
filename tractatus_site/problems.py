"""Errors of the JSON interface as RFC 9457 problem details."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views import defaults
from rest_framework import exceptions, status
from rest_framework.views import exception_handler

from accounts.interface import ANSWERS_JSON
from accounts.refusals import Refused

MEDIA_TYPE = "application/problem+json"


def titles() -> dict[int, str]:
    """One sentence a status, for when nothing more particular is known."""
    return {
        400: _("The request cannot be read."),
        401: _("This needs an API key."),
        403: _("This key may not do that."),
        404: _("There is nothing here, or nothing this key may see."),
        405: _("This address does not take that method."),
        406: _("This cannot be given in the format that was asked for."),
        409: _("This cannot be done in the present state."),
        413: _("The body is longer than anything that can be taken here."),
        415: _("The body must be JSON."),
        422: _("Some fields cannot be taken as they are."),
        429: _("Too many requests. Wait, then try again."),
    }


NAMES = {
    400: "malformed", 401: "unauthenticated", 403: "not-allowed", 404: "not-found", 405: "method-not-taken",
    406: "format-not-given", 409: "wrong-state", 413: "too-long", 415: "not-json", 422: "invalid",
    429: "too-many-requests",
}  # fmt: skip
"""What the `type` of a problem ends in, by status."""


def kind(code: int) -> str:
    """The `type` of a problem: a relative address, explained in the description of the interface."""
    return f"/api/docs/#{NAMES.get(code, 'error')}"


def problem(code: int, detail: str = "", errors: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """The body of one problem."""
    body: dict[str, Any] = {
        "type": kind(code),
        "title": titles().get(code) or _("Something went wrong."),
        "status": code,
    }
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = errors
    return body


def handler(exception: Exception, context: dict[str, Any]) -> JsonResponse | None:
    """The exception handler of REST framework: every error it knows, and every refusal of a verb, as a problem."""
    if isinstance(exception, Refused):
        fields = [{"field": name, "detail": said} for name, said in exception.errors.items() if name]
        return _response(exception.status, problem(exception.status, exception.sentence, fields))
    known = exception_handler(exception, context)
    if known is None:
        return None
    headers = {name: known[name] for name in ("WWW-Authenticate", "Retry-After", "Allow") if name in known}
    if isinstance(exception, exceptions.ValidationError):
        fields = list(_fields(exception.detail))
        code = status.HTTP_422_UNPROCESSABLE_ENTITY
        return _response(code, problem(code, fields[0]["detail"] if len(fields) == 1 else "", fields), headers)
    detail = "" if isinstance(exception, Http404 | PermissionDenied) else str(getattr(exception, "detail", ""))
    if isinstance(exception, exceptions.NotAuthenticated):
        detail = _("Send it in the header Authorization: Bearer tr_…")
    return _response(known.status_code, problem(known.status_code, detail), headers)


def _response(code: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> JsonResponse:
    # Not a Response of REST framework, which would be written as whatever the view writes: YAML, or a page.
    return JsonResponse(body, status=code, headers=headers, content_type=MEDIA_TYPE)


def _fields(detail: Any, path: str = "") -> Any:
    """Every message in a tree of validation errors, with the path to its field: `remainders.0.value`."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            here = path if name == "non_field_errors" else f"{path}.{name}".strip(".")
            yield from _fields(inner, here)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            yield from _fields(inner, f"{path}.{index}".strip(".") if nested else path)
    else:
        yield {"field": path, "detail": str(detail)}


def nothing_here(request: HttpRequest, exception: Exception | None = None) -> JsonResponse:
    """404 for an address that systems call and no view has."""
    return _response(404, problem(404))


def _unless_api(code: int, page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Django's page for an error outside every view, or the problem where a system calls."""

    def answer(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
        if request.path.startswith(ANSWERS_JSON):
            return _response(code, problem(code))
        return page(request, exception) if code != 500 else page(request)

    return answer


bad_request = _unless_api(400, defaults.bad_request)
permission_denied = _unless_api(403, defaults.permission_denied)
page_not_found = _unless_api(404, defaults.page_not_found)
server_error = _unless_api(500, defaults.server_error)
