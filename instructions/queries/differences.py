"""What changed from one wording to the next, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

_PIECES = re.compile(r"\w+|\s+|[^\w\s]")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
MOST_WORDS = 1_500
"""Pieces that are compared one by one. Of longer texts, lines are compared."""

MOST_EDITS = 600
"""Pieces that are gone or new before a text counts as another: the time grows with the square of this, whatever the
texts are."""


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
    edits = list(_edits(old_middle, new_middle)) if max(len(old_middle), len(new_middle)) <= MOST_WORDS else []
    pieces += edits or [Piece("gone", "".join(old_middle)), Piece("new", "".join(new_middle))]
    pieces.append(Piece("same", "".join(old[len(old) - tail :])))
    return _joined([piece for piece in pieces if piece.text])


def _alike(one: list[str], other: list[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _edits(old: list[str], new: list[str]) -> Iterator[Piece]:
    """The fewest pieces gone and new that make one list the other; none where they are more than `MOST_EDITS`.

    `reached[k]` is how far into `old` one comes with so many edits on the diagonal `k`, which is the place in `old`
    less that in `new` (E. Myers, An O(ND) difference algorithm, 1986).
    """
    reached, steps = {1: 0}, list[dict[int, int]]()
    for edits in range(min(MOST_EDITS, len(old) + len(new)) + 1):
        steps.append(dict(reached))
        for k in range(-edits, edits + 1, 2):
            x = reached[k + 1] if _is_down(reached, k, edits) else reached[k - 1] + 1
            while x < len(old) and x - k < len(new) and old[x] == new[x - k]:
                x += 1
            reached[k] = x
            if x >= len(old) and x - k >= len(new):
                yield from _walked_back(steps, old, new)
                return


def _is_down(reached: dict[int, int], k: int, edits: int) -> bool:
    """Whether the last edit to the diagonal `k` takes a piece of the new text, and not one of the old away."""
    return k == -edits or (k != edits and reached[k - 1] < reached[k + 1])


def _walked_back(steps: list[dict[int, int]], old: list[str], new: list[str]) -> list[Piece]:
    found: list[Piece] = []
    x, y = len(old), len(new)
    for edits in range(len(steps) - 1, -1, -1):
        k = x - y
        before = k + 1 if _is_down(steps[edits], k, edits) else k - 1
        from_x = steps[edits][before] if edits else 0
        from_y = from_x - before if edits else 0
        same = min(x - from_x, y - from_y)
        found += [Piece("same", piece) for piece in reversed(old[x - same : x])]
        if edits:
            found.append(Piece("new", new[from_y]) if before == k + 1 else Piece("gone", old[from_x]))
        x, y = from_x, from_y
    return found[::-1]


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
