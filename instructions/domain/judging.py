"""What the validator says of an act, against the instructions in force for a project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts import clock
from accounts.models import Project
from instructions.domain.in_force import in_force, told, variables_of
from tractatus import CrossReferenceValidator, Validation


def validate(action: Mapping[str, Any], project: Project, *, environment: str | None = None) -> Validation:
    """Judge an act as the gate would, and keep nothing. Raises `TypeError` or `ValueError` for what is no action."""
    validator = CrossReferenceValidator(map(told, in_force(project)), variables=variables_of(project))
    return validator.validate(action, now=clock.now(), environment=environment)
