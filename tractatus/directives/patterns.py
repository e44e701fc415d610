"""Patterns of data files, compiled so that no text can make them slow."""

from __future__ import annotations

import re
from collections.abc import Iterable
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

_TAKES_NOTHING = (_constants.AT, _constants.ASSERT, _constants.ASSERT_NOT)
_SHORT, _LONG = 60, 300  # how often something may repeat: a letter of a word or a blank; anything, a group


def compiled(text: str) -> re.Pattern[str]:
    """The pattern, with each open-ended repetition (`*`, `+`) read as one of at most 60 or 300 times.

    A pattern that may repeat without end from any place of a text takes time that grows with the square of its length.
    After `^`, blanks do not reach into the next line. Raises `re.error` for what is no pattern, and for a repetition
    of a repetition with nothing between, such as `(a+)+`: a text can be taken apart by it in too many ways.
    """
    if _repeats_a_repetition(_parser.parse(text)):
        raise re.error("a repetition of a repetition, with nothing between, may take without end")
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
            if at < len(text) and text[at] in "+?":  # possessive, or as little as will do
                out.append(text[at])
                at += 1
        else:
            out.append(char)
            short = char.isalnum()
            at += 1
    return re.compile("".join(out))


def _repeats_a_repetition(pattern: Iterable[Any], repeated: bool = False) -> bool:
    """Whether what an open-ended repetition repeats comes down to another one, in any part of a parsed pattern."""
    needed, parts = [], list(pattern)
    for kind, value in parts:
        body: list[Any] = []
        if kind in (_constants.MAX_REPEAT, _constants.MIN_REPEAT):
            least, most, inner = value
            open_ended = most == _constants.MAXREPEAT
            if _repeats_a_repetition(inner, open_ended):
                return True
            if least:
                needed.append(open_ended)
        elif kind is _constants.POSSESSIVE_REPEAT:
            body = [value[2]]
        elif kind is _constants.SUBPATTERN:
            body = [value[-1]]
        elif kind is _constants.BRANCH:
            body = value[1]
        elif kind in (_constants.ASSERT, _constants.ASSERT_NOT):
            body = [value[1]]
        elif kind is _constants.ATOMIC_GROUP:
            body = [value]
        alone = repeated and len(parts) == 1
        if any(_repeats_a_repetition(part, alone) for part in body):
            return True
        if kind not in (_constants.MAX_REPEAT, _constants.MIN_REPEAT, *_TAKES_NOTHING):
            needed.append(False)
    return repeated and needed == [True]


def _class_end(text: str, at: int) -> int:
    """Where the class ends that begins at `at`."""
    place = at + 2 if text.startswith("[^", at) else at + 1
    if place < len(text) and text[place] == "]":
        place += 1
    while place < len(text) and text[place] != "]":
        place += 2 if text[place] == "\\" else 1
    return place + 1
