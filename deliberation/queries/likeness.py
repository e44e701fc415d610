"""Precedents like a question: what is alike and what differs, in words. No measure of it leaves this module."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.models import Organisation, Project
from deliberation.domain.likeness import Features, features_of, features_of_each, features_of_text
from deliberation.domain.precedent import STANDING
from deliberation.models import Deliberation, Precedent, PrecedentTerm, Urgency
from deliberation.queries.precedent import Place, places_of_precedents, whole

MOST_COMPARED = 2000
"""How many precedents, the latest first, are compared with a question."""

ENOUGH_WORDS = 3
"""So many words make two questions alike that share nothing else."""


@dataclass(frozen=True)
class Likeness:
    """A precedent like a question: what is alike and what differs, in sentences. It carries no number."""

    precedent: Precedent
    alike: list[str]
    differs: list[str]
    place: Place


def order_in_words() -> str:
    """How `similar` orders what it finds."""
    return _(
        "First those that share a framework with this question, then those that share a group, a value or only words; "
        "among equals the latest first. The order says nothing about which is right."
    )


def similar(
    about: Deliberation | str, organisation: Organisation, *, project: Project | None = None, most: int = 5
) -> list[Likeness]:
    """The precedents that may inform a question, each with what is alike and what differs.

    Compared are frameworks, groups, values and words; the same question over the same precedents gives the same
    answer. Superseded and retired ones are left out, and the deliberation's own.
    """
    mine = features_of_text(about, organisation) if isinstance(about, str) else features_of(about)
    chosen = whole(_most_alike(mine, about if isinstance(about, Deliberation) else None, project, most))
    described = features_of_each(row.deliberation for row in chosen)
    places = places_of_precedents(chosen, organisation)
    return [
        Likeness(
            row,
            _alike(mine, described[row.deliberation_id]),
            _differs(mine, described[row.deliberation_id], row),
            places[row.pk],
        )
        for row in chosen
    ]


def _most_alike(mine: Features, apart: Deliberation | None, project: Project | None, most: int) -> list[UUID]:
    """The ids of those that share most: counted by the database over the terms, of which it reads only those shared.

    The counts order; they are never shown, and stay in this function.
    """
    kind = PrecedentTerm.Kind
    sought: dict[str, Collection[str]] = {
        kind.FRAMEWORK: mine.frameworks, kind.GROUP: mine.groups, kind.VALUE: mine.values, kind.WORD: mine.words
    }  # fmt: skip
    shared = Q()
    for of, terms in sought.items():
        if terms:
            shared |= Q(kind=of, term__in=sorted(terms))
    if not shared:
        return []
    rows = PrecedentTerm.objects.filter(shared)
    oldest = Precedent.objects.filter(state__in=STANDING).order_by("-pk").values_list("pk", flat=True)
    for last in oldest[MOST_COMPARED - 1 : MOST_COMPARED]:
        rows = rows.filter(precedent__gte=last)
    if project is not None:
        rows = rows.filter(deliberation__project=project)
    if apart is not None:
        rows = rows.exclude(deliberation=apart)
    counted = rows.values("precedent").annotate(
        frameworks=Count("pk", filter=Q(kind=kind.FRAMEWORK)),
        groups=Count("pk", filter=Q(kind=kind.GROUP)),
        named=Count("pk", filter=Q(kind=kind.VALUE)),
        spoken=Count("pk", filter=Q(kind=kind.WORD)),
    )
    enough = Q(frameworks__gt=0) | Q(groups__gt=0) | Q(named__gt=0) | Q(spoken__gte=ENOUGH_WORDS)
    ranked = counted.filter(enough).order_by("-frameworks", "-groups", "-named", "-spoken", "-precedent")
    return list(ranked.values_list("precedent", flat=True)[:most])


def _alike(mine: Features, theirs: Features) -> list[str]:
    said = []
    if both := _both(mine.frameworks, theirs.frameworks):
        said.append(_("In tension in both: %(titles)s.") % {"titles": both})
    if both := _both(mine.groups, theirs.groups):
        said.append(_("Both bear on: %(titles)s.") % {"titles": both})
    if both := _both(mine.values, theirs.values):
        said.append(_("Weighed in both: %(titles)s.") % {"titles": both})
    if words := sorted(mine.words & theirs.words):
        said.append(_("Both speak of: %(words)s.") % {"words": ", ".join(words[:8])})
    return said


def _differs(mine: Features, theirs: Features, precedent: Precedent) -> list[str]:
    said = []
    version = precedent.outcome.signed_version
    if version and version.does_not_apply_to and str(version.does_not_apply_to).strip():
        excluded = str(version.does_not_apply_to).strip().rstrip(".")
        said.append(_("It says that it does not apply to: %(text)s.") % {"text": excluded})
    for here, there, only_here, only_there in (
        (
            mine.frameworks,
            theirs.frameworks,
            _("In tension only here: %(titles)s."),
            _("In tension only there: %(titles)s."),
        ),
        (mine.groups, theirs.groups, _("Bears only here on: %(titles)s."), _("Bore only there on: %(titles)s.")),
    ):
        if here and (titles := _only(here, there)):
            said.append(only_here % {"titles": titles})
        if titles := _only(there, here):
            said.append(only_there % {"titles": titles})
    if mine.urgency and mine.urgency != theirs.urgency:
        said.append(
            _("It was %(there)s there and is %(here)s here.")
            % {"there": Urgency(theirs.urgency).label.lower(), "here": Urgency(mine.urgency).label.lower()}
        )
    if mine.project and mine.project != theirs.project:
        said.append(_("It belongs to another project: %(name)s.") % {"name": theirs.project})
    if not said:
        said.append(_("Software sees no difference. That does not mean there is none: please read it."))
    return said


def _both(mine: dict[str, str], theirs: dict[str, str]) -> str:
    return ", ".join(title for key, title in mine.items() if key in theirs)


def _only(these: dict[str, str], those: dict[str, str]) -> str:
    return ", ".join(title for key, title in these.items() if key not in those)
