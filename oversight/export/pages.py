"""The pages of the export on agents: what the site's pages say of them, without the site.

Long lists are cut into pages, each made when it is asked for, so that an export is as large as it may be and never in
memory. What has no end on one page, such as the readings of a session, stands whole in the data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.models import Organisation
from audit.archive import File
from audit.models import Text
from oversight.export.rows import TABLES
from oversight.models import BrokenGlass, Check, Incident, JudgmentRequest, Mark, Session, Stop
from oversight.queries import sessions as of_sessions
from oversight.queries import stops as of_stops
from oversight.queries.checks import read
from oversight.queries.handoffs import part_of
from oversight.queries.requests import act_in, says_of
from oversight.queries.sessions import Tally, tallies
from oversight.queries.showing import Act, act_of, one_line
from oversight.queries.wording import boundary_says, verdict_of

A_PAGE = 50
"""Rows of a page of the export."""


@dataclass(frozen=True)
class Words:
    """What somebody wrote, under what it is."""

    label: str
    text: Text | str
    by: object = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Shown:
    """A row of a list: what it is about, its facts, and the words in it."""

    title: str = ""
    act: Act | None = None
    at: datetime | None = None
    session: Session | None = None
    facts: list[dict[str, Any]] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)

    @property
    def url(self) -> str:
        return _place(self.session.pk) if self.session else ""

    @property
    def session_name(self) -> str:
        return one_line(self.session.name, 60) if self.session else ""


@dataclass(frozen=True)
class Site:
    """What every page has: whose export it is, when it was made, and what the pages lead to."""

    organisation: Organisation
    made_at: datetime

    def page(self, path: str, template: str, **facts: Any) -> File:
        """One page as a file."""
        root = "../" * path.count("/")
        places = [
            {"title": _("Everything"), "url": f"{root}index.html"},
            {"title": _("Agents"), "url": f"{root}agents/index.html"},
            *({"title": title(), "url": f"{root}agents/{name}.html"} for name, title in LISTS.items()),
        ]
        here = {
            "organisation": self.organisation,
            "made_at": self.made_at,
            "root": root,
            "places": [place | {"current": place["url"] == root + path} for place in places],
        }
        return path, render_to_string(f"oversight/export/{template}", here | facts)


LISTS: dict[str, Callable[[], str]] = {
    "sessions": lambda: _("Sessions"),
    "apart": lambda: _("Checks outside a session"),
    "requests": lambda: _("Judgement requests"),
    "stops": lambda: _("Freezes"),
    "glass": lambda: _("Broken glass"),
    "incidents": lambda: _("Incidents"),
    "marks": lambda: _("Marks"),
}
"""The lists, by the name of their first page."""


def of_agents(organisation: Organisation, made_at: datetime) -> Iterator[File]:
    """All pages. The organisation's scope is open."""
    site = Site(organisation, made_at)
    lists = [(f"{name}.html", title()) for name, title in LISTS.items()]
    data = [(f"data/{name}.jsonl", f"{name}.jsonl") for name in TABLES]
    yield site.page("agents/index.html", "index.html", lists=lists, data=data)
    yield from _sessions(site)
    for name, (rows, shown) in _ROWS.items():
        for number, page, more in _paged(rows(organisation)):
            yield _list(site, name, number, [shown(row, made_at) for row in page], more)


def _paged(rows: QuerySet[Any]) -> Iterator[tuple[int, list[Any], bool]]:
    """The rows page by page, the oldest first, with whether more follow; one empty page where there are none."""
    after, number = None, 1
    ordered = rows.order_by("pk")
    while True:
        page = list((ordered.filter(pk__gt=after) if after else ordered)[: A_PAGE + 1])
        more = len(page) > A_PAGE
        yield number, page[:A_PAGE], more
        if not more:
            return
        after, number = page[A_PAGE - 1].pk, number + 1


def _file(name: str, number: int) -> str:
    return f"{name}.html" if number == 1 else f"{name}-{number}.html"


def _turning(name: str, number: int, *, more: bool) -> dict[str, str]:
    """What a page of a list leads on to."""
    return {"before": _file(name, number - 1) if number > 1 else "", "after": _file(name, number + 1) if more else ""}


def _list(site: Site, name: str, number: int, rows: list[Shown], more: bool) -> File:
    facts = {"title": LISTS[name](), "rows": rows, "number": number, **_turning(name, number, more=more)}
    return site.page(f"agents/{_file(name, number)}", "list.html", **facts)


# --- Sessions


def _sessions(site: Site) -> Iterator[File]:
    organisation = site.organisation
    for number, page, more in _paged(of_sessions.sessions(organisation).select_related("project", "key", "continues")):
        counted = tallies(one.pk for one in page)
        rows = [{"session": one, "tally": counted.get(one.pk, Tally()), "url": _place(one.pk)} for one in page]
        facts = {"title": LISTS["sessions"](), "rows": rows, "number": number}
        facts |= _turning("sessions", number, more=more)
        yield site.page(f"agents/{_file('sessions', number)}", "sessions.html", **facts)
        for session in page:
            yield from _session(site, session)


def _place(session: UUID) -> str:
    return f"sessions/{session}.html"


def _session(site: Site, session: Session) -> Iterator[File]:
    """The pages of a session: what it did in order, its pressure, and what it left to the next."""
    name, number, later = str(session.pk), 1, UUID(int=0)
    while True:
        page = of_sessions.page_of(session, after=later)
        facts = {
            "session": session,
            "page": page,
            "number": number,
            "name": one_line(session.name),
            "line": page.line if number == 1 else None,
            "handoffs": [part_of(one) for one in page.handoffs] if number == 1 else [],
            **_turning(name, number, more=page.later is not None),
        }
        yield site.page(f"agents/sessions/{_file(name, number)}", "session.html", **facts)
        if page.later is None:
            return
        later, number = page.later, number + 1


# --- Rows of the other lists


def _fact(label: str, says: object) -> dict[str, Any]:
    return {"label": label, "says": says}


def _words(*found: tuple[str, Text | None, object, datetime | None]) -> list[Words]:
    return [Words(label, text, by or "", at) for label, text, by, at in found if text is not None]


def _request(row: JudgmentRequest, made_at: datetime) -> Shown:
    ticked = set(row.ticked or ())
    checks = "; ".join(
        f"{sentence} ({_('confirmed') if place in ticked else _('not confirmed')})"
        for place, sentence in enumerate(row.safety_checks)
    )
    deliberation = row.deliberation
    return Shown(
        act=act_in(row),
        at=row.asked_at,
        session=row.session,
        facts=[
            _fact(_("State"), says_of(row, made_at)),
            _fact(_("Boundary"), boundary_says(row.boundary) if row.boundary else ""),
            _fact(_("How soon"), row.get_urgency_display()),
            _fact(_("Cannot be undone"), _("Yes") if row.irreversible else ""),
            _fact(_("Checked before it was granted"), checks),
            _fact(_("Project"), row.project.name),
            _fact(_("Key"), row.key.name),
            _fact(_("Its deliberation"), f"{deliberation.reference}: {deliberation.question}" if deliberation else ""),
        ],
        words=_words(
            (_("Why"), row.reason, row.decided_by, row.decided_at),
            (_("Why not all was confirmed"), row.unticked_why, row.decided_by, row.decided_at),
            (_("Why it was put to a deliberation"), row.convened_why, row.convened_by, row.convened_at),
        ),
    )


def _check(row: Check, made_at: datetime) -> Shown:
    said = read(row.text)
    return Shown(
        act=act_of(said.get("action")) if said else Act("", erased=row.text),
        at=row.at,
        facts=[
            _fact(_("Told"), verdict_of(row)),
            _fact(_("Boundary"), boundary_says(row.boundary) if row.boundary else ""),
            _fact(_("Key"), row.key.name),
            _fact(_("Project"), row.project.name),
        ],
    )


def _apart(organisation: Organisation) -> QuerySet[Any]:
    alone = Check.objects.filter(organisation=organisation, session__isnull=True)
    return alone.select_related("text", "key", "project")


def _requests(organisation: Organisation) -> QuerySet[Any]:
    return JudgmentRequest.objects.filter(organisation=organisation).select_related(
        "text", "project", "key", "session", "decided_by", "reason", "unticked_why", "convened_by", "convened_why",
        "deliberation__question", "deliberation__organisation",
    )  # fmt: skip


def _stop(row: Stop, made_at: datetime) -> Shown:
    what = _("The project %(name)s") % {"name": row.project.name}
    if row.session is not None:
        what = _("The session %(name)s") % {"name": one_line(row.session.name, 60)}
    elif row.key is not None:
        what = _("The key %(name)s") % {"name": row.key.name}
    return Shown(
        title=what,
        at=row.at,
        session=row.session,
        facts=[_fact(_("By"), str(row.by or "")), _fact(_("State"), _("lifted") if row.lifted_at else _("stands"))],
        words=_words(
            (_("Why"), row.why, row.by, row.at), (_("Why it was lifted"), row.why_lifted, row.lifted_by, row.lifted_at)
        ),
    )


def _glass(row: BrokenGlass, made_at: datetime) -> Shown:
    what = _("All enforcement of %(name)s") % {"name": row.project.name}
    if row.instruction is not None:
        what = _("The instruction %(key)s") % {"key": row.instruction.key}
    elif row.boundary:
        what = boundary_says(row.boundary)
    return Shown(
        title=what,
        at=row.at,
        facts=[
            _fact(_("By"), str(row.by)),
            _fact(_("Minutes"), row.minutes),
            _fact(_("Project"), row.project.name),
            _fact(_("Ended before by"), str(row.ended_by or "")),
            _fact(_("Review"), "" if row.reviewed_at else _("owed")),
        ],
        words=_words(
            (_("Why"), row.why, row.by, row.at), (_("What was found"), row.finding, row.reviewed_by, row.reviewed_at)
        ),
    )


def _incident(row: Incident, made_at: datetime) -> Shown:
    said = read(row.of_check.text)
    return Shown(
        act=act_of(said.get("action")) if said else Act("", erased=row.of_check.text),
        at=row.at,
        session=row.session,
        facts=[_fact(_("Incident"), row.get_kind_display()), _fact(_("Project"), row.project.name)],
    )


def _mark(row: Mark, made_at: datetime) -> Shown:
    check = row.of_check
    said = read(check.text)
    right = _("Right: it should be stopped") if row.right else _("Wrong: it should not be stopped")
    return Shown(
        act=act_of(said.get("action")) if said else Act("", erased=check.text),
        at=row.at,
        session=check.session,
        facts=[_fact(_("Marked"), right), _fact(_("By"), str(row.by or ""))],
        words=_words((_("Why"), row.why, row.by, row.at)),
    )


def _of_checks(model: type[Model], *also: str) -> Callable[[Organisation], QuerySet[Any]]:
    def rows(organisation: Organisation) -> QuerySet[Any]:
        return model._default_manager.filter(organisation=organisation).select_related("of_check__text", *also)

    return rows


_ROWS: dict[str, tuple[Callable[[Organisation], QuerySet[Any]], Callable[[Any, datetime], Shown]]] = {
    "apart": (_apart, _check),
    "requests": (_requests, _request),
    "stops": (of_stops.stops, _stop),
    "glass": (of_stops.glasses, _glass),
    "incidents": (_of_checks(Incident, "session", "project"), _incident),
    "marks": (_of_checks(Mark, "of_check__session", "why", "by"), _mark),
}
