"""One instruction, with all that became of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import APIKey, Organisation, User
from audit.models import Text
from instructions.domain.in_force import variables_of
from instructions.models import Change, Instruction, Overrule, Revision, ShownConflict
from instructions.queries.differences import Piece, differences

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]{0,79})\}")
COMPARED = ("quadrant", "persistence", "temporal_scope", "verification_required")


@dataclass(frozen=True)
class FieldChange:
    """That a revision says one field otherwise than the one before."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Step:
    """One revision as the page tells it: what it changed against the one before, by whom, when and why."""

    revision: Revision
    pieces: list[Piece]
    fields: list[FieldChange]
    erased: bool

    @property
    def is_unchanged(self) -> bool:
        """Whether a later revision says the same words as the one before."""
        return self.revision.number > 1 and not any(piece.kind != "same" for piece in self.pieces)

    @property
    def by(self) -> str:
        return maker(self.revision.made_by, self.revision.made_by_key)


@dataclass(frozen=True)
class Page:
    """All that stands on the page of one instruction; revisions and changes with the newest first."""

    instruction: Instruction
    steps: list[Step]
    changes: list[Change]
    overrules: list[Overrule]
    conflicts: list[ShownConflict]
    superseded_by: list[Instruction]
    variables: list[tuple[str, str]]


def get_instruction_for(organisation: Organisation, pk: UUID) -> Instruction | None:
    """The instruction with this id, if it is this organisation's."""
    rows = Instruction.objects.filter(organisation=organisation, current__isnull=False)
    return (
        rows.select_related(
            "organisation", "project", "current__text", "period", "supersedes", "brought_by", "published_by"
        )
        .filter(pk=pk)
        .first()
    )


def page_of(instruction: Instruction) -> Page:
    """What the page of an instruction shows."""
    revisions = list(
        instruction.revisions.select_related("text", "why", "made_by", "made_by_key", "period")
        .prefetch_related("overrules__why")
        .order_by("number")
    )
    steps = [_step(revision, before) for before, revision in zip([None, *revisions], revisions, strict=False)]
    changes = instruction.changes.select_related("changed_by", "why", "because_of").order_by("-changed_at", "-id")
    conflicts = ShownConflict.objects.filter(revision__instruction=instruction)
    return Page(
        instruction=instruction,
        steps=steps[::-1],
        changes=list(changes),
        overrules=list(revisions[-1].overrules.all()) if revisions else [],
        conflicts=list(conflicts.select_related("against__current__text", "answered_by", "why")),
        superseded_by=list(instruction.superseded_by.filter(current__isnull=False)),
        variables=variables_in(instruction),
    )


def said_a_moment_ago(instruction: Instruction) -> Instruction | None:
    """Another with the same words for the same project that its writer sent within a minute: a button pressed twice.

    To be asked in the transaction that made `instruction`, which holds the history.
    """
    assert instruction.current is not None
    text, writer = instruction.current.text.body, instruction.current.made_by_id
    before = Instruction.objects.filter(
        organisation_id=instruction.organisation_id,
        project=instruction.project,
        state__in=(Instruction.State.PROPOSED, Instruction.State.ACTIVE),
        current__made_by=writer,
        created_at__gte=instruction.created_at - timedelta(minutes=1),
    ).exclude(pk=instruction.pk)
    said = (one for one in before.select_related("current__text")[:20] if one.current and one.current.text.body == text)
    return next(said, None)


def variables_in(instruction: Instruction) -> list[tuple[str, str]]:
    """The variables that the wording uses, with what they mean now; an empty value where nobody has set one."""
    assert instruction.current is not None
    names = dict.fromkeys(_VARIABLE.findall(instruction.current.text.body or ""))
    if not names:
        return []
    values = variables_of(instruction.project) if instruction.project is not None else {}
    return [(name, values.get(name, "")) for name in names]


def _step(revision: Revision, before: Revision | None) -> Step:
    erased = revision.text.erased_at is not None or (before is not None and before.text.erased_at is not None)
    if before is None:
        return Step(revision, [Piece("same", revision.text.body or "")], [], erased)
    pieces = [] if erased else differences(before.text.body or "", revision.text.body or "")
    return Step(revision, pieces, list(_changed_fields(before, revision)), erased)


def _changed_fields(before: Revision, after: Revision) -> Iterator[FieldChange]:
    for name in COMPARED:
        if getattr(before, name) != getattr(after, name):
            yield FieldChange(titles()[name], said_of(before, name), said_of(after, name))
    for name in ("environment", "period", "expires_at", "explicitness"):
        if getattr(before, name) != getattr(after, name):
            yield FieldChange(titles()[name], plain(getattr(before, name)), plain(getattr(after, name)))


def titles() -> dict[str, str]:
    """The fields of an instruction as people call them."""
    return {
        "quadrant": _("Quadrant"),
        "persistence": _("Persistence"),
        "temporal_scope": _("Temporal scope"),
        "verification_required": _("Verification"),
        "environment": _("Environment"),
        "period": _("Phase, session or task"),
        "expires_at": _("Ends"),
        "explicitness": _("Explicitness"),
    }


def said_of(revision: Revision | Instruction, name: str) -> str:
    """A classified field in words."""
    return capfirst(str(getattr(revision, f"get_{name}_display")()))


def plain(value: Any) -> str:
    """A value in words, for a line that says what it was and what it is."""
    if value is None or value == "":
        return _("none")
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, float):
        return f"{value:.2f}"
    return str(value)


def maker(user: User | None, key: APIKey | None = None) -> str:
    """Who did something, in words."""
    if user is not None:
        return str(user)
    return _("the key %(name)s") % {"name": key.name} if key is not None else _("the software")


def first_words(text: Text, most: int = 80) -> str:
    """The beginning of a text, for a title."""
    body = " ".join((text.body or "").split())
    return body if len(body) <= most else body[: most - 1].rstrip() + "…"
