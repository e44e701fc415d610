"""Rows of any table, for exports: read in turn, each as JSON with words and names instead of references to them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import ForeignKey, Model, QuerySet

from accounts.models import User
from audit.models import Text

Row = TypeVar("Row", bound=Model)


def in_turn(rows: QuerySet[Row], at_once: int, *, by: str = "pk") -> Iterator[list[Row]]:
    """All of them in the order of `by`, which is unique, so many at a time: no cursor is open while a file is made."""
    rows, page = rows.order_by(by), list(rows.order_by(by)[:at_once])
    while page:
        yield page
        page = list(rows.filter(**{f"{by}__gt": getattr(page[-1], by)})[:at_once]) if len(page) == at_once else []


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
