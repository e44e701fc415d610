"""`Idempotency-Key`: the same request with the same key is answered as the first time, and done once.

A request that fails is not kept: nothing came of it, so it may be sent again. Answers are kept for a week.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.models import APIKey, KeptAnswer, Organisation
from accounts.refusals import Invalid, Stale

HEADER = "Idempotency-Key"
KEPT_FOR = timedelta(days=7)
LONGEST = 200

Handler = Callable[..., Response]


def idempotent(handler: Handler) -> Handler:
    """A handler of a `KeyView` that takes `Idempotency-Key`. It runs in one transaction with the kept answer.

    Raises Invalid for a key that is no key, and for a key that was used with another request.
    """

    @wraps(handler)
    def answered(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        name = request.headers.get(HEADER)
        if name is None:
            return handler(view, request, *args, **kwargs)
        if not (0 < len(name) <= LONGEST and name.isascii() and name.isprintable()):
            raise Invalid(_("An Idempotency-Key is 1 to 200 printable ASCII characters."), HEADER)
        key: APIKey = request.auth  # type: ignore[assignment]
        digest = digest_of(request)
        with transaction.atomic():
            kept = _begin(key, name, digest)
            if kept is None:
                return _again(key, name, digest)
            response = handler(view, request, *args, **kwargs)
            kept.status, kept.body = response.status_code, response.data
            kept.location = response.headers.get("Location", "")
            kept.save(update_fields=["status", "body", "location"])
        return response

    return answered


def digest_of(request: Request) -> str:
    """SHA-256 of method, path and body; the order of keys and the white space of the JSON do not matter."""
    body = json.dumps(request.data, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{request.method} {request.path}\n{body}".encode("utf-8", "surrogatepass")).hexdigest()


def _begin(key: APIKey, name: str, digest: str) -> KeptAnswer | None:
    """The new row, or None where this key has been used. On PostgreSQL a second request waits here for the first."""
    if KeptAnswer.objects.filter(key=key, idempotency_key=name).exists():
        return None
    row = KeptAnswer(organisation_id=key.organisation_id, key=key, idempotency_key=name, digest=digest)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return None
    return row


def _again(key: APIKey, name: str, digest: str) -> Response:
    kept = KeptAnswer.objects.filter(key=key, idempotency_key=name).first()
    if kept is None or kept.status is None:
        raise Stale(
            _("The first request with this Idempotency-Key is still being answered. Send it again in a moment.")
        )
    if kept.digest != digest:
        raise Invalid(_("This Idempotency-Key was used with another request. Use a new one."), HEADER)
    headers = {"Idempotent-Replayed": "true"}
    if kept.location:
        headers["Location"] = kept.location
    return Response(kept.body, status=kept.status, headers=headers)


def forget_answers(organisation: Organisation) -> int:
    """Delete the answers kept for longer than a week. Gives how many."""
    old = KeptAnswer.objects.filter(organisation=organisation, created_at__lt=clock.now() - KEPT_FOR)
    return old.delete()[0]


def forget_words(organisation: Organisation, **said: str) -> int:
    """Empty the kept answers that say this under these names, because words in them are erased. Gives how many.

    `outer__inner` is a name within an object. The request stays known, so that sent again it is not done twice; what it
    was answered is not said again.
    """
    where = {f"body__{name}": value for name, value in said.items()}
    kept = KeptAnswer.objects.filter(organisation=organisation, **where)
    return kept.update(body={"detail": _("The words of this answer were erased on request.")})
