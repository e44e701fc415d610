"""The instructions in force for a project, as the framework reads them."""

from __future__ import annotations

from collections.abc import Mapping
from string import Template

from django.db.models import Q

from accounts.models import Project
from instructions.models import Instruction, Variable
from tractatus import Instruction as Told
from tractatus import Persistence, Quadrant, TemporalScope, VerificationRequired


def told(row: Instruction) -> Told:
    """One instruction as the framework reads it: what its current revision says."""
    revision = row.current
    if revision is None:
        raise ValueError(f"{row.key} has no revision yet.")
    return Told(
        id=row.key,
        text=revision.text.body or "…",
        quadrant=Quadrant(row.quadrant),
        persistence=Persistence(row.persistence),
        temporal_scope=TemporalScope(row.temporal_scope),
        verification_required=VerificationRequired(row.verification_required),
        explicitness=revision.explicitness,
        parameters=revision.fixes,
        source=row.source,
        active=row.is_in_force,
        created_at=row.created_at,
        expires_at=row.expires_at,
        environment=row.environment or None,
    )


def in_force(project: Project) -> list[Instruction]:
    """The instructions in force for a project: its own and the organisation's universal ones, oldest first."""
    mine = Q(project=project) | Q(project__isnull=True)
    rows = Instruction.objects.filter(mine, organisation_id=project.organisation_id, state=Instruction.State.ACTIVE)
    return list(rows.select_related("current__text").order_by("id"))


def variables_of(project: Project) -> dict[str, str]:
    """What the variables of a project mean now."""
    rows = Variable.objects.filter(project=project).order_by("number").values_list("name", "value")
    newest: dict[str, str] = dict(rows)
    return {name: value for name, value in newest.items() if value}


def worded(instruction: Instruction, variables: Mapping[str, str]) -> str:
    """An instruction in its own words, with what the variables in it mean; one that means nothing stands as written."""
    said = str(instruction.current.text) if instruction.current is not None else ""
    return Template(said).safe_substitute(variables)
