"""The review queue, and the packet a reviewer reads: decided, lost, predicted, what has happened since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, QuerySet

from accounts.models import Membership, Organisation, SeatUser, User
from accounts.roles import Part
from deliberation.domain.precedent import today_in
from deliberation.domain.review import dissenting_seats
from deliberation.domain.reviewers import holder_of
from deliberation.models import (
    ChangeReport,
    Citation,
    Commitment,
    CommitmentReport,
    Dissent,
    Outcome,
    Precedent,
    Remainder,
    Review,
    ReviewTrigger,
    ReviewVoice,
    Seat,
)
from deliberation.queries.keyset import page_behind

Row = TypeVar("Row", bound=Model)

SOON = timedelta(days=30)
FEW = 10
"""How many rows each section shows where the whole queue is shown."""
PAGE = 25
"""How many rows a section shows by itself."""
SECTIONS = ("overdue", "due", "reported", "triggered", "cited", "waiting")

IN_THE_QUEUE = ("deliberation__question", "deliberation__organisation", "started_by", "prepared_by")
OF_THE_REPORT = ("triggered_by__text", "triggered_by__by_user", "triggered_by__by_seat")
WHOLE = (*IN_THE_QUEUE, *OF_THE_REPORT, "precedent__outcome__signed_version__decision")


@dataclass(frozen=True)
class QueueRow:
    """One review in the queue with what a person needs to choose it."""

    review: Review
    days_overdue: int
    days_to_come: int
    holder: User | None
    predicted: Dissent | None
    owed: list[Commitment]
    found_late: int


@dataclass(frozen=True)
class Queue:
    """The sections. `reports` are those nobody has decided yet; they stand under *triggered*, before the reviews."""

    today: date
    overdue: list[QueueRow] = field(default_factory=list)
    soon: list[QueueRow] = field(default_factory=list)
    triggered: list[QueueRow] = field(default_factory=list)
    reports: list[ChangeReport] = field(default_factory=list)
    cited: list[Citation] = field(default_factory=list)
    waiting: list[Review] = field(default_factory=list)
    next_after: date | None = None
    following: dict[str, str] = field(default_factory=dict)
    """By the key of a section that is longer than what is here: the place after which it goes on."""


def queue(organisation: Organisation, *, show: str = "", after: str = "") -> Queue:
    """What has to be looked at again: the beginning of every section, or one of them, after a place, a page long.

    A fixed number of queries, which read no more rows than are shown.
    """
    today = today_in(organisation)
    following: dict[str, str] = {}

    def part(key: str, rows: QuerySet[Row], by: str = "due_on", *, latest_first: bool = False) -> list[Row]:
        if show and show != key:
            return []
        most = PAGE if show else FEW
        found, behind = page_behind(rows, after if show else "", by, most=most, latest_first=latest_first)
        if behind:
            following[key] = behind
        return found

    opened = Review.objects.filter(state__in=Review.OPEN, due_on__lte=today + SOON).select_related(*IN_THE_QUEUE)
    by_date = opened.filter(triggered_by__isnull=True)
    by_report = opened.filter(triggered_by__isnull=False).select_related(*OF_THE_REPORT)
    overdue = part("overdue", by_date.filter(due_on__lt=today))
    soon = part("due", by_date.filter(due_on__gte=today))
    triggered = part("triggered", by_report)
    rows = {row.review.pk: row for row in _rows([*overdue, *soon, *triggered], today)}
    later = None
    if not soon:
        later = Review.objects.filter(state__in=Review.OPEN, due_on__gt=today + SOON).order_by("due_on", "pk").first()
    return Queue(
        today=today,
        overdue=[rows[review.pk] for review in overdue],
        soon=[rows[review.pk] for review in soon],
        triggered=[rows[review.pk] for review in triggered],
        reports=part("reported", _undecided_reports(), "at"),
        cited=part("cited", _cited_while_overdue(), "at", latest_first=True),
        waiting=part("waiting", _with_a_successor()),
        next_after=later.due_on if later else None,
        following=following,
    )


def _rows(reviews: list[Review], today: date) -> list[QueueRow]:
    keys = [review.deliberation_id for review in reviews]
    holders = _holders(keys)
    predicted: dict[UUID, Dissent] = {}
    for dissent in Dissent.objects.filter(
        deliberation__in=keys, withdrawn_at__isnull=True, replaced_by__isnull=True, predicts__isnull=False
    ).select_related("predicts"):
        predicted.setdefault(dissent.deliberation_id, dissent)
    owed: dict[UUID, list[Commitment]] = {}
    signed = Outcome.objects.filter(deliberation__in=keys).values("signed_version")
    for commitment in Commitment.objects.filter(version__in=signed, state=Commitment.State.OPEN).select_related(
        "what", "owner"
    ):
        owed.setdefault(commitment.deliberation_id, []).append(commitment)
    return [
        QueueRow(
            review=review,
            days_overdue=review.days_overdue(today),
            days_to_come=max(0, (review.due_on - today).days),
            holder=holders.get(review.deliberation_id),
            predicted=predicted.get(review.deliberation_id),
            owed=owed.get(review.deliberation_id, []),
            found_late=(review.opened_at - review.due_at).days if review.opened_at else 0,
        )
        for review in reviews
    ]


def _holders(deliberations: Iterable[UUID]) -> dict[UUID, User]:
    """Who holds each decision today: nobody where the person has left the organisation."""
    keys = list(deliberations)
    seats = Seat.objects.filter(deliberation__in=keys, part=Part.HOLDER).values("pk")
    sits = list(SeatUser.objects.filter(seat_id__in=seats, until__isnull=True).select_related("user"))
    members = set(
        Membership.objects.filter(user__in=[one.user_id for one in sits], ended_at__isnull=True).values_list(
            "user", flat=True
        )
    )
    return {one.deliberation_id: one.user for one in sits if one.user_id in members and one.user.is_active}


def _undecided_reports() -> QuerySet[ChangeReport]:
    return ChangeReport.objects.filter(state=ChangeReport.State.REPORTED).select_related(
        "text", "by_user", "by_seat", "deliberation__question", "deliberation__organisation", "trigger__text"
    )


def _cited_while_overdue() -> QuerySet[Citation]:
    """Citations of precedents whose review was overdue then and has not ended since."""
    overdue = Review.objects.filter(precedent=OuterRef("precedent"), state__in=Review.OPEN)
    return Citation.objects.filter(Exists(overdue), was_overdue=True).select_related(
        "by_user",
        "deliberation__question",
        "deliberation__organisation",
        "precedent__deliberation__question",
        "precedent__deliberation__organisation",
    )


def _with_a_successor() -> QuerySet[Review]:
    """Reviews of precedents that a new deliberation is to change, and has not yet."""
    return Review.objects.filter(
        state=Review.State.TO_DELIBERATION, precedent__state=Precedent.State.UNDER_REVIEW
    ).select_related("deliberation__question", "deliberation__organisation", "successor__organisation")


def review_of(number: int) -> Review | None:
    """The review of that deliberation's precedent which is open, or else the last one."""
    rows = reviews_of(number)
    return rows.filter(state__in=Review.OPEN).first() or rows.order_by("-pk").first()


def reviews_of(number: int) -> QuerySet[Review]:
    """Every review of that deliberation's precedent, with what a packet names of each."""
    return Review.objects.filter(deliberation__number=number).select_related(
        *WHOLE,
        "deliberation__project",
        "precedent__superseded_by__deliberation",
        "given_back_reason",
        "since_then",
        "grounds",
        "signed_by",
        "signed_reason",
        "successor__organisation",
    )


@dataclass(frozen=True)
class Packet:
    """What a review is held over."""

    review: Review
    outcome: Outcome
    holder: User | None
    dissents: list[Dissent]
    remainders: list[Remainder]
    commitments: list[Commitment]
    account: dict[UUID, CommitmentReport]
    triggers: list[ReviewTrigger]
    reports: list[ChangeReport]
    voices: list[ReviewVoice]
    not_heard_yet: list[Seat]
    citations: list[Citation]
    earlier: list[Review]


def packet(review: Review) -> Packet:
    """The packet of one review: decided, lost, predicted by dissenters, happened since, still owed, cited where."""
    outcome = Outcome.objects.select_related(
        "signed_version__decision",
        "signed_version__justification",
        "signed_version__meanwhile",
        "signed_version__assumptions",
        "signed_version__expects",
        "signed_version__option__text",
    ).get(pk=review.precedent.outcome_id)
    version = outcome.signed_version
    commitments = list(
        Commitment.objects.filter(version=version).select_related("what", "to_whom", "owner", "remainder")
    )
    account = {
        report.commitment_id: report
        for report in CommitmentReport.objects.filter(commitment__in=commitments).select_related("account", "by_user")
    }
    voices = list(ReviewVoice.objects.filter(review=review).select_related("text", "seat"))
    spoken = {voice.seat_id for voice in voices}
    return Packet(
        review=review,
        outcome=outcome,
        holder=holder_of(review.deliberation),
        dissents=list(
            Dissent.objects.filter(outcome=outcome, withdrawn_at__isnull=True, replaced_by__isnull=True).select_related(
                "lead", "objection", "removed_by", "predicts", "seat", "framework"
            )
        ),
        remainders=list(Remainder.objects.filter(version=version).select_related("loss", "bearer", "debt")),
        commitments=commitments,
        account=account,
        triggers=list(ReviewTrigger.objects.filter(version=version).select_related("text")),
        reports=list(
            ChangeReport.objects.filter(precedent=review.precedent_id).select_related(
                "text", "by_user", "by_seat", "decided_by", "reason", "trigger__text"
            )
        ),
        voices=voices,
        not_heard_yet=[seat for seat in dissenting_seats(review.deliberation) if seat.pk not in spoken],
        citations=list(
            Citation.objects.filter(precedent=review.precedent_id).select_related(
                "alike", "differs", "by_user", "deliberation__question", "deliberation__organisation"
            )
        ),
        earlier=list(
            Review.objects.filter(precedent=review.precedent_id, state__in=Review.ENDED)
            .exclude(pk=review.pk)
            .select_related("signed_by", "grounds", "successor__organisation")
        ),
    )
