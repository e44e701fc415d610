"""What has fallen due is done one by one, each thing through its verb and in its own transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from accounts.refusals import Refused

T = TypeVar("T")


def each_due(rows: Iterable[T], verb: Callable[[T], object]) -> int:
    """Call `verb` for each of `rows`. Gives how many it was still to be done for."""
    done = 0
    for row in list(rows):
        try:
            verb(row)
        except Refused:
            continue  # another worker, or a person, got there first
        done += 1
    return done
