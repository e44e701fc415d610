"""The pages of the export on agents: what the site's pages say of them, without the site.

Long lists are cut into pages, each made when it is asked for, so that an export is as large as it may be and never in
memory. What has no end on one page, such as the readings of a session, stands whole in the data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Organisation
from audit.archive import File
from audit.export_pages import Pages
from oversight.export.lists import ROWS, Shown, session_page
from oversight.export.rows import TABLES
from oversight.models import Session
from oversight.queries import sessions as of_sessions
from oversight.queries.handoffs import part_of
from oversight.queries.sessions import Tally, tallies
from oversight.queries.showing import one_line

A_PAGE = 50
"""Rows of a page of the export."""


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


def _page(pages: Pages, path: str, template: str, **facts: Any) -> File:
    """One page as a file."""
    places = [
        (_("Everything"), "index.html"),
        (_("Agents"), "agents/index.html"),
        *((title(), f"agents/{name}.html") for name, title in LISTS.items()),
    ]
    return pages.page(path, f"oversight/export/{template}", places, **facts)


def of_agents(organisation: Organisation, made_at: datetime) -> Iterator[File]:
    """All pages. The organisation's scope is open."""
    pages = Pages(organisation, made_at)
    lists = [(f"{name}.html", title()) for name, title in LISTS.items()]
    data = [(f"data/{name}.jsonl", f"{name}.jsonl") for name in TABLES]
    yield _page(pages, "agents/index.html", "index.html", lists=lists, data=data)
    yield from _sessions(pages)
    for name, (rows, shown) in ROWS.items():
        for number, page, more in _paged(rows(organisation)):
            yield _list(pages, name, number, [shown(row, made_at) for row in page], more)


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


def _list(pages: Pages, name: str, number: int, rows: list[Shown], more: bool) -> File:
    facts = {"title": LISTS[name](), "rows": rows, "number": number, **_turning(name, number, more=more)}
    return _page(pages, f"agents/{_file(name, number)}", "list.html", **facts)


# --- Sessions


def _sessions(pages: Pages) -> Iterator[File]:
    organisation = pages.organisation
    for number, page, more in _paged(of_sessions.sessions(organisation).select_related("project", "key", "continues")):
        counted = tallies(one.pk for one in page)
        rows = [{"session": one, "tally": counted.get(one.pk, Tally()), "url": session_page(one.pk)} for one in page]
        facts = {"title": LISTS["sessions"](), "rows": rows, "number": number}
        facts |= _turning("sessions", number, more=more)
        yield _page(pages, f"agents/{_file('sessions', number)}", "sessions.html", **facts)
        for session in page:
            yield from _session(pages, session)


def _session(pages: Pages, session: Session) -> Iterator[File]:
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
        yield _page(pages, f"agents/sessions/{_file(name, number)}", "session.html", **facts)
        if page.later is None:
            return
        later, number = page.later, number + 1
