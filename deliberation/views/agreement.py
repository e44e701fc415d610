"""Round 3: sentences that seem agreed, differences with their sides, and what changed for whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.ids import uuid_or_none
from deliberation.addresses import address
from deliberation.domain.agreement import answer_agreement, answer_side, put_agreement, put_difference, tell_shift
from deliberation.forms import rounds as forms
from deliberation.models import (
    Agreement,
    AgreementAnswer,
    Deliberation,
    Difference,
    Round,
    Seat,
    Shift,
    Side,
    SideAnswer,
    State,
)
from deliberation.queries.agreement import Agreed, Differing, SideShown, agreements, differences, shifts
from deliberation.queries.said import version_of
from deliberation.views.access import DeliberationRequest, deliberation_view
from deliberation.views.acting import seat_of, to, user_of
from deliberation.views.rounds import frame, must_accept_first, questions_of
from deliberation.views.writing import Forms, Writing, status_of

R = TypeVar("R", Agreement, Difference)


@require_safe
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
    context |= questions_of(request, deliberation, context)
    return render(request, "deliberation/agreement.html", context, status=status_of(refused))


def _visible(
    request: DeliberationRequest, deliberation: Deliberation, context: dict[str, Any], refused: Writing | None
) -> dict[str, Any]:
    """What those see who may read the others: what was put into words, each with the forms to answer it."""
    seat, speaks = request.seat, context["may_say"]
    forms_of: Forms = context["forms_of"]
    puts = context["runs"] and context["round"].state != Round.State.CLOSED and _may_put(deliberation)
    found: dict[str, Any] = {
        "agreements": [
            {
                "said": one,
                "answer": _agreement_form(forms_of, deliberation, one) if speaks else None,
                "reword": _sentence_form(forms_of, deliberation, one) if puts else None,
            }
            for one in agreements(deliberation, seat=seat, abreast=context["abreast"])
        ],
        "differences": [
            {
                "said": one,
                "reword": _difference_form(forms_of, deliberation, one) if puts else None,
                "sides": [
                    {"said": side, "answer": _side_form(forms_of, deliberation, side) if speaks else None}
                    for side in one.sides
                ],
            }
            for one in differences(deliberation, seat=seat)
        ],
        "shifts": shifts(deliberation),
    }
    if seat is not None and (speaks or (deliberation.state == State.ROUND_4 and context["ask"])):
        found["shift"] = _shift_form(forms_of, deliberation, seat)
    if puts:
        found["put_agreement"] = _sentence_form(forms_of, deliberation)
        found["put_difference"] = _difference_form(forms_of, deliberation)
    if refused is not None and refused.stale and not forms_of.shown:
        found["unplaced"] = _words_of(refused)
    return found


def _sentence_form(forms_of: Forms, deliberation: Deliberation, one: Agreed | None = None) -> Writing:
    """To put a sentence that seems agreed, or to reword `one`."""
    action = address(deliberation, "agreement_put")
    if one is None:
        return forms_of("put_agreement", forms.SentenceForm, action=action)
    key, initial = one.agreement.pk, {"text": str(one.agreement.text)}
    return forms_of(
        "put_agreement", forms.SentenceForm, about=key, action=f"{action}?replaces={key.hex}", initial=initial
    )


def _difference_form(forms_of: Forms, deliberation: Deliberation, one: Differing | None = None) -> Writing:
    """To put a difference, or to reword `one`."""
    action = address(deliberation, "difference_put")
    if one is None:
        return forms_of("put_difference", forms.DifferenceForm, action=action)
    key, initial = one.difference.pk, {"text": str(one.difference.text)}
    initial |= {f"side_{n}": str(shown.side.text) for n, shown in enumerate(one.sides, 1)}
    return forms_of(
        "put_difference", forms.DifferenceForm, about=key, action=f"{action}?replaces={key.hex}", initial=initial
    )


def _words_of(refused: Writing) -> list[str]:
    """What was written to a wording that no longer stands, so that nobody loses it."""
    values = (
        refused.form[name].value()
        for name in ("text", "side_1", "side_2", "side_3", "side_4", "comment")
        if name in refused.form.fields
    )
    return [value for value in values if value]


def _agreement_form(forms_of: Forms, deliberation: Deliberation, one: Agreed) -> Writing:
    key, mine = one.agreement.pk, one.mine
    initial: dict[str, Any] = {"based_on": 0}
    if mine is not None:
        confirms = "yes" if mine.confirms else "no"
        initial = {"based_on": mine.version, "confirms": confirms, "comment": str(mine.comment or "")}
    action = address(deliberation, "agreement_answer", key)
    return forms_of("agreement", forms.AgreementForm, about=key, action=action, initial=initial)


def _side_form(forms_of: Forms, deliberation: Deliberation, one: SideShown) -> Writing:
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
    """Put a sentence that seems agreed, in the place of an earlier one with `?replaces=`."""
    return _put(request, deliberation, Agreement, forms.SentenceForm, put_agreement, "a")


@require_POST
@deliberation_view()
def difference_put(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Put a difference with its sides, in the place of an earlier one with `?replaces=`."""
    return _put(request, deliberation, Difference, forms.DifferenceForm, put_difference, "d")


def _put(
    request: DeliberationRequest,
    deliberation: Deliberation,
    model: type[R],
    form: type[Form],
    verb: Callable[..., R],
    at: str,
) -> HttpResponse:
    """Put one of `model`, and go to its place on the page, which begins with `at`."""
    by, old = user_of(request), _replaced(request, deliberation, model)
    writing = Writing(request, deliberation, form, name=verb.__name__, by=by, about=old.pk if old else None)
    if writing.sends(
        lambda data: verb(deliberation, by=by, replaces=old, **data),
        done=_("It is put to everybody who takes part."),
    ):
        return to(deliberation, f"agreement#{at}-{writing.result.pk.hex}")
    return show_agreement(request, deliberation, writing)


def _replaced(request: DeliberationRequest, deliberation: Deliberation, model: type[R]) -> R | None:
    """The earlier wording that the address names, if it names one."""
    key = request.GET.get("replaces")
    if not key:
        return None
    return get_object_or_404(model.objects.select_related("text"), pk=uuid_or_none(key), deliberation=deliberation)


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
        version=lambda: version_of(AgreementAnswer, seat, agreement=row),
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
        version=lambda: version_of(SideAnswer, seat, side=side),
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
        version=lambda: version_of(Shift, seat),
    ):
        return to(deliberation, "agreement#shifts")
    return show_agreement(request, deliberation, writing)
