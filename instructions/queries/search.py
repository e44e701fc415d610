"""Full-text search over what instructions say now: PostgreSQL's own, and SQLite's FTS5."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from instructions.models import Instruction, Revision, Searchable

_WORD = re.compile(r"\w+")
_KEY = re.compile(r"[\w-]{1,100}", re.ASCII)
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
    """Those of `rows` in which every one of `words` begins a word of the wording, whatever its case; or
    whose id begins with the one word asked.

    Without a word in them the rows stay as they are.
    """
    words = words.replace("\x00", "")
    asked = _WORD.findall(words.casefold())[:MOST_WORDS]
    if not asked:
        return rows
    sql, values = _query(asked)
    if _KEY.fullmatch(words.strip()):
        more, key = _by_key(words.strip())
        sql, values = f"{sql} UNION {more}", [*values, key]
    return rows.filter(pk__in=RawSQL(sql, values))


def _by_key(begins: str) -> tuple[str, str]:
    """The ids of the instructions whose key begins so, read from the index of keys."""
    sql = "SELECT i.id FROM instructions_instruction i WHERE i.key "
    if connection.vendor == "postgresql":
        return f"{sql} LIKE %s", begins.replace("_", r"\_") + "%"
    return f"{sql} GLOB %s", f"{begins}*"


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
