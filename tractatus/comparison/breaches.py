"""In what way an action goes against one constraint."""

from __future__ import annotations

from dataclasses import dataclass

from tractatus.actions import Place
from tractatus.vocabulary import ConflictType

UNCLEAR = 0.48
"""How sure a breach is whose evidence is a few words: under a half, so that a human is asked."""


@dataclass(frozen=True)
class Breach:
    """One conflict of an action with one constraint.

    `confidence` is 0.8 and more for a clear conflict, 0.5 to 0.8 for a probable one, below that unclear (core concepts,
    section 2). `correction` is (parameter, value) where the instruction fixes the value; `changes` are the places of
    the action where that is written, with the new text. `human` where only a human may decide.
    """

    kind: ConflictType
    says: str
    confidence: float
    expected: str | None = None
    actual: str | None = None
    correction: tuple[str, str] | None = None
    changes: tuple[tuple[Place, str], ...] = ()
    human: bool = False
