"""What changed from one wording to the next, word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile

_PIECES = re.compile(r"\w+|\s+|[^\w\s]")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
MOST_WORDS = 1_500
"""Pieces that are compared one by one. Of longer texts, lines are compared: the time grows with the square."""


@dataclass(frozen=True)
class Piece:
    """A run of a text: `same`, `gone` or `new`."""

    kind: str
    text: str


def differences(before: str, after: str) -> list[Piece]:
    """The runs of two texts in order: joined without the new ones they are `before`, without those gone `after`."""
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    if max(len(old), len(new)) > MOST_WORDS:
        old, new = _LINES.findall(before), _LINES.findall(after)
    head = _alike(old, new)
    tail = _alike(old[head:][::-1], new[head:][::-1])
    old_middle, new_middle = old[head : len(old) - tail], new[head : len(new) - tail]
    pieces = [Piece("same", "".join(old[:head]))]
    if max(len(old_middle), len(new_middle)) > MOST_WORDS:
        pieces += [Piece("gone", "".join(old_middle)), Piece("new", "".join(new_middle))]
    else:
        matcher = SequenceMatcher(None, old_middle, new_middle, autojunk=False)
        for what, a, b, c, d in matcher.get_opcodes():
            if what == "equal":
                pieces.append(Piece("same", "".join(old_middle[a:b])))
            else:
                pieces += [Piece("gone", "".join(old_middle[a:b])), Piece("new", "".join(new_middle[c:d]))]
    pieces.append(Piece("same", "".join(old[len(old) - tail :])))
    return _joined([piece for piece in pieces if piece.text])


def _alike(one: list[str], other: list[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Runs as people read them: a space between two changed words is changed with them, and of each run of changes
    what is gone stands before what is new."""
    found: list[Piece] = []
    gone = new = ""
    for place, piece in enumerate(pieces):
        following = pieces[place + 1].kind if place + 1 < len(pieces) else "same"
        if piece.kind == "gone":
            gone += piece.text
        elif piece.kind == "new":
            new += piece.text
        elif piece.text.isspace() and (gone or new) and following != "same":
            gone, new = gone + piece.text, new + piece.text
        else:
            found += [one for one in (Piece("gone", gone), Piece("new", new)) if one.text]
            found.append(piece)
            gone = new = ""
    return found + [one for one in (Piece("gone", gone), Piece("new", new)) if one.text]
