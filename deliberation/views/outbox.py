"""The demo's outbox: what people would have been mailed. It is there in the demo organisation alone."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import MemberRequest, for_members
from deliberation.queries.outbox import mail, mails


@require_safe
@for_members(read="read_asked")
def outbox(request: MemberRequest, slug: str) -> HttpResponse:
    """All mails of the demo, newest first."""
    _must_be_demo(request)
    return render(request, "deliberation/outbox.html", {"mails": mails()})


@require_safe
@for_members(read="read_asked")
def outbox_mail(request: MemberRequest, slug: str, key: str) -> HttpResponse:
    """One mail, with its links."""
    _must_be_demo(request)
    one = mail(key)
    if one is None:
        raise Http404
    return render(request, "deliberation/outbox_mail.html", {"mail": one})


def _must_be_demo(request: MemberRequest) -> None:
    if not request.organisation.is_demo:
        raise Http404
