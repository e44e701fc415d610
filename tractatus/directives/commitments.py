"""Values that a clause commits to: "we respect the privacy of those who write to us"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tractatus.directives import knowledge
from tractatus.directives.constraints import Commitment, Scope
from tractatus.directives.language import Token
from tractatus.directives.subjects import content


def commitments_of(words: list[Token], stems: list[str], scope: Scope) -> Iterator[Commitment]:
    """The values that a clause commits to; a narrow one with what it is about."""
    scope = replace(scope, about=frozenset(), environments=frozenset())
    strong = content(words)
    wide = frozenset(other for word in strong for other in knowledge.alike().get(word, (word,)))
    for _, _, (name, broad) in knowledge.commitment_phrases().all_in(stems):
        yield Commitment(name, scope if broad else replace(scope, about=wide))
