"""Phases, sessions and tasks of the projects, and their variables: lists, and the acts on them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.access import MemberRequest, for_members, kept_post
from accounts.permissions import may, require
from accounts.views.acting import sent, tries
from instructions.domain.changes import of_variable
from instructions.domain.periods import end_period, open_period
from instructions.domain.rejudging import WouldHaveChanged, would_have_changed
from instructions.domain.variables import remove_variable, set_variable
from instructions.forms.surroundings import PeriodForm, VariableForm
from instructions.forms.wording import ReasonForm
from instructions.models import Period, Variable
from instructions.queries.surroundings import ended_periods, ends_with, open_periods, variables
from instructions.views.setting import CHANGED

READ = "read_instructions"


@require_http_methods(["GET", "POST"])
@for_members(read=READ)
def period_list(request: MemberRequest, slug: str) -> HttpResponse:
    """What is open and what has ended, and the form to begin one."""
    form = PeriodForm(request.POST if request.method == "POST" else None, initial=_kept(request))
    if request.method == "POST":
        require(request.caller, "open_period")
        made = sent(form, lambda data: open_period(data["project"], data["kind"], data["name"], by=request.user))
        if made is not None:
            messages.success(request, _("“%(name)s” has begun.") % {"name": made.name})
            return redirect("periods", slug=slug)
    return _page(
        request,
        "periods",
        form,
        {
            "open": open_periods(request.organisation),
            "ended": ended_periods(request.organisation),
            "may": may(request.caller, "open_period"),
        },
    )


@require_http_methods(["GET", "POST"])
@for_members(read="end_period")
def period_end(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """Says what ends with it, then ends it."""
    period = Period.objects.select_related("project", "organisation").filter(pk=pk).first()
    if period is None:
        raise Http404
    form = ReasonForm(request.POST if request.method == "POST" else None, optional=True)
    ended = sent(form, lambda data: end_period(period, by=request.user, why=data["why"]))
    if ended is not None:
        said = ngettext("%(count)s instruction ended with it.", "%(count)s instructions ended with it.", ended)
        messages.success(request, _("“%(name)s” has ended.") % {"name": period.name} + " " + said % {"count": ended})
        return redirect("periods", slug=slug)
    return _page(request, "period_end", form, {"period": period, "ends": ends_with(period)})


@require_http_methods(["GET", "POST"])
@for_members(read=READ)
def variable_list(request: MemberRequest, slug: str) -> HttpResponse:
    """What the names mean in each project, with every setting, and the form to set one or to see first what that would
    have changed."""
    form = VariableForm(request.POST if request.method == "POST" else None, initial=_kept(request))
    if request.method == "POST":
        require(request.caller, "set_variable")

        def tried(data: dict[str, Any]) -> WouldHaveChanged:
            change = of_variable(data["project"], data["name"], data["value"])
            return would_have_changed(change, request.organisation, by=request.user)

        if request.POST.get("do") == CHANGED:
            return _variables_page(request, form, sent(form, tried))
        made = sent(form, lambda data: set_variable(data["project"], data["name"], data["value"], by=request.user))
        if made is not None:
            messages.success(request, _("%(name)s means “%(value)s” now.") % {"name": made.name, "value": made.value})
            return redirect("variables", slug=slug)
    return _variables_page(request, form)


def _variables_page(
    request: MemberRequest, form: VariableForm, changed: WouldHaveChanged | None = None
) -> HttpResponse:
    found, may_set = variables(request.organisation), may(request.caller, "set_variable")
    return _page(request, "variables", form, {"projects": found, "may": may_set, "changed": changed})


@require_http_methods(["GET", "POST"])
@for_members(read="remove_variable")
def variable_remove(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """Asked once more, then a name has no meaning any longer."""
    variable = Variable.objects.select_related("project__organisation").filter(pk=pk).first()
    if variable is None:
        raise Http404
    if request.method == "POST":
        done = _("%(name)s has no value any more.") % {"name": variable.name}
        tries(request, lambda: remove_variable(variable.project, variable.name, by=request.user), done=done)
        return redirect("variables", slug=slug)
    return render(
        request,
        "confirm.html",
        {
            "heading": _("Take %(name)s away?") % {"name": variable.name},
            "kicker": variable.project.name,
            "says": _(
                "Where an instruction uses it, it has no value from then on. Its history stays; it can be set again."
            ),
            "title": _("Take it away"),
            "back": reverse("variables", args=[slug]),
        },
    )


def _page(request: MemberRequest, name: str, form: Any, facts: dict[str, Any]) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    return render(request, f"instructions/{name}.html", {"form": form, **facts}, status=status)


def _kept(request: MemberRequest) -> dict[str, Any]:
    kept = kept_post(request)
    return {} if kept is None else kept.dict()
