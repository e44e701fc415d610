"""The lists of words that reading and comparing go by, from word_lists.toml."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from tractatus.datafiles import DataError, Field, rows, unique


@cache
def _lists() -> Mapping[str, frozenset[str]]:
    fields = {"name": Field(str), "about": Field(str), "words": Field(list)}
    return {row["name"]: frozenset(row["words"]) for row in unique(rows("word_lists.toml", "list", fields), "name")}


def words(name: str) -> frozenset[str]:
    """The words of the list with this name. Raises `DataError` where the file has no such list."""
    try:
        return _lists()[name]
    except KeyError:
        raise DataError(f"word_lists.toml: a list named {name!r} is expected.") from None
