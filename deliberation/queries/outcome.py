"""An outcome as a document: one reading that the page, the print, PDF, Markdown and JSON are all made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import SeatUser
from accounts.roles import Part
from audit.models import Entry, Text
from deliberation.domain.completeness import standing_dissents
from deliberation.models import (
    Commitment,
    Deliberation,
    Dissent,
    Framework,
    Gap,
    Outcome,
    OutcomeVersion,
    Question,
    Seat,
    Terms,
)
from deliberation.queries.conflict import in_print_order
from deliberation.queries.voices import HeardRow, heard_by_framework

NameOf = Callable[[Seat], str | None]
"""The name a seat is printed under, or None where its words and its name are left out."""


@dataclass(frozen=True)
class PrintedDissent:
    """A dissent as it is printed. `left_out` ones asked not to be printed; then their words are not here."""

    id: UUID
    author: str
    joined: list[str]
    dissent: Dissent
    answer: Text | None
    answered_by: str
    answered_at: datetime | None
    left_out: bool = False


@dataclass(frozen=True)
class PrintedLoss:
    """A loss with what is owed for it, and by whom."""

    number: int
    loss: Text
    bearer: Text
    owed: str
    owed_in_words: str
    debt: Text
    commitments: list[Commitment]


@dataclass(frozen=True)
class Document:
    """One version of an outcome with everything printed beside it."""

    deliberation: Deliberation
    outcome: Outcome
    version: OutcomeVersion
    terms: Terms | None
    dissents: list[PrintedDissent]
    prioritized: list[Text]
    deprioritized: list[Text]
    losses: list[PrintedLoss]
    commitments: list[Commitment]
    triggers: list[Text]
    heard: list[HeardRow]
    gaps: list[tuple[str, Text]]
    unanswered: list[tuple[Text, str]]
    holder: str
    holder_is_voice: bool
    entry: Entry | None
    left_out: bool = False
    reports: dict[UUID, list[Any]] = field(default_factory=dict)

    @property
    def is_signed(self) -> bool:
        """Whether this very version is what was signed."""
        return self.outcome.signed_version_id == self.version.pk and self.outcome.signed_at is not None

    @property
    def is_disagreement(self) -> bool:
        return self.version.kind == OutcomeVersion.Kind.DISAGREEMENT

    @property
    def not_heard(self) -> list[str]:
        """Everybody asked who did not answer, left, or was not reached, by name, each once."""
        names: list[str] = []
        for row in self.heard:
            names += [name for name in (*row.no_answer, *row.not_reached) if name not in names]
        return names


def by_seat_name(seat: Seat) -> str | None:
    """The name a seat has among those who take part."""
    return seat.name


def version_to_read(
    deliberation: Deliberation, *, drafts: bool = False, circulated: bool = True
) -> OutcomeVersion | None:
    """The signed version; before that the latest circulated one, or with `drafts` the one that is still open.

    None where nothing may be shown: `circulated` False is a reader who has no seat here.
    """
    versions = OutcomeVersion.objects.filter(deliberation=deliberation, set_aside_at__isnull=True).select_related(
        "outcome__signed_by",
        "option__text",
        "decision",
        "meanwhile",
        "justification",
        "assumptions",
        "expects",
        "applies_to",
        "does_not_apply_to",
        "nothing_to_do",
        "change_note",
        "returned_reason",
        "drafted_by",
    )
    signed = versions.filter(signed_outcome__isnull=False, outcome__signed_at__isnull=False).first()
    if signed is not None:
        return signed
    if not circulated:
        return None
    if not drafts:
        versions = versions.filter(circulated_at__isnull=False)
    return versions.order_by("-number").first()


def document_of(
    version: OutcomeVersion,
    *,
    frameworks: Iterable[Framework] | None = None,
    name_of: NameOf = by_seat_name,
) -> Document:
    """Everything printed with `version`. `frameworks` gives the order; without it the one drawn for print."""
    deliberation, outcome = version.deliberation, version.outcome
    order = list(frameworks) if frameworks is not None else in_print_order(deliberation)
    values = list(version.values.select_related("text"))
    commitments = list(version.commitments.select_related("what", "to_whom", "owner"))
    owed: dict[UUID, list[Commitment]] = {}
    for each in commitments:
        if each.remainder_id is not None:
            owed.setdefault(each.remainder_id, []).append(each)
    losses = [
        PrintedLoss(
            loss.number, loss.loss, loss.bearer, loss.owed, loss.get_owed_display(), loss.debt, owed.get(loss.pk, [])
        )
        for loss in version.remainders.select_related("loss", "bearer", "debt")
    ]
    reports: dict[UUID, list[Any]] = {}
    for report in deliberation.commitmentreport_set.select_related("account", "new_owner", "by_user"):
        reports.setdefault(report.commitment_id, []).append(report)
    rows, left_out = heard_by_framework(deliberation, version, order, name_of)
    return Document(
        deliberation=deliberation,
        outcome=outcome,
        version=version,
        terms=_terms(deliberation),
        dissents=[_printed(each, name_of) for each in standing_dissents(outcome)],
        prioritized=[value.text for value in values if value.side == value.Side.PRIORITIZED],
        deprioritized=[value.text for value in values if value.side == value.Side.DEPRIORITIZED],
        losses=losses,
        commitments=[each for each in commitments if each.remainder_id is None],
        triggers=[trigger.text for trigger in version.triggers.select_related("text")],
        heard=rows,
        gaps=_gaps(deliberation),
        unanswered=_unanswered(deliberation, name_of),
        holder=outcome.signed_name or _holder(deliberation),
        holder_is_voice=_holder_is_voice(deliberation),
        entry=Entry.objects.filter(pk=outcome.signed_entry_id).first() if outcome.signed_entry_id else None,
        left_out=left_out,
        reports=reports,
    )


def _printed(dissent: Dissent, name_of: NameOf) -> PrintedDissent:
    author = name_of(dissent.seat)
    answers = list(dissent.answers.all())
    last = answers[-1] if answers else None
    return PrintedDissent(
        id=dissent.pk,
        author=author or "",
        joined=[name for join in dissent.joins.all() if (name := name_of(join.seat))],
        dissent=dissent,
        answer=last.text if last else None,
        answered_by=str(last.by_user) if last else "",
        answered_at=last.at if last else None,
        left_out=author is None,
    )


def _terms(deliberation: Deliberation) -> Terms | None:
    """The terms as they were last accepted, or as they stand where nobody has accepted them yet."""
    rows = Terms.objects.filter(deliberation=deliberation).select_related(
        "question",
        "can_change",
        "off_table",
        "decided_by",
        "meanwhile",
        "after_disagreement",
        "asked_by",
        "paid_by",
        "compensation",
    )
    accepted = rows.filter(accepted_at__isnull=False).order_by("-version").first()
    return accepted or rows.order_by("-version").first()


def _gaps(deliberation: Deliberation) -> list[tuple[str, Text]]:
    gaps = Gap.objects.filter(deliberation=deliberation, struck_at__isnull=True)
    found = []
    for gap in gaps.select_related("framework", "group", "explanation"):
        of = gap.framework or gap.group
        assert of is not None
        found.append((of.title, gap.explanation))
    return found


def _unanswered(deliberation: Deliberation, name_of: NameOf) -> list[tuple[Text, str]]:
    questions = Question.objects.filter(deliberation=deliberation, replies__isnull=True)
    return [
        (question.text, name)
        for question in questions.select_related("text", "by_seat")
        if (name := name_of(question.by_seat)) is not None
    ]


def _holder(deliberation: Deliberation) -> str:
    seat = Seat.objects.filter(deliberation=deliberation, part=Part.HOLDER).first()
    return seat.name if seat else ""


def _holder_is_voice(deliberation: Deliberation) -> bool:
    """Whether who decides also spoke as a voice: allowed, and printed."""
    seats = Seat.objects.filter(deliberation=deliberation)
    holds = SeatUser.objects.filter(seat_id__in=seats.filter(part=Part.HOLDER).values("pk"), until__isnull=True)
    speaks = SeatUser.objects.filter(
        seat_id__in=seats.filter(part=Part.PARTICIPANT).values("pk"), user_id__in=holds.values("user_id")
    )
    return speaks.exists()


# --- What leaves the page


def outcome_as_json(outcome: Outcome, *, document: Document | None = None) -> dict[str, Any]:
    """A signed outcome with the keys of core concepts, section 6, and structured twins (api.md).

    `precedent_binding` is false and nothing could make it true. Raises ValueError for an outcome that is not signed.
    """
    if document is None:
        version = version_to_read(outcome.deliberation, circulated=False)
        if version is None:
            raise ValueError("only a signed outcome is given out")
        document = document_of(version)
    version = document.version
    return {
        "id": str(outcome.pk),
        "deliberation": str(outcome.deliberation_id),
        "reference": document.deliberation.reference,
        "question": str(document.deliberation.question),
        "state": outcome.state,
        "kind": version.kind,
        "decision_made": _str(version.decision),
        "option": _str(version.option.text) if version.option else None,
        "meanwhile": _str(version.meanwhile),
        "values_prioritized": [str(text) for text in document.prioritized],
        "values_deprioritized": [str(text) for text in document.deprioritized],
        "moral_remainder": "\n".join(
            f"{loss.loss} {_('Borne by')}: {loss.bearer}. {loss.owed_in_words}: {loss.debt}" for loss in document.losses
        ),
        "remainders": [
            {"loss": str(loss.loss), "bearer": str(loss.bearer), "owed": loss.owed, "debt": str(loss.debt)}
            for loss in document.losses
        ],
        "dissenting_perspectives": [_dissent_as_json(each) for each in document.dissents if not each.left_out],
        "justification": _str(version.justification),
        "assumptions": _str(version.assumptions),
        "expects": _str(version.expects),
        "precedent_applicability": _applicability(version),
        "applies_to": _str(version.applies_to),
        "does_not_apply_to": _str(version.does_not_apply_to),
        "precedent_binding": False,
        "review_date": version.review_date.isoformat() if version.review_date else None,
        "review_trigger": "; ".join(str(trigger) for trigger in document.triggers),
        "review_triggers": [str(trigger) for trigger in document.triggers],
        "commitments": [
            _commitment_as_json(each)
            for each in (*document.commitments, *(c for loss in document.losses for c in loss.commitments))
        ],
        "nothing_to_do": _str(version.nothing_to_do),
        "heard": [
            {"framework": row.title, "heard": row.was_heard, "voices": row.heard, "because": _str(row.because)}
            for row in document.heard
            if row.framework is not None
        ],
        "not_heard": document.not_heard,
        "signed_by": outcome.signed_name,
        "signed_at": _moment(outcome.signed_at),
        "audit_entry": str(document.entry.pk) if document.entry else None,
        "leaf_hash": document.entry.leaf_hex if document.entry else None,
    }


def _dissent_as_json(printed: PrintedDissent) -> dict[str, Any]:
    dissent = printed.dissent
    return {
        "framework": dissent.framework.title if dissent.framework else None,
        "against": dissent.against,
        "lead": str(dissent.lead),
        "objection": str(dissent.objection),
        "would_be_removed_by": _str(dissent.removed_by),
        "predicts": _str(dissent.predicts),
        "stakeholders": [printed.author, *printed.joined],
        "answer": _str(printed.answer),
    }


def _commitment_as_json(commitment: Commitment) -> dict[str, Any]:
    return {
        "kind": commitment.kind,
        "what": str(commitment.what),
        "to_whom": str(commitment.to_whom),
        "owner": str(commitment.owner),
        "due": commitment.due.isoformat(),
        "state": commitment.state,
    }


def _applicability(version: OutcomeVersion) -> str | None:
    if version.applies_to is None or version.does_not_apply_to is None:
        return None
    return _("Applies to: %(yes)s Does not apply to: %(no)s") % {
        "yes": version.applies_to,
        "no": version.does_not_apply_to,
    }


def _str(text: Text | None) -> str | None:
    return None if text is None else str(text)


def _moment(moment: datetime | date | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")
