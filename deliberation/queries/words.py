"""Rows found by what people wrote in them, the newest first.

The texts of some rows at a time are looked at by their ids, and no other is read. A join does that too while a word is
common; for a rare one PostgreSQL reads every text there is, those of other organisations and of agents among them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from audit.models import Text

Phrases = Sequence[tuple[str, Sequence[str]]]
"""What must be said, each with the names of the texts of a row in one of which it must stand."""

MOST_WORDS = 8
LOOKED_AT = (100, 200, 200)
"""So many rows at a time: often the first are enough for a page. Together, how far one page looks back."""


@dataclass(frozen=True)
class Found:
    """The rows of one page, by their ids, and the id behind which the next begins, or None.

    `so_far`: the page ends because enough was looked through, and not because it is full.
    """

    keys: list[UUID]
    following: UUID | None
    so_far: bool = False


def each_word(text: str, *names: str) -> Phrases:
    """Every word somebody looks for, each in one of the texts under these names."""
    return [(word, names) for word in text.replace("\x00", "").split()[:MOST_WORDS]]


def page_that_says(rows: QuerySet[Any], says: Phrases, *, after: UUID | None, size: int) -> Found:
    """At most `size` rows behind `after` that say all of it."""
    found: list[UUID] = []
    behind = after
    for keys, last in _looked_at(rows, says, after):
        found, behind = found + keys, last
        if len(found) > size:
            return Found(found[:size], found[size - 1])
    return Found(found, behind, so_far=behind is not None)


def _looked_at(rows: QuerySet[Any], says: Phrases, after: UUID | None) -> Iterator[tuple[list[UUID], UUID | None]]:
    """So many rows after so many: those that say it, and the last one looked at, or None where there is no other."""
    names = sorted({name for _phrase, names in says for name in names})
    rows = rows.order_by("-pk").values("pk", *names)
    for size in LOOKED_AT:
        looked = list((rows if after is None else rows.filter(pk__lt=after))[:size])
        keys = [row["pk"] for row in looked]
        for phrase, where in says:
            left = set(keys)  # what a word before has left out is not looked at again
            texts = {row["pk"]: {row[name] for name in where} for row in looked if row["pk"] in left}
            having = _having(phrase, set().union(*texts.values()))
            keys = [key for key in keys if not having.isdisjoint(texts[key])]
        if len(looked) < size:
            yield keys, None
            return
        after = looked[-1]["pk"]
        yield keys, after


def _having(phrase: str, texts: set[UUID | None]) -> set[UUID]:
    """Those of these texts in which it stands, whatever its case."""
    there = [one for one in texts if one is not None]
    return set(Text.objects.filter(pk__in=there, body__icontains=phrase).values_list("pk", flat=True))
