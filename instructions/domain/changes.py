"""A change of what is in force, before it is made: what no longer holds, and what holds instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from accounts.models import Organisation, Project
from instructions.domain.classification import FIELDS, classify
from instructions.domain.gate import services_of
from instructions.domain.in_force import variables_of
from instructions.domain.policy_parts import Content, checked
from instructions.domain.standing import as_read, validator_of
from instructions.domain.variables import as_kept
from instructions.models import Instruction
from tractatus import Gate, Persistence, Quadrant, TemporalScope, Verbosity, VerificationRequired
from tractatus import Instruction as Told

NEW = "new"


@dataclass(frozen=True)
class Change:
    """A change for one project, or without one for every project of the organisation.

    `without` are ids of rows that no longer hold, `having` what holds besides or in the place of the row with its id.
    `variables` are those of the project as they would be, None where they stay; `policy` is what the organisation would
    set, by the part of its customisation.
    """

    project: Project | None
    without: tuple[str, ...] = ()
    having: tuple[Told, ...] = ()
    variables: Mapping[str, str] | None = None
    policy: Mapping[str, Content] | None = None

    def as_json(self) -> dict[str, Any]:
        """What a job needs to make the same change."""
        return {
            "without": list(self.without),
            "having": [one.to_dict() | {"created_at": None, "expires_at": None} for one in self.having],
            "variables": dict(self.variables) if self.variables is not None else None,
            "policy": dict(self.policy) if self.policy is not None else None,
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any], project: Project | None) -> Change:
        """The change that `as_json` gave."""
        having = tuple(_told(**fields) for fields in given["having"])
        return cls(project, tuple(given["without"]), having, given["variables"], given.get("policy"))


def of_wording(
    text: str,
    organisation: Organisation,
    project: Project | None,
    *,
    revised: Instruction | None = None,
    replaced: Instruction | None = None,
    environment: str = "",
    overruled: Mapping[str, str] | None = None,
) -> Change:
    """The change that a wording would make: a new instruction, the next revision of one, or one in another's place."""
    read = classify(text, organisation)
    values = {name: str(getattr(read, name)) for name in FIELDS} | dict(overruled or {})
    told = _told(
        id=str(revised.pk) if revised is not None else NEW,
        text=text,
        explicitness=read.explicitness,
        parameters=dict(read.parameters),
        environment=environment or None,
        **values,
    )
    return Change(project, (str(replaced.pk),) if replaced is not None else (), (told,))


def of_publishing(instruction: Instruction) -> Change:
    """The change that a proposal in force, or an ended instruction reinstated, would make."""
    gone = (str(instruction.supersedes_id),) if instruction.supersedes_id else ()
    told = replace(as_read(instruction), active=True, supersedes=None, created_at=None, expires_at=None)
    return Change(instruction.project, gone, (told,))


def of_ending(instruction: Instruction) -> Change:
    """The change that retiring an instruction would make."""
    return Change(instruction.project, (str(instruction.pk),))


def of_variable(project: Project, name: str, value: str) -> Change:
    """The change that another meaning of a name would make. Raises `Invalid` by field, also for a secret."""
    name, value = as_kept(name, value)
    return Change(project, variables={**variables_of(project), name: value})


def of_policy(part: str, content: Mapping[str, Any]) -> Change:
    """The change that another setting of the customisation would make. Raises `Invalid` by field."""
    return Change(None, policy={part: checked(part, content)})


def gates_of(change: Change, project: Project) -> tuple[Gate, Gate]:
    """The gate of a project as it is, and as it would be after a change."""
    services = services_of(project.organisation)
    validator = validator_of(project)
    changed = validator.changed(without=change.without, having=change.having, variables=change.variables)
    as_set = services_of(project.organisation, change.policy) if change.policy else services
    return (
        Gate(validator=validator, verbosity=Verbosity.SILENT, **services),
        Gate(validator=changed, verbosity=Verbosity.SILENT, **as_set),
    )


def _told(**fields: Any) -> Told:
    return Told(
        **fields
        | {
            "quadrant": Quadrant(fields["quadrant"]),
            "persistence": Persistence(fields["persistence"]),
            "temporal_scope": TemporalScope(fields["temporal_scope"]),
            "verification_required": VerificationRequired(fields["verification_required"]),
        }
    )
