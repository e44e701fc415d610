"""Reads of round 2: proposals with what each framework says to them, shared values, and the questions that were put."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from deliberation.models import Deliberation, Option, ProposalCost, Question, Seat, SharedValue, Stance
from deliberation.queries.abreast import HOW_AND_BY, Abreast, columns_of, how_given, newest, text_in


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


def proposals(
    deliberation: Deliberation, *, seat: Seat | None, abreast: Abreast, put: Iterable[Asked]
) -> list[Proposal]:
    """The proposals that stand, in the order in which they were made, with everything said to them.

    `put` are the questions of the deliberation.
    """
    options = list(
        Option.objects.filter(deliberation=deliberation, kind=Option.Kind.PROPOSAL, struck_at__isnull=True)
        .select_related("text", "detail", "by_seat", "by_user")
        .order_by("number")
    )
    rows = Stance.objects.filter(deliberation=deliberation)
    columns = [*HOW_AND_BY, "option_id", "answer", *columns_of("reason")]
    labels = {value: str(label) for value, label in Stance.Answer.choices}
    said: dict[UUID | None, dict[UUID, dict[str, Any]]] = defaultdict(dict)
    for (option_id, seat_id), row in newest(rows.values_list(*columns, named=True), "option_id").items():
        said[option_id][seat_id] = {
            "stance": labels[row.answer],
            "text": text_in(row, "reason"),
            "by": row.seat__name,
            "how": how_given(row),
            "language": row.language,
        }
    mine = newest(rows.filter(seat=seat).select_related("reason"), "option_id") if seat else {}
    costs: dict[UUID, dict[UUID, Any]] = defaultdict(dict)
    for cost in ProposalCost.objects.filter(deliberation=deliberation).select_related("cost").order_by("id"):
        costs[cost.option_id][cost.framework_id] = _("Would cost: %(what)s") % {"what": str(cost.cost)}
    asked: dict[UUID | None, list[Asked]] = defaultdict(list)
    for one in put:
        asked[one.question.option_id].append(one)
    return [
        Proposal(
            option=option,
            number=place,
            by=proposer(option),
            columns=abreast.columns(f"p{place}", _from_here(option) | said[option.pk], costs[option.pk]),
            mine=mine.get((option.pk, seat.pk)) if seat else None,
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


def shared_values(deliberation: Deliberation) -> list[dict[str, Any]]:
    """What voices believe all could share, as said."""
    rows = SharedValue.objects.filter(deliberation=deliberation).order_by("id")
    return [
        {"text": text_in(row, "text"), "by": row.seat__name, "how": how_given(row), "language": row.language}
        for row in rows.values_list(*HOW_AND_BY, *columns_of("text"), named=True)
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
