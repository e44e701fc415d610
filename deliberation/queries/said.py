"""What one seat has said, in every round, with what proves that it was received."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.permissions import rule
from audit.models import Entry
from deliberation.models import (
    AgreementAnswer,
    Dissent,
    Option,
    Position,
    Question,
    Seat,
    SharedValue,
    Shift,
    SideAnswer,
    Stance,
)
from deliberation.models.rounds import Spoken
from deliberation.queries.abreast import how_given, newest
from deliberation.queries.positions import position_parts


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
    entry_id: UUID | None
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


PUT = tuple(rule(verb).event for verb in ("propose", "put_question", "enter_for"))
"""The events with which a proposal or a question begins."""


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
    entries = _entries(seat, found)
    said = [_said(kind, row, number, entries.get(row.pk)) for kind, row, number in found]
    return sorted(said, key=lambda one: (one.at, str(one.row.pk)), reverse=True)


def _entries(seat: Seat, found: list[tuple[str, Any, int]]) -> dict[UUID, Entry]:
    """The entry that records each of them, by the row's id. A proposal and a question do not name theirs: it is about
    them."""
    named = {row.pk: row.entry_id for _kind, row, _n in found if hasattr(row, "entry_id")}
    kept = Entry.objects.in_bulk(set(named.values()))
    entries = {pk: kept[entry_id] for pk, entry_id in named.items() if entry_id in kept}
    others = [str(row.pk) for _kind, row, _n in found if not hasattr(row, "entry_id")]
    if others:
        about = Entry.objects.filter(organisation=seat.organisation_id, subject_id__in=others, event__in=PUT)
        entries |= {UUID(entry.subject_id): entry for entry in about}
    return entries


def _said(kind: str, row: Any, number: int, entry: Entry | None) -> Said:
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
        hash=in_fours(entry.leaf_hex) if entry is not None else "",
        entry_id=entry.pk if entry is not None else None,
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
