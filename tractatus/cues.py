"""Cues: words of a data file that are looked for in a text, whole words only, in one pass however many there are.

“all” is not in “install”. Upper and lower case and accents make no difference (“maori” is “Māori”), and a hyphen is as
good as a space. The same text gives the same answer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

MOST_READ = 100_000
"""Characters of a text that are read for cues. What is longer is cut there, and the caller says so."""

MOST_PIECES = 10_000
"""Texts and values of an object that are read."""

NOTHING = frozenset({"", "no", "none", "n/a", "na", "unknown", "false", "null", "nothing"})
"""Values under which a key of the context says nothing: {"harm_type": "none"} speaks of no harm."""

LONGEST_WORD = 40
START = 3
"""Letters that come before a * at least, by which such cues are looked up."""

_WORDS = re.compile(r"[^\W_]+|[.,;:!?()]")
# A letter may be written as the letter and its accents apart, which then are no letters of their own.
_WORDS_WITH_MARKS = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*|[.,;:!?()]")
_WRITTEN = re.compile(r"[^\W_]+\*?(?:(?:['’-]| +)[^\W_]+\*?)*")


def complaint(cues: Any) -> str | None:
    """What is wrong with a list of cues as a data file holds it, or None. The check of a `datafiles.Field`."""
    for cue in cues:
        if not _WRITTEN.fullmatch(cue):
            return f"{cue!r} is no cue: words are expected, with at most one * at the end of each"
        if any(stem and len(part) < START for part, stem in _parts(cue)):
            return f"{cue!r} would find too much: three letters or more are expected before a *"
    return None


def words_of(text: str) -> list[str]:
    """The words of a text in lower case and in its order, with the marks across which no cue stretches."""
    text = text[:MOST_READ].lower()
    return _WORDS.findall(text) if text.isascii() else _WORDS_WITH_MARKS.findall(text)


def texts_of(*values: Any) -> tuple[list[str], bool]:
    """The texts in `values`, each text or JSON, and whether some were left out for their length."""
    pieces: list[str] = []
    length = count = 0
    waiting: list[tuple[str, Any]] = [("", value) for value in reversed(values)]
    while waiting:
        key, value = waiting.pop()
        count += 1
        if length > MOST_READ or count > MOST_PIECES:
            return pieces, True
        if isinstance(value, str):
            if not key or value.strip().casefold() not in NOTHING:
                # Systems write keys like `harm_type`: the words in them are read with their value.
                pieces.append(f"{key} {value}" if key else value)
                length += len(pieces[-1])
        elif isinstance(value, Mapping):
            waiting += [(str(name)[:100], item) for name, item in reversed(list(value.items())) if name != "urgency"]
        elif isinstance(value, (list, tuple)):
            waiting += [(key, item) for item in reversed(value)]
    return pieces, length > MOST_READ


T = TypeVar("T", bound=Hashable)

_Cue = tuple[str, tuple[tuple[str, bool], ...], tuple[T, ...]]
"""A cue's first word, or the part it begins with, the words that follow, and what it leads to."""


class CueIndex(Generic[T]):
    """Cues by what they lead to, to be found in a text in one pass.

    `cues` are pairs of what is led to, anything hashable, and its cues. Built once, never changed.
    """

    def __init__(self, cues: Iterable[tuple[T, Iterable[str]]]) -> None:
        cued: dict[tuple[tuple[str, bool], ...], dict[T, None]] = {}
        for target, words in cues:
            for cue in words:
                parts = tuple((_folded(part), stem) for part, stem in _parts(cue))
                cued.setdefault(parts, {})[target] = None
        # A cue is looked up by its first word, and one that begins with part of a word by that part's first letters.
        self._by_word: dict[str, list[_Cue[T]]] = {}
        self._by_start: dict[str, list[_Cue[T]]] = {}
        for (first, *rest), targets in cued.items():
            known, key = (self._by_start, first[0][:START]) if first[1] else (self._by_word, first[0])
            known.setdefault(key, []).append((first[0], tuple(rest), tuple(targets)))

    def find(self, words: Sequence[str]) -> Mapping[T, tuple[str, ...]]:
        """What the words lead to, each with the words that led there, once each and in the order of the text."""
        by_word, by_start = self._by_word.get, self._by_start.get
        plain = words if all(map(str.isascii, words)) else [_folded(word) for word in words]
        met: list[tuple[int, _Cue[T]]] = []
        for at, word in enumerate(plain):
            if cues := by_word(word):
                met += [(at, cue) for cue in cues]
            if cues := by_start(word[:START]):
                met += [(at, cue) for cue in cues if word.startswith(cue[0])]
        found: dict[T, dict[str, None]] = {}
        for at, (_, rest, targets) in met:
            if rest and not _follow(rest, plain, at + 1):
                continue
            said = " ".join(words[at : at + 1 + len(rest)]) if rest else words[at]
            for target in targets:
                found.setdefault(target, {})[said] = None
        return {target: tuple(said) for target, said in found.items()}


def _follow(rest: tuple[tuple[str, bool], ...], words: Sequence[str], at: int) -> bool:
    """Whether the other words of a cue stand in `words` from `at` on. Most fail at their first word."""
    if at + len(rest) > len(words):
        return False
    for part, stem in rest:
        if not (words[at].startswith(part) if stem else words[at] == part):
            return False
        at += 1
    return True


def _parts(cue: str) -> list[tuple[str, bool]]:
    """The words of a cue, each with whether any ending of it will do."""
    return [(part.removesuffix("*"), part.endswith("*")) for part in re.split(r"['’ -]+", cue.lower())]


def _folded(word: str) -> str:
    """A word without its accents, so that it is found however it is written."""
    if word.isascii():
        return word
    # Cut first: to bring ten thousand accents on one letter into order takes long.
    apart = unicodedata.normalize("NFKD", word[:LONGEST_WORD])
    return "".join(mark for mark in apart if not unicodedata.combining(mark)).lower()
