"""Reads of rounds 2 and 3, side by side by framework. Nothing here is added up, and no number leaves it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.utils.translation import gettext as _

from audit.models import Entry
from deliberation.models import (
    Agreement,
    AgreementAnswer,
    Deliberation,
    Difference,
    Dissent,
    Framework,
    Option,
    Position,
    ProposalCost,
    Question,
    Seat,
    SharedValue,
    Shift,
    SideAnswer,
    Stance,
)
from deliberation.models.rounds import Spoken
from deliberation.queries.conflict import frameworks_in_order
from deliberation.queries.rounds import how_given, position_parts, voices_by_framework

S = TypeVar("S", bound=Spoken)


def newest(rows: Iterable[S], chain: str | None = None) -> dict[tuple[UUID | None, UUID], S]:
    """The last version by thing and seat."""
    last: dict[tuple[UUID | None, UUID], S] = {}
    for row in sorted(rows, key=lambda r: r.version):
        last[(getattr(row, chain) if chain else None, row.seat_id)] = row
    return last


@dataclass(frozen=True)
class Abreast:
    """What puts answers into columns: the frameworks in this viewer's order and who speaks in each."""

    frameworks: list[Framework]
    speaks: dict[UUID, list[UUID]]

    @classmethod
    def of(cls, deliberation: Deliberation, viewer: UUID | None) -> Abreast:
        return cls(frameworks_in_order(deliberation, viewer), voices_by_framework(deliberation))

    def columns(
        self, key: str, answers: dict[UUID, dict[str, Any]], notes: dict[UUID, Any] | None = None
    ) -> list[dict[str, Any]]:
        """One column a framework; `answers` are by seat, so that a voice of several frameworks stands in each."""
        return [
            {
                "key": f"{key}-{framework.pk.hex[-8:]}",
                "title": framework.title,
                "note": (notes or {}).get(framework.pk),
                "answers": [answers[seat] for seat in self.speaks.get(framework.pk, []) if seat in answers],
            }
            for framework in self.frameworks
        ]


# --- Round 2


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


# --- Round 3


@dataclass(frozen=True)
class Agreed:
    """A sentence that seems agreed, from which frameworks its confirmation is missing, and in which nobody speaks."""

    agreement: Agreement
    columns: list[dict[str, Any]]
    missing: list[str]
    unvoiced: list[str]
    mine: AgreementAnswer | None


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


def agreements(deliberation: Deliberation, *, seat: Seat | None, viewer: UUID | None) -> list[Agreed]:
    """The sentences put for round 3, each with the answers by framework."""
    rows = AgreementAnswer.objects.filter(deliberation=deliberation).select_related("seat", "comment", "entered_by")
    last = newest(rows, "agreement_id")
    abreast = Abreast.of(deliberation, viewer)
    found = Agreement.objects.filter(deliberation=deliberation, struck_at__isnull=True).select_related("text")
    shown = []
    for agreement in found:
        here = {s: row for (a, s), row in last.items() if a == agreement.pk}
        answers = {s: _agreement_answer(row) for s, row in here.items()}
        voiced = [framework for framework in abreast.frameworks if abreast.speaks.get(framework.pk)]
        missing = [
            framework.title
            for framework in voiced
            if not any(here[s].confirms for s in abreast.speaks[framework.pk] if s in here)
        ]
        shown.append(
            Agreed(
                agreement=agreement,
                columns=abreast.columns(f"a{agreement.number}", answers),
                missing=missing,
                unvoiced=[framework.title for framework in abreast.frameworks if framework not in voiced],
                mine=here.get(seat.pk) if seat else None,
            )
        )
    return shown


def _agreement_answer(row: AgreementAnswer) -> dict[str, Any]:
    return {
        "stance": _("Confirms it") if row.confirms else _("Does not confirm it"),
        "text": row.comment,
        "by": row.seat.name,
        "how": how_given(row),
        "language": row.language,
    }


def differences(deliberation: Deliberation, *, seat: Seat | None) -> list[Differing]:
    """The differences put for round 3, each side with those who hold it."""
    rows = SideAnswer.objects.filter(deliberation=deliberation).select_related("seat", "comment", "entered_by")
    last = newest(rows, "side_id")
    found = (
        Difference.objects.filter(deliberation=deliberation, struck_at__isnull=True)
        .select_related("text")
        .prefetch_related("sides__text")
    )
    shown = []
    for difference in found:
        sides = []
        for side in difference.sides.all():
            here = [row for (s, _seat), row in last.items() if s == side.pk]
            sides.append(
                SideShown(
                    side=side,
                    holders=[_holder(row) for row in here if row.holds and not row.comment_id],
                    otherwise=[
                        {"text": row.comment, "by": _holder(row), "language": row.language}
                        for row in here
                        if row.holds and row.comment_id
                    ],
                    mine=last.get((side.pk, seat.pk)) if seat else None,
                )
            )
        shown.append(Differing(difference, sides, answered=any(s.mine for s in sides)))
    return shown


def _holder(row: SideAnswer) -> str:
    how = how_given(row)
    return f"{row.seat.name} ({how.rstrip('.')})" if how else row.seat.name


def shifts(deliberation: Deliberation) -> list[dict[str, Any]]:
    """What changed in how somebody sees it, as they told it."""
    rows = Shift.objects.filter(deliberation=deliberation).select_related("seat", "text", "entered_by")
    return [
        {
            "stance": _("Something changed") if row.changed else _("Nothing changed"),
            "text": row.text,
            "by": row.seat.name,
            "how": how_given(row),
            "language": row.language,
        }
        for row in newest(rows).values()
    ]


# --- What one seat has said


@dataclass(frozen=True)
class Said:
    """One thing a seat said, with what proves that it was received."""

    kind: str
    row: Any
    title: str
    to: str
    stance: str
    parts: list[dict[str, Any]]
    at: Any
    hash: str
    needs_confirming: bool
    how: str
    round: int


KINDS: dict[str, tuple[type[Spoken], int]] = {
    "position": (Position, 1),
    "shared_value": (SharedValue, 2),
    "stance": (Stance, 2),
    "agreement": (AgreementAnswer, 3),
    "side": (SideAnswer, 3),
    "shift": (Shift, 3),
    "dissent": (Dissent, 4),
}
"""The kinds of contributions, by the name they have in addresses and notices."""


def version_of(model: type[Stance | AgreementAnswer | SideAnswer | Shift], seat: Seat, **about: Any) -> int:
    """The version of the answer that this seat sent last about that; 0 before there is one."""
    row = model.objects.filter(seat=seat, **about).order_by("-version").first()
    return row.version if row is not None else 0


def said_by(seat: Seat) -> list[Said]:
    """Everything a seat has said, newest first, the last version of each, with the leaf hash of its entry."""
    found: list[tuple[str, Any, int]] = []
    related: dict[str, tuple[str, ...]] = {
        "position": ("right", "why", "lost", "need"),
        "shared_value": ("text",),
        "stance": ("reason", "option__text"),
        "agreement": ("comment", "agreement__text"),
        "side": ("comment", "side__text"),
        "shift": ("text",),
        "dissent": ("lead", "objection", "removed_by", "predicts"),
    }
    chains = {"stance": "option_id", "agreement": "agreement_id", "side": "side_id"}
    for kind, (model, number) in KINDS.items():
        rows = list(model.objects.filter(seat=seat).select_related(*related[kind]))
        if kind == "dissent":
            rows = [row for row in rows if isinstance(row, Dissent) and row.stands]
        elif kind != "shared_value":
            rows = list(newest(rows, chains.get(kind)).values())
        found += [(kind, row, number) for row in rows]
    proposed = Option.objects.filter(by_seat=seat, kind=Option.Kind.PROPOSAL).select_related("text", "detail")
    found += [("proposal", row, 2) for row in proposed]
    put = Question.objects.filter(by_seat=seat).select_related("text", "round")
    found += [("question", row, row.round.number) for row in put]
    hashes = _hashes(found, [option.pk for option in proposed])
    said = [_said(kind, row, number, hashes) for kind, row, number in found]
    return sorted(said, key=lambda one: (one.at, str(one.row.pk)), reverse=True)


def _hashes(found: list[tuple[str, Any, int]], options: list[UUID]) -> dict[UUID, str]:
    entries = {row.entry_id: row.pk for _kind, row, _n in found if hasattr(row, "entry_id")}
    hashes = {entries[e.pk]: e.leaf_hex for e in Entry.objects.filter(pk__in=entries)}
    if options:
        made = Entry.objects.filter(subject_kind="option", subject_id__in=[str(o) for o in options])
        for entry in made.filter(event__in=["deliberation.proposal.add", "deliberation.contribution.enter"]):
            hashes[UUID(entry.subject_id)] = entry.leaf_hex
    return hashes


def _said(kind: str, row: Any, number: int, hashes: dict[UUID, str]) -> Said:
    spoken = isinstance(row, Spoken)
    title, to, stance, parts = _in_words(kind, row)
    return Said(
        kind=kind,
        row=row,
        title=title,
        to=to,
        stance=stance,
        parts=parts,
        at=row.at,
        hash=in_fours(hashes.get(row.pk, "")),
        needs_confirming=spoken and row.confirmed_at is None,
        how=how_given(row) if spoken else "",
        round=number,
    )


def _in_words(kind: str, row: Any) -> tuple[str, str, str, list[dict[str, Any]]]:
    """What it is, what it answers, the answer chosen, and the words."""
    if kind == "position":
        return _("Your position"), "", "", position_parts(row)
    if kind == "shared_value":
        return _("Something all could share"), "", "", [{"heading": "", "text": row.text}]
    if kind == "stance":
        return _("Your answer"), str(row.option.text), row.get_answer_display(), [{"heading": "", "text": row.reason}]
    if kind == "agreement":
        stance = _("I confirm it") if row.confirms else _("I do not confirm it")
        return _("Your answer"), str(row.agreement.text), stance, [{"heading": "", "text": row.comment}]
    if kind == "side":
        stance = _("This is not my side")
        if row.holds:
            stance = _("I hold this, but would say it so") if row.comment_id else _("I hold this, as stated")
        return _("Your answer"), str(row.side.text), stance, [{"heading": "", "text": row.comment}]
    if kind == "shift":
        stance = _("Something changed") if row.changed else _("Nothing changed")
        return _("How you see it now"), "", stance, [{"heading": "", "text": row.text}]
    if kind == "dissent":
        parts = [
            {"heading": "", "text": row.lead},
            {"heading": _("Because"), "text": row.objection},
            {"heading": _("Would be removed by"), "text": row.removed_by},
            {"heading": _("Predicts"), "text": row.predicts},
        ]
        return _("Your dissent"), "", "", parts
    if kind == "proposal":
        parts = [{"heading": "", "text": row.text}, {"heading": _("In more words"), "text": row.detail}]
        return _("Your proposal"), "", "", parts
    return _("Your question"), "", "", [{"heading": "", "text": row.text}]


def in_fours(digest: str) -> str:
    """A hash in groups of four, to be read and compared."""
    return " ".join(digest[i : i + 4] for i in range(0, len(digest), 4))
