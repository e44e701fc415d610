"""A check that is asked as agents ask it, answered in a straight line.

An agent asks before every act and waits. What it asks is nearly always the same in form: a short JSON body, one key, no
`Idempotency-Key`. Such a request needs nothing of what chooses parsers and renderers, and its key is opened by the same
statement that reads what stands. Everything else, every refusal before judging among it, is the ordinary view's:
`answered` gives None and leaves nothing behind.
"""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import ParseError
from rest_framework.settings import api_settings

from accounts.idempotency import HEADER
from accounts.interface import parsed
from accounts.keys import note_use, opens, prefix_of
from accounts.permissions import Caller, rule
from accounts.refusals import Refused
from accounts.scope import open_organisation
from oversight.api_limits import ManyPerKey
from oversight.api_reading import question_of
from oversight.domain.checking import consider
from oversight.domain.stands import look

ADDRESS = "/api/v1/checks/"
JSON = "application/json"
IDEMPOTENCY = f"HTTP_{HEADER.upper().replace('-', '_')}"
SHORT = 50_000
"""Octets of a body that is read before its key was opened."""


def answered(request: HttpRequest) -> HttpResponse | None:
    """The answer to a check; None where anything about the request is unusual, or it is to be refused."""
    secret = _secret_of(request)
    if secret is None:
        return None
    try:
        question, dry_run = question_of(parsed(request.body))
    except (ParseError, Refused):
        return None
    found = look(prefix_of(secret), question)
    if found is None or not opens(found.key, secret):
        return None
    key = found.key
    note_use(key)
    if not rule("read_checks_by_key").admits(Caller(key=key, organisation=key.organisation).standing):
        return None
    if not ManyPerKey().allows(key):
        return None
    try:
        with open_organisation(key.organisation):
            considered = consider(key, question, found=found)
            answer = considered.answer() if dry_run else considered.keep()
    except Refused as refused:
        # Counted already; the handler of the interface says it as it says every refusal.
        return api_settings.EXCEPTION_HANDLER(refused, {})  # type: ignore[operator]
    return HttpResponse(json.dumps(answer.to_dict()), content_type=JSON)


def _secret_of(request: HttpRequest) -> str | None:
    """What was sent as a key, where the request is as agents send it."""
    given = request.META
    mark, _space, secret = given.get("HTTP_AUTHORIZATION", "").partition(" ")
    length = given.get("CONTENT_LENGTH") or "0"
    usual = (
        request.method == "POST"
        and given.get("CONTENT_TYPE") == JSON
        and given.get("HTTP_ACCEPT", "*/*") in ("*/*", JSON)
        and IDEMPOTENCY not in given
        and length.isdecimal()
        and int(length) <= SHORT
        and mark == "Bearer"
        and secret.isascii()
        and " " not in secret
        and prefix_of(secret)
    )
    return secret if usual else None
