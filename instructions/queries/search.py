"""Full-text search over what instructions say now: PostgreSQL's own, and SQLite's FTS5."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from instructions.models import Instruction, Revision, Searchable

_WORD = re.compile(r"\w+")
MOST_WORDS = 20


def index(pairs: Iterable[tuple[Instruction, Revision]]) -> None:
    """Have search find these instructions by what their revision says, and no longer by what they said before."""
    rows = [
        Searchable(organisation_id=one.organisation_id, instruction=one, text=says.text, body=says.text.body)
        for one, says in pairs
    ]
    Searchable.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["instruction"], update_fields=["text", "body"], batch_size=500
    )


def matching(rows: QuerySet[Instruction], words: str) -> QuerySet[Instruction]:
    """Those of `rows` in which every one of `words` begins a word of the wording or of the id; case does not matter.

    Without a word in them the rows stay as they are.
    """
    words = words.replace("\x00", "")
    asked = _WORD.findall(words.casefold())[:MOST_WORDS]
    if not asked:
        return rows
    found = Q(pk__in=RawSQL(*_query(asked)))
    if len(words.split()) == 1:
        found |= Q(key__istartswith=words.strip())
    return rows.filter(found)


def _query(asked: list[str]) -> tuple[str, list[str]]:
    """The ids of the instructions that have every word, for this database. What is asked is a parameter."""
    if connection.vendor == "postgresql":
        sql = (
            "SELECT w.instruction_id FROM instructions_searchable w "
            "WHERE to_tsvector('simple', w.body) @@ to_tsquery('simple', %s)"
        )
        return sql, [" & ".join(f"'{word}':*" for word in asked)]
    sql = (
        "SELECT w.instruction_id FROM instructions_searchable w "
        "JOIN instructions_fts f ON f.rowid = w.id WHERE instructions_fts MATCH %s"
    )
    return sql, [" ".join(f'"{word}"*' for word in asked)]
