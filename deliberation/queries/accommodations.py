"""Reads of round 2: proposals with what each framework says to them, shared values, and the questions that were put."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from deliberation.models import Deliberation, Option, ProposalCost, Question, Seat, SharedValue, Stance
from deliberation.queries.abreast import Abreast, how_given, newest


@dataclass(frozen=True)
class Proposal:
    """A proposal with what it would cost each framework and each framework's answers."""

    option: Option
    number: int
    by: str
    columns: list[dict[str, Any]]
    mine: Stance | None
    is_mine: bool
    questions: list[Asked]


@dataclass(frozen=True)
class Asked:
    """A question with its replies, or none: then it is printed as unanswered."""

    question: Question
    to: str
    about: str
    replies: list[Any]


def proposals(deliberation: Deliberation, *, seat: Seat | None, viewer: UUID | None) -> list[Proposal]:
    """The proposals that stand, in the order in which they were made, with everything said to them."""
    options = list(
        Option.objects.filter(deliberation=deliberation, kind=Option.Kind.PROPOSAL, struck_at__isnull=True)
        .select_related("text", "detail", "by_seat", "by_user")
        .order_by("number")
    )
    rows = Stance.objects.filter(deliberation=deliberation).select_related("seat", "reason", "entered_by")
    last = newest(rows, "option_id")
    said: dict[UUID, dict[UUID, dict[str, Any]]] = defaultdict(dict)
    for (option_id, seat_id), row in last.items():
        if option_id is not None:
            said[option_id][seat_id] = _stance(row)
    costs: dict[UUID, dict[UUID, Any]] = defaultdict(dict)
    for cost in ProposalCost.objects.filter(deliberation=deliberation).select_related("cost").order_by("id"):
        costs[cost.option_id][cost.framework_id] = _("Would cost: %(what)s") % {"what": str(cost.cost)}
    asked: dict[UUID | None, list[Asked]] = defaultdict(list)
    for one in questions(deliberation):
        asked[one.question.option_id].append(one)
    abreast = Abreast.of(deliberation, viewer)
    return [
        Proposal(
            option=option,
            number=place,
            by=proposer(option),
            columns=abreast.columns(f"p{place}", _from_here(option) | said[option.pk], costs[option.pk]),
            mine=last.get((option.pk, seat.pk)) if seat else None,
            is_mine=seat is not None and option.by_seat_id == seat.pk,
            questions=asked[option.pk],
        )
        for place, option in enumerate(options, 1)
    ]


def proposer(option: Option) -> str:
    """Who made a proposal, as shown to those who take part."""
    if option.by_seat is not None:
        if option.by_user_id is not None:
            return _("%(who)s, entered by the facilitator") % {"who": option.by_seat.name}
        return option.by_seat.name
    return _("the facilitator")


def _from_here(option: Option) -> dict[UUID, dict[str, Any]]:
    """Whose proposal it is, where they speak from: they are not asked, and their silence is no missing answer."""
    if option.by_seat is None:
        return {}
    return {option.by_seat.pk: {"stance": _("Proposed it"), "by": option.by_seat.name}}


def _stance(row: Stance) -> dict[str, Any]:
    return {
        "stance": row.get_answer_display(),
        "text": row.reason,
        "by": row.seat.name,
        "how": how_given(row),
        "language": row.language,
    }


def shared_values(deliberation: Deliberation) -> list[dict[str, Any]]:
    """What voices believe all could share, as said."""
    rows = SharedValue.objects.filter(deliberation=deliberation).select_related("text", "seat", "entered_by")
    return [
        {"text": row.text, "by": row.seat.name, "how": how_given(row), "language": row.language}
        for row in rows.order_by("id")
    ]


def questions(deliberation: Deliberation) -> list[Asked]:
    """Every question with its replies, oldest first; those nobody answered too."""
    rows = (
        Question.objects.filter(deliberation=deliberation)
        .select_related("text", "by_seat", "to_seat", "option__text")
        .prefetch_related("replies__text", "replies__by_seat")
        .order_by("id")
    )
    return [
        Asked(
            question=row,
            to=row.to_seat.name if row.to_seat else "",
            about=str(row.option.text) if row.option else "",
            replies=list(row.replies.all()),
        )
        for row in rows
    ]
