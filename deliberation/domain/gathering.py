"""Rows of many things, read at once, given back to the thing they belong to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

R = TypeVar("R")


def gathered(rows: Iterable[R], by: str = "deliberation_id") -> dict[UUID, list[R]]:
    """The rows by the id they carry under that name, each in its order; an empty list where there are none."""
    found: dict[UUID, list[R]] = defaultdict(list)
    for row in rows:
        found[getattr(row, by)].append(row)
    return found
