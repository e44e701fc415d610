"""An outcome as a document: one reading that the page, the print, PDF, Markdown and JSON are all made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import SeatUser
from accounts.roles import Part
from audit.models import Entry, Text
from deliberation.domain.completeness import standing_dissents_of
from deliberation.domain.gathering import gathered, with_texts
from deliberation.domain.terms import WORDS
from deliberation.models import (
    AgentInstruction,
    Commitment,
    CommitmentReport,
    Deliberation,
    Dissent,
    Framework,
    Gap,
    Hearing,
    Outcome,
    OutcomeVersion,
    Question,
    Remainder,
    ReviewTrigger,
    Seat,
    Terms,
    WeighedValue,
)
from deliberation.queries.conflict import in_print_order
from deliberation.queries.voices import HeardRow, WhoSpoke, heard_by_framework, who_spoke

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
    agents: AgentInstruction | None = None

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


def printable(versions: QuerySet[OutcomeVersion]) -> list[OutcomeVersion]:
    """These versions with everything `Document` reads of them directly."""
    rows = versions.select_related("deliberation__organisation", "outcome__signed_by", "option", "drafted_by")
    return with_texts(rows, "deliberation__question", "outcome__signed_reason", "option__text", *TEXTS_OF_A_VERSION)


TEXTS_OF_A_VERSION = (
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
)


def version_to_read(
    deliberation: Deliberation, *, drafts: bool = False, circulated: bool = True
) -> OutcomeVersion | None:
    """The signed version; before that the latest circulated one, or with `drafts` the one that is still open.

    None where nothing may be shown: `circulated` False is a reader who has no seat here.
    """
    versions = OutcomeVersion.objects.filter(deliberation=deliberation, set_aside_at__isnull=True)
    signed = printable(versions.filter(signed_outcome__isnull=False, outcome__signed_at__isnull=False)[:1])
    if signed or not circulated:
        return next(iter(signed), None)
    if not drafts:
        versions = versions.filter(circulated_at__isnull=False)
    return next(iter(printable(versions.order_by("-number")[:1])), None)


def document_of(
    version: OutcomeVersion,
    *,
    frameworks: Iterable[Framework] | None = None,
    name_of: NameOf = by_seat_name,
) -> Document:
    """Everything printed with `version`. `frameworks` gives the order; without it the one drawn for print."""
    return _document(_beside([version]), version, frameworks, name_of)


def documents_of(versions: Iterable[OutcomeVersion]) -> list[Document]:
    """The documents of several versions, in their order, in the same number of queries as that of one."""
    rows = list(versions)
    beside = _beside(rows)
    return [_document(beside, row, None, by_seat_name) for row in rows]


@dataclass(frozen=True)
class _Beside:
    """What is printed beside one or several versions, by the version, the outcome or the deliberation it is of."""

    values: dict[UUID, list[WeighedValue]]
    losses: dict[UUID, list[Remainder]]
    commitments: dict[UUID, list[Commitment]]
    triggers: dict[UUID, list[ReviewTrigger]]
    hearings: dict[UUID, list[Hearing]]
    dissents: dict[UUID, list[Dissent]]
    frameworks: dict[UUID, list[Framework]]
    reports: dict[UUID, list[CommitmentReport]]
    terms: dict[UUID, list[Terms]]
    gaps: dict[UUID, list[Gap]]
    unanswered: dict[UUID, list[Question]]
    holders: dict[UUID, list[Seat]]
    holder_is_voice: set[UUID]
    spoke: WhoSpoke
    entries: dict[UUID, Entry]
    agents: dict[UUID, AgentInstruction]


def _beside(versions: list[OutcomeVersion]) -> _Beside:
    deliberations = [version.deliberation for version in versions]
    outcomes = [version.outcome for version in versions]
    of = {"version__in": versions}
    here = {"deliberation__in": deliberations}
    standing = Framework.objects.filter(**here, status__in=Framework.STANDING)
    gaps = Gap.objects.filter(**here, struck_at__isnull=True).select_related("framework", "group", "explanation")
    unanswered = Question.objects.filter(**here, replies__isnull=True).select_related("text", "by_seat")
    reports = CommitmentReport.objects.filter(**here).select_related("account", "new_owner", "by_user")
    signed = [outcome.signed_entry_id for outcome in outcomes if outcome.signed_entry_id]
    return _Beside(
        values=gathered(WeighedValue.objects.filter(**of).select_related("text"), by="version_id"),
        losses=gathered(Remainder.objects.filter(**of).select_related("loss", "bearer", "debt"), by="version_id"),
        commitments=gathered(
            Commitment.objects.filter(**of).select_related("what", "to_whom", "owner"), by="version_id"
        ),
        triggers=gathered(ReviewTrigger.objects.filter(**of).select_related("text"), by="version_id"),
        hearings=gathered(Hearing.objects.filter(**of).select_related("not_heard_because"), by="version_id"),
        dissents=standing_dissents_of([outcome.pk for outcome in outcomes]),
        frameworks=gathered(standing),
        reports=gathered(reports),
        terms=gathered(with_texts(Terms.objects.filter(**here).order_by("version"), *WORDS)),
        gaps=gathered(gaps),
        unanswered=gathered(unanswered),
        holders=gathered(Seat.objects.filter(**here, part=Part.HOLDER)),
        holder_is_voice=_where_the_holder_speaks(deliberations),
        spoke=who_spoke(deliberations),
        entries={entry.pk: entry for entry in Entry.objects.filter(pk__in=signed)},
        agents={told.outcome_id: told for told in agents_told(outcomes)},
    )


def _document(
    beside: _Beside, version: OutcomeVersion, frameworks: Iterable[Framework] | None, name_of: NameOf
) -> Document:
    deliberation, outcome = version.deliberation, version.outcome
    here = deliberation.pk
    order = in_print_order(deliberation, beside.frameworks[here]) if frameworks is None else list(frameworks)
    values, commitments = beside.values[version.pk], beside.commitments[version.pk]
    owed: dict[UUID, list[Commitment]] = {}
    for each in commitments:
        if each.remainder_id is not None:
            owed.setdefault(each.remainder_id, []).append(each)
    losses = [
        PrintedLoss(
            loss.number, loss.loss, loss.bearer, loss.owed, loss.get_owed_display(), loss.debt, owed.get(loss.pk, [])
        )
        for loss in beside.losses[version.pk]
    ]
    rows, left_out = heard_by_framework(beside.spoke, deliberation, beside.hearings[version.pk], order, name_of)
    holder = beside.holders[here][0].name if beside.holders[here] else ""
    return Document(
        deliberation=deliberation,
        outcome=outcome,
        version=version,
        terms=_terms(beside.terms[here]),
        dissents=[_printed(each, name_of) for each in beside.dissents[outcome.pk]],
        prioritized=[value.text for value in values if value.side == value.Side.PRIORITIZED],
        deprioritized=[value.text for value in values if value.side == value.Side.DEPRIORITIZED],
        losses=losses,
        commitments=[each for each in commitments if each.remainder_id is None],
        triggers=[trigger.text for trigger in beside.triggers[version.pk]],
        heard=rows,
        gaps=_gaps(beside.gaps[here]),
        unanswered=[
            (question.text, name)
            for question in beside.unanswered[here]
            if (name := name_of(question.by_seat)) is not None
        ],
        holder=outcome.signed_name or holder,
        holder_is_voice=here in beside.holder_is_voice,
        entry=beside.entries.get(outcome.signed_entry_id) if outcome.signed_entry_id else None,
        left_out=left_out,
        reports=gathered(beside.reports[here], by="commitment_id"),
        agents=beside.agents.get(outcome.pk) if outcome.signed_version_id == version.pk else None,
    )


def agents_told(outcomes: Iterable[Outcome]) -> QuerySet[AgentInstruction]:
    """What these outcomes tell the agents, each with its instruction."""
    rows = AgentInstruction.objects.filter(outcome__in=list(outcomes))
    return rows.select_related("text", "instruction")


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


def _terms(versions: list[Terms]) -> Terms | None:
    """The terms as they were last accepted, or as they stand where nobody has accepted them yet."""
    accepted = [terms for terms in versions if terms.accepted_at is not None]
    return next(iter(reversed(accepted or versions)), None)


def _gaps(gaps: list[Gap]) -> list[tuple[str, Text]]:
    found = []
    for gap in gaps:
        of = gap.framework or gap.group
        assert of is not None
        found.append((of.title, gap.explanation))
    return found


def _where_the_holder_speaks(deliberations: list[Deliberation]) -> set[UUID]:
    """The deliberations in which who decides also spoke as a voice: allowed, and printed."""

    def people_on(part: Part) -> QuerySet[SeatUser]:
        seats = Seat.objects.filter(deliberation__in=deliberations, part=part)
        return SeatUser.objects.filter(seat_id__in=seats.values("pk"))

    speak = set(people_on(Part.PARTICIPANT).values_list("deliberation_id", "user_id"))
    hold = people_on(Part.HOLDER).filter(until__isnull=True).values_list("deliberation_id", "user_id")
    return {deliberation for deliberation, user in hold if (deliberation, user) in speak}
