"""Break glass: what is suspended, suspending it, mending it, and the review that is owed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import MemberRequest, for_members
from accounts.permissions import may, require
from accounts.queries.organisations import open_projects
from accounts.views.acting import tries
from deliberation.views.writing import Forms, Writing, status_of
from oversight.domain.glass import boundaries_of, break_glass, mend_glass, review_glass
from oversight.forms.stops import GlassForm, ReviewForm
from oversight.queries import stops as reading
from oversight.queries.stops import Glass
from oversight.queries.wording import boundary_says

READ = "read_agents"


@require_safe
@for_members(read=READ)
def glass_list(request: MemberRequest, slug: str) -> HttpResponse:
    """What is suspended now, the reviews that are owed, and what was reviewed."""
    every = reading.shown(reading.glasses(request.organisation)[:100])
    return render(
        request,
        "oversight/glass_list.html",
        {
            "slug": slug,
            "holding": [one for one in every if one.holds],
            "owed": [one for one in every if one.owed and not one.holds],
            "reviewed": [one for one in every if not one.owed],
            "may_break": may(request.caller, "break_glass"),
        },
    )


@for_members(read=READ)
def glass_break(request: MemberRequest, slug: str) -> HttpResponse:
    """Suspend one instruction, one boundary or a project's enforcement for a short while."""
    require(request.caller, "break_glass")
    projects = list(open_projects())
    given = {name: request.GET[name] for name in ("project", "what", "instruction", "boundary") if name in request.GET}
    writing = Writing(
        request, None, GlassForm, name="glass", by=request.user, projects=projects,
        boundaries=[(one, boundary_says(one)) for one in boundaries_of(request.organisation)],
        initial=given or ({"project": str(projects[0].pk)} if len(projects) == 1 else {}),
    )  # fmt: skip
    form: Any = writing.form

    def verb(data: dict[str, Any]) -> object:
        said = form.breaks()
        return break_glass(said.pop("project"), by=request.user, **said)

    if writing.sends(verb, done=_("Suspended. All members are told.")):
        return redirect("glass", slug=slug, pk=writing.result.pk)
    return render(
        request,
        "oversight/one_form.html",
        {
            "writing": writing,
            "form": writing.form,
            "heading": _("Break the glass"),
            "kicker": _("For an emergency"),
            "says": [
                _("A rule that binds agents is suspended at once, for an hour at most, and holds again by itself."),
                _("All members are told by mail who did it and what. What is let through meanwhile is recorded so."),
                _("Somebody else than you reviews it within three days, and is reminded until it is done."),
            ],
            "no_project": not projects,
            "title": _("Suspend it now"),
            "back": reverse("glass_list", args=[slug]),
        },
        status=writing.status,
    )  # fmt: skip


@require_safe
@for_members(read=READ)
def glass(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """One suspension: what, why, what was done meanwhile, and its review."""
    return _page(request, _found(request, pk))


@for_members(read=READ)
def glass_mend(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """End it before its time."""
    found = _found(request, pk)
    require(request.caller, "mend_glass")
    if request.method == "POST":
        tries(request, lambda: mend_glass(found.row, by=request.user), done=_("It holds again."))
    return redirect("glass", slug=slug, pk=pk)


@for_members(read=READ)
def glass_review(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """Say what was found, as somebody other than who suspended it."""
    found = _found(request, pk)
    require(request.caller, "review_glass")
    if request.method != "POST":
        return redirect("glass", slug=slug, pk=pk)
    writing = Writing(request, None, ReviewForm, name="review_glass", by=request.user, about=pk)
    if writing.sends(
        lambda data: review_glass(found.row, by=request.user, finding=data["finding"]),
        done=_("The review is held."),
    ):
        return redirect("glass", slug=slug, pk=pk)
    return _page(request, _found(request, pk), writing)


def _page(request: MemberRequest, found: Glass, refused: Writing | None = None) -> HttpResponse:
    row = found.row
    mine = row.by_id == request.user.pk
    may_review = may(request.caller, "review_glass") and found.owed and not found.holds and not mine
    writing = None
    if may_review or refused is not None:
        writing = Forms(request, None, request.user, refused)("review_glass", ReviewForm, about=row.pk)
    return render(
        request,
        "oversight/glass.html",
        {
            "slug": request.organisation.slug,
            "glass": found,
            "row": row,
            "meanwhile": reading.meanwhile(row),
            "writing": writing,
            "form": refused.form if refused else None,
            "mine": mine,
            "may_mend": found.holds and may(request.caller, "mend_glass"),
        },
        status=status_of(refused),
    )


def _found(request: MemberRequest, pk: UUID) -> Glass:
    found = reading.get_glass_for(request.organisation, pk)
    if found is None:
        raise Http404
    return found
