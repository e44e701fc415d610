"""Patterns of data files, compiled so that no text can make them slow."""

from __future__ import annotations

import re

_SHORT, _LONG = 60, 300  # how often something may repeat: a letter of a word or a blank; anything, a group


def compiled(text: str) -> re.Pattern[str]:
    """The pattern, with each open-ended repetition (`*`, `+`) read as one of at most 60 or 300 times.

    A pattern that may repeat without end from any place of a text takes time that grows with the square of its length.
    After `^`, blanks do not reach into the next line. Raises `re.error` for what is no pattern.
    """
    re.compile(text)
    text = re.sub(r"\^\\s([*+])", r"^[^\\S\\n]\1", text)
    out: list[str] = []
    at, short = 0, False
    while at < len(text):
        char = text[at]
        if char == "\\" and at + 1 < len(text):
            out.append(text[at : at + 2])
            short = True
            at += 2
        elif char == "[":
            end = _class_end(text, at)
            out.append(text[at:end])
            short = not text.startswith("[^", at) or text.startswith("[^\\S\\n]", at)
            at = end
        elif char in "*+" and out and out[-1] not in ("(", "|", "(?"):
            out.append(f"{{{0 if char == '*' else 1},{_SHORT if short else _LONG}}}")
            at += 1
        else:
            out.append(char)
            short = char.isalnum()
            at += 1
    return re.compile("".join(out))


def _class_end(text: str, at: int) -> int:
    """Where the class ends that begins at `at`."""
    place = at + 2 if text.startswith("[^", at) else at + 1
    if place < len(text) and text[place] == "]":
        place += 1
    while place < len(text) and text[place] != "]":
        place += 2 if text[place] == "\\" else 1
    return place + 1
