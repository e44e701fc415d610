"""Taking the instructions of a project out: as the JSON they may have come in, as Markdown, as CSV."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from django.utils.translation import gettext as _

from accounts.csv_lines import csv_lines
from accounts.models import Project
from instructions.domain.history_file import OURS
from instructions.models import Import, Instruction
from instructions.models.instruction import Quadrant

FORMATS = ("json", "markdown", "csv")
_MARKS = re.compile(r"([\\`*_\[\]<>#|])")

COLUMNS = (
    "id", "state", "text", "quadrant", "persistence", "temporal_scope", "verification_required", "explicitness",
    "environment", "source", "timestamp", "expires_at", "revision", "supersedes", "place",
)  # fmt: skip


def rows_of(project: Project) -> Iterable[Instruction]:
    """The project's own instructions, in the order in which they came; proposals and what was refused are left out."""
    told = [Instruction.State.ACTIVE, Instruction.State.SUPERSEDED, Instruction.State.RETIRED,
            Instruction.State.EXPIRED]  # fmt: skip
    rows = Instruction.objects.filter(project=project, state__in=told)
    return rows.select_related("current__text", "extra", "supersedes").order_by("id").iterator(chunk_size=1_000)


def as_json(project: Project) -> Iterator[str]:
    """The history as `.claude/instruction-history.json` has it (core concepts, section 1), in pieces.

    What was imported comes out with the keys, ids and timestamps it came with, and in the same wrapper; what has been
    decided about it since is in its values.
    """
    wrapper = _wrapper(project)
    before = [pair for pair in wrapper[: _place(wrapper)]]
    after = [pair for pair in wrapper[_place(wrapper) + 1 :]]
    if wrapper:
        yield "{" + "".join(f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}, " for key, value in before)
        yield '"instructions": '
    yield "["
    separator = "\n"
    for row in rows_of(project):
        yield separator + json.dumps(as_row(row), ensure_ascii=False)
        separator = ",\n"
    yield "\n]"
    if wrapper:
        yield "".join(f", {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in after) + "}"
    yield "\n"


def _wrapper(project: Project) -> list[list[Any]]:
    last = Import.objects.filter(project=project, form=Import.Form.HISTORY).order_by("-imported_at", "-id").first()
    return (last.wrapper if last else None) or []


def _place(wrapper: list[list[Any]]) -> int:
    return next((at for at, (key, _value) in enumerate(wrapper) if key == "instructions"), 0)


def as_row(row: Instruction) -> dict[str, Any]:
    """One instruction as core concepts store it; an imported one with the keys it came with."""
    revision = row.current
    assert revision is not None
    ours: dict[str, Any] = {
        "id": row.key,
        "text": revision.text.body,
        "timestamp": moment(row.created_at),
        "quadrant": row.quadrant,
        "persistence": row.persistence,
        "temporal_scope": row.temporal_scope,
        "verification_required": row.verification_required,
        "explicitness": revision.explicitness,
        "source": row.source,
        "active": row.is_in_force,
        "parameters": revision.fixes,
        "environment": row.environment or None,
        "expires_at": moment(row.expires_at) if row.expires_at else None,
        "supersedes": row.supersedes.key if row.supersedes else None,
    }
    if row.given is None:
        return {key: value for key, value in ours.items() if value not in (None, {})}
    given, extra = row.given["values"], json.loads(row.extra.body) if row.extra and row.extra.body else {}
    out: dict[str, Any] = {}
    for key in row.given["keys"]:
        if key in OURS:
            out[key] = given[key] if key in given and _stands(key, given[key], ours[key]) else ours[key]
        elif key in extra:
            out[key] = extra[key]
    for key in ("environment", "expires_at", "supersedes"):  # what a revision added to it
        if key not in out and ours[key] is not None:
            out[key] = ours[key]
    return out


def _stands(key: str, given: Any, now: Any) -> bool:
    """Whether a value that came with a row still holds: it may be written otherwise than we would write it."""
    if key in ("id", "timestamp"):
        return True
    if key == "supersedes":
        return now is None or given == now
    if key == "expires_at":
        return given is None if now is None else given is not None and moment(_read(given)) == now
    if key == "environment":
        return (given or None) == now
    return bool(given == now) or given is None


def _read(value: str) -> datetime:
    found = datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def moment(value: datetime) -> str:
    """RFC 3339 in UTC, to the second where it is one."""
    said = value.astimezone(UTC)
    return said.isoformat(timespec="microseconds" if said.microsecond else "seconds").replace("+00:00", "Z")


def as_markdown(project: Project) -> Iterator[str]:
    """The instructions in force, by quadrant, as a page to read or to put into a rules file."""
    yield _("# Instructions for %(project)s") % {"project": escaped(project.name)} + "\n"
    by_quadrant: dict[str, list[Instruction]] = {}
    for row in rows_of(project):
        if row.is_in_force:
            by_quadrant.setdefault(row.quadrant, []).append(row)
    if not by_quadrant:
        yield "\n" + _("None is in force.") + "\n"
    for quadrant in Quadrant:
        rows = by_quadrant.get(quadrant.value, [])
        if rows:
            yield f"\n## {str(quadrant.label).capitalize()}\n\n"
        for row in rows:
            assert row.current is not None
            said = " ".join(escaped(row.current.text.body).split())
            kind = f"{row.get_persistence_display()}, {row.get_verification_required_display()}"
            yield f"- {said} *({escaped(row.key)}; {kind})*\n"


def escaped(text: str) -> str:
    """Text that Markdown prints as it is."""
    return _MARKS.sub(r"\\\1", text)


def as_csv(project: Project) -> Iterator[str]:
    """One line an instruction, for a spreadsheet. What a spreadsheet would take for a formula begins with '."""

    def cells(row: Instruction) -> list[object]:
        revision = row.current
        assert revision is not None
        values = as_row(row) | {"state": row.state, "revision": revision.number, "place": row.place}
        values |= {"id": row.key, "text": revision.text.body}
        return [values.get(name, getattr(row, name, "")) for name in COLUMNS]

    return csv_lines(chain([COLUMNS], map(cells, rows_of(project))))
