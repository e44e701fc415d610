"""Full-text search over what instructions say now."""

from __future__ import annotations

from django.db.models import QuerySet

from instructions.models import Instruction


def matching(rows: QuerySet[Instruction], words: str) -> QuerySet[Instruction]:
    """Those of `rows` whose wording has every one of `words`, in their order. No words leave the rows as they are."""
    for word in words.replace("\x00", "").split()[:20]:
        rows = rows.filter(current__text__body__icontains=word)
    return rows
