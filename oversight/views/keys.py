"""A key's page: what would have been stopped, marked right or wrong, and then whether it enforces."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import MemberRequest, for_members
from accounts.domain.keys import set_key_mode
from accounts.ids import uuid_or_none
from accounts.models import APIKey
from accounts.permissions import may, require
from accounts.views.acting import tries
from oversight.domain.modes import mark_stop
from oversight.domain.stops import may_freeze
from oversight.forms.stops import RIGHT, MarkForm
from oversight.models import Check
from oversight.queries import keys as reading

READ = "read_agents"


@require_safe
@for_members(read=READ)
def agent_key(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """How a key is judged, and what would have been stopped while it observes."""
    key = _key(request, pk)
    show = request.GET.get("show", "")
    show = show if show in (reading.ALL, reading.UNMARKED) else reading.UNMARKED
    rows, older = reading.observed(request.organisation, key, show, uuid_or_none(request.GET.get("before")))
    return render(
        request,
        "oversight/key.html",
        {
            "slug": slug,
            "key": key,
            "rows": rows,
            "older": older,
            "show": show,
            "figures": reading.figures(key),
            "stop": reading.standing_stop(key),
            "may_mark": may(request.caller, "mark_stop"),
            "may_set": key.is_current and may(request.caller, "set_key_mode"),
            "may_freeze": key.is_current and may_freeze(request.membership.roles, request.user, key),
        },
    )


@for_members(read=READ)
def agent_key_mode(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """Have the key enforce, or observe again; asked once more, with what that would have meant."""
    key = _key(request, pk)
    require(request.caller, "set_key_mode")
    back = reverse("agent_key", args=[slug, pk])
    if request.method == "POST":
        enforces = request.POST.get("enforces") == "yes"
        done = _("It enforces from the next act on.") if enforces else _("It only observes from the next act on.")
        tries(request, lambda: set_key_mode(key, enforces=enforces, by=request.user), done=done)
        return redirect(back)
    counted = reading.figures(key)
    return render(
        request, "oversight/key_mode.html", {"slug": slug, "key": key, "figures": counted, "back": back}
    )  # fmt: skip


@require_POST
@for_members(read="mark_stop")
def agent_check_mark(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """Mark what would have been stopped as right or wrong."""
    check = Check.objects.filter(pk=pk, organisation=request.organisation).select_related("organisation", "project")
    one = check.first()
    if one is None:
        raise Http404
    form = MarkForm(request.POST)
    back = redirect(f"{reverse('agent_key', args=[slug, one.key_id])}?{_shown(request)}#observed-h")
    if not form.is_valid():
        messages.error(request, _("Press right or wrong."))
        return back
    right, why = form.cleaned_data["mark"] == RIGHT, form.cleaned_data["why"]
    done = _("Marked. The newest mark of an act holds.")
    tries(request, lambda: mark_stop(one, by=request.user, right=right, why=why), done=done)
    return back


def _shown(request: MemberRequest) -> str:
    return f"show={reading.ALL}" if request.POST.get("show") == reading.ALL else ""


def _key(request: MemberRequest, pk: UUID) -> APIKey:
    found = reading.get_key_for(request.organisation, pk)
    if found is None:
        raise Http404
    return found
