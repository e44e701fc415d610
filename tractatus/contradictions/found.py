"""What is found between two instructions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ContradictionKind(StrEnum):
    """In what two instructions contradict each other."""

    VALUE = "other value"
    LIMIT = "other limit"
    CHOICE = "other choice"
    PRACTICE = "opposite practice"
    NAMING = "other naming"
    PROHIBITION = "forbidden and asked"
    WORDING = "contrary words"


@dataclass(frozen=True, slots=True)
class Opposed:
    """That the first of two texts goes against the second: in what, why in words, and the words of each that clash.

    `first` and `second` are words, or stems of words, that stand in the texts.
    """

    kind: ContradictionKind
    says: str
    first: frozenset[str]
    second: frozenset[str]

    def turned(self) -> Opposed:
        """The same, seen from the other text."""
        return Opposed(self.kind, self.says, self.second, self.first)
