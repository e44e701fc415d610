"""What `deliberation` gives to the export of a whole organisation: what its members and administrators may read."""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Organisation
from accounts.roles import Role
from audit.archive import File
from audit.export_pages import Pages, Place
from audit.plain_rows import in_turn
from deliberation.domain.standing import Standing
from deliberation.export import pages
from deliberation.export.one import as_json, markdown_of
from deliberation.export.reading import Reader
from deliberation.models import Deliberation, State
from deliberation.queries.outcome import document_of, version_to_read

AT_ONCE = 50


def export_deliberation(organisation: Organisation) -> Iterator[File]:
    """A page of all, and of each signed outcome its page, its text and its data. The organisation's scope is open.

    Of what is not decided an administrator reads title, state and dates, and so does the file, whoever asked for it.
    """
    of_all = Pages(organisation, timezone.now())
    listed: list[dict[str, object]] = []
    for deliberation in _all():
        decided = deliberation.state == State.DECIDED
        listed.append(
            {
                "deliberation": deliberation,
                "url": f"{deliberation.number}/outcome.html" if decided else "",
            }
        )
        if decided:
            yield from _decided(deliberation, of_all)
    yield of_all.page("deliberations/index.html", "deliberation/export/all.html", _places(), rows=listed)
    yield "deliberations/all.json", json.dumps([_row(one["deliberation"]) for one in listed], indent=1) + "\n"


def _all() -> Iterator[Deliberation]:
    rows = Deliberation.objects.select_related("question", "decision_asked", "project", "organisation")
    for page in in_turn(rows, AT_ONCE, by="number"):
        yield from page


def _places() -> list[Place]:
    return [(_("Everything"), "index.html"), (_("Deliberations"), "deliberations/index.html")]


def _decided(deliberation: Deliberation, of_all: Pages) -> Iterator[File]:
    # Any member: what the file holds does not depend on who asked for it.
    member = Membership(organisation=deliberation.organisation)
    standing = Standing(deliberation, membership=member, roles=frozenset({Role.ADMINISTRATOR}))
    reader, path = Reader(deliberation, standing), f"deliberations/{deliberation.number}/"
    version = version_to_read(deliberation, circulated=False)
    if version is None:
        return
    document = document_of(version)
    places = [*_places(), (_("Outcome"), f"{path}outcome.html")]
    yield pages.outcome(pages.Folder(of_all, reader, places, path), document)
    yield f"{path}outcome.md", markdown_of(document)
    yield f"{path}deliberation.json", as_json(reader, document, of_all.made_at)


def _row(deliberation: object) -> dict[str, object]:
    assert isinstance(deliberation, Deliberation)
    return {
        "id": str(deliberation.pk),
        "number": deliberation.number,
        "question": str(deliberation.question),
        "state": deliberation.state,
        "state_since": deliberation.state_since.isoformat(),
        "urgency": deliberation.urgency,
        "project": deliberation.project.slug,
        "created_at": deliberation.created_at.isoformat(),
    }
