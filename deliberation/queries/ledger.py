"""The ledger: what signed outcomes cost whom and what was promised, across deliberations, open and kept.

Only signed outcomes are in it, those that were replaced too: a debt does not end with the decision it comes from.
Losses are counted, and promises; never what anybody said of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext_lazy as _

from audit.models import Text
from deliberation.domain.gathering import gathered
from deliberation.models import Commitment, CommitmentReport, Group, Outcome, Remainder, Searchable, WeighedValue
from deliberation.queries.words import newest_saying, saying

PAGE = 50
FEW = 500
"""Of so many at most the sums stand on the page at once."""

MOST_NAMED = 8
"""So many bearers and values are named in the summary, those with most losses first."""

Kind = Searchable.Kind
LOSSES, PROMISES = "losses", "promises"
WAITS = (Commitment.State.OPEN, Commitment.State.HANDED_ON)
"""Of a promise on which nobody has reported its end."""

STANDINGS = {
    "open": _("Open"),
    "late": _("Overdue"),
    "kept": _("Kept"),
    "not_kept": _("Not kept"),
    "nobody": _("Promised by nobody"),
}
"""How a loss stands: by what became of everything promised for it."""


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for in the ledger."""

    show: str = LOSSES
    text: str = ""
    standing: str = ""
    state: str = ""
    bearer: str = ""
    value: str = ""
    group: str = ""
    owed: str = ""
    project: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def is_empty(self) -> bool:
        return self == Wanted(show=self.show)


# --- The rows


def losses(wanted: Wanted, *, today: date) -> QuerySet[Remainder]:
    """The losses wanted, the newest first, each with how it stands: `is_promised`, `waits`, `is_late`, `not_kept`."""
    promised = Commitment.objects.filter(remainder=OuterRef("pk"))
    rows: QuerySet[Any] = (
        Remainder.objects.annotate(
            is_promised=Exists(promised),
            waits=Exists(promised.filter(state__in=WAITS)),
            is_late=Exists(promised.filter(state__in=WAITS, due__lt=today)),
            not_kept=Exists(promised.filter(state=Commitment.State.NOT_DONE)),
        )
        .select_related("loss", "bearer", "debt", *_OUTCOME)
        .order_by("-pk")
    )
    rows = _of_outcomes(_signed(rows, wanted, Kind.LOSS, Kind.BEARER), wanted)
    if wanted.standing in STANDINGS:
        rows = rows.filter(_STANDS[wanted.standing])
    if wanted.owed in Remainder.Owed.values:
        rows = rows.filter(owed=wanted.owed)
    return rows


def promises(wanted: Wanted, *, today: date) -> QuerySet[Commitment]:
    """The commitments wanted, the newest first: those that carry a decision out, and those owed for a loss."""
    rows: QuerySet[Any] = Commitment.objects.order_by("-pk")
    rows = rows.select_related("what", "to_whom", "owner", "remainder__bearer", "remainder__loss", *_OUTCOME)
    rows = _of_outcomes(_signed(rows, wanted, Kind.PROMISE, Kind.PROMISED_TO), wanted)
    if wanted.state == "late":
        rows = rows.filter(state__in=WAITS, due__lt=today)
    elif wanted.state in Commitment.State.values:
        rows = rows.filter(state=wanted.state)
    return rows


_OUTCOME = ("version__signed_outcome", "deliberation__question", "deliberation__organisation", "deliberation__project")

_STANDS = {
    "open": Q(waits=True),
    "late": Q(is_late=True),
    "kept": Q(is_promised=True, waits=False, not_kept=False),
    "not_kept": Q(not_kept=True),
    "nobody": Q(is_promised=False),
}


def _signed(rows: QuerySet[Any], wanted: Wanted, said: str, borne: str) -> QuerySet[Any]:
    """Those of versions that were signed: drafts are nobody's debt. With words, those that say them."""
    found = saying(saying(rows, said, wanted.text), borne, wanted.bearer)
    found = saying(found, Kind.LESS_WEIGHT, wanted.value, by="version")
    # Only what was signed is found by words.
    return rows.filter(version__signed_outcome__signed_at__isnull=False) if found is rows else found


def _of_outcomes(rows: QuerySet[Any], wanted: Wanted) -> QuerySet[Any]:
    """Those of outcomes that bear on this group, are of this project and of this time."""
    if wanted.group:
        borne = Group.objects.filter(
            deliberation=OuterRef("deliberation"), status__in=Group.STANDING, title=wanted.group
        )
        rows = rows.filter(Exists(borne))
    if wanted.project:
        rows = rows.filter(deliberation__project__slug=wanted.project)
    if wanted.since:
        rows = rows.filter(version__signed_outcome__signed_at__date__gte=wanted.since)
    if wanted.until:
        rows = rows.filter(version__signed_outcome__signed_at__date__lte=wanted.until)
    return rows


@dataclass(frozen=True)
class Page:
    """Some rows, and the id after which the next page begins, or None.

    `whole` is everything that is wanted, where that is known to be few.
    """

    rows: list[Any]
    following: UUID | None
    whole: QuerySet[Any] | None = None


def page_of(wanted: Wanted, after: UUID | None, size: int = PAGE, *, today: date) -> Page:
    """One page of the losses or promises wanted, after `after`."""
    read = losses if wanted.show == LOSSES else promises
    kind = Kind.LOSS if wanted.show == LOSSES else Kind.PROMISE
    rows: QuerySet[Any] = read(replace(wanted, text=""), today=today)
    # The first page looks far enough to know whether all of it is few, which can then be summed up.
    most = size if after is not None else max(size, FEW)
    keys = newest_saying(rows, kind, wanted.text, after=after, most=most + 1)
    shown = keys[:size]
    found: QuerySet[Any] = read(Wanted(show=wanted.show), today=today)  # looked up by their ids, and not searched again
    return Page(
        list(found.filter(pk__in=shown)),
        shown[-1] if len(keys) > size else None,
        found.filter(pk__in=keys) if after is None and len(keys) <= FEW else None,
    )


# --- One line of it


@dataclass(frozen=True)
class Promise:
    """A commitment with who owes it now, and when it was reported done."""

    commitment: Commitment
    owner: Text
    settled_at: datetime | None
    is_late: bool


@dataclass(frozen=True)
class Line:
    """A loss, or a promise that carries a decision out, as the ledger shows it."""

    row: Remainder | Commitment
    outcome: Outcome
    promises: list[Promise] = field(default_factory=list)

    @property
    def replaced(self) -> bool:
        """Whether a later decision stands in the place of its outcome; what is owed stays owed."""
        return self.outcome.state == Outcome.State.SUPERSEDED


def lines_of_losses(rows: list[Remainder], *, today: date) -> list[Line]:
    """The losses with everything promised for them, in two queries however many."""
    promised = Commitment.objects.filter(remainder__in=rows).select_related("what", "to_whom", "owner")
    by_loss = gathered(promised, by="remainder_id")
    made = _promised([one for rows_of in by_loss.values() for one in rows_of], today)
    return [Line(row, row.version.signed_outcome, [made[one.pk] for one in by_loss[row.pk]]) for row in rows]


def lines_of_promises(rows: list[Commitment], *, today: date) -> list[Line]:
    """The commitments with what became of them, in one query however many."""
    made = _promised(rows, today)
    return [Line(row, row.version.signed_outcome, [made[row.pk]]) for row in rows]


def _promised(rows: list[Commitment], today: date) -> dict[UUID, Promise]:
    reports = CommitmentReport.objects.filter(commitment__in=rows).select_related("new_owner").order_by("id")
    said = gathered(reports, by="commitment_id")
    return {row.pk: _promise(row, said[row.pk], today) for row in rows}


def _promise(row: Commitment, reports: list[CommitmentReport], today: date) -> Promise:
    handed = [report.new_owner for report in reports if report.new_owner is not None]
    done = [report.at for report in reports if report.state == Commitment.State.DONE]
    return Promise(
        commitment=row,
        owner=handed[-1] if handed else row.owner,
        settled_at=done[-1] if done and row.state == Commitment.State.DONE else None,
        is_late=row.state in WAITS and row.due < today,
    )


def standing_of_loss(row: Any) -> str:
    """How a loss stands, as `STANDINGS` names it; `row` comes from `losses`."""
    holds: dict[str, Callable[[], bool]] = {
        "nobody": lambda: not row.is_promised,
        "late": lambda: row.is_late,
        "open": lambda: row.waits,
        "not_kept": lambda: row.not_kept,
    }
    return next((name for name, test in holds.items() if test()), "kept")


# --- By bearer, value and time


@dataclass(frozen=True)
class Sum:
    """How many losses somebody bears, come with less weight for a value, or were signed in a year; how many are open.

    Open are those for which something still waits, or for which nobody has promised anything.
    """

    name: str
    losses: int
    open: int


def by_bearer(rows: QuerySet[Remainder]) -> list[Sum]:
    """Of the losses wanted: who bears most of them, in the words of the outcomes."""
    return _sums(rows.filter(bearer__erased_at__isnull=True), "bearer__body")


def by_value(rows: QuerySet[Remainder]) -> list[Sum]:
    """Of the losses wanted: which values were given less weight where they arose. One loss may count for several."""
    weighed = WeighedValue.objects.filter(version__in=rows.values("version"), side=WeighedValue.Side.DEPRIORITIZED)
    borne = Count("version__remainders", filter=Q(version__remainders__in=rows.values("pk")), distinct=True)
    waiting = Count(
        "version__remainders",
        filter=Q(version__remainders__in=rows.filter(Q(waits=True) | Q(is_promised=False)).values("pk")),
        distinct=True,
    )
    found = (
        weighed.filter(text__erased_at__isnull=True)
        .order_by()
        .values("text__body")
        .annotate(losses=borne, waiting=waiting)
        .order_by("-losses", "text__body")
    )
    return [Sum(one["text__body"], one["losses"], one["waiting"]) for one in found[:MOST_NAMED]]


def by_year(rows: QuerySet[Remainder]) -> list[Sum]:
    """Of the losses wanted: in which years the outcomes were signed, the latest first."""
    return _sums(rows.annotate(year=ExtractYear("version__signed_outcome__signed_at")), "year", order="-year")


def _sums(rows: QuerySet[Remainder], name: str, order: str = "-losses") -> list[Sum]:
    found = (
        rows.order_by()
        .values(name)
        .annotate(losses=Count("pk"), waiting=Count("pk", filter=Q(waits=True) | Q(is_promised=False)))
        .order_by(order, name)
    )
    return [Sum(str(one[name]), one["losses"], one["waiting"]) for one in found[:MOST_NAMED]]
