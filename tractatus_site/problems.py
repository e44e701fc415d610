"""Errors of the JSON interface as RFC 9457 problem details."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

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
        415: _("The body must be JSON."),
        422: _("Some fields cannot be taken as they are."),
        429: _("Too many requests. Wait, then try again."),
    }


def kind(code: int) -> str:
    """The `type` of a problem: a relative address, explained in the documentation of the interface."""
    names = {400: "malformed", 401: "unauthenticated", 403: "not-allowed", 404: "not-found", 409: "wrong-state",
             422: "invalid", 429: "too-many-requests"}  # fmt: skip
    return f"/api/docs/#{names.get(code, 'error')}"


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


def handler(exception: Exception, context: dict[str, Any]) -> Response | None:
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
    return _response(known.status_code, problem(known.status_code, detail), headers)


def _response(code: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    return Response(body, status=code, headers=headers, content_type=MEDIA_TYPE)


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
    """404 for an address under /api/ that no view has."""
    return JsonResponse(problem(404), status=404, content_type=MEDIA_TYPE)
