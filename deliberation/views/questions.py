"""Questions, which anybody who takes part may put to anybody, on the page of every round."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.ids import uuid_or_none
from deliberation.domain.questions import put_question, reply
from deliberation.forms import rounds as forms
from deliberation.models import Deliberation, Option, Question
from deliberation.views.access import DeliberationRequest, deliberation_view
from deliberation.views.accommodations import show_accommodations
from deliberation.views.acting import seat_of, speaker_of, to
from deliberation.views.agreement import show_agreement
from deliberation.views.rounds import seats_to_ask, show_round
from deliberation.views.writing import Writing


@require_POST
@deliberation_view()
def question_put(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Put a question to one person or to everybody, about a proposal or in general."""
    seat, number = seat_of(request), deliberation.round_number or 1
    about = request.POST.get("option")
    option = get_object_or_404(Option, deliberation=deliberation, pk=uuid_or_none(about)) if about else None
    writing = Writing(
        request,
        deliberation,
        forms.QuestionForm,
        name="question",
        about=option.pk if option else None,
        by=seat,
        seats=seats_to_ask(deliberation, seat),
    )
    if writing.sends(
        lambda data: put_question(deliberation, by=seat, **(data | {"option": option})),
        done=_("Your question is in. If nobody answers it, it is printed as unanswered."),
    ):
        return to(deliberation, "round#questions", number)
    return show(request, deliberation, number, writing)


@require_POST
@deliberation_view()
def question_reply(request: DeliberationRequest, deliberation: Deliberation, question_id: UUID) -> HttpResponse:
    """Answer a question."""
    by = speaker_of(request)
    question: Question = get_object_or_404(
        Question.objects.select_related("by_seat", "round"), deliberation=deliberation, pk=question_id
    )
    writing = Writing(request, deliberation, forms.ReplyForm, name="reply", about=question.pk, by=by)
    if writing.sends(lambda data: reply(deliberation, by=by, question=question, **data), done=_("Your reply is in.")):
        return to(deliberation, f"round#q-{question.pk.hex}", question.round.number)
    return show(request, deliberation, question.round.number, writing)


def show(
    request: DeliberationRequest, deliberation: Deliberation, number: int, refused: Writing | None = None
) -> HttpResponse:
    """Render the page of any round, with the form that was refused, if one was."""
    if number == 2:
        return show_accommodations(request, deliberation, refused)
    if number == 3:
        return show_agreement(request, deliberation, refused)
    return show_round(request, deliberation, number, refused)
