"""Changes of the list after people were invited: proposed by the facilitator, decided by somebody else."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.roles import Part
from deliberation.domain import amendments as amending
from deliberation.forms.stakeholders import AmendmentForm, ReasonForm
from deliberation.models import Amendment, Deliberation
from deliberation.queries.stakeholders import fetch_places
from deliberation.views.access import DeliberationRequest, deliberation_view
from deliberation.views.acting import form_page, must_facilitate, to, user_of
from deliberation.views.writing import Writing, status_of


@form_page
@deliberation_view()
def amendment_new(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    must_facilitate(request)
    writing = Writing(
        request,
        deliberation,
        AmendmentForm,
        name="amendment",
        by=user_of(request),
        of=deliberation,
    )
    return writing.act(
        lambda data: amending.propose_amendment(deliberation, by=user_of(request), **data),
        heading=_("Whom else to hear, now that people are invited?"),
        lede=_(
            "A voice is added, or takes the place of one that declined or was not reached. A person who did not "
            "propose it approves; then they are invited at once, with a first round of their own."
        ),
        title=_("Propose this voice"),
        label=_("About them"),
        back="stakeholders",
    )


@form_page
@deliberation_view()
def amendment_decide(request: DeliberationRequest, deliberation: Deliberation, key: UUID) -> HttpResponse:
    amendment = (
        Amendment.objects.select_related("stakeholder__why", "replaces", "why", "reason", "drafted_by", "decided_by")
        .filter(deliberation=deliberation, pk=key)
        .first()
    )
    if amendment is None:
        raise Http404
    standing = request.standing
    if not {Part.FACILITATOR, Part.HOLDER, Part.APPROVER} & standing.parts:
        raise Http404
    is_open = amendment.state == Amendment.State.PROPOSED
    writing = None
    if request.method == "POST" or (is_open and standing.may("approve_amendment", amendment)):
        writing = Writing(request, deliberation, ReasonForm, name="amendment", about=key, by=user_of(request))
    if writing and request.method == "POST":
        verb = amending.refuse_amendment if request.POST.get("do") == "refuse" else amending.approve_amendment
        if writing.sends(lambda data: verb(deliberation, amendment, by=user_of(request), **data)):
            return to(deliberation, "stakeholders")
        amendment.refresh_from_db()
    fetch_places(deliberation, [amendment.stakeholder])
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
        status=status_of(writing),
    )
