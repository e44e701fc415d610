"""What `instructions` gives to the export of a whole organisation: the history as files and row by row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from accounts.models import Organisation, Project
from audit.archive import File
from audit.plain_rows import as_json as row_as_json
from audit.plain_rows import in_turn
from instructions.domain.exporting import as_csv, as_json, as_markdown
from instructions.models import Instruction, Policy, Revision

AT_ONCE = 500
NEVER = ("organisation",)


def export_instructions(organisation: Organisation) -> Iterator[File]:
    """Of each project the three files one can also fetch, then every instruction with every revision, one a line.

    What variables hold is not in it: some are secrets. The organisation's scope is open.
    """
    for project in Project.objects.order_by("pk"):
        folder = f"instructions/{project.slug}/"
        yield folder + "instruction-history.json", _octets(as_json(project))
        yield folder + "instructions.md", _octets(as_markdown(project))
        yield folder + "instructions.csv", _octets(as_csv(project))
    yield "instructions/all.jsonl", _all()
    policies = Policy.objects.order_by("pk")
    yield "instructions/customisation.jsonl", (_line(row_as_json(one, NEVER)) for one in policies)


def _all() -> Iterator[bytes]:
    for page in in_turn(Instruction.objects.select_related("project", "extra", "period", "supersedes"), AT_ONCE):
        said: dict[object, list[dict[str, object]]] = {row.pk: [] for row in page}
        revisions = Revision.objects.filter(instruction__in=page).select_related(
            "text", "why", "made_by", "made_by_key"
        )
        for revision in revisions.order_by("number"):
            said[revision.instruction_id].append(row_as_json(revision, (*NEVER, "instruction")))
        for row in page:
            yield _line(row_as_json(row, NEVER) | {"revisions": said[row.pk]})


def _line(said: object) -> bytes:
    return json.dumps(said, ensure_ascii=False).encode() + b"\n"


def _octets(pieces: Iterable[str]) -> Iterator[bytes]:
    return (piece.encode() for piece in pieces)
