"""Round 3: sentences that seem agreed, differences with their sides, and what changed for whom."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from deliberation.addresses import address
from deliberation.domain.agreement import answer_agreement, answer_side, put_agreement, put_difference, tell_shift
from deliberation.forms import rounds as forms
from deliberation.models import (
    Agreement,
    AgreementAnswer,
    Deliberation,
    Round,
    Seat,
    Shift,
    Side,
    SideAnswer,
    State,
)
from deliberation.queries import contributions as said
from deliberation.views.access import DeliberationRequest, deliberation_view
from deliberation.views.acting import seat_of, speaker_of, to, user_of
from deliberation.views.rounds import frame, must_accept_first, questions_of, viewer_of
from deliberation.views.writing import Forms, Writing, status_of


@require_GET
@deliberation_view()
def agreement(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Round 3: sentences that seem agreed, differences with their sides, and what changed."""
    return must_accept_first(request, deliberation) or show_agreement(request, deliberation)


def show_agreement(
    request: DeliberationRequest, deliberation: Deliberation, refused: Writing | None = None
) -> HttpResponse:
    """Render round 3, with the form that was refused, if one was."""
    context = frame(request, deliberation, 3, refused)
    if context["visible"] and (context["runs"] or context["round"].opened_at is not None):
        context |= _visible(request, deliberation, context, refused)
    context |= questions_of(request, deliberation, context, refused)
    return render(request, "deliberation/agreement.html", context, status=status_of(refused))


def _visible(
    request: DeliberationRequest, deliberation: Deliberation, context: dict[str, Any], refused: Writing | None
) -> dict[str, Any]:
    """What those see who may read the others: what was put into words, each with the forms to answer it."""
    seat, speaks = request.seat, context["may_say"]
    forms_of = Forms(request, deliberation, speaker_of(request), refused)
    found: dict[str, Any] = {
        "agreements": [
            {"said": one, "answer": _agreement_form(forms_of, deliberation, one) if speaks else None}
            for one in said.agreements(deliberation, seat=seat, viewer=viewer_of(request))
        ],
        "differences": [
            {
                "said": one,
                "sides": [
                    {"said": side, "answer": _side_form(forms_of, deliberation, side) if speaks else None}
                    for side in one.sides
                ],
            }
            for one in said.differences(deliberation, seat=seat)
        ],
        "shifts": said.shifts(deliberation),
    }
    if seat is not None and (speaks or (deliberation.state == State.ROUND_4 and context["ask"])):
        found["shift"] = _shift_form(forms_of, deliberation, seat)
    if context["runs"] and context["round"].state != Round.State.CLOSED and _may_put(deliberation):
        found["put_agreement"] = forms_of(
            "put_agreement", forms.SentenceForm, action=address(deliberation, "agreement_put")
        )
        found["put_difference"] = forms_of(
            "put_difference", forms.DifferenceForm, action=address(deliberation, "difference_put")
        )
    return found


def _agreement_form(forms_of: Forms, deliberation: Deliberation, one: said.Agreed) -> Writing:
    key, mine = one.agreement.pk, one.mine
    initial: dict[str, Any] = {"based_on": 0}
    if mine is not None:
        confirms = "yes" if mine.confirms else "no"
        initial = {"based_on": mine.version, "confirms": confirms, "comment": str(mine.comment or "")}
    action = address(deliberation, "agreement_answer", key)
    return forms_of("agreement", forms.AgreementForm, about=key, action=action, initial=initial)


def _side_form(forms_of: Forms, deliberation: Deliberation, one: said.SideShown) -> Writing:
    key, mine = one.side.pk, one.mine
    initial: dict[str, Any] = {"based_on": 0}
    if mine is not None:
        holds = ("otherwise" if mine.comment else "as_stated") if mine.holds else "not_mine"
        initial = {"based_on": mine.version, "holds": holds, "comment": str(mine.comment or "")}
    action = address(deliberation, "side_answer", key)
    return forms_of("side", forms.SideForm, about=key, action=action, initial=initial)


def _shift_form(forms_of: Forms, deliberation: Deliberation, seat: Seat) -> Writing:
    mine = seat.shifts.order_by("-version").first()
    initial: dict[str, Any] = {"based_on": 0}
    if mine is not None:
        initial = {"based_on": mine.version, "changed": "yes" if mine.changed else "no", "text": str(mine.text or "")}
    return forms_of("shift", forms.ShiftForm, action=address(deliberation, "shift_tell"), initial=initial)


def _may_put(deliberation: Deliberation) -> bool:
    if deliberation.state == State.ROUND_3:
        return True
    return (
        deliberation.state == State.ROUND_2
        and Round.objects.filter(deliberation=deliberation, number=2, state=Round.State.CLOSED).exists()
    )


# --- What is sent from it


@require_POST
@deliberation_view()
def agreement_put(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Put a sentence that seems agreed."""
    by = user_of(request)
    writing = Writing(request, deliberation, forms.SentenceForm, name="put_agreement", by=by)
    if writing.sends(
        lambda data: put_agreement(deliberation, by=by, **data), done=_("It is put to everybody who takes part.")
    ):
        return to(deliberation, f"agreement#a-{writing.result.pk.hex}")
    return show_agreement(request, deliberation, writing)


@require_POST
@deliberation_view()
def difference_put(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Put a difference with its sides."""
    by = user_of(request)
    writing = Writing(request, deliberation, forms.DifferenceForm, name="put_difference", by=by)
    if writing.sends(
        lambda data: put_difference(deliberation, by=by, **data), done=_("It is put to everybody who takes part.")
    ):
        return to(deliberation, f"agreement#d-{writing.result.pk.hex}")
    return show_agreement(request, deliberation, writing)


@require_POST
@deliberation_view()
def agreement_answer(request: DeliberationRequest, deliberation: Deliberation, agreement_id: UUID) -> HttpResponse:
    """Confirm a sentence that seems agreed, or say that it is not."""
    seat = seat_of(request)
    row = get_object_or_404(Agreement, deliberation=deliberation, pk=agreement_id)
    writing = Writing(request, deliberation, forms.AgreementForm, name="agreement", about=row.pk, by=seat)
    if writing.sends(
        lambda data: answer_agreement(deliberation, by=seat, agreement=row, **data),
        done=_("Your answer is in. Its receipt stands on your page."),
        version=lambda: said.version_of(AgreementAnswer, seat, agreement=row),
    ):
        return to(deliberation, f"agreement#a-{row.pk.hex}")
    return show_agreement(request, deliberation, writing)


@require_POST
@deliberation_view()
def side_answer(request: DeliberationRequest, deliberation: Deliberation, side_id: UUID) -> HttpResponse:
    """Say whether a side is one's own, as stated or otherwise."""
    seat = seat_of(request)
    side: Side = get_object_or_404(Side.objects.select_related("difference"), deliberation=deliberation, pk=side_id)
    writing = Writing(request, deliberation, forms.SideForm, name="side", about=side.pk, by=seat)
    if writing.sends(
        lambda data: answer_side(deliberation, by=seat, side=side, **data),
        done=_("Your answer is in. Its receipt stands on your page."),
        version=lambda: said.version_of(SideAnswer, seat, side=side),
    ):
        return to(deliberation, f"agreement#d-{side.difference.pk.hex}")
    return show_agreement(request, deliberation, writing)


@require_POST
@deliberation_view()
def shift_tell(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Say whether something changed, and what changed it."""
    seat = seat_of(request)
    writing = Writing(request, deliberation, forms.ShiftForm, name="shift", by=seat)
    if writing.sends(
        lambda data: tell_shift(deliberation, by=seat, **data),
        done=_("It is in. Its receipt stands on your page."),
        version=lambda: said.version_of(Shift, seat),
    ):
        return to(deliberation, "agreement#shifts")
    return show_agreement(request, deliberation, writing)
