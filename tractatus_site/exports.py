"""The export of a whole organisation: what each app gives, a page that leads to it, the record with its verifier."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from itertools import chain
from zoneinfo import ZoneInfo

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.export import export_accounts
from accounts.models import Organisation
from audit.archive import File
from audit.export import NothingSigned, export
from audit.export_pages import Pages, stylesheet
from audit.sequencer import sequence
from deliberation.export.whole import export_deliberation
from instructions.export import export_instructions
from oversight.export.whole import export_oversight


def files_of(organisation: Organisation) -> Iterator[File]:
    """Every file, made when it is asked for: what members and administrators may read, whoever asked for it."""
    with translation.override(organisation.language), timezone.override(ZoneInfo(organisation.time_zone)):
        yield "style.css", stylesheet()
        yield _index(organisation)
        yield from chain(export_accounts(organisation), export_instructions(organisation))
        yield from export_deliberation(organisation)
        yield from export_oversight(organisation)
        yield from export_audit(organisation)


def export_audit(organisation: Organisation) -> Iterator[File]:
    """The record, as `export_record` gives it, unpacked: up to the checkpoint that is signed now."""
    sequence(organisation, wait=True)
    with tempfile.TemporaryFile() as kept:
        try:
            for piece in export(organisation):
                kept.write(piece)
        except NothingSigned:
            return
        with zipfile.ZipFile(kept) as archive:
            for name in archive.namelist():
                with archive.open(name) as file:
                    yield f"record/{name}", iter(lambda file=file: file.read(1 << 16), b"")  # type: ignore[misc]


def _index(organisation: Organisation) -> File:
    return Pages(organisation, timezone.now()).page(
        "index.html",
        "export/organisation.html",
        [
            (_("Everything"), "index.html"),
            (_("Deliberations"), "deliberations/index.html"),
            (_("Agents"), "agents/index.html"),
        ],
        contents=[
            {
                "url": "deliberations/index.html",
                "title": _("Deliberations"),
                "says": _("Every question with its state; of what is decided the outcome as page, text and data"),
            },
            {
                "url": "agents/index.html",
                "title": _("Agents"),
                "says": _("Every session, check, request, freeze and incident, as pages and as data"),
            },
            {
                "url": "instructions/all.jsonl",
                "title": _("Instructions"),
                "says": _("Every instruction with every revision, one a line; and for each project its history"),
            },
            {
                "url": "accounts/members.json",
                "title": _("Members"),
                "says": _("Who belongs here, in which roles; beside it projects and keys, without secrets"),
            },
            {
                "url": "record/README.md",
                "title": _("Record"),
                "says": _("Every entry there is, and the program that finds a changed one"),
            },
        ],
    )
