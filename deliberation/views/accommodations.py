"""Round 2: what all could share, proposals with what each would cost, and the answers to them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from deliberation.addresses import address
from deliberation.domain.accommodations import answer_proposal, propose, share_value, state_cost
from deliberation.forms import rounds as forms
from deliberation.models import Deliberation, Framework, Option, Round, Seat, Stance, Voice
from deliberation.queries.accommodations import Asked, Proposal, proposals, questions, shared_values
from deliberation.queries.conflict import frameworks_in_order
from deliberation.queries.positions import positions_abreast
from deliberation.queries.said import version_of
from deliberation.views.access import DeliberationRequest, deliberation_view
from deliberation.views.acting import seat_of, speaker_of, to
from deliberation.views.rounds import (
    frame,
    must_accept_first,
    question_form,
    questions_of,
    reply_form,
    viewer_of,
)
from deliberation.views.writing import Forms, Writing, status_of


@require_safe
@deliberation_view()
def accommodations(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Round 2: what is shared, and each proposal with what it costs and what each framework answers."""
    return must_accept_first(request, deliberation) or show_accommodations(request, deliberation)


def show_accommodations(
    request: DeliberationRequest, deliberation: Deliberation, refused: Writing | None = None
) -> HttpResponse:
    """Render round 2, with the form that was refused, if one was."""
    context = frame(request, deliberation, 2, refused)
    put = questions(deliberation)
    if context["visible"]:
        context |= _visible(request, deliberation, context, put)
    general = [one for one in put if one.question.option_id is None]
    context |= questions_of(request, deliberation, context, general)
    return render(request, "deliberation/accommodations.html", context, status=status_of(refused))


def _visible(
    request: DeliberationRequest,
    deliberation: Deliberation,
    context: dict[str, Any],
    put: list[Asked],
) -> dict[str, Any]:
    """What those see who may read the others: what was said, each with the forms to answer it."""
    seat, abreast = request.seat, context["abreast"]
    speaks = context["may_say"]
    runs = context["runs"] and context["round"].state == Round.State.OPEN
    forms_of: Forms = context["forms_of"]
    # A participant says what a proposal would cost the frameworks they speak in; the facilitator, any of them.
    costs = _frameworks_of(seat) if seat and speaks else abreast.frameworks if runs else []
    replies = context["ask"] or context["runs"]
    shown = [
        {
            "said": one,
            "answer": _stance_form(forms_of, deliberation, one) if speaks and not one.is_mine else None,
            "cost": _cost_form(forms_of, deliberation, one, costs) if costs else None,
            "ask": question_form(forms_of, deliberation, context, one.option),
            "questions": [
                {"said": asked, "reply": reply_form(forms_of, deliberation, asked) if replies else None}
                for asked in one.questions
            ],
        }
        for one in proposals(deliberation, seat=seat, abreast=abreast, put=put)
    ]
    found: dict[str, Any] = {
        "shared": shared_values(deliberation),
        "positions": positions_abreast(deliberation, standing=request.standing, seat=seat, abreast=abreast),
        "proposals": shown,
    }
    if speaks:
        action = address(deliberation, "shared_value_add")
        found["share"] = forms_of("shared_value", forms.SharedValueForm, action=action)
    if speaks or runs:
        found["propose"] = forms_of("proposal", forms.ProposalForm, action=address(deliberation, "proposal_add"))
    return found


def _stance_form(forms_of: Forms, deliberation: Deliberation, proposal: Proposal) -> Writing:
    mine = proposal.mine
    initial: dict[str, Any] = {"based_on": 0}
    if mine is not None:
        initial = {"based_on": mine.version, "answer": mine.answer, "reason": str(mine.reason or "")}
    return forms_of(
        "stance",
        forms.StanceForm,
        about=proposal.option.pk,
        action=address(deliberation, "stance_submit", proposal.option.pk),
        initial=initial,
    )


def _cost_form(forms_of: Forms, deliberation: Deliberation, proposal: Proposal, frameworks: list[Framework]) -> Writing:
    key = proposal.option.pk
    return forms_of(
        "cost", forms.CostForm, about=key, action=address(deliberation, "proposal_cost", key), frameworks=frameworks
    )


def _frameworks_of(seat: Seat) -> list[Framework]:
    rows = Voice.objects.filter(seat=seat, dropped_at__isnull=True).select_related("framework")
    return [voice.framework for voice in rows]


# --- What is sent from it


@require_POST
@deliberation_view()
def stance_submit(request: DeliberationRequest, deliberation: Deliberation, option_id: UUID) -> HttpResponse:
    """Answer a proposal."""
    seat, option = seat_of(request), get_object_or_404(Option, deliberation=deliberation, pk=option_id)
    writing = Writing(request, deliberation, forms.StanceForm, name="stance", about=option.pk, by=seat)
    if writing.sends(
        lambda data: answer_proposal(deliberation, by=seat, option=option, **data),
        done=_("Your answer is in. Its receipt stands on your page."),
        version=lambda: version_of(Stance, seat, option=option),
    ):
        return to(deliberation, f"accommodations#o-{option.pk.hex}")
    return show_accommodations(request, deliberation, writing)


@require_POST
@deliberation_view()
def shared_value_add(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Name something all could share."""
    seat = seat_of(request)
    writing = Writing(request, deliberation, forms.SharedValueForm, name="shared_value", by=seat)
    if writing.sends(
        lambda data: share_value(deliberation, by=seat, **data),
        done=_("It is in. Everybody who takes part can read it."),
    ):
        return to(deliberation, "accommodations#shared")
    return show_accommodations(request, deliberation, writing)


@require_POST
@deliberation_view()
def proposal_add(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Make a proposal."""
    by = speaker_of(request)
    writing = Writing(request, deliberation, forms.ProposalForm, name="proposal", by=by)
    if writing.sends(
        lambda data: propose(deliberation, by=by, **data),
        done=_("Your proposal is in. Everybody who takes part is asked about it."),
    ):
        return to(deliberation, f"accommodations#o-{writing.result.pk.hex}")
    return show_accommodations(request, deliberation, writing)


@require_POST
@deliberation_view()
def proposal_cost(request: DeliberationRequest, deliberation: Deliberation, option_id: UUID) -> HttpResponse:
    """Say what a proposal would cost a framework."""
    by, option = speaker_of(request), get_object_or_404(Option, deliberation=deliberation, pk=option_id)
    writing = Writing(
        request,
        deliberation,
        forms.CostForm,
        name="cost",
        about=option.pk,
        by=by,
        frameworks=frameworks_in_order(deliberation, viewer_of(request)),
    )
    if writing.sends(
        lambda data: state_cost(deliberation, by=by, option=option, **data), done=_("It stands with the proposal.")
    ):
        return to(deliberation, f"accommodations#o-{option.pk.hex}")
    return show_accommodations(request, deliberation, writing)
