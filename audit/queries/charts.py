"""Charts as geometry: where a bar stands and how a line goes, in an SVG of 100 by 40. Words stand beside it in HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 100.0, 40.0
BETWEEN = 0.28
"""The part of each place that stays free between two bars."""


@dataclass(frozen=True)
class Bar:
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True)
class Strip:
    """One row of a chart: its words, its bars or its line on a scale of its own, and the figures for the table."""

    name: str
    title: str
    counts: list[int]
    kind: str = ""

    @property
    def total(self) -> int:
        return sum(self.counts)

    @property
    def most(self) -> int:
        return max(self.counts, default=0)

    @property
    def bars(self) -> list[Bar]:
        return bars(self.counts)

    @property
    def line(self) -> str:
        return line(self.counts)


def bars(counts: Sequence[int]) -> list[Bar]:
    """A bar for each count; the tallest is as high as the strip."""
    most, place = max(counts, default=0), WIDTH / max(len(counts), 1)
    found = []
    for index, number in enumerate(counts):
        height = HEIGHT * number / most if most else 0.0
        x = index * place + place * BETWEEN / 2
        found.append(Bar(_n(x), _n(HEIGHT - height), _n(place * (1 - BETWEEN)), _n(height)))
    return found


def line(counts: Sequence[int]) -> str:
    """The path of a line through the middle of each place."""
    most, place = max(counts, default=0), WIDTH / max(len(counts), 1)
    points = [
        (_n((index + 0.5) * place), _n(HEIGHT - (HEIGHT - 2) * number / most if most else HEIGHT))
        for index, number in enumerate(counts)
    ]
    return " ".join(f"{'L' if index else 'M'}{x} {y}" for index, (x, y) in enumerate(points))


def _n(value: float) -> str:
    """Two digits, with a point in every language."""
    return f"{value:.2f}"
