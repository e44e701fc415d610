"""Rows of many things, read at once, given back to the thing they belong to; and the texts that rows refer to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, TypeVar
from uuid import UUID

from audit.models import Text

R = TypeVar("R")


def gathered(rows: Iterable[R], by: str = "deliberation_id") -> dict[UUID, list[R]]:
    """The rows by the id they carry under that name, each in its order; an empty list where there are none."""
    found: dict[UUID, list[R]] = defaultdict(list)
    for row in rows:
        found[getattr(row, by)].append(row)
    return found


def with_texts(rows: Iterable[R], *paths: str) -> list[R]:
    """The rows with the texts that each refers to by these fields, all read in one query.

    A path leads over rows that were fetched: `option__text`. As a join of its own for each, what an outcome says would
    take the database a hundred times as long to plan as to read.
    """
    found = list(rows)
    places: list[tuple[Any, str, UUID]] = []
    for row in found:
        for path in paths:
            *way, name = path.split("__")
            holder: Any = row
            for step in way:
                holder = getattr(holder, step, None)
            key = getattr(holder, f"{name}_id", None)
            if key is not None:
                places.append((holder, name, key))
    texts = Text.objects.in_bulk({key for _holder, _name, key in places})
    for holder, name, key in places:
        setattr(holder, name, texts[key])
    return found
