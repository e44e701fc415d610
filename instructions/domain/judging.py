"""What the validator says of an act, against the instructions in force for a project."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from accounts import clock
from accounts.models import Project
from instructions.domain.standing import validator_of
from instructions.models import Instruction


def validate(action: Mapping[str, Any], project: Project, *, environment: str | None = None) -> dict[str, Any]:
    """Judge an act as the gate would, and keep nothing: the validator's answer as data, naming instructions by key.

    Raises `TypeError` or `ValueError` for what is no action.
    """
    found = validator_of(project).validate(action, now=clock.now(), environment=environment)
    named = {*found.cited, *(one["id"] for one in found.unchecked)} - {""}
    keys = {str(pk): key for pk, key in Instruction.objects.filter(pk__in=named).values_list("pk", "key")}
    answer: dict[str, Any] = by_keys(found.to_dict(), keys)
    return answer


_ID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def by_keys(value: Any, keys: Mapping[str, str]) -> Any:
    """A value in which every row's id, also inside a sentence, is the key that people know the instruction by."""
    if not keys:
        return value
    if isinstance(value, str):
        return _ID.sub(lambda found: keys.get(found[0], found[0]), value) if "-" in value else value
    if isinstance(value, dict):
        return {name: by_keys(one, keys) for name, one in value.items()}
    if isinstance(value, list):
        return [by_keys(one, keys) for one in value]
    return value
