"""Rows of signed outcomes found by what people wrote in them: the index of `Searchable`, as each database has it."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, Model, QuerySet
from django.db.models.expressions import RawSQL

from accounts.scope import current_organisation
from deliberation.domain.findable import beginnings_in
from deliberation.models import Searchable

Row = TypeVar("Row", bound=Model)

MOST_WORDS = 50
LOOKED_AT_FIRST = 4
"""So many times as many rows as are wanted."""


def saying(rows: QuerySet[Row], kind: str, words: str, *, by: str = "pk") -> QuerySet[Row]:
    """Those of `rows` in whose texts every one of the words is, whatever its case, found by its beginning.

    `by` is the column of `rows` that leads to what this kind finds. Without a word the rows stay as they are.
    """
    asked = beginnings_in(words)[:MOST_WORDS]
    if not asked:
        return rows
    there = Searchable.objects.filter(_has(kind, asked), kind=kind)
    return rows.filter(**{f"{by}__in": there.values("row")})


def newest_saying(rows: QuerySet[Row], kind: str, words: str, *, after: UUID | None, most: int) -> list[UUID]:
    """The ids of the `most` newest of `rows` behind `after` that say the words.

    What many say is found among the newest, which are looked at first: PostgreSQL would put all that say it in order.
    """
    behind = rows if after is None else rows.filter(pk__lt=after)
    asked = beginnings_in(words)[:MOST_WORDS]
    if asked and connection.vendor == "postgresql":
        given = [_ours(), kind, after, after, most * LOOKED_AT_FIRST, _as_tsquery(kind, asked), most]
        keys = list(behind.filter(pk__in=RawSQL(_AMONG_THE_NEWEST, given)).values_list("pk", flat=True)[:most])
        if len(keys) == most:
            return keys
    return list(saying(behind, kind, words).values_list("pk", flat=True)[:most])


_AMONG_THE_NEWEST = """
SELECT row FROM (
    SELECT row, vector FROM deliberation_searchable
    WHERE organisation_id = %s AND kind = %s AND (%s::uuid IS NULL OR row < %s::uuid) ORDER BY row DESC LIMIT %s
) newest WHERE vector @@ %s::tsquery LIMIT %s
"""


def _has(kind: str, asked: list[str]) -> RawSQL:
    """That a row of `Searchable` has every word, for this database. What is asked is a parameter, of letters alone."""
    if connection.vendor == "postgresql":
        return RawSQL("vector @@ %s::tsquery", [_as_tsquery(kind, asked)], BooleanField())
    sql = "id IN (SELECT searchable FROM deliberation_fts WHERE deliberation_fts MATCH %s)"
    return RawSQL(sql, ["words:(" + " AND ".join(f'"{word}"*' for word in asked) + ")"], BooleanField())


def _as_tsquery(kind: str, asked: list[str]) -> str:
    return " & ".join([f"'{kind}:{_ours()}'", *(f"'{word}':*" for word in asked)])


def _ours() -> UUID:
    organisation = current_organisation()
    assert organisation is not None  # outside a scope there is nothing to search
    return organisation.pk
