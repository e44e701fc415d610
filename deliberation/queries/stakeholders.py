"""Reads of the list: who stands on it and why, the matrix with its gaps, and how the list was made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.roles import Part
from deliberation.domain.seats import ever_facilitated, sitter
from deliberation.domain.stakeholder_list import affected_groups, current_list
from deliberation.models import (
    Amendment,
    CoversGroup,
    Deliberation,
    Framework,
    Gap,
    Group,
    ListAuthor,
    MaySpeakFrom,
    Stakeholder,
    StakeholderList,
)
from deliberation.queries.conflict import frameworks_in_order


class Place(NamedTuple):
    """A group somebody would speak for, or a framework they may speak from."""

    pk: UUID
    title: str


def fetch_places(deliberation: Deliberation, rows: Iterable[Stakeholder]) -> None:
    """Give each of these rows its groups, as `covers`, and its frameworks, as `speaks_from`, in two queries."""
    covers = _places(CoversGroup.objects.filter(deliberation=deliberation), "group")
    speaks_from = _places(MaySpeakFrom.objects.filter(deliberation=deliberation), "framework")
    for row in rows:
        row.covers, row.speaks_from = covers[row.pk], speaks_from[row.pk]


def _places(rows: QuerySet[Any], of: str) -> dict[UUID, list[Place]]:
    found: dict[UUID, list[Place]] = defaultdict(list)
    ordered = rows.order_by(f"{of}__position_no", f"{of}_id")
    for key, pk, title in ordered.values_list("stakeholder_id", f"{of}_id", f"{of}__title"):
        found[key].append(Place(pk, title))
    return found


@dataclass
class ListPage:
    """Everything the page of the list shows, read in a fixed number of queries."""

    version: StakeholderList | None
    frameworks: list[Framework]
    groups: list[Group]
    rows: list[Stakeholder]
    gaps: list[Gap]
    matrix: list[dict[str, Any]] = field(default_factory=list)
    open_gaps: list[dict[str, Any]] = field(default_factory=list)
    amendments: list[Amendment] = field(default_factory=list)

    @cached_property
    def listed(self) -> list[Stakeholder]:
        return [row for row in self.rows if row.stands and row.pk not in self.amended]

    @cached_property
    def shown(self) -> list[Stakeholder]:
        """Whom the matrix shows: who stands, approved amendments included, and who is suggested."""
        return [
            row
            for row in self.rows
            if row.status != Stakeholder.Status.DROPPED
            and self.amended.get(row.pk, Amendment.State.APPROVED) == Amendment.State.APPROVED
        ]

    @cached_property
    def amended(self) -> dict[UUID, str]:
        """The state of the amendment by which a stakeholder came, if one did."""
        return {amendment.stakeholder_id: amendment.state for amendment in self.amendments}

    @property
    def suggested(self) -> list[Stakeholder]:
        return [row for row in self.rows if row.status == Stakeholder.Status.SUGGESTED]

    @property
    def dropped(self) -> list[Stakeholder]:
        return [row for row in self.rows if row.status == Stakeholder.Status.DROPPED]


def list_page(deliberation: Deliberation, viewer_id: UUID | None) -> ListPage:
    """The list as `viewer_id` sees it: frameworks stand in the order drawn for them."""
    rows = list(
        Stakeholder.objects.filter(deliberation=deliberation)
        .select_related("why", "dropped_reason", "covered_by", "settled_by")
        .order_by("position_no", "pk")
    )
    fetch_places(deliberation, rows)
    page = ListPage(
        version=current_list(deliberation),
        frameworks=frameworks_in_order(deliberation, viewer_id),
        groups=list(affected_groups(deliberation)),
        rows=rows,
        gaps=list(
            Gap.objects.filter(deliberation=deliberation, struck_at__isnull=True).select_related(
                "explanation", "by_user"
            )
        ),
        amendments=list(
            Amendment.objects.filter(deliberation=deliberation).select_related(
                "stakeholder__why", "replaces", "why", "reason", "drafted_by", "decided_by"
            )
        ),
    )
    page.matrix = _matrix(page)
    page.open_gaps = _open_gaps(page)
    return page


def _matrix(page: ListPage) -> list[dict[str, Any]]:
    explained = {gap.group_id: gap for gap in page.gaps if gap.group_id}
    by_group: dict[UUID | None, list[Stakeholder]] = defaultdict(list)
    for row in page.shown:
        for key in [group.pk for group in row.covers] or [None]:
            by_group[key].append(row)
    made: list[dict[str, Any]] = []
    for group in page.groups:
        mine = by_group[group.pk]
        covered = any(row.stands for row in mine)
        gap = explained.get(group.pk)
        line: dict[str, Any] = {"group": group.title, "cells": _cells(page, mine)}
        if not mine:
            line["gap"] = gap.explanation if gap else _("Nobody speaks for this group.")
        line["covered"] = _("Yes") if covered else _("Explained") if gap else _("No")
        made.append(line)
    if free := by_group[None]:
        made.append({"group": _("Of no one group"), "cells": _cells(page, free), "covered": "–"})
    return made


def _cells(page: ListPage, rows: Iterable[Stakeholder]) -> list[list[dict[str, Any]]]:
    spoken: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        for framework in row.speaks_from:
            spoken[framework.pk].append({"name": row.title, "suggested": not row.stands})
    return [spoken[framework.pk] for framework in page.frameworks]


def _open_gaps(page: ListPage) -> list[dict[str, Any]]:
    """Every framework and group nobody on the list stands for, with its explanation where there is one."""
    standing = [row for row in page.shown if row.stands]
    voiced = {framework.pk for row in standing for framework in row.speaks_from}
    covered = {group.pk for row in standing for group in row.covers}
    explained = {gap.framework_id or gap.group_id: gap for gap in page.gaps}
    things: list[tuple[str, Any, str]] = [
        ("framework", f, _("Nobody may speak for it.")) for f in page.frameworks if f.pk not in voiced
    ]
    things += [("group", g, _("Nobody speaks for them.")) for g in page.groups if g.pk not in covered]
    return [
        {"kind": kind, "thing": thing, "says": says, "gap": explained.get(thing.pk)} for kind, thing, says in things
    ]


# --- How it was made


def history(page: ListPage, versions: list[StakeholderList]) -> list[dict[str, Any]]:
    """What was suggested, added, kept, changed and dropped, by whom and why, and each decision; the oldest first."""
    events: list[tuple[datetime, SafeString]] = []
    suggested: dict[datetime, list[str]] = {}
    done: dict[tuple[date, str, str], list[Stakeholder]] = {}
    for row in page.rows:
        if row.pk in page.amended:
            continue
        if row.origin == Stakeholder.Origin.SOFTWARE:
            suggested.setdefault(row.created_at, []).append(row.suggested)
        if row.settled_at is None:
            continue
        if row.status == Stakeholder.Status.DROPPED:
            events.append((row.settled_at, _dropped(row)))
        else:
            day = timezone.localtime(row.settled_at).date()
            done.setdefault((day, row.status, str(row.settled_by)), []).append(row)
    for moment, names in suggested.items():
        events.append((moment, _line(_("Suggested by the software:"), names)))
    heads = {
        Stakeholder.Status.KEPT: _("Kept as suggested, by %(who)s:"),
        Stakeholder.Status.CHANGED: _("Kept with changes, by %(who)s:"),
        Stakeholder.Status.WRITTEN: _("Added by %(who)s:"),
    }
    for (_day, status, who), rows in done.items():
        moment = min(row.settled_at for row in rows if row.settled_at)
        events.append((moment, _line(heads[Stakeholder.Status(status)] % {"who": who}, [row.title for row in rows])))
    for version in versions:
        events += _decisions(version)
    events.sort(key=lambda event: event[0])
    return [{"at": moment, "says": says} for moment, says in events]


def _line(head: str, names: list[str]) -> SafeString:
    return format_html("<strong>{}</strong> {}.", head, "; ".join(names))


def _dropped(row: Stakeholder) -> SafeString:
    if row.drop_kind == Stakeholder.Dropped.COVERED and row.covered_by:
        why = _("Covered by %(who)s.") % {"who": row.covered_by.title}
    elif row.drop_kind == Stakeholder.Dropped.NOT_AFFECTED:
        why = _("Not affected.")
    else:
        why = ""
    head = _("Dropped by %(who)s:") % {"who": row.settled_by}
    words = format_html(" “{}”", str(row.dropped_reason)) if row.dropped_reason else ""
    return format_html("<strong>{}</strong> {}. {}{}", head, row.title, why, words)


def _decisions(version: StakeholderList) -> list[tuple[datetime, SafeString]]:
    found = []
    number = {"n": version.version, "who": version.submitted_by}
    if version.submitted_at:
        found.append(
            (
                version.submitted_at,
                format_html("<strong>{}</strong>", _("Version %(n)d submitted by %(who)s.") % number),
            )
        )
    if version.decided_at:
        number["who"] = version.decided_by
        head = {
            StakeholderList.State.APPROVED: _("Version %(n)d approved by %(who)s:"),
            StakeholderList.State.VOIDED: _("Version %(n)d approved by %(who)s, and taken up again later:"),
            StakeholderList.State.RETURNED: _("Version %(n)d returned by %(who)s:"),
        }[StakeholderList.State(version.state)] % number
        found.append((version.decided_at, format_html("<strong>{}</strong> “{}”", head, str(version.reason))))
    return found


def versions_of(deliberation: Deliberation) -> list[StakeholderList]:
    return list(
        StakeholderList.objects.filter(deliberation=deliberation)
        .select_related("submitted_by", "decided_by", "reason")
        .order_by("version")
    )


def status(page: ListPage, deliberation: Deliberation, viewer: User | None) -> list[dict[str, Any]]:
    """The standing facts under the title: gaps, who drew it up, for whom it waits."""
    facts: list[dict[str, Any]] = []
    named, told = len(page.open_gaps), sum(1 for gap in page.open_gaps if gap["gap"])
    if named:
        says = ngettext("%(n)d gap named", "%(n)d gaps named", named) % {"n": named}
        facts.append({"says": says, "strong": True})
        facts.append({"says": _("%(n)d explained") % {"n": told} if told else _("none explained")})
    elif page.listed:
        facts.append({"says": _("No gap"), "strong": True})
    if page.version is not None:
        people = [
            str(row.user) for row in ListAuthor.objects.filter(list=page.version).select_related("user").order_by("pk")
        ]
        facts.append({"says": _("Drafted by %(who)s") % {"who": ", ".join(people)}})
        if page.version.state == StakeholderList.State.SUBMITTED:
            facts.append({"says": _waits_for(deliberation, viewer)})
        elif page.version.state == StakeholderList.State.APPROVED:
            facts.append({"says": _("Approved by %(who)s") % {"who": page.version.decided_by}, "strong": True})
        elif page.version.state == StakeholderList.State.RETURNED:
            facts.append({"says": _("Returned by %(who)s") % {"who": page.version.decided_by}})
    return facts


def _waits_for(deliberation: Deliberation, viewer: User | None) -> str:
    waiting = [p for p in (sitter(deliberation, Part.HOLDER), sitter(deliberation, Part.APPROVER)) if p]
    if viewer is not None and viewer in waiting and not ever_facilitated(deliberation, viewer):
        return _("Waits for you")
    return _("Waits for %(who)s") % {"who": _(" or ").join(str(p) for p in waiting) or _("a decision holder")}


def holder_listed(deliberation: Deliberation, page: ListPage) -> str:
    """The name under which the decision holder is also a voice, which is printed; empty if they are none."""
    holder = sitter(deliberation, Part.HOLDER)
    if holder is None:
        return ""
    return next((row.title for row in page.shown if row.stands and row.email == holder.email.lower()), "")
