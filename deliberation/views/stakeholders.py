"""The list of who must be heard: its page, the acts of whoever draws it up, and of whoever approves it."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import rule
from accounts.refusals import NotAllowed
from accounts.roles import Part
from deliberation.domain import amendments as amending
from deliberation.domain.approval import approve_stakeholders, reopen_list, return_stakeholders
from deliberation.domain.lacking import missing_from_list
from deliberation.domain.stakeholder_list import current_list
from deliberation.domain.stakeholders import add_stakeholder, explain_gap, settle_stakeholder, suggest_stakeholders
from deliberation.domain.terms import anyone_invited
from deliberation.forms.stakeholders import AmendmentForm, DecisionForm, DropForm, GapForm, ReasonForm, StakeholderForm
from deliberation.models import Amendment, Deliberation, Framework, Group, Stakeholder, StakeholderList, State
from deliberation.queries import stakeholders as reads
from deliberation.views.access import deliberation_view
from deliberation.views.acting import Writing, tries

form_page = require_http_methods(["GET", "HEAD", "POST"])


def _to(name: str, deliberation: Deliberation, *args: object) -> HttpResponse:
    return redirect(name, deliberation.organisation.slug, deliberation.number, *args)


def _facilitates(request: HttpRequest) -> None:
    """Raise `NotAllowed` unless the facilitator asks: the forms of the list are theirs."""
    if Part.FACILITATOR not in request.standing.parts:  # type: ignore[attr-defined]
        raise NotAllowed(_("The facilitator draws up the list."))


def _row(deliberation: Deliberation, key: UUID) -> Stakeholder:
    found = Stakeholder.objects.select_related("why", "deliberation").filter(deliberation=deliberation, pk=key).first()
    if found is None:
        raise Http404
    return found


# The page


@require_GET
@deliberation_view()
def stakeholders(request: HttpRequest, deliberation: Deliberation) -> HttpResponse:
    return _page(request, deliberation)


def _page(request: HttpRequest, deliberation: Deliberation, decision: Writing | None = None) -> HttpResponse:
    standing = request.standing  # type: ignore[attr-defined]
    viewer = request.user if request.user.is_authenticated else None
    page = reads.list_page(deliberation, viewer.pk if viewer else standing.seat_id)
    facilitates = Part.FACILITATOR in standing.parts
    version = page.version
    waits = version is not None and version.state == StakeholderList.State.SUBMITTED
    may_decide = waits and standing.may("approve_stakeholders", version)
    if may_decide and decision is None:
        decision = Writing(request, deliberation, DecisionForm, name=f"list-decision:{version.pk}", by=request.user)  # type: ignore[union-attr, arg-type]
    invited = any(hasattr(row, "amendment") for row in page.rows) or anyone_invited(deliberation)
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
    )


# Drawing it up


def _suggested_as(row: Stakeholder) -> str:
    if not row.suggested:
        return ""
    if row.suggested == row.title:
        return _("Suggested by the software. What you keep, you stand behind.")
    return _("Suggested by the software as “%(title)s”.") % {"title": row.suggested}


@require_POST
@deliberation_view()
def stakeholders_suggest(request: HttpRequest, deliberation: Deliberation) -> HttpResponse:
    tries(
        request,
        lambda: suggest_stakeholders(deliberation, by=request.user),  # type: ignore[arg-type]
        done=_(
            "The software was asked whom to hear. What it suggests, if anything, waits for you to keep, change or drop."
        ),
    )
    return _to("stakeholders", deliberation)


@form_page
@deliberation_view()
def stakeholder_add(request: HttpRequest, deliberation: Deliberation) -> HttpResponse:
    _facilitates(request)
    writing = Writing(
        request,
        deliberation,
        StakeholderForm,
        name="stakeholder-new",
        by=request.user,  # type: ignore[arg-type]
        of=deliberation,
    )
    if request.method == "POST" and writing.sends(
        lambda data: add_stakeholder(deliberation, by=request.user, **data)  # type: ignore[arg-type]
    ):
        return _to("stakeholders", deliberation)
    return _form(
        request,
        deliberation,
        writing,
        heading=_("Who else must be heard?"),
        lede=_("Nobody is written to until a person who did not draw up the list has approved it."),
        title=_("Put them on the list"),
    )


@form_page
@deliberation_view()
def stakeholder_edit(request: HttpRequest, deliberation: Deliberation, key: UUID) -> HttpResponse:
    _facilitates(request)
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
        name=f"stakeholder:{row.pk}",
        by=request.user,  # type: ignore[arg-type]
        initial=initial,
        of=deliberation,
    )
    if request.method == "POST" and writing.sends(
        lambda data: settle_stakeholder(deliberation, row, by=request.user, do="change", **data)  # type: ignore[arg-type]
    ):
        return _to("stakeholders", deliberation)
    return _form(
        request,
        deliberation,
        writing,
        heading=row.title,
        lede=_suggested_as(row),
        title=_("Keep it so"),
    )


@require_POST
@deliberation_view()
def stakeholder_keep(request: HttpRequest, deliberation: Deliberation, key: UUID) -> HttpResponse:
    row = _row(deliberation, key)
    tries(
        request,
        lambda: settle_stakeholder(deliberation, row, by=request.user, do="keep"),  # type: ignore[arg-type]
        done=_("%(who)s is on the list.") % {"who": row.title},
    )
    return _to("stakeholders", deliberation)


@form_page
@deliberation_view()
def stakeholder_drop(request: HttpRequest, deliberation: Deliberation, key: UUID) -> HttpResponse:
    _facilitates(request)
    row = _row(deliberation, key)
    writing = Writing(
        request,
        deliberation,
        DropForm,
        name=f"drop:{row.pk}",
        by=request.user,  # type: ignore[arg-type]
        stakeholder=row,
    )
    if request.method == "POST" and writing.sends(
        lambda data: settle_stakeholder(deliberation, row, by=request.user, do="drop", **data)  # type: ignore[arg-type]
    ):
        return _to("stakeholders", deliberation)
    return _form(
        request,
        deliberation,
        writing,
        heading=_("Why is %(who)s not asked?") % {"who": row.title},
        lede=_("The reason stays with the list. Whoever approves it reads it."),
        title=_("Drop from the list"),
    )


@form_page
@deliberation_view()
def stakeholders_gap(request: HttpRequest, deliberation: Deliberation, kind: str, key: UUID) -> HttpResponse:
    _facilitates(request)
    if kind not in {"framework", "group"}:
        raise Http404
    model: type[Framework] | type[Group] = Framework if kind == "framework" else Group
    thing = model.objects.filter(deliberation=deliberation, pk=key).first()
    if thing is None:
        raise Http404
    writing = Writing(request, deliberation, GapForm, name=f"gap:{thing.pk}", by=request.user)  # type: ignore[arg-type]
    if request.method == "POST" and writing.sends(
        lambda data: explain_gap(deliberation, by=request.user, **{kind: thing}, **data)  # type: ignore[arg-type]
    ):
        return _to("stakeholders", deliberation)
    heading = _("Nobody may speak for “%(what)s”") if kind == "framework" else _("Nobody speaks for “%(what)s”")
    return _form(
        request,
        deliberation,
        writing,
        heading=heading % {"what": thing.title},
        lede=_("A gap is named, never hidden. The outcome will say who was not heard, and why."),
        title=_("Explain the gap"),
    )


# The gate


@require_POST
@deliberation_view()
def stakeholders_approve(request: HttpRequest, deliberation: Deliberation) -> HttpResponse:
    """Approve or return, as the button says. What was written stays when neither could be done."""
    version = current_list(deliberation)
    writing = Writing(
        request,
        deliberation,
        DecisionForm,
        name=f"list-decision:{version.pk if version else ''}",
        by=request.user,  # type: ignore[arg-type]
    )
    verb = return_stakeholders if request.POST.get("do") == "return" else approve_stakeholders
    digest = request.POST.get("digest", "")
    if writing.sends(lambda data: verb(deliberation, by=request.user, digest=digest, **data)):  # type: ignore[arg-type]
        return _to("stakeholders", deliberation)
    deliberation.refresh_from_db()
    return _page(request, deliberation, writing)


@form_page
@deliberation_view()
def stakeholders_reopen(request: HttpRequest, deliberation: Deliberation) -> HttpResponse:
    _facilitates(request)
    writing = Writing(request, deliberation, ReasonForm, name="list-reopen", by=request.user)  # type: ignore[arg-type]
    if request.method == "POST" and writing.sends(
        lambda data: reopen_list(deliberation, by=request.user, **data)  # type: ignore[arg-type]
    ):
        return _to("stakeholders", deliberation)
    return _form(
        request,
        deliberation,
        writing,
        heading=_("Take the list up again?"),
        lede=_("Its approval ends with this. Whoever approved it is told, and approves the changed list anew."),
        title=_("Take it up again"),
    )


# Amendments


@form_page
@deliberation_view()
def amendment_new(request: HttpRequest, deliberation: Deliberation) -> HttpResponse:
    _facilitates(request)
    writing = Writing(
        request,
        deliberation,
        AmendmentForm,
        name="amendment",
        by=request.user,  # type: ignore[arg-type]
        of=deliberation,
    )
    if request.method == "POST" and writing.sends(
        lambda data: amending.propose_amendment(deliberation, by=request.user, **data)  # type: ignore[arg-type]
    ):
        return _to("stakeholders", deliberation)
    return _form(
        request,
        deliberation,
        writing,
        heading=_("Whom else to hear, now that people are invited?"),
        lede=_(
            "A voice is added, or takes the place of one that declined or was not reached. A person who did not "
            "propose it approves; then they are invited at once, with a first round of their own."
        ),
        title=_("Propose this voice"),
    )


@form_page
@deliberation_view()
def amendment_decide(request: HttpRequest, deliberation: Deliberation, key: UUID) -> HttpResponse:
    amendment = (
        Amendment.objects.select_related("stakeholder__why", "replaces", "why", "reason", "drafted_by", "decided_by")
        .filter(deliberation=deliberation, pk=key)
        .first()
    )
    if amendment is None:
        raise Http404
    standing = request.standing  # type: ignore[attr-defined]
    if not {Part.FACILITATOR, Part.HOLDER, Part.APPROVER} & standing.parts:
        raise Http404
    is_open = amendment.state == Amendment.State.PROPOSED
    writing = None
    if request.method == "POST" or (is_open and standing.may("approve_amendment", amendment)):
        writing = Writing(request, deliberation, ReasonForm, name=f"amendment:{key}", by=request.user)  # type: ignore[arg-type]
    if writing and request.method == "POST":
        verb = amending.refuse_amendment if request.POST.get("do") == "refuse" else amending.approve_amendment
        if writing.sends(lambda data: verb(deliberation, amendment, by=request.user, **data)):  # type: ignore[arg-type]
            return _to("stakeholders", deliberation)
        amendment.refresh_from_db()
    return render(
        request,
        "deliberation/amendment.html",
        {
            "deliberation": deliberation,
            "amendment": amendment,
            "is_open": is_open,
            "writing": writing,
            "form": writing.form if writing else None,
        },
    )


def _form(
    request: HttpRequest, deliberation: Deliberation, writing: Writing, *, heading: str, title: str, lede: str = ""
) -> HttpResponse:
    return render(
        request,
        "deliberation/people_form.html",
        {
            "deliberation": deliberation,
            "writing": writing,
            "form": writing.form,
            "heading": heading,
            "lede": lede,
            "title": title,
            "back": "stakeholders",
        },
    )
