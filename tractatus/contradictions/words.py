"""The words that the comparison goes by, read from contraries.toml."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from tractatus.datafiles import Field, rows
from tractatus.directives.knowledge import alike
from tractatus.directives.language import stem

_FILE = "contraries.toml"


@cache
def contraries() -> Mapping[str, frozenset[tuple[int, int]]]:
    """Each stem with the pairs that it stands in, each as its number and side (0 or 1)."""
    found: dict[str, set[tuple[int, int]]] = {}
    for number, row in enumerate(rows(_FILE, "contrary", {"one": Field(list), "other": Field(list)})):
        for side, key in enumerate(("one", "other")):
            for word in row[key]:
                found.setdefault(stem(word), set()).add((number, side))
    return {word: frozenset(pairs) for word, pairs in found.items()}


@cache
def _same() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for row in rows(_FILE, "same", {"words": Field(list)}):
        for word in row["words"]:
            found.setdefault(stem(word), stem(row["words"][0]))
    return found


@cache
def meant(word: str) -> str:
    """One stem for all that mean about the same as this one."""
    if word in _same():
        return _same()[word]
    group = alike().get(word)
    return min(group) if group else word


@cache
def plain(*, figure: bool) -> frozenset[str]:
    """The stems that do not tell what an instruction is about; with those that tell nothing only beside a figure."""
    fields = {"words": Field(list), "when": Field(str, required=False, choices=("figure",))}
    return frozenset(
        stem(word) for row in rows(_FILE, "plain", fields) if figure or row.get("when") is None for word in row["words"]
    )


@cache
def averting(*, clause: bool) -> frozenset[str]:
    """The stems of words for keeping something from happening; with those that only do so within a `clause`."""
    fields = {"words": Field(list), "when": Field(str, required=False, choices=("clause",))}
    return frozenset(
        stem(word)
        for row in rows(_FILE, "averting", fields)
        if clause or row.get("when") is None
        for word in row["words"]
    )


@cache
def permitting() -> frozenset[str]:
    """The stems of words by which a figure is settled or allowed, and not only bounded."""
    return frozenset(stem(word) for row in rows(_FILE, "permitting", {"words": Field(list)}) for word in row["words"])


def telling(word: str) -> tuple[bool, int, str]:
    """How much a word tells, for sorting: one with a digit names a single thing, and long ones are rarer."""
    return any(character.isdigit() for character in word), len(word), word
