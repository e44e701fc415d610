"""Practices that a clause asks for or refuses: "never skip tests", "no secrets in commit messages"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tractatus.directives import knowledge
from tractatus.directives.constraints import Practice, Scope
from tractatus.directives.language import Clause, Token

_SHARED_BRANCHES = frozenset({"shared", "main", "master", "protected", "default", "public", "release", "develop"})
_PLACES = {
    "commit": {"commit"}, "log": {"log"}, "readm": {"prose"}, "documentation": {"prose"}, "document": {"prose"},
    "docs": {"prose"},
    "not": set(), "note": {"prose"}, "changelog": {"prose"}, "email": {"prose"}, "code": {"code"}, "cod": {"code"},
    "sourc": {"code"},
}  # fmt: skip


def practices_of(clause: Clause, words: list[Token], stems: list[str], scope: Scope) -> Iterator[Practice]:
    """The practices that a clause wants or refuses; it refuses one also by asking for its contrary."""
    written = [f"`{token.low}`" if token.code else token.stem for token in words]
    if written != stems:
        for _, _, (name, contrary) in _longest(knowledge.practice_phrases().all_in(written)):
            yield Practice(name, wanted=clause.negative == contrary, scope=scope)
    for _, _, (name, contrary) in _longest(knowledge.practice_phrases().all_in(stems)):
        shared = clause.negative and not contrary and _SHARED_BRANCHES & {t.low for t in words} and "branch" in stems
        if shared and name in knowledge.allowed_on_own_branch():
            yield Practice(name, wanted=False, scope=replace(scope, about=frozenset({"\0shared-branch"})))
            continue
        if clause.only and not clause.negative and not contrary and name in knowledge.allowed_on_own_branch():
            yield Practice(name, wanted=False, scope=replace(scope, about=frozenset({"\0shared-branch"})))
            continue
        yield Practice(name, wanted=clause.negative == contrary, scope=scope, where=_where(words, stems))


def _where(words: list[Token], stems: list[str]) -> frozenset[str]:
    """The places that a clause limits a practice to ("in commit messages")."""
    found = set()
    for at, one in enumerate(stems):
        if (
            one in _PLACES
            and at
            and any(word.low in ("in", "into", "to", "from", "or", "and") for word in words[max(0, at - 3) : at])
        ):
            found |= _PLACES[one]
    if not found and stems[:2] == ["commit", "messag"]:  # "commit messages must be in Korean"
        found.add("commit")
    return frozenset(found)


def _longest(found: Iterator[tuple[int, int, Any]]) -> Iterator[tuple[int, int, Any]]:
    past = -1
    for at, end, payload in found:
        if end > past:  # "skipped or deleted" says two things in words that overlap
            past = end
            yield at, end, payload
