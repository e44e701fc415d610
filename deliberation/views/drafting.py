"""The facilitator's side of round 4: the draft, its circulation, and its way to the decision holder."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.views.acting import tries
from deliberation.domain.completeness import latest_version
from deliberation.domain.outcome import (
    circulate_outcome,
    draft_outcome,
    send_to_sign,
    set_aside_outcome_draft,
)
from deliberation.domain.warnings import goes_against
from deliberation.forms.outcome import OutcomeForm, initial_of, reshaped
from deliberation.models import Deliberation, Outcome, OutcomeVersion
from deliberation.views.access import DeliberationRequest, deliberation_view
from deliberation.views.acting import form_page, must, to, user_of
from deliberation.views.writing import NOT_WORDS, Writing


@form_page
@deliberation_view("read_outcome")
def outcome_draft(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """The draft as one long form. Rows come and go by buttons; whatever was typed is kept each time."""
    must(request, deliberation, "draft_outcome")
    by = user_of(request)
    do = request.POST.get("do", "")
    writing = Writing(
        request,
        deliberation,
        OutcomeForm,
        name="put_outcome",
        by=by,
        initial=initial_of(_latest(deliberation), deliberation),
        auto_id="id_%s",
        of=deliberation,
    )
    if do.startswith(("add-", "remove-")):
        fields, place = reshaped({k: str(v) for k, v in request.POST.items() if k not in NOT_WORDS}, do)
        writing.keep(fields)
        return redirect(f"{request.path}#{place}")
    form: OutcomeForm = writing.form  # type: ignore[assignment]

    def keep(data: dict[str, Any]) -> OutcomeVersion:
        kept = draft_outcome(deliberation, by=by, content=form.content(), seen=parse_datetime(data["seen"] or ""))
        return circulate_outcome(deliberation, by=by) if do == "circulate" else kept

    circulated = _("The draft is circulated to everybody who takes part.")
    if writing.sends(keep, done=circulated if do == "circulate" else _("The draft is kept. Nobody else has seen it.")):
        return to(deliberation, "outcome")
    version = _latest(deliberation)
    # The form speaks of the draft as it stands now: who has been told of a change made elsewhere may save again.
    writing.put("seen", version.edited_at.isoformat() if version and version.circulated_at is None else "")
    return render(
        request,
        "deliberation/outcome_draft.html",
        {
            "deliberation": deliberation,
            "version": version,
            "form": form,
            "writing": writing,
            "circulating": do == "circulate",
            "against": goes_against(version) if version is not None and version.circulated_at is None else None,
        },
        status=writing.status,
    )


def _latest(deliberation: Deliberation) -> OutcomeVersion | None:
    outcome = Outcome.objects.filter(deliberation=deliberation).first()
    return latest_version(outcome) if outcome else None


@require_POST
@deliberation_view("read_outcome")
def outcome_circulate(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Circulate the draft as it is kept. What is missing is said on the form, at its place."""
    done = _("The draft is circulated to everybody who takes part.")
    if tries(request, lambda: circulate_outcome(deliberation, by=user_of(request)), done=done):
        return to(deliberation, "outcome")
    return to(deliberation, "outcome_draft")


@require_POST
@deliberation_view("read_outcome")
def outcome_set_aside(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Give up the draft that nobody has seen."""
    done = _("The draft is set aside. The one circulated before stands again.")
    tries(request, lambda: set_aside_outcome_draft(deliberation, by=user_of(request)), done=done)
    return to(deliberation, "outcome")


@require_POST
@deliberation_view("read_outcome")
def outcome_send_to_sign(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Hand the draft to the decision holder."""
    done = _("The decision holder has it now.")
    tries(request, lambda: send_to_sign(deliberation, by=user_of(request)), done=done)
    return to(deliberation, "outcome")
