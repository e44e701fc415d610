"""What drafts lack before their lists may be put up for approval, in a fixed number of queries for many as for one."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.roles import Part
from deliberation.domain.gathering import gathered
from deliberation.domain.seats import sitters
from deliberation.domain.terms import latest_terms_of
from deliberation.models import (
    CoversGroup,
    Deliberation,
    Framework,
    Gap,
    Group,
    Harm,
    MaySpeakFrom,
    Option,
    Stakeholder,
    TradeOff,
)

FEWEST = 2
"""So many people or bodies stand on a list at least."""


@dataclass(frozen=True)
class Missing:
    """What a draft lacks, in a sentence, and the part of the page where it is put right."""

    where: str
    sentence: str


@dataclass(frozen=True)
class Draft:
    """Everything of a draft that may be missing."""

    options: list[Option]
    with_harms: set[UUID]
    frameworks: list[Framework]
    trade_offs: list[TradeOff]
    groups: list[Group]
    has_holder: bool
    has_terms: bool
    stakeholders: list[Stakeholder]
    voiced: set[UUID]
    """Frameworks somebody on the list may speak for."""
    covered: set[UUID]
    """Groups somebody on the list covers."""
    explained: set[UUID | None]
    """Frameworks and groups without anybody, for which it is said why."""


def missing(deliberation: Deliberation) -> list[Missing]:
    """What a draft lacks before its list may be put up for approval, in the order of the page. Empty: nothing."""
    rows = [deliberation]
    return lacks_of(rows, holders=sitters(rows, Part.HOLDER), terms=latest_terms_of(rows))[deliberation.pk]


def missing_from_list(deliberation: Deliberation) -> list[str]:
    """What keeps the list from being submitted, each in one sentence; empty when nothing does."""
    return list(_of_the_list(_drafts([deliberation], (), ())[deliberation.pk]))


def lacks_of(
    deliberations: Iterable[Deliberation], *, holders: Container[UUID], terms: Container[UUID]
) -> dict[UUID, list[Missing]]:
    """`missing` of each, by deliberation. `holders` and `terms` are the deliberations that have them."""
    rows = list(deliberations)
    return {key: list(_lacks(draft)) for key, draft in _drafts(rows, holders, terms).items()} if rows else {}


def _drafts(deliberations: list[Deliberation], holders: Container[UUID], terms: Container[UUID]) -> dict[UUID, Draft]:
    def rows(model: Any, **which: Any) -> Any:
        return model.objects.filter(deliberation__in=deliberations, **which)

    def standing(model: Any) -> Any:
        return gathered(rows(model).exclude(status=model.Status.DROPPED))

    options = gathered(rows(Option, struck_at__isnull=True).select_related("text"))
    harms = set(rows(Harm, struck_at__isnull=True).values_list("option_id", flat=True))
    frameworks, trade_offs, groups = standing(Framework), standing(TradeOff), standing(Group)
    stakeholders = gathered(rows(Stakeholder, amendment__isnull=True))
    listed = {"stakeholder__status__in": Stakeholder.STANDING, "stakeholder__amendment__isnull": True}
    voiced = set(rows(MaySpeakFrom, **listed).values_list("framework_id", flat=True))
    covered = set(rows(CoversGroup, **listed).values_list("group_id", flat=True))
    gaps = rows(Gap, struck_at__isnull=True).values_list("framework_id", "group_id")
    explained = {key for gap in gaps for key in gap}
    return {
        one.pk: Draft(
            options=options[one.pk],
            with_harms=harms,
            frameworks=frameworks[one.pk],
            trade_offs=trade_offs[one.pk],
            groups=groups[one.pk],
            has_holder=one.pk in holders,
            has_terms=one.pk in terms,
            stakeholders=stakeholders[one.pk],
            voiced=voiced,
            covered=covered,
            explained=explained,
        )
        for one in deliberations
    }


def _lacks(draft: Draft) -> Iterator[Missing]:
    if len(draft.options) < 2 or all(option.kind != Option.Kind.DO_NOT for option in draft.options):
        yield Missing("options", _("There are fewer than two options, one of them not to do it."))
    for option in draft.options:
        if option.pk not in draft.with_harms:
            says = _("Nobody is named who bears a harm if this is chosen: “%s”.") % option.text
            yield Missing(f"option-{option.number}", says)
    suggestions: tuple[tuple[list[Any], str, int, str], ...] = (
        (draft.frameworks, "frameworks", 2, _("Fewer than two frameworks stand in tension.")),
        (draft.trade_offs, "trade-offs", 0, ""),
        (draft.groups, "groups", 1, _("Nobody is named who bears the decision.")),
    )
    for rows, where, least, too_few in suggestions:
        if sum(row.stands for row in rows) < least:
            yield Missing(where, too_few)
        for row in rows:
            if not row.stands:
                says = _("“%s” was suggested by the software. Keep it, change it or drop it.") % row.title
                yield Missing(where, says)
    if not draft.has_holder:
        yield Missing("seats", _("No decision holder is named."))
    if not draft.has_terms:
        yield Missing("terms", _("The terms are not drafted."))
    for sentence in _of_the_list(draft):
        yield Missing("stakeholders", sentence)


def _of_the_list(draft: Draft) -> Iterator[str]:
    for row in draft.stakeholders:
        if row.status == Stakeholder.Status.SUGGESTED:
            yield _("“%(who)s” is only suggested: keep, change or drop it.") % {"who": row.title}
    listed = [row for row in draft.stakeholders if row.stands]
    if len(listed) < FEWEST:
        yield _("Fewer than two people or bodies are on the list.")
    for row in listed:
        if row.why_id is None:
            yield _("Say why %(who)s is asked. They will read it.") % {"who": row.title}
    for framework in draft.frameworks:
        if framework.stands and framework.pk not in draft.voiced | draft.explained:
            yield _("Nobody may speak for “%(what)s”. Add somebody, or explain the gap.") % {"what": framework.title}
    for group in draft.groups:
        if group.stands and group.pk not in draft.covered | draft.explained:
            says = _("Nobody speaks for the group “%(what)s”. Add somebody, or explain the gap.")
            yield says % {"what": group.title}
