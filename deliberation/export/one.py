"""One deliberation with everything its reader may read: JSON, pages, Markdown, and its entries of the record."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.utils.translation import gettext as _

from audit.archive import File
from audit.export_pages import Pages, Place, stylesheet
from audit.models import Entry
from audit.queries import proofs as inclusion
from audit.queries.proofs import inclusions_of
from deliberation.export import pages
from deliberation.export.reading import Reader, rows_for
from deliberation.models import Deliberation
from deliberation.models.tenancy import OfDeliberation
from deliberation.queries.outcome import Document, document_of, version_to_read
from deliberation.queries.outcome_as_json import outcome_as_json
from deliberation.views.outcome import markdown_of

FORMAT = "tractatus-deliberation/v1"
AT_ONCE = 500
"""So many ids are asked for in one query."""


def name_of(deliberation: Deliberation) -> str:
    """What its file is called."""
    return deliberation.reference.lower().replace(" ", "-").replace("/", "-")


def export_one(reader: Reader, *, made_at: datetime) -> Iterator[File]:
    """The files of the export, each made when it is asked for. Frameworks stand in the one drawn order."""
    deliberation = reader.deliberation
    version = version_to_read(deliberation, circulated=reader.takes_part)
    document = document_of(version) if version is not None and pages.is_shown(version, reader) else None
    shown = pages.rounds_to_show(reader)
    reviews = pages.reviews_to_show(reader)
    places = pages.places_of(document, shown, reviews, lists=reader.takes_part)
    folder = pages.Folder(Pages(deliberation.organisation, made_at), reader, places)
    entries = reader.reads_entries
    yield "style.css", stylesheet()
    yield folder.page(
        "index.html",
        "index.html",
        contents=contents(places, document=document, entries=entries),
        lede=pages.outcome_page.lede(document) if document else "",
        record=entries,
    )
    if document is not None:
        yield pages.outcome(folder, document)
        yield "outcome.md", markdown_of(document)
    if reader.takes_part:
        yield pages.of_the_list(folder)
    yield from pages.of_rounds(folder, shown)
    yield from pages.of_reviews(folder, reviews)
    yield "deliberation.json", as_json(reader, document, made_at)
    if entries:
        yield from of_record(deliberation)


def contents(places: list[Place], *, document: Document | None, entries: bool) -> list[dict[str, str]]:
    """What the first page says is in it."""
    found = [
        {"url": url, "title": title, "says": _("As a page, to read and to print")}
        for title, url in places
        if url != "index.html"
    ]
    if document is not None:
        found.append({"url": "outcome.md", "title": _("Outcome as text"), "says": _("Markdown, for other programs")})
    found.append({"url": "deliberation.json", "title": _("All of it as data"), "says": _("JSON, table by table")})
    if entries:
        found.append(
            {"url": "record/README.md", "title": _("Record"), "says": _("Every entry about it, with its proof")}
        )
    return found


def as_json(reader: Reader, document: Document | None, made_at: datetime) -> str:
    """Everything as data: what it is, the outcome with the keys of core concepts, and every row by table."""
    deliberation = reader.deliberation
    said: dict[str, Any] = {
        "format": FORMAT,
        "id": str(deliberation.pk),
        "reference": deliberation.reference,
        "question": str(deliberation.question),
        "decision_asked": str(deliberation.decision_asked or "") if reader.takes_part else None,
        "project": deliberation.project.slug,
        "state": deliberation.state,
        "state_since": deliberation.state_since.isoformat(),
        "urgency": deliberation.urgency,
        "language": deliberation.language,
        "created_at": deliberation.created_at.isoformat(),
        "made_at": made_at.isoformat(),
        "read_by": {
            "parts": sorted(str(part) for part in reader.standing.parts),
            "roles": sorted(str(role) for role in reader.standing.roles),
            "seat": reader.seat.name if reader.seat else None,
        },
        "outcome": None,
        "rows": rows_for(reader),
    }
    if document is not None and document.is_signed:
        said["outcome"] = outcome_as_json(document.outcome, document=document)
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


# --- The record


def _batches_about(deliberation: Deliberation) -> Iterator[list[Entry]]:
    """Every entry about the deliberation or a row of it, in the order in which they were written, batch by batch."""
    found: set[UUID] = set()
    for model in apps.get_app_config("deliberation").get_models():
        if issubclass(model, OfDeliberation):
            rows = model._default_manager.filter(deliberation=deliberation)
            found |= _about(model.__name__, list(rows.values_list("pk", flat=True)))
    found |= _about("Deliberation", [deliberation.pk])
    ordered = sorted(found)
    for start in range(0, len(ordered), AT_ONCE):
        yield list(Entry.objects.filter(pk__in=ordered[start : start + AT_ONCE]).order_by("pk"))


def _about(model: str, ids: list[UUID]) -> set[UUID]:
    """The ids of the entries about rows of this model, which entries call by its name, or a contribution."""
    kinds = [model.lower(), re.sub(r"(?<=[a-z])(?=[A-Z])", "_", model).lower(), "contribution"]
    found: set[UUID] = set()
    for start in range(0, len(ids), AT_ONCE):
        part = [str(one) for one in ids[start : start + AT_ONCE]]
        found.update(Entry.objects.filter(subject_kind__in=kinds, subject_id__in=part).values_list("pk", flat=True))
    return found


def of_record(deliberation: Deliberation) -> Iterator[File]:
    """The exact bytes of each entry about it, one a line, the proof of each, and the program that verifies them."""
    waiting: list[str] = []
    lines: list[bytes] = []
    vkeys: set[str] = set()
    for batch in _batches_about(deliberation):
        lines += [bytes(entry.canonical) + b"\n" for entry in batch]
        proofs = inclusions_of(batch)
        waiting += [str(entry.pk) for entry in batch if entry.pk not in proofs]
        vkeys |= {proof.vkey for proof in proofs.values()}
        for entry in batch:
            if (proof := proofs.get(entry.pk)) is not None:
                yield f"record/proofs/{entry.pk}.json", proof.as_file(entry)
    yield "record/entries.jsonl", lines
    for number, vkey in enumerate(sorted(vkeys)):
        yield f"record/log{number or ''}.vkey", vkey + "\n"
    yield "record/verify_record.py", VERIFIER.read_bytes()
    yield "record/README.md", _about_the_record(len(lines), waiting)


VERIFIER = Path(inclusion.__file__).parent.parent / "verify_record.py"


def _about_the_record(entries: int, waiting: list[str]) -> str:
    """How to check it, and what that shows."""
    said = README.replace("ENTRIES", str(entries))
    if waiting:
        said += WAITING
        said += "".join(f"- `{one}`\n" for one in waiting)
    return said


WAITING = """
## Without a proof yet

These were written so lately that they had no place in the record, and the program says so. Take the export once more
in a minute.

"""
README = """# The record of this deliberation

`entries.jsonl` has the ENTRIES entries about it, one a line, exactly as they were written. They name people and texts
by references alone. `proofs/` has a file for each: its place in the organisation's record, and the signed checkpoint
that this place leads to.

```
python verify_record.py .
```

exits 0 and says what was verified, or 1 and says what is wrong: that each entry here is proved, and that each line of
`entries.jsonl` is one of them. One alone:

```
python verify_record.py --proof proofs/ENTRY.json
```

`log.vkey` is the public key the record is known by. Compare it with the one you know: a file that came with its own key
shows only that both belong together.

It shows that no entry here was altered after it was written. It does not show that every act reached the record, nor
that what was written is true.
"""
