"""Rows of signed outcomes found by what people wrote in them: the index of `Searchable`, as each database has it."""

from __future__ import annotations

from typing import TypeVar

from django.db import connection
from django.db.models import BooleanField, Model, QuerySet
from django.db.models.expressions import RawSQL

from accounts.scope import current_organisation
from deliberation.domain.findable import beginnings_in
from deliberation.models import Searchable

Row = TypeVar("Row", bound=Model)

MOST_WORDS = 50


def saying(rows: QuerySet[Row], kind: str, words: str, *, by: str = "pk") -> QuerySet[Row]:
    """Those of `rows` in whose texts every one of the words is, whatever its case, found by its beginning.

    `by` is the column of `rows` that leads to what this kind finds. Without a word the rows stay as they are.
    """
    asked = beginnings_in(words)[:MOST_WORDS]
    if not asked:
        return rows
    there = Searchable.objects.filter(_has(kind, asked), kind=kind)
    return rows.filter(**{f"{by}__in": there.values("row")})


def _has(kind: str, asked: list[str]) -> RawSQL:
    """That a row of `Searchable` has every word, for this database. What is asked is a parameter, of letters alone."""
    if connection.vendor == "postgresql":
        organisation = current_organisation()
        assert organisation is not None  # outside a scope there is nothing to search
        sql = "vector @@ %s::tsquery"
        return RawSQL(
            sql, [" & ".join([f"'{kind}:{organisation.pk}'", *(f"'{word}':*" for word in asked)])], BooleanField()
        )
    sql = "id IN (SELECT searchable FROM deliberation_fts WHERE deliberation_fts MATCH %s)"
    return RawSQL(sql, ["words:(" + " AND ".join(f'"{word}"*' for word in asked) + ")"], BooleanField())
