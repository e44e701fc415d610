"""Ways out that are answers: another format, somebody one speaks for, somebody who is missing."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import Invalid, NotAllowed, Stale
from deliberation.domain.act import perform
from deliberation.domain.taking_part import tell_facilitator
from deliberation.models import (
    Deliberation,
    Request,
    Seat,
)


def ask_otherwise(deliberation: Deliberation, *, by: Seat, kind: str, text: str) -> Request:
    """Ask for another format, say for whom one speaks instead, or who is missing. The facilitator answers it."""
    with perform("ask_otherwise", deliberation, by=by) as act:
        if kind not in Request.Kind.values:
            raise Invalid(_("Please say what you ask for."), "kind")
        request = Request(
            organisation=deliberation.organisation,
            deliberation=deliberation,
            kind=kind,
            seat=act.seat,
            text=act.keep("text", text),
            at=act.now,
        )
        request.save(force_insert=True)
        tell_facilitator(act, "request_made", request)
        act.subject, act.decision = ("request", request.pk), "asked"
    return request


def answer_request(deliberation: Deliberation, request: Request, *, by: User, answer: str) -> Request:
    """Answer what was asked; the person is told. Raises `Stale` where it was answered already."""
    with perform("answer_request", deliberation, by=by) as act:
        row = Request.objects.select_related("seat").filter(pk=request.pk, deliberation=deliberation).first()
        if row is None:
            raise NotAllowed(_("This belongs to another deliberation."))
        if row.answered_at is not None:
            raise Stale(_("This has been answered already."))
        row.answer, row.answered_by, row.answered_at = act.keep("answer", answer), act.user, act.now
        row.save()
        act.notify("request_answered", f"request:{row.pk}", seats=[row.seat])
        act.subject, act.decision = ("request", row.pk), "answered"
    return row
