"""How a reason is worded: what is quoted, counted and listed in it."""

from __future__ import annotations

from collections.abc import Iterable

SHOWN = 4  # words of a list; the rest are counted


def shortened(text: str, longest: int = 70) -> str:
    """`text` on one line, cut at `longest` characters."""
    text = text[: longest + 1] if text.isprintable() else " ".join(text[: longest * 2].split())
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def counted(count: int, noun: str) -> str:
    """`two steps`, `one step`, `no steps`."""
    return f"{_NUMBERS[count] if count < len(_NUMBERS) else count} {noun}{'s' if count != 1 else ''}"


_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def listed(words: Iterable[str]) -> str:
    """The first four, and how many more."""
    words = list(words)
    more = f" and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    return ", ".join(shortened(word, 30) for word in words[:SHOWN]) + more
