"""A row of any table as JSON, for exports: words instead of references to them, names instead of persons."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import ForeignKey, Model

from accounts.models import User
from audit.models import Text


def as_json(row: Model, never: Collection[str] = ()) -> dict[str, Any]:
    """Every column but those in `never`: a text as its words, a person or a seat by name, anything else by its id."""
    said: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        if field.name not in never:
            said[field.name] = plain(getattr(row, field.name if isinstance(field, ForeignKey) else field.attname))
    return said


def plain(value: Any) -> Any:
    """A value of a column as JSON knows it."""
    if value is None or isinstance(value, bool | int | float | str | list | dict):
        return value
    if isinstance(value, Text | User):
        return str(value)
    if isinstance(value, UUID):
        return str(value)
    if hasattr(value, "isoformat"):
        return value.isoformat().replace("+00:00", "Z")
    return getattr(value, "name", None) or str(value.pk)
