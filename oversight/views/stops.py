"""Freezing a session, a key or a project, and letting it go on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import MemberRequest, for_members
from accounts.models import APIKey, Project
from accounts.permissions import may, require
from accounts.refusals import NotAllowed
from deliberation.views.writing import Writing
from oversight.domain.stops import freeze, lift_freeze, may_freeze
from oversight.forms.stops import FreezeForm, LiftForm
from oversight.models import Session
from oversight.queries import stops as reading

READ = "read_agents"


@require_safe
@for_members(read=READ)
def freezes(request: MemberRequest, slug: str) -> HttpResponse:
    """What is stopped now, and what was."""
    standing = reading.standing_stops(request.organisation)
    frozen = {stop.project_id for stop in standing if stop.session_id is None and stop.key_id is None}
    projects = Project.objects.filter(archived_at__isnull=True).exclude(pk__in=frozen).order_by("name")
    return render(
        request,
        "oversight/freezes.html",
        {
            "slug": slug,
            "standing": standing,
            "lifted": reading.lifted_stops(request.organisation),
            "projects": list(projects),
            "may_freeze": may_freeze(request.membership.roles, request.user, None),
            "may_lift": may(request.caller, "lift_freeze"),
        },
    )


@for_members(read="freeze")
def freeze_session(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """Stop one session."""
    rows = Session.objects.select_related("project", "key").filter(organisation=request.organisation)
    session: Session = get_object_or_404(rows, pk=pk)
    return _freeze(request, session.project, session=session)


@for_members(read="freeze")
def freeze_key(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """Stop everything that uses one key."""
    rows = APIKey.objects.select_related("project").filter(organisation=request.organisation)
    key: APIKey = get_object_or_404(rows, pk=pk)
    return _freeze(request, key.project, key=key)


@for_members(read="freeze")
def freeze_project(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """Stop all agents of a project."""
    return _freeze(request, get_object_or_404(Project, pk=pk, organisation=request.organisation))


def _freeze(
    request: MemberRequest, project: Project, *, key: APIKey | None = None, session: Session | None = None
) -> HttpResponse:
    about = key or (session.key if session else None)
    require(request.caller, "freeze")
    if not may_freeze(request.membership.roles, request.user, about):
        raise NotAllowed(_("Decision holders and administrators stop agents, and whoever made the key."))
    thing: Any = session or key or project
    writing = Writing(request, None, FreezeForm, name="freeze", by=request.user, about=thing.pk)
    done = _("Stopped, from the next act on.")
    if writing.sends(
        lambda data: freeze(project, by=request.user, key=key, session=session, why=data["why"]), done=done
    ):
        return redirect(_back(request, session, key))
    if session is not None:
        heading, says = _("Freeze this session?"), _("Nothing this session asks about is let through any more.")
    elif key is not None:
        heading = _("Freeze the key “%(key)s”?") % {"key": key.name}
        says = _("Nothing that uses this key is let through any more.")
    else:
        heading = _("Freeze all agents of “%(project)s”?") % {"project": project.name}
        says = _("Nothing any agent of this project asks about is let through any more, whatever key it uses.")
    return render(
        request,
        "oversight/one_form.html",
        {
            "writing": writing,
            "form": writing.form,
            "heading": heading,
            "kicker": project.name,
            "says": [
                says,
                _("It holds with the next act, also for keys that only observe. Agents may still hand over and end."),
                _("Decision holders and administrators are told now. One of them lifts it, with a reason."),
            ],
            "title": _("Freeze it"),
            "back": _back(request, session, key),
        },
        status=writing.status,
    )


def _back(request: MemberRequest, session: Session | None, key: APIKey | None) -> str:
    """Where one came from, as far as one may read it: who made a key need not be one who watches agents."""
    slug = request.organisation.slug
    if not may(request.caller, READ):
        return reverse("asked", args=[slug])
    if session is not None:
        return reverse("agent_session", args=[slug, session.pk])
    return reverse("agent_key", args=[slug, key.pk]) if key is not None else reverse("freezes", args=[slug])


@for_members(read=READ)
def freeze_lift(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """Let it go on, with a reason."""
    stop = get_object_or_404(reading.stops(request.organisation), pk=pk)
    require(request.caller, "lift_freeze")
    writing = Writing(request, None, LiftForm, name="lift", by=request.user, about=stop.pk)
    if writing.sends(
        lambda data: lift_freeze(stop, by=request.user, why=data["why"]), done=_("Lifted. It goes on from here.")
    ):
        return redirect("freezes", slug=slug)
    return render(
        request,
        "oversight/one_form.html",
        {
            "writing": writing,
            "form": writing.form,
            "heading": _("Let it go on?"),
            "kicker": stop.project.name,
            "says": [_("From the next act on it is judged as before. What was denied meanwhile stays denied.")],
            "words": stop.why,
            "words_by": stop.by,
            "title": _("Lift the freeze"),
            "back": reverse("freezes", args=[slug]),
        },
        status=writing.status,
    )
