"""What the pages of all rounds have, the pages of rounds 1 and 4, and the questions on each."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.roles import Part
from deliberation.addresses import address
from deliberation.domain.asks import ask_of, may_answer, voices_of
from deliberation.domain.rounds import why_not_close, why_not_open
from deliberation.forms import rounds as forms
from deliberation.models import (
    Deliberation,
    Invitation,
    Option,
    Round,
    Seat,
)
from deliberation.queries import rounds as reads
from deliberation.queries.abreast import Abreast
from deliberation.queries.accommodations import Asked, questions
from deliberation.queries.positions import own_position, positions_abreast, reads_others
from deliberation.views.access import DeliberationRequest, deliberation_view
from deliberation.views.acting import speaker_of, to
from deliberation.views.writing import Forms, Writing, status_of

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
    4: [("dissent", gettext_lazy("a dissent"))],
}
"""What the facilitator may enter for somebody, by round."""


# --- What all three pages have


def viewer_of(request: DeliberationRequest) -> UUID:
    """For whom the order of frameworks is drawn."""
    return speaker_of(request).pk


def frame(
    request: DeliberationRequest, deliberation: Deliberation, number: int, refused: Writing | None = None
) -> dict[str, Any]:
    """What the page of any round shows. Raises `Http404` before the rounds are scheduled."""
    rounds = reads.rounds_of(deliberation)
    round_ = next((r for r in rounds if r.number == number), None)
    if round_ is None:
        raise Http404
    standing, seat = request.standing, request.seat
    now = clock.now()
    runs = Part.FACILITATOR in standing.parts
    knows = runs or Part.HOLDER in standing.parts
    ask = ask_of(deliberation, seat, number) if seat else None
    abreast = Abreast.of(deliberation, viewer_of(request))
    forms_of = Forms(request, deliberation, speaker_of(request), refused)
    visible = reads_others(deliberation, standing=standing, seat=seat)
    writes = knows and round_.opened_at is not None
    spoken = reads.spoke_in(round_) if visible or writes else set()
    still_open = round_.state == Round.State.OPEN
    scheduled = next((r for r in rounds if r.state == Round.State.SCHEDULED), None) if runs else None
    opens = scheduled if scheduled and scheduled.number == number else None
    coming = scheduled if scheduled and scheduled.number == number + 1 else None
    return {
        "deliberation": deliberation,
        "form": refused.form if refused else None,
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
        "askable": seats_to_ask(deliberation, seat) if seat and ask and still_open and number < 4 else [],
        "blind": seat is not None and not visible and rounds[0].state == Round.State.CLOSED,
        "abreast": abreast,
        "heard": reads.heard(round_, abreast.frameworks, abreast.speaks, spoken) if visible else [],
        "runs": runs,
        "written": reads.written(round_, deliberation.organisation, spoken) if writes else [],
        "forms_of": forms_of,
        "wishes": _wishes(deliberation, round_, forms_of) if runs else [],
        "coming": coming,
        "opens": opens,
        "why_not_open": why_not_open(deliberation) if opens or (coming and not still_open) else None,
        "why_not_close": why_not_close(round_, now) if runs and still_open else None,
        # Round 4 has an end once a draft is circulated; before that there is nothing to dissent from.
        "enters": ENTERS[number] if runs and still_open and round_.closes_at else [],
    }


def _wishes(deliberation: Deliberation, round_: Round, forms_of: Forms) -> list[dict[str, Any]]:
    return [
        {
            "wish": wish,
            "writing": forms_of(
                "more_time_answer",
                forms.MoreTimeAnswerForm,
                about=wish.pk,
                action=address(deliberation, "more_time_answer", wish.pk),
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


def must_accept_first(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse | None:
    """To the card, for somebody invited who has not accepted: a round is read by those who take part."""
    seat = request.seat
    if seat is None or request.standing.parts - {Part.PARTICIPANT}:
        return None
    if Invitation.objects.filter(seat=seat, state=Invitation.State.ACCEPTED).exists():
        return None
    return to(deliberation, "card")


# --- The pages


@require_safe
@deliberation_view()
def round_page(request: DeliberationRequest, deliberation: Deliberation, round_number: int) -> HttpResponse:
    """Rounds 1 and 4; 2 and 3 have pages of their own at the same kind of address."""
    if round_number not in reads.TITLES:
        raise Http404
    away = must_accept_first(request, deliberation)
    return away or show_round(request, deliberation, round_number)


def show_round(
    request: DeliberationRequest, deliberation: Deliberation, number: int, refused: Writing | None = None
) -> HttpResponse:
    """Render rounds 1 and 4."""
    context = frame(request, deliberation, number, refused)
    standing, seat = request.standing, request.seat
    if number == 1:
        context["columns"] = positions_abreast(deliberation, standing=standing, seat=seat, abreast=context["abreast"])
        context["own"] = own_position(seat) if seat else None
    context |= questions_of(request, deliberation, context)
    return render(request, "deliberation/round.html", context, status=status_of(refused))


# --- Questions, on the page of every round


def questions_of(
    request: DeliberationRequest,
    deliberation: Deliberation,
    context: dict[str, Any],
    put: list[Asked] | None = None,
) -> dict[str, Any]:
    """The questions of a page with their reply forms, and the form to put one. `put` are other than all, if given."""
    seat: Seat | None = context["seat"]
    round_: Round = context["round"]
    if round_.opened_at is None or (seat is not None and seat.left_at is not None):
        return {"questions": []}
    staff = request.standing.parts & {Part.FACILITATOR, Part.HOLDER}
    replying = deliberation.round_number is not None and (context["ask"] is not None or staff)
    found = [one for one in (questions(deliberation) if put is None else put) if one.question.round_id == round_.pk]
    forms_of: Forms = context["forms_of"]
    return {
        "questions": [
            {"said": one, "reply": reply_form(forms_of, deliberation, one) if replying else None} for one in found
        ],
        "put_question": question_form(forms_of, deliberation, context),
    }


def reply_form(forms_of: Forms, deliberation: Deliberation, one: Asked) -> Writing:
    """The form to answer one question."""
    key = one.question.pk
    return forms_of("reply", forms.ReplyForm, about=key, action=address(deliberation, "question_reply", key))


def question_form(
    forms_of: Forms, deliberation: Deliberation, context: dict[str, Any], option: Option | None = None
) -> Writing | None:
    """The form to put a question, about a proposal or in general, where the reader may put one."""
    if (
        context["seat"] is None
        or context["ask"] is None
        or context["round"].state != Round.State.OPEN
        or context["number"] == 4
    ):
        return None
    return forms_of(
        "question",
        forms.QuestionForm,
        about=option.pk if option else None,
        action=address(deliberation, "question_put"),
        initial={"option": option.pk if option else None},
        seats=context["askable"],
    )


def seats_to_ask(deliberation: Deliberation, seat: Seat) -> list[Seat]:
    """Everybody with a part here, but oneself."""
    staff = Seat.objects.filter(deliberation=deliberation, part__in=[Part.FACILITATOR, Part.HOLDER])
    return [*staff.only("name"), *voices_of(deliberation).exclude(pk=seat.pk).only("name")]
