"""The pages of the rounds, and what the facilitator does to run them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts import clock
from accounts.models import User
from accounts.roles import Part
from deliberation.domain.asks import ask_of, may_answer, voices_of
from deliberation.domain.rounds import next_round, why_not_close, why_not_open
from deliberation.forms import rounds as forms
from deliberation.models import (
    Deliberation,
    Framework,
    Invitation,
    Option,
    Round,
    Seat,
    State,
    Voice,
)
from deliberation.queries import contributions as said
from deliberation.queries import rounds as reads
from deliberation.queries.conflict import frameworks_in_order
from deliberation.views.access import deliberation_view
from deliberation.views.speaking import Forms, Sent, here, user_of

ENTERS = {
    1: [("position", gettext_lazy("a position"))],
    2: [
        ("stance", gettext_lazy("an answer to a proposal")),
        ("proposal", gettext_lazy("a proposal")),
        ("shared_value", gettext_lazy("something all could share")),
    ],
    3: [
        ("agreement", gettext_lazy("an answer to what seems agreed")),
        ("side", gettext_lazy("whether a side is theirs")),
        ("shift", gettext_lazy("what changed for them")),
    ],
    4: [],
}
"""What the facilitator may enter for somebody, by round."""


# --- What all three pages have


def page_of_round(number: int, deliberation: Deliberation) -> str:
    """The address of the page of one round."""
    return here("round", deliberation, number)


def viewer_of(request: HttpRequest) -> UUID:
    """For whom the order of frameworks is drawn."""
    seat: Seat | None = request.seat  # type: ignore[attr-defined]
    return seat.pk if seat is not None else user_of(request).pk


def frame(request: HttpRequest, deliberation: Deliberation, number: int, refused: Sent | None = None) -> dict[str, Any]:
    """What the page of any round shows. Raises `Http404` before the rounds are scheduled."""
    rounds = reads.rounds_of(deliberation)
    round_ = next((r for r in rounds if r.number == number), None)
    if round_ is None:
        raise Http404
    standing, seat = request.standing, request.seat  # type: ignore[attr-defined]
    now = clock.now()
    runs = Part.FACILITATOR in standing.parts
    knows = runs or Part.HOLDER in standing.parts
    ask = ask_of(deliberation, seat, number) if seat else None
    frameworks = frameworks_in_order(deliberation, viewer_of(request))
    visible = reads.reads_others(deliberation, standing=standing, seat=seat)
    coming = next_round(deliberation)
    return {
        "deliberation": deliberation,
        "form": refused.writing.form if refused else None,
        "round": round_,
        "number": number,
        "round_title": reads.TITLES[number],
        "purpose": reads.PURPOSES[number],
        "steps": reads.steps(rounds),
        "late": reads.late_sentences(round_),
        "seat": seat,
        "ask": ask,
        "may_say": may_say(deliberation, ask),
        "visible": visible,
        "askable": seats_to_ask(deliberation, seat) if seat and ask and number < 4 else [],
        "blind": seat is not None and not visible and rounds[0].state == Round.State.CLOSED,
        "heard": reads.heard(deliberation, round_, frameworks) if visible else [],
        "runs": runs,
        "written": reads.written(round_) if knows and round_.opened_at else [],
        "wishes": _wishes(request, deliberation, round_, refused) if runs else [],
        "coming": coming if runs and coming and coming.number == number + 1 else None,
        "opens": coming if runs and coming and coming.number == number else None,
        "why_not_open": why_not_open(deliberation) if runs else None,
        "why_not_close": why_not_close(round_, now) if runs else None,
        "enters": ENTERS[number] if runs and round_.state == Round.State.OPEN else [],
    }


def _wishes(
    request: HttpRequest, deliberation: Deliberation, round_: Round, refused: Sent | None
) -> list[dict[str, Any]]:
    shown = Forms(request, deliberation, user_of(request), refused)
    return [
        {
            "wish": wish,
            "shown": shown(
                f"more_time_answer:{wish.pk}",
                forms.MoreTimeAnswerForm,
                action=here("more_time_answer", deliberation, wish.pk),
            ),
        }
        for wish in reads.wishes(round_)
    ]


def may_say(deliberation: Deliberation, ask: Any) -> bool:
    """Whether words are taken on this ask now, as the deliberation stands."""
    if ask is None or not may_answer(ask, clock.now()):
        return False
    number = ask.round.number
    return deliberation.round_number is not None if number == 1 else deliberation.round_number == number


def must_accept_first(request: HttpRequest, deliberation: Deliberation) -> HttpResponse | None:
    """To the card, for somebody invited who has not accepted: a round is read by those who take part."""
    seat: Seat | None = request.seat  # type: ignore[attr-defined]
    if seat is None or request.standing.parts - {Part.PARTICIPANT}:  # type: ignore[attr-defined]
        return None
    if Invitation.objects.filter(seat=seat, state=Invitation.State.ACCEPTED).exists():
        return None
    return redirect(here("card", deliberation))


# --- The pages


@require_GET
@deliberation_view()
def round_page(request: HttpRequest, deliberation: Deliberation, round_number: int) -> HttpResponse:
    """Rounds 1 and 4; 2 and 3 have pages of their own at the same kind of address."""
    if round_number not in reads.TITLES:
        raise Http404
    away = must_accept_first(request, deliberation)
    return away or show_round(request, deliberation, round_number)


def show_round(
    request: HttpRequest, deliberation: Deliberation, number: int, refused: Sent | None = None
) -> HttpResponse:
    """Render rounds 1 and 4."""
    context = frame(request, deliberation, number, refused)
    standing, seat = request.standing, request.seat  # type: ignore[attr-defined]
    if number == 1:
        context["columns"] = reads.positions_abreast(
            deliberation, standing=standing, seat=seat, viewer=viewer_of(request)
        )
        context["own"] = reads.own_position(seat) if seat else None
    context |= questions_of(request, deliberation, context, refused)
    return render(request, "deliberation/round.html", context)


@require_GET
@deliberation_view()
def accommodations(request: HttpRequest, deliberation: Deliberation) -> HttpResponse:
    """Round 2: what is shared, and each proposal with what it costs and what each framework answers."""
    return must_accept_first(request, deliberation) or show_accommodations(request, deliberation)


def show_accommodations(request: HttpRequest, deliberation: Deliberation, refused: Sent | None = None) -> HttpResponse:
    """Render round 2, with the form that was refused, if one was."""
    context = frame(request, deliberation, 2, refused)
    seat: Seat | None = context["seat"]
    if context["visible"]:
        writer = seat or user_of(request)
        forms_of = Forms(request, deliberation, writer, refused)
        staff = Forms(request, deliberation, user_of(request), refused) if context["runs"] else None
        context["shared"] = said.shared_values(deliberation)
        context["positions"] = reads.positions_abreast(
            deliberation,
            standing=request.standing,  # type: ignore[attr-defined]
            seat=seat,
            viewer=viewer_of(request),
        )
        mine = _frameworks_of(seat) if seat else []
        everyone = frameworks_in_order(deliberation, viewer_of(request))
        context["proposals"] = [
            {
                "said": proposal,
                "answer": _stance_form(forms_of, deliberation, proposal)
                if context["may_say"] and not proposal.is_mine
                else None,
                "cost": _cost_form(forms_of, staff, deliberation, proposal, mine, everyone, context),
                "ask": _question_form(forms_of, deliberation, context, proposal.option),
                "questions": [
                    {"said": one, "reply": reply_form(forms_of, deliberation, one) if context["ask"] or staff else None}
                    for one in proposal.questions
                ],
            }
            for proposal in said.proposals(deliberation, seat=seat, viewer=viewer_of(request))
        ]
        if context["may_say"]:
            context["share"] = forms_of(
                "shared_value", forms.SharedValueForm, action=here("shared_value_add", deliberation)
            )
        open_now = context["round"].state == Round.State.OPEN
        if context["may_say"]:
            context["propose"] = forms_of("proposal", forms.ProposalForm, action=here("proposal_add", deliberation))
        elif staff is not None and open_now:
            context["propose"] = staff("proposal_staff", forms.ProposalForm, action=here("proposal_add", deliberation))
    context |= questions_of(request, deliberation, context, refused, but_of_options=True)
    return render(request, "deliberation/accommodations.html", context)


def _stance_form(forms_of: Forms, deliberation: Deliberation, proposal: said.Proposal) -> Any:
    mine = proposal.mine
    initial: dict[str, Any] = {"based_on": 0}
    if mine is not None:
        initial = {"based_on": mine.version, "answer": mine.answer, "reason": str(mine.reason or "")}
    return forms_of(
        f"stance:{proposal.option.pk}",
        forms.StanceForm,
        action=here("stance_submit", deliberation, proposal.option.pk),
        initial=initial,
    )


def _cost_form(
    forms_of: Forms,
    staff: Forms | None,
    deliberation: Deliberation,
    proposal: said.Proposal,
    mine: list[Framework],
    everyone: list[Framework],
    context: dict[str, Any],
) -> Any:
    action = here("proposal_cost", deliberation, proposal.option.pk)
    if context["may_say"] and mine:
        return forms_of(f"cost:{proposal.option.pk}", forms.CostForm, action=action, frameworks=mine)
    if staff is not None and context["round"].state == Round.State.OPEN:
        return staff(f"cost_staff:{proposal.option.pk}", forms.CostForm, action=action, frameworks=everyone)
    return None


def _frameworks_of(seat: Seat) -> list[Framework]:
    rows = Voice.objects.filter(seat=seat, dropped_at__isnull=True).select_related("framework")
    return [voice.framework for voice in rows]


@require_GET
@deliberation_view()
def agreement(request: HttpRequest, deliberation: Deliberation) -> HttpResponse:
    """Round 3: sentences that seem agreed, differences with their sides, and what changed."""
    return must_accept_first(request, deliberation) or show_agreement(request, deliberation)


def show_agreement(request: HttpRequest, deliberation: Deliberation, refused: Sent | None = None) -> HttpResponse:
    """Render round 3, with the form that was refused, if one was."""
    context = frame(request, deliberation, 3, refused)
    seat: Seat | None = context["seat"]
    begun = context["round"].opened_at is not None or context["runs"]
    if context["visible"] and begun:
        forms_of = Forms(request, deliberation, seat or user_of(request), refused)
        context["agreements"] = [
            {
                "said": one,
                "answer": forms_of(
                    f"agreement:{one.agreement.pk}",
                    forms.AgreementForm,
                    action=here("agreement_answer", deliberation, one.agreement.pk),
                    initial=_initial(one.mine, "confirms"),
                )
                if context["may_say"]
                else None,
            }
            for one in said.agreements(deliberation, seat=seat, viewer=viewer_of(request))
        ]
        context["differences"] = [
            {
                "said": one,
                "sides": [
                    {
                        "said": side,
                        "answer": forms_of(
                            f"side:{side.side.pk}",
                            forms.SideForm,
                            action=here("side_answer", deliberation, side.side.pk),
                            initial=_initial(side.mine, "holds"),
                        )
                        if context["may_say"]
                        else None,
                    }
                    for side in one.sides
                ],
            }
            for one in said.differences(deliberation, seat=seat)
        ]
        context["shifts"] = said.shifts(deliberation)
        if context["may_say"] or (seat is not None and deliberation.state == State.ROUND_4 and context["ask"]):
            mine = seat.shifts.order_by("-version").first() if seat else None
            context["shift"] = forms_of(
                "shift", forms.ShiftForm, action=here("shift_tell", deliberation), initial=_initial(mine, "changed")
            )
        if context["runs"] and context["round"].state != Round.State.CLOSED and _may_put(deliberation):
            staff = Forms(request, deliberation, user_of(request), refused)
            context["put_agreement"] = staff(
                "put_agreement", forms.SentenceForm, action=here("agreement_put", deliberation)
            )
            context["put_difference"] = staff(
                "put_difference", forms.DifferenceForm, action=here("difference_put", deliberation)
            )
    context |= questions_of(request, deliberation, context, refused)
    return render(request, "deliberation/agreement.html", context)


def _may_put(deliberation: Deliberation) -> bool:
    if deliberation.state == State.ROUND_3:
        return True
    return (
        deliberation.state == State.ROUND_2
        and Round.objects.filter(deliberation=deliberation, number=2, state=Round.State.CLOSED).exists()
    )


def _initial(row: Any, field: str) -> dict[str, Any]:
    """A form filled with the answer that was sent last."""
    if row is None:
        return {"based_on": 0}
    comment = row.text if field == "changed" else row.comment
    value = "yes" if getattr(row, field) else "no"
    if field == "holds":
        value = ("otherwise" if comment else "as_stated") if row.holds else "not_mine"
    return {
        "based_on": row.version,
        field: value,
        ("text" if field == "changed" else "comment"): str(comment or ""),
    }


# --- Questions, on the page of every round


def questions_of(
    request: HttpRequest,
    deliberation: Deliberation,
    context: dict[str, Any],
    refused: Sent | None,
    *,
    but_of_options: bool = False,
) -> dict[str, Any]:
    """The questions of a page with their reply forms, and the form to put one."""
    seat: Seat | None = context["seat"]
    round_: Round = context["round"]
    if round_.opened_at is None or (seat is not None and seat.left_at is not None):
        return {"questions": []}
    staff = request.standing.parts & {Part.FACILITATOR, Part.HOLDER}  # type: ignore[attr-defined]
    replying = deliberation.round_number is not None and (context["ask"] is not None or staff)
    found = [
        one
        for one in said.questions(deliberation)
        if one.question.round_id == round_.pk and not (but_of_options and one.question.option_id)
    ]
    writer: Seat | User | None = seat or (user_of(request) if staff else None)
    forms_of = Forms(request, deliberation, writer, refused) if writer is not None else None
    return {
        "questions": [
            {"said": one, "reply": reply_form(forms_of, deliberation, one) if forms_of and replying else None}
            for one in found
        ],
        "put_question": _question_form(forms_of, deliberation, context) if forms_of and seat else None,
    }


def reply_form(forms_of: Forms, deliberation: Deliberation, one: said.Asked) -> Any:
    """The form to answer one question."""
    return forms_of(
        f"reply:{one.question.pk}", forms.ReplyForm, action=here("question_reply", deliberation, one.question.pk)
    )


def _question_form(
    forms_of: Forms, deliberation: Deliberation, context: dict[str, Any], option: Option | None = None
) -> Any:
    seat: Seat | None = context["seat"]
    if seat is None or context["ask"] is None or context["round"].state != Round.State.OPEN or context["number"] == 4:
        return None
    name = f"question:{option.pk}" if option else "question"
    return forms_of(
        name,
        forms.QuestionForm,
        action=here("question_put", deliberation),
        initial={"option": option.pk if option else None},
        seats=context["askable"],
    )


def seats_to_ask(deliberation: Deliberation, seat: Seat) -> list[Seat]:
    """Everybody with a part here, but oneself."""
    staff = Seat.objects.filter(deliberation=deliberation, part__in=[Part.FACILITATOR, Part.HOLDER])
    return [*staff, *voices_of(deliberation).exclude(pk=seat.pk)]


def show(request: HttpRequest, deliberation: Deliberation, number: int, refused: Sent | None = None) -> HttpResponse:
    """Render the page of any round, with the form that was refused, if one was."""
    if number == 2:
        return show_accommodations(request, deliberation, refused)
    if number == 3:
        return show_agreement(request, deliberation, refused)
    return show_round(request, deliberation, number, refused)
