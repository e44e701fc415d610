"""What the validator says of an act, against the instructions in force for a project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from accounts import clock
from accounts.models import Project
from instructions.domain.standing import validator_of
from instructions.models import Instruction
from tractatus import Validation


def validate(action: Mapping[str, Any], project: Project, *, environment: str | None = None) -> Validation:
    """Judge an act as the gate would, and keep nothing. Raises `TypeError` or `ValueError` for what is no action."""
    return with_keys(validator_of(project).validate(action, now=clock.now(), environment=environment))


def with_keys(found: Validation) -> Validation:
    """An answer that names instructions by their ids, `inst_001`, and no longer by their rows."""
    rows = {*found.cited, *(one.instruction_id for one in found.conflicts), *(one["id"] for one in found.unchecked)}
    named = Instruction.objects.filter(pk__in=[row for row in rows if row]).values_list("pk", "key")
    keys = {str(pk): key for pk, key in named}
    return replace(
        found,
        conflicts=tuple(replace(one, instruction_id=keys[one.instruction_id]) for one in found.conflicts),
        instruction_violated=keys[found.instruction_violated] if found.instruction_violated else None,
        unchecked=tuple({**one, "id": keys.get(one["id"], "")} for one in found.unchecked),
        cited=tuple(keys[one] for one in found.cited),
    )
