"""Reads of round 3: what seems agreed, what is not resolved, and what changed in how somebody sees it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.utils.translation import gettext as _

from deliberation.models import Agreement, AgreementAnswer, Deliberation, Difference, Seat, Shift, SideAnswer
from deliberation.queries.abreast import HOW_AND_BY, Abreast, columns_of, how_given, newest, text_in

R = TypeVar("R", Agreement, Difference)


@dataclass(frozen=True)
class Wording:
    """How a sentence or a difference was put before, by whom it was put and reworded, and what was said to it.

    `sides` are those of a difference, each with its text and answers; a sentence has `answers` alone.
    """

    text: Any
    by: str
    at: datetime
    reworded_by: str
    reworded_at: datetime
    answers: list[dict[str, Any]]
    sides: list[dict[str, Any]]


@dataclass(frozen=True)
class Agreed:
    """A sentence that seems agreed, from which frameworks its confirmation is missing, and in which nobody speaks."""

    agreement: Agreement
    columns: list[dict[str, Any]]
    missing: list[str]
    unvoiced: list[str]
    mine: AgreementAnswer | None
    earlier: list[Wording]


@dataclass(frozen=True)
class SideShown:
    """One side of a difference: who holds it as stated, and how others would state it."""

    side: Any
    holders: list[str]
    otherwise: list[dict[str, Any]]
    mine: SideAnswer | None


@dataclass(frozen=True)
class Differing:
    difference: Difference
    sides: list[SideShown]
    answered: bool
    earlier: list[Wording]


def agreements(deliberation: Deliberation, *, seat: Seat | None, abreast: Abreast) -> list[Agreed]:
    """The sentences that stand in round 3, each with the answers by framework, and how it was put before."""
    rows = AgreementAnswer.objects.filter(deliberation=deliberation)
    columns = [*HOW_AND_BY, "agreement_id", "confirms", *columns_of("comment")]
    answers: dict[UUID | None, dict[UUID, dict[str, Any]]] = defaultdict(dict)
    confirmed: set[tuple[UUID | None, UUID]] = set()
    for (about, seat_id), row in newest(rows.values_list(*columns, named=True), "agreement_id").items():
        stance = _("Confirms it") if row.confirms else _("Does not confirm it")
        answers[about][seat_id] = _answer(row, stance)
        if row.confirms:
            confirmed.add((about, seat_id))
    mine = newest(rows.filter(seat=seat).select_related("comment"), "agreement_id") if seat else {}
    found = list(Agreement.objects.filter(deliberation=deliberation).select_related("text", "by_user"))

    shown = []
    for agreement in _standing(found):
        voiced = [framework for framework in abreast.frameworks if abreast.speaks.get(framework.pk)]
        missing = [
            framework.title
            for framework in voiced
            if not any((agreement.pk, one) in confirmed for one in abreast.speaks[framework.pk])
        ]
        shown.append(
            Agreed(
                agreement=agreement,
                columns=abreast.columns(f"a{agreement.number}", answers[agreement.pk]),
                missing=missing,
                unvoiced=[framework.title for framework in abreast.frameworks if framework not in voiced],
                mine=mine.get((agreement.pk, seat.pk)) if seat else None,
                earlier=[
                    _wording(old, new, answers=list(answers[old.pk].values()))
                    for old, new in _earlier(agreement, found)
                ],
            )
        )
    return shown


def _standing(rows: list[R]) -> list[R]:
    """Those that nobody has struck, each in the place of its first wording."""

    def first(row: R) -> int:
        return min([old.number for old, _new in _earlier(row, rows)], default=row.number)

    return sorted((row for row in rows if row.struck_at is None), key=first)


def _earlier(row: R, rows: Iterable[R]) -> Iterator[tuple[R, R]]:
    """The wordings before `row`, the last one first, each with the one that followed it."""
    by_id = {one.pk: one for one in rows}
    while row.replaces_id is not None:
        old = by_id[row.replaces_id]
        yield old, row
        row = old


def _wording(
    old: Agreement | Difference,
    new: Agreement | Difference,
    *,
    answers: list[dict[str, Any]] | None = None,
    sides: list[dict[str, Any]] | None = None,
) -> Wording:
    return Wording(old.text, _writer(old), old.at, _writer(new), new.at, answers or [], sides or [])


def _writer(row: Agreement | Difference) -> str:
    return row.by_user.name if row.by_user else ""


def _answer(row: Any, stance: str, text: str = "comment") -> dict[str, Any]:
    return {
        "stance": stance,
        "text": text_in(row, text),
        "by": row.seat__name,
        "how": how_given(row),
        "language": row.language,
    }


def differences(deliberation: Deliberation, *, seat: Seat | None) -> list[Differing]:
    """The differences that stand in round 3, each side with those who hold it, and how each was put before."""
    rows = SideAnswer.objects.filter(deliberation=deliberation)
    columns = [*HOW_AND_BY, "side_id", "holds", "comment_id", *columns_of("comment")]
    answers: dict[UUID | None, list[Any]] = defaultdict(list)
    for (side_id, _seat), row in newest(rows.values_list(*columns, named=True), "side_id").items():
        answers[side_id].append(row)
    mine = newest(rows.filter(seat=seat).select_related("comment"), "side_id") if seat else {}
    found = list(
        Difference.objects.filter(deliberation=deliberation)
        .select_related("text", "by_user")
        .prefetch_related("sides__text")
    )

    def sides_of(difference: Difference) -> list[dict[str, Any]]:
        return [
            {"text": side.text, "answers": [_answer(row, _held(row)) for row in answers[side.pk]]}
            for side in difference.sides.all()
        ]

    shown = []
    for difference in _standing(found):
        sides = []
        for side in difference.sides.all():
            here = answers[side.pk]
            sides.append(
                SideShown(
                    side=side,
                    holders=[_holder(row) for row in here if row.holds and not row.comment_id],
                    otherwise=[
                        {"text": text_in(row, "comment"), "by": _holder(row), "language": row.language}
                        for row in here
                        if row.holds and row.comment_id
                    ],
                    mine=mine.get((side.pk, seat.pk)) if seat else None,
                )
            )
        earlier = [_wording(old, new, sides=sides_of(old)) for old, new in _earlier(difference, found)]
        shown.append(Differing(difference, sides, any(s.mine for s in sides), earlier))
    return shown


def _held(row: Any) -> str:
    if not row.holds:
        return _("Does not hold it")
    return _("Holds it, but would say it so") if row.comment_id else _("Holds it, as stated")


def _holder(row: Any) -> str:
    how, name = how_given(row), str(row.seat__name)
    return f"{name} ({how.rstrip('.')})" if how else name


def shifts(deliberation: Deliberation) -> list[dict[str, Any]]:
    """What changed in how somebody sees it, as they told it."""
    columns = [*HOW_AND_BY, "changed", *columns_of("text")]
    rows = newest(Shift.objects.filter(deliberation=deliberation).values_list(*columns, named=True)).values()
    return [_answer(row, _("Something changed") if row.changed else _("Nothing changed"), "text") for row in rows]
