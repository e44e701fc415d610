"""The versions of a part of the customisation: who set what when and why, and what each changed."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import unified_diff

from accounts.models import Organisation, Project
from instructions.domain.policy_parts import as_text, default_of
from instructions.models import Policy
from instructions.queries.differences import Piece

MOST_SHOWN = 50
"""How many versions are listed, the last first."""


@dataclass(frozen=True)
class Version:
    """One version with the lines it changed from the one before; `policy` is None for what ships, version 0."""

    number: int
    policy: Policy | None
    pieces: list[Piece]
    holds: bool


def versions(organisation: Organisation, part: str, project: Project | None = None) -> list[Version]:
    """The last versions of a part, the newest first, and what ships. Empty where nothing was ever set."""
    rows = Policy.objects.filter(organisation=organisation, part=part, project=project).select_related("set_by", "why")
    listed = list(rows.order_by("-number")[: MOST_SHOWN + 1])
    if not listed:
        return []
    texts = [as_text(part, row.content) for row in listed]
    if listed[-1].number == 1:
        texts.append(as_text(part, default_of(part)))
    found = [
        Version(row.number, row, changed_lines(texts[place + 1], texts[place]), place == 0)
        for place, row in enumerate(listed[:MOST_SHOWN])
        if place + 1 < len(texts)
    ]
    return [*found, Version(0, None, [], False)]


def changed_lines(before: str, after: str) -> list[Piece]:
    """The lines that differ, each with two around it."""
    pieces: list[Piece] = []
    lines = unified_diff(before.splitlines(), after.splitlines(), n=2, lineterm="")
    for number, line in enumerate(lines):
        if number < 2:
            continue
        if line.startswith("@@"):
            pieces += [Piece("same", "…\n")] if pieces else []
            continue
        kind = {"+": "new", "-": "gone"}.get(line[0], "same")
        if pieces and pieces[-1].kind == kind:
            pieces[-1] = Piece(kind, pieces[-1].text + line[1:] + "\n")
        else:
            pieces.append(Piece(kind, line[1:] + "\n"))
    return pieces
