"""Long lists a page at a time: a page begins behind the last row of the one before, wherever that row is now."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import DateField, Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)


def page_behind(
    rows: QuerySet[Row], place: str, by: str, *, most: int, latest_first: bool = False
) -> tuple[list[Row], str]:
    """At most `most` rows by the date in `by`, then by id; and the place behind which the next page begins, or "".

    `place` is what an earlier call gave. What no call gave begins at the beginning.
    """
    sign, behind = ("-", "lt") if latest_first else ("", "gt")
    if (last := _read(rows.model, by, place)) is not None:
        moment, key = last
        rows = rows.filter(Q(**{f"{by}__{behind}": moment}) | Q(**{by: moment, f"pk__{behind}": key}))
    found = list(rows.order_by(f"{sign}{by}", f"{sign}pk")[: most + 1])
    if len(found) <= most:
        return found, ""
    return found[:most], f"{getattr(found[most - 1], by).isoformat()}~{found[most - 1].pk.hex}"


def _read(model: type[Model], by: str, place: str) -> tuple[Any, UUID] | None:
    moment, _sign, key = place.partition("~")
    field = model._meta.get_field(by)
    assert isinstance(field, DateField), by
    try:
        return field.to_python(moment), UUID(key)
    except (ValidationError, ValueError):
        return None
