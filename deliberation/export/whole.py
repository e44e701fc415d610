"""What `deliberation` gives to the export of a whole organisation: what its members and administrators may read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Organisation
from accounts.roles import Role
from audit.archive import File
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
    made_at = timezone.now()
    listed: list[dict[str, object]] = []
    for deliberation in _all():
        decided = deliberation.state == State.DECIDED
        folder = f"deliberations/{deliberation.number}/"
        listed.append(
            {
                "deliberation": deliberation,
                "url": f"{deliberation.number}/outcome.html" if decided else "",
            }
        )
        if decided:
            for path, content in _decided(deliberation, made_at):
                yield folder + path, content
    context = {
        "organisation": organisation,
        "made_at": made_at,
        "root": "../",
        "places": [
            {"title": _("Everything"), "url": "../index.html"},
            {"title": _("Deliberations"), "url": "index.html", "current": True},
        ],
        "rows": listed,
    }
    yield "deliberations/index.html", render_to_string("deliberation/export/all.html", context)
    yield "deliberations/all.json", json.dumps([_row(one["deliberation"]) for one in listed], indent=1) + "\n"


def _all() -> Iterator[Deliberation]:
    rows = Deliberation.objects.select_related("question", "decision_asked", "project", "organisation")
    for page in in_turn(rows, AT_ONCE, by="number"):
        yield from page


def _decided(deliberation: Deliberation, made_at: datetime) -> Iterator[File]:
    # Any member: what the file holds does not depend on who asked for it.
    member = Membership(organisation=deliberation.organisation)
    standing = Standing(deliberation, membership=member, roles=frozenset({Role.ADMINISTRATOR}))
    reader, site = Reader(deliberation, standing), pages.Site(made_at, root="../../")
    version = version_to_read(deliberation, circulated=False)
    if version is None:
        return
    document = document_of(version)
    places = [
        {"title": _("Everything"), "url": "../../index.html"},
        {"title": _("Deliberations"), "url": "../index.html"},
        {"title": _("Outcome"), "url": "outcome.html"},
    ]
    yield pages.outcome(site, reader, places, document)
    yield "outcome.md", markdown_of(document)
    yield "deliberation.json", as_json(reader, document, made_at)


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
