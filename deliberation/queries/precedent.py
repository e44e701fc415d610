"""Precedents as people find them: where each stands, and the search."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Organisation, Project
from deliberation.domain.gathering import with_texts
from deliberation.domain.precedent import today_in
from deliberation.models import (
    ChangeReport,
    Framework,
    Precedent,
    Review,
    Searchable,
    Urgency,
)
from deliberation.queries.words import newest_saying, saying

PAGE = 25


# --- Where it stands


@dataclass(frozen=True)
class Place:
    """Where a precedent stands now; said wherever it is cited."""

    precedent: Precedent
    review: Review | None
    days_overdue: int
    changed: date | None
    reported: bool

    @property
    def is_overdue(self) -> bool:
        return self.days_overdue > 0

    @property
    def is_shaken(self) -> bool:
        """Whether a report that something it relied on changed was accepted, and no review has answered it yet."""
        return self.changed is not None

    @property
    def sentences(self) -> list[dict[str, object]]:
        """For `components/status.html`: what holds of it now, each a sentence."""
        return list(_sentences(self))


def _sentences(place: Place) -> Iterable[dict[str, object]]:
    precedent = place.precedent
    if precedent.state == Precedent.State.SUPERSEDED:
        later = precedent.superseded_by.deliberation.reference if precedent.superseded_by else ""
        yield {"says": _("Replaced by %(later)s") % {"later": later}, "strong": True}
        return
    if precedent.state == Precedent.State.RETIRED:
        since = formats.date_format(precedent.state_since, "DATE_FORMAT")
        yield {"says": _("Retired on %(day)s") % {"day": since}, "strong": True}
        return
    yield {"says": _("Informs, does not bind")}
    if precedent.state == Precedent.State.UNDER_REVIEW:
        yield {"says": _("Under review"), "strong": True}
    if place.review is not None:
        day = formats.date_format(place.review.due_on, "DATE_FORMAT")
        if place.is_overdue:
            late = ngettext("Review %(n)s day overdue", "Review %(n)s days overdue", place.days_overdue)
            yield {"says": late % {"n": place.days_overdue}, "late": True}
        else:
            yield {"says": _("Review by %(day)s") % {"day": day}}
    if place.changed is not None:
        on = formats.date_format(place.changed, "DATE_FORMAT")
        yield {"says": _("Shaken: something it relied on has changed, %(day)s") % {"day": on}, "late": True}
    elif place.reported:
        yield {"says": _("A change has been reported")}


def places_of_precedents(precedents: Iterable[Precedent], organisation: Organisation) -> dict[UUID, Place]:
    """Where each stands, in two queries however many."""
    rows = list(precedents)
    today = today_in(organisation)
    reviews = {
        review.precedent_id: review for review in Review.objects.filter(precedent__in=rows, state__in=Review.OPEN)
    }
    ended: dict[UUID, object] = {}
    reports: dict[UUID, list[ChangeReport]] = {}
    for report in ChangeReport.objects.filter(precedent__in=rows).exclude(state=ChangeReport.State.DISMISSED):
        reports.setdefault(report.precedent_id, []).append(report)
    if reports:
        closed = Review.objects.filter(
            precedent__in=list(reports), state__in=[Review.State.REAFFIRMED, Review.State.RETIRED]
        )
        ended = {review.precedent_id: review.signed_at for review in closed.order_by("signed_at")}
    found = {}
    for row in rows:
        review = reviews.get(row.pk)
        answered = ended.get(row.pk)
        accepted = [
            report.decided_at
            for report in reports.get(row.pk, [])
            if report.state == ChangeReport.State.ACCEPTED and (answered is None or report.decided_at > answered)  # type: ignore[operator]
        ]
        found[row.pk] = Place(
            precedent=row,
            review=review,
            days_overdue=review.days_overdue(today) if review else 0,
            changed=max(moment for moment in accepted if moment).date() if accepted else None,
            reported=any(report.state == ChangeReport.State.REPORTED for report in reports.get(row.pk, [])),
        )
    return found


def place_of(precedent: Precedent) -> Place:
    """Where one precedent stands."""
    row = Precedent.objects.select_related("superseded_by__deliberation__organisation").get(pk=precedent.pk)
    return places_of_precedents([row], precedent.deliberation.organisation)[precedent.pk]


# --- Search


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for among the precedents."""

    text: str = ""
    state: str = ""
    framework: str = ""
    project: str = ""
    urgency: str = ""
    overdue: bool = False

    @property
    def is_empty(self) -> bool:
        return self == Wanted()


def precedents(organisation: Organisation, wanted: Wanted, *, project: Project | None = None) -> QuerySet[Precedent]:
    """The precedents wanted, the latest first, each to be read as a whole through `whole`."""
    rows = Precedent.objects.order_by("-pk")
    if project is not None:
        rows = rows.filter(deliberation__project=project)
    if wanted.state in Precedent.State.values:
        rows = rows.filter(state=wanted.state)
    if wanted.urgency in Urgency.values:
        rows = rows.filter(deliberation__urgency=wanted.urgency)
    if wanted.project:
        rows = rows.filter(deliberation__project__slug=wanted.project)
    if wanted.framework:
        named = Framework.objects.filter(
            deliberation=OuterRef("deliberation"), status__in=Framework.STANDING, title=wanted.framework
        )
        rows = rows.filter(Exists(named))
    if wanted.overdue:
        late = Review.objects.filter(precedent=OuterRef("pk"), state__in=Review.OPEN, due_on__lt=today_in(organisation))
        rows = rows.filter(Exists(late))
    return saying(rows, Searchable.Kind.PRECEDENT, wanted.text)


def whole(keys: Iterable[UUID]) -> list[Precedent]:
    """The precedents of these ids in this order, with all that is shown of one. Their texts are read apart: see
    `with_texts`.

    They are read once it is known which: to search and to read whole in one query, PostgreSQL reads all that are found.
    """
    keys = list(keys)
    rows = Precedent.objects.filter(pk__in=keys).select_related(
        "deliberation__project",
        "deliberation__organisation",
        "outcome__signed_version",
        "superseded_by__deliberation__organisation",
    )
    said = [f"outcome__signed_version__{name}" for name in ("decision", "meanwhile", "applies_to", "does_not_apply_to")]
    found = {row.pk: row for row in with_texts(rows, "deliberation__question", *said)}
    return [found[key] for key in keys]


@dataclass(frozen=True)
class Page:
    """Some precedents, and the id after which the next page begins, or None."""

    rows: list[Precedent]
    following: UUID | None


def page_of(organisation: Organisation, wanted: Wanted, after: UUID | None, size: int = PAGE) -> Page:
    """One page of the precedents wanted after `after`."""
    rows = precedents(organisation, replace(wanted, text=""))
    keys = newest_saying(rows, Searchable.Kind.PRECEDENT, wanted.text, after=after, most=size + 1)
    return Page(whole(keys[:size]), keys[size - 1] if len(keys) > size else None)
