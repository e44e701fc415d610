"""The evolution log: read here or as a document, added to by administrators, and for anybody once it is switched on."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import MemberRequest, for_members, kept_post
from accounts.permissions import may
from accounts.views.acting import sent
from audit.domain.milestones import add_milestone
from audit.forms.public import MilestoneForm
from audit.models import Surface
from audit.queries.milestones import Told, as_markdown, own_log, public_log
from audit.views.metrics import shown_or_404
from audit.views.record import READ


@require_safe
@for_members(read=READ)
def evolution(request: MemberRequest, slug: str) -> HttpResponse:
    """What happened to the framework, and what this organisation has added."""
    log = own_log(request.organisation)
    return render(request, "audit/evolution.html", {"log": log, "may_add": may(request.caller, "add_milestone")})


@require_safe
@for_members(read=READ)
def evolution_markdown(request: MemberRequest, slug: str) -> HttpResponse:
    """The same as a document."""
    return _document(own_log(request.organisation))


@for_members(read="add_milestone")
def milestone_add(request: MemberRequest, slug: str) -> HttpResponse:
    """Add an incident, a change or a version."""
    posted = request.method == "POST"
    form = MilestoneForm(request.POST if posted else None, initial=(kept_post(request) or {}))
    if sent(form, lambda data: add_milestone(request.organisation, by=request.user, **data)) is not None:
        messages.success(request, _("It stands in the evolution log now, and in the record."))
        return redirect("evolution", slug=slug)
    return render(request, "audit/milestone.html", {"form": form}, status=422 if posted else 200)


@require_safe
def public_evolution(request: HttpRequest) -> HttpResponse:
    """The log as anybody reads it."""
    shown_or_404(Surface.Name.EVOLUTION)
    return render(request, "audit/evolution.html", {"log": public_log(), "in_public": True})


@require_safe
def public_evolution_markdown(request: HttpRequest) -> HttpResponse:
    """The same as a document."""
    shown_or_404(Surface.Name.EVOLUTION)
    return _document(public_log())


def _document(log: Iterable[Told]) -> HttpResponse:
    return HttpResponse(
        as_markdown(log),
        content_type="text/markdown; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="evolution.md"'},
    )
