"""The list of who must be heard: its page, the acts of whoever draws it up, and of whoever approves it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import rule
from accounts.roles import Part
from accounts.views.acting import tries
from deliberation.domain.approval import approve_stakeholders, reopen_list, return_stakeholders
from deliberation.domain.lacking import missing_from_list
from deliberation.domain.stakeholder_list import current_list
from deliberation.domain.stakeholders import add_stakeholder, explain_gap, settle_stakeholder, suggest_stakeholders
from deliberation.domain.terms import anyone_invited
from deliberation.forms.stakeholders import DecisionForm, DropForm, GapForm, ReasonForm, StakeholderForm
from deliberation.models import Deliberation, Framework, Group, Stakeholder, StakeholderList, State
from deliberation.queries import stakeholders as reads
from deliberation.views.access import DeliberationRequest, deliberation_view
from deliberation.views.acting import form_page, must_facilitate, to, user_of
from deliberation.views.writing import Writing, status_of


def _row(deliberation: Deliberation, key: UUID) -> Stakeholder:
    found = Stakeholder.objects.select_related("why", "deliberation").filter(deliberation=deliberation, pk=key).first()
    if found is None:
        raise Http404
    return found


# The page


@require_safe
@deliberation_view()
def stakeholders(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    return _page(request, deliberation)


def _page(request: DeliberationRequest, deliberation: Deliberation, decision: Writing | None = None) -> HttpResponse:
    standing = request.standing
    viewer = request.user if request.user.is_authenticated else None
    page = reads.list_page(deliberation, viewer.pk if viewer else standing.seat_id)
    facilitates = Part.FACILITATOR in standing.parts
    version = page.version
    waits = version is not None and version.state == StakeholderList.State.SUBMITTED
    may_decide = waits and standing.may("approve_stakeholders", version)
    if may_decide and decision is None:
        decision = _deciding(request, deliberation, version)
    invited = bool(page.amendments) or anyone_invited(deliberation)
    return render(
        request,
        "deliberation/stakeholders.html",
        {
            "deliberation": deliberation,
            "page": page,
            "titles": [framework.title for framework in page.frameworks],
            "version": version,
            "status": reads.status(page, deliberation, viewer),
            "history": reads.history(page, reads.versions_of(deliberation)),
            "missing": missing_from_list(deliberation) if facilitates and deliberation.state == State.DRAFT else [],
            "facilitates": facilitates,
            "may_edit": facilitates and deliberation.state in {State.DRAFT, State.STAKEHOLDERS},
            "may_suggest": facilitates and deliberation.state == State.DRAFT,
            "may_reopen": facilitates and deliberation.state == State.INVITING and not invited,
            "may_amend": facilitates and invited and standing.may("propose_amendment"),
            "may_decide": may_decide,
            "why_not": standing.why_not(rule("approve_stakeholders"), version) if waits and not may_decide else "",
            "decision": decision,
            "form": decision.form if decision else None,
            "sees_addresses": bool({Part.FACILITATOR, Part.HOLDER, Part.APPROVER} & standing.parts),
            "holder_listed": reads.holder_listed(deliberation, page),
        },
        status=status_of(decision),
    )


def _deciding(request: DeliberationRequest, deliberation: Deliberation, version: StakeholderList | None) -> Writing:
    of = version.pk if version else None
    return Writing(request, deliberation, DecisionForm, name="list-decision", about=of, by=user_of(request))


# Drawing it up


def _suggested_as(row: Stakeholder) -> str:
    if not row.suggested:
        return ""
    if row.suggested == row.title:
        return _("Suggested by the software. What you keep, you stand behind.")
    return _("Suggested by the software as “%(title)s”.") % {"title": row.suggested}


@require_POST
@deliberation_view()
def stakeholders_suggest(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    tries(
        request,
        lambda: suggest_stakeholders(deliberation, by=user_of(request)),
        done=_(
            "The software was asked whom to hear. What it suggests, if anything, waits for you to keep, change or drop."
        ),
    )
    return to(deliberation, "stakeholders")


@form_page
@deliberation_view()
def stakeholder_add(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    must_facilitate(request)
    writing = Writing(
        request,
        deliberation,
        StakeholderForm,
        name="stakeholder-new",
        by=user_of(request),
        of=deliberation,
    )
    return writing.act(
        lambda data: add_stakeholder(deliberation, by=user_of(request), **data),
        heading=_("Who else must be heard?"),
        lede=_("Nobody is written to until a person who did not draw up the list has approved it."),
        title=_("Put them on the list"),
        label=_("About them"),
        back="stakeholders",
    )


@form_page
@deliberation_view()
def stakeholder_edit(request: DeliberationRequest, deliberation: Deliberation, key: UUID) -> HttpResponse:
    must_facilitate(request)
    row = _row(deliberation, key)
    initial = {
        "title": row.title,
        "why": str(row.why) if row.why else row.suggested_why,
        "relation": row.relation,
        "groups": list(row.groups.all()),
        "frameworks": list(row.frameworks.all()),
        "email": row.email,
        "address": row.address,
        "language": row.language,
    }
    writing = Writing(
        request,
        deliberation,
        StakeholderForm,
        name="stakeholder",
        about=row.pk,
        by=user_of(request),
        initial=initial,
        of=deliberation,
    )
    return writing.act(
        lambda data: settle_stakeholder(deliberation, row, by=user_of(request), do="change", **data),
        heading=row.title,
        lede=_suggested_as(row),
        title=_("Keep it so"),
        label=_("About them"),
        back="stakeholders",
    )


@require_POST
@deliberation_view()
def stakeholder_keep(request: DeliberationRequest, deliberation: Deliberation, key: UUID) -> HttpResponse:
    row = _row(deliberation, key)
    tries(
        request,
        lambda: settle_stakeholder(deliberation, row, by=user_of(request), do="keep"),
        done=_("%(who)s is on the list.") % {"who": row.title},
    )
    return to(deliberation, "stakeholders")


@form_page
@deliberation_view()
def stakeholder_drop(request: DeliberationRequest, deliberation: Deliberation, key: UUID) -> HttpResponse:
    must_facilitate(request)
    row = _row(deliberation, key)
    writing = Writing(
        request,
        deliberation,
        DropForm,
        name="drop",
        about=row.pk,
        by=user_of(request),
        stakeholder=row,
    )
    return writing.act(
        lambda data: settle_stakeholder(deliberation, row, by=user_of(request), do="drop", **data),
        heading=_("Why is %(who)s not asked?") % {"who": row.title},
        lede=_("The reason stays with the list. Whoever approves it reads it."),
        title=_("Drop from the list"),
        label=_("About them"),
        back="stakeholders",
    )


@form_page
@deliberation_view()
def stakeholders_gap(request: DeliberationRequest, deliberation: Deliberation, kind: str, key: UUID) -> HttpResponse:
    must_facilitate(request)
    if kind not in {"framework", "group"}:
        raise Http404
    model: type[Framework] | type[Group] = Framework if kind == "framework" else Group
    thing = model.objects.filter(deliberation=deliberation, pk=key).first()
    if thing is None:
        raise Http404
    writing = Writing(request, deliberation, GapForm, name="gap", about=thing.pk, by=user_of(request))
    gap: Any = {kind: thing}
    heading = _("Nobody may speak for “%(what)s”") if kind == "framework" else _("Nobody speaks for “%(what)s”")
    return writing.act(
        lambda data: explain_gap(deliberation, by=user_of(request), **gap, **data),
        heading=heading % {"what": thing.title},
        lede=_("A gap is named, never hidden. The outcome will say who was not heard, and why."),
        title=_("Explain the gap"),
        label=_("About them"),
        back="stakeholders",
    )


# The gate


@require_POST
@deliberation_view()
def stakeholders_approve(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Approve or return, as the button says. What was written stays when neither could be done."""
    version = current_list(deliberation)
    writing = _deciding(request, deliberation, version)
    verb = return_stakeholders if request.POST.get("do") == "return" else approve_stakeholders
    digest = request.POST.get("digest", "")
    if writing.sends(lambda data: verb(deliberation, by=user_of(request), digest=digest, **data)):
        return to(deliberation, "stakeholders")
    deliberation.refresh_from_db()
    return _page(request, deliberation, writing)


@form_page
@deliberation_view()
def stakeholders_reopen(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    must_facilitate(request)
    writing = Writing(request, deliberation, ReasonForm, name="list-reopen", by=user_of(request))
    return writing.act(
        lambda data: reopen_list(deliberation, by=user_of(request), **data),
        heading=_("Take the list up again?"),
        lede=_("Its approval ends with this. Whoever approved it is told, and approves the changed list anew."),
        title=_("Take it up again"),
        label=_("About them"),
        back="stakeholders",
    )


# Amendments
