"""What participants send from the pages of the rounds. A refused form goes back to its page with its words."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from deliberation.domain.accommodations import answer_proposal, propose, share_value, state_cost
from deliberation.domain.agreement import answer_agreement, answer_side, put_agreement, put_difference, tell_shift
from deliberation.domain.questions import put_question, reply
from deliberation.forms import rounds as forms
from deliberation.models import (
    Agreement,
    AgreementAnswer,
    Deliberation,
    Option,
    Question,
    Seat,
    Shift,
    Side,
    SideAnswer,
    Stance,
)
from deliberation.queries.conflict import frameworks_in_order
from deliberation.views.access import deliberation_view
from deliberation.views.rounds import page_of_round, seats_to_ask, show, viewer_of
from deliberation.views.running import holds_of
from deliberation.views.speaking import Page, here, seat_of, send, user_of


def _page(number: int) -> Page:
    def page(request: HttpRequest, deliberation: Deliberation, refused: Any) -> HttpResponse:
        return show(request, deliberation, number, refused)

    return page


def _speaker(request: HttpRequest) -> Seat | User:
    """Who speaks: the seat, or staff without one."""
    seat: Seat | None = request.seat  # type: ignore[attr-defined]
    return seat if seat is not None else user_of(request)


def _version(model: Any, seat: Seat, **chain: Any) -> int:
    row = model.objects.filter(seat=seat, **chain).order_by("-version").first()
    return row.version if row is not None else 0


# --- Round 2


@require_POST
@deliberation_view()
def stance_submit(request: HttpRequest, deliberation: Deliberation, option_id: UUID) -> HttpResponse:
    """Answer a proposal."""
    seat, option = seat_of(request), get_object_or_404(Option, deliberation=deliberation, pk=option_id)
    return send(
        request,
        deliberation,
        f"stance:{option.pk}",
        forms.StanceForm,
        lambda data: answer_proposal(deliberation, by=seat, option=option, **data),
        by=seat,
        page=_page(2),
        to=here("accommodations", deliberation) + f"#o-{option.pk.hex}",
        done=_("Your answer is in. Its receipt stands on your page."),
        version=lambda: _version(Stance, seat, option=option),
    )


@require_POST
@deliberation_view()
def shared_value_add(request: HttpRequest, deliberation: Deliberation) -> HttpResponse:
    """Name something all could share."""
    seat = seat_of(request)
    return send(
        request,
        deliberation,
        "shared_value",
        forms.SharedValueForm,
        lambda data: share_value(deliberation, by=seat, **data),
        by=seat,
        page=_page(2),
        to=here("accommodations", deliberation) + "#shared",
        done=_("It is in. Everybody who takes part can read it."),
    )


@require_POST
@deliberation_view()
def proposal_add(request: HttpRequest, deliberation: Deliberation) -> HttpResponse:
    """Make a proposal."""
    by = _speaker(request)
    return send(
        request,
        deliberation,
        "proposal" if isinstance(by, Seat) else "proposal_staff",
        forms.ProposalForm,
        lambda data: propose(deliberation, by=by, **data),
        by=by,
        page=_page(2),
        to=lambda option: here("accommodations", deliberation) + f"#o-{option.pk.hex}",
        done=_("Your proposal is in. Everybody who takes part is asked about it."),
    )


@require_POST
@deliberation_view()
def proposal_cost(request: HttpRequest, deliberation: Deliberation, option_id: UUID) -> HttpResponse:
    """Say what a proposal would cost a framework."""
    by, option = _speaker(request), get_object_or_404(Option, deliberation=deliberation, pk=option_id)
    return send(
        request,
        deliberation,
        f"{'cost' if isinstance(by, Seat) else 'cost_staff'}:{option.pk}",
        forms.CostForm,
        lambda data: state_cost(deliberation, by=by, option=option, **data),
        by=by,
        page=_page(2),
        to=here("accommodations", deliberation) + f"#o-{option.pk.hex}",
        done=_("It stands with the proposal."),
        frameworks=frameworks_in_order(deliberation, viewer_of(request)),
    )


# --- Questions


@require_POST
@deliberation_view()
def question_put(request: HttpRequest, deliberation: Deliberation) -> HttpResponse:
    """Put a question to one person or to everybody, about a proposal or in general."""
    seat, number = seat_of(request), deliberation.round_number or 1
    about = request.POST.get("option") or ""
    name = f"question:{about}" if about else "question"

    def verb(data: dict[str, Any]) -> Any:
        option = data.pop("option")
        asked = get_object_or_404(Option, deliberation=deliberation, pk=option) if option else None
        return put_question(deliberation, by=seat, option=asked, **data)

    return send(
        request,
        deliberation,
        name,
        forms.QuestionForm,
        verb,
        by=seat,
        page=_page(number),
        to=page_of_round(number, deliberation) + "#questions",
        done=_("Your question is in. If nobody answers it, it is printed as unanswered."),
        seats=seats_to_ask(deliberation, seat),
    )


@require_POST
@deliberation_view()
def question_reply(request: HttpRequest, deliberation: Deliberation, question_id: UUID) -> HttpResponse:
    """Answer a question."""
    by = _speaker(request)
    question: Question = get_object_or_404(
        Question.objects.select_related("by_seat", "round"), deliberation=deliberation, pk=question_id
    )
    return send(
        request,
        deliberation,
        f"reply:{question.pk}",
        forms.ReplyForm,
        lambda data: reply(deliberation, by=by, question=question, **data),
        by=by,
        page=_page(question.round.number),
        to=page_of_round(question.round.number, deliberation) + f"#q-{question.pk.hex}",
        done=_("Your reply is in."),
    )


# --- Round 3


@require_POST
@deliberation_view()
def agreement_put(request: HttpRequest, deliberation: Deliberation) -> HttpResponse:
    """Put a sentence that seems agreed."""
    by = user_of(request)
    return send(
        request,
        deliberation,
        "put_agreement",
        forms.SentenceForm,
        lambda data: put_agreement(deliberation, by=by, **data),
        by=by,
        page=_page(3),
        to=lambda row: here("agreement", deliberation) + f"#a-{row.pk.hex}",
        done=_("It is put to everybody who takes part."),
    )


@require_POST
@deliberation_view()
def difference_put(request: HttpRequest, deliberation: Deliberation) -> HttpResponse:
    """Put a difference with its sides."""
    by = user_of(request)

    def verb(data: dict[str, Any]) -> Any:
        sides = [data[f"side_{n}"] for n in (1, 2, 3, 4)]
        return put_difference(deliberation, by=by, text=data["text"], sides=sides)

    return send(
        request,
        deliberation,
        "put_difference",
        forms.DifferenceForm,
        verb,
        by=by,
        page=_page(3),
        to=lambda row: here("agreement", deliberation) + f"#d-{row.pk.hex}",
        done=_("It is put to everybody who takes part."),
    )


@require_POST
@deliberation_view()
def agreement_answer(request: HttpRequest, deliberation: Deliberation, agreement_id: UUID) -> HttpResponse:
    """Confirm a sentence that seems agreed, or say that it is not."""
    seat = seat_of(request)
    row = get_object_or_404(Agreement, deliberation=deliberation, pk=agreement_id)

    def verb(data: dict[str, Any]) -> Any:
        data["confirms"] = data["confirms"] == "yes"
        return answer_agreement(deliberation, by=seat, agreement=row, **data)

    return send(
        request,
        deliberation,
        f"agreement:{row.pk}",
        forms.AgreementForm,
        verb,
        by=seat,
        page=_page(3),
        to=here("agreement", deliberation) + f"#a-{row.pk.hex}",
        done=_("Your answer is in. Its receipt stands on your page."),
        version=lambda: _version(AgreementAnswer, seat, agreement=row),
    )


@require_POST
@deliberation_view()
def side_answer(request: HttpRequest, deliberation: Deliberation, side_id: UUID) -> HttpResponse:
    """Say whether a side is one's own, as stated or otherwise."""
    seat = seat_of(request)
    side: Side = get_object_or_404(Side.objects.select_related("difference"), deliberation=deliberation, pk=side_id)
    return send(
        request,
        deliberation,
        f"side:{side.pk}",
        forms.SideForm,
        lambda data: answer_side(deliberation, by=seat, side=side, based_on=data["based_on"], **holds_of(data)),
        by=seat,
        page=_page(3),
        to=here("agreement", deliberation) + f"#d-{side.difference.pk.hex}",
        done=_("Your answer is in. Its receipt stands on your page."),
        version=lambda: _version(SideAnswer, seat, side=side),
    )


@require_POST
@deliberation_view()
def shift_tell(request: HttpRequest, deliberation: Deliberation) -> HttpResponse:
    """Say whether something changed, and what changed it."""
    seat = seat_of(request)

    def verb(data: dict[str, Any]) -> Any:
        data["changed"] = data["changed"] == "yes"
        return tell_shift(deliberation, by=seat, **data)

    return send(
        request,
        deliberation,
        "shift",
        forms.ShiftForm,
        verb,
        by=seat,
        page=_page(3),
        to=here("agreement", deliberation) + "#shifts",
        done=_("It is in. Its receipt stands on your page."),
        version=lambda: _version(Shift, seat),
    )
