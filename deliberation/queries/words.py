"""Rows found by what people wrote in them, the newest first.

The texts of some rows at a time are looked at by their ids, and no other is read. A join would do that too while a word
is common; for a rare one PostgreSQL reads every text there is, those of other organisations and of agents among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from audit.models import Text

MOST_WORDS = 8
LOOKED_AT = (100, 300, 600)
"""So many rows at a time: often the first are enough for a page. Together, how far one page looks back."""


@dataclass(frozen=True)
class Found:
    """The rows of one page, by their ids, and the id behind which the next begins, or None.

    `so_far`: the page ends because enough was looked through, and not because it is full.
    """

    keys: list[UUID]
    following: UUID | None
    so_far: bool = False


def words_of(text: str) -> list[str]:
    """The words somebody looks for."""
    return text.replace("\x00", "").split()[:MOST_WORDS]


def page_that_says(
    rows: QuerySet[Any], says: Sequence[str], names: Sequence[str], *, after: UUID | None, size: int
) -> Found:
    """At most `size` rows behind `after` in which each of `says` stands in one of the texts under these names."""
    found: list[UUID] = []
    behind = after
    for keys, last in _looked_at(rows, says, names, after, LOOKED_AT):
        found, behind = found + keys, last
        if len(found) > size:
            return Found(found[:size], found[size - 1])
    return Found(found, behind, so_far=behind is not None)


def all_that_say(rows: QuerySet[Any], says: Sequence[str], names: Sequence[str]) -> list[UUID]:
    """The ids of all such rows, however long that takes."""
    sizes = chain(LOOKED_AT, repeat(sum(LOOKED_AT)))
    return [key for keys, _last in _looked_at(rows, says, names, None, sizes) for key in keys]


def _looked_at(
    rows: QuerySet[Any], says: Sequence[str], names: Sequence[str], after: UUID | None, sizes: Iterable[int]
) -> Iterator[tuple[list[UUID], UUID | None]]:
    """So many rows after so many: those that say it, and the last one looked at, or None where there is no other."""
    rows = rows.order_by("-pk").values_list("pk", *names)
    for size in sizes:
        looked = list((rows if after is None else rows.filter(pk__lt=after))[:size])
        texts = {one for _key, *said in looked for one in said if one is not None}
        saying = [
            set(Text.objects.filter(pk__in=texts, body__icontains=one).values_list("pk", flat=True)) for one in says
        ]
        keys = [key for key, *said in looked if all(not having.isdisjoint(said) for having in saying)]
        if len(looked) < size:
            yield keys, None
            return
        after = looked[-1][0]
        yield keys, after
