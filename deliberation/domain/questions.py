"""Questions, rounds 1 to 3: put to one seat or to everybody, and answered, or printed as unanswered."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import Invalid, WrongState
from accounts.roles import Part
from deliberation.domain.act import Act, perform
from deliberation.domain.saying import must_be_open, must_be_proposal, must_take_part
from deliberation.domain.seats import people_on
from deliberation.models import (
    Deliberation,
    Option,
    Question,
    Reply,
    Seat,
)


def put_question(
    deliberation: Deliberation, *, by: Seat, text: str, to: Seat | None = None, option: Option | None = None
) -> Question:
    """Put a question to one seat or to everybody, while a round is open. Unanswered ones are printed."""
    with perform("put_question", deliberation, by=by) as act:
        round_ = must_be_open(deliberation, deliberation.round_number or 1)
        must_take_part(deliberation, by)
        if to is not None and (to.deliberation_id != deliberation.pk or to.pk == by.pk):
            raise Invalid(_("Choose somebody else who has a part in this deliberation."), "to")
        if option is not None:
            must_be_proposal(deliberation, option)
        row = Question.objects.create(
            organisation_id=deliberation.organisation_id,
            deliberation=deliberation,
            round=round_,
            option=option,
            by_seat=by,
            to_seat=to,
            text=act.keep("text", text),
            at=act.now,
            entry_id=act.entry_id,
        )
        act.subject = ("question", row.pk)
        if to is not None:
            _tell_seat(act, "question_put", f"question:{row.pk}", to)
    return row


def reply(deliberation: Deliberation, *, by: Seat | User, question: Question, text: str) -> Reply:
    """Answer a question. Its author is told."""
    with perform("reply", deliberation, by=by) as act:
        if question.deliberation_id != deliberation.pk:
            raise WrongState(_("This question was put elsewhere."))
        if isinstance(by, Seat):
            must_take_part(deliberation, by)
        seat = by if isinstance(by, Seat) else _staff_seat(act)
        row = Reply.objects.create(
            organisation_id=deliberation.organisation_id,
            deliberation=deliberation,
            question=question,
            by_seat=seat,
            text=act.keep("text", text),
            at=act.now,
            entry_id=act.entry_id,
        )
        act.subject = ("question", question.pk)
        if question.by_seat_id != seat.pk:
            _tell_seat(act, "question_answered", f"reply:{row.pk}", question.by_seat)
    return row


def _staff_seat(act: Act) -> Seat:
    parts = [Part.FACILITATOR, Part.HOLDER]
    held = [part for part in parts if part in act.standing.parts]
    return Seat.objects.get(deliberation=act.deliberation, part=held[0])


def _tell_seat(act: Act, kind: str, about: str, seat: Seat) -> None:
    if seat.part == Part.PARTICIPANT:
        act.notify(kind, about, seats=[seat])
    else:
        act.notify(kind, about, users=people_on(act.deliberation, Part(seat.part)))
