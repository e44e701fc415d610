"""The small learned model: from a text, how likely each answer is to each of a few questions ("heads").

Heads: `quadrant`, `persistence`, `temporal_scope`, `verification`, `explicitness` (bands of core concepts, section 1),
`boundary` (the domains of section 3 and `none`) and `requires_human` (`yes`, `no`).

A text is seen in three ways: the mean of static vectors of its word pieces, which training fitted to a larger sentence
model; its words, neighbouring words and first words, hashed; and a few shapes (a number, a path, a capital NEVER). Over
these stands one linear layer. How it was trained, on what, and what it scores is in training/README.md. What it says is
an estimate, never a rule.
"""

from __future__ import annotations

import json
import re
import unicodedata
import zipfile
import zlib
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tractatus.datafiles import FOLDER, DataError
from tractatus.remembered import remembered

FILE = FOLDER / "model.npz"
FORMAT = 1

MOST_READ = 4_000
"""Characters of a text that are read. What is longer is cut there."""

MOST_WORDS = 400
LONGEST_WORD = 40
BUCKETS = 1 << 15

Floats = npt.NDArray[np.float32]

_WORDS = re.compile(r"[^\W_]+|[^\w\s]|_")
_DIGITS = re.compile(r"[0-9]+")
_DECIMAL = re.compile(r"[0-9]\.[0-9]")
_VERSION = re.compile(r"\bv?[0-9]{1,6}\.[0-9]|\bv[0-9]", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"(?<![0-9])[0-9]{3,5}(?![0-9])")
_UNIT = re.compile(
    r"[0-9] ?(?:%|°|€|£|(?:ms|s|sec|seconds|min|minutes|h|hours|days|weeks|months|years|[kmgt]i?b|px|cm|mm|km|kg|mg|ml"
    r"|words|lines|characters|euros?|dollars)\b)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]")
_PATH = re.compile(r"\w/[\w.*<-]|(?:^|\s)[~.]?/\w")
_FILE_NAME = re.compile(
    r"\w\.(?:py|tsx?|jsx?|go|md|json|ya?ml|toml|rs|java|kt|swift|txt|csv|sql|sh|css|html?|cfg|ini|env|xml|pdf|docx?|xlsx?|php|rb"
    r"|cs|cpp|c|h|lock|proto|tf|local|internal|com|org|net|io)\b"
)
_SNAKE = re.compile(r"[A-Za-z0-9]_[A-Za-z0-9]")
_CAMEL = re.compile(r"\b[a-z]{1,40}[A-Z]")
_FLAG = re.compile(r"(?:^|[\s`])--?[a-z]")
_DASH = re.compile(r"\s[-–—]\s")
_CAPITALS = re.compile(r"\b[A-Z]{2,40}\b")
_EMPHASIS = frozenset(
    ["NEVER", "ALWAYS", "MUST", "NOT", "ONLY", "DO", "DON", "NO", "NOTHING", "ALL", "SHOULD", "EVERY", "ANY", "BEFORE"]
)

SHAPES = (
    "number", "two numbers", "decimal", "version", "long number", "unit", "address", "path", "file name", "backtick",
    "quote", "snake_case", "camelCase", "question", "colon", "semicolon", "comma", "dash", "bracket", "equals", "flag",
    "exclamation", "emphasis in capitals", "other capitals", "up to 4 words", "up to 7 words", "up to 11 words",
    "18 words or more", "25 words or more", "begins small", "ends with a full stop",
)  # fmt: skip


class Features(NamedTuple):
    """What the model sees of a text: the rows of its word pieces, its hashed words and phrases, and its shapes."""

    pieces: list[int]
    phrases: list[int]
    shapes: list[float]


class Reader:
    """Turns a text into `Features`. `vocabulary` are the word pieces, those inside a word beginning with `##`."""

    def __init__(self, vocabulary: list[str]) -> None:
        self._rows = {piece: number for number, piece in enumerate(vocabulary)}
        self._split = remembered(1 << 14)(self._split_word)

    def features(self, text: str) -> Features:
        """Of the first `MOST_READ` characters."""
        text = text[:MOST_READ].replace("’", "'")
        words = words_of(text)
        rows, pieces = self._rows, list[int]()
        for word in words:
            row = rows.get(word)
            if row is None:
                pieces.extend(self._split(word))
            else:
                pieces.append(row)
        return Features(pieces, phrases_of(words), shapes_of(text, len(words)))

    def _split_word(self, word: str) -> tuple[int, ...]:
        """The longest pieces first. A word that cannot be made of pieces gives those before the place where it ends."""
        found, at, word = [], 0, word[:LONGEST_WORD]
        while at < len(word):
            for end in range(len(word), at, -1):
                row = self._rows.get(word[at:end] if at == 0 else "##" + word[at:end])
                if row is not None:
                    found.append(row)
                    break
            else:
                break
            at = end
        return tuple(found)


def words_of(text: str) -> list[str]:
    """The words and marks of a text in lower case, letters without their accents."""
    text = text.lower()
    if not text.isascii():
        text = "".join(mark for mark in unicodedata.normalize("NFKD", text) if not unicodedata.combining(mark))
    return _WORDS.findall(text)[:MOST_WORDS]


def phrases_of(words: list[str]) -> list[int]:
    """Words, pairs of neighbours, the first word and pair, beginnings and ends of long words, each as its bucket."""
    plain = [_DIGITS.sub("0", word) if word[0] in "0123456789" else word for word in words]
    found = {"1" + word for word in plain}
    found.update([f"2{first} {second}" for first, second in pairwise(plain)])
    if plain:
        found.update(("f" + plain[0], "g" + " ".join(plain[:2])))
    for word in plain:
        if len(word) >= 5:
            found.update(("p" + word[:4], "e" + word[-3:]))
    return sorted({zlib.crc32(phrase.encode("utf-8", "replace")) % BUCKETS for phrase in found})


def shapes_of(text: str, words: int) -> list[float]:
    """1 for each of `SHAPES` that the text has, else 0."""
    numbers = _DIGITS.findall(text)
    digits = bool(numbers)
    capitals = _CAPITALS.findall(text)
    return [
        float(found)
        for found in (
            digits,
            len(numbers) > 1,
            digits and "." in text and _DECIMAL.search(text) is not None,
            digits and _VERSION.search(text) is not None,
            digits and _LONG_NUMBER.search(text) is not None,
            digits and _UNIT.search(text) is not None,
            len(numbers) > 3 and _ADDRESS.search(text) is not None,
            "/" in text and _PATH.search(text) is not None,
            "." in text and _FILE_NAME.search(text) is not None,
            "`" in text,
            '"' in text or "“" in text,
            "_" in text and _SNAKE.search(text) is not None,
            _CAMEL.search(text) is not None,
            "?" in text,
            ":" in text,
            ";" in text,
            "," in text,
            _DASH.search(text) is not None,
            "(" in text,
            "=" in text,
            "-" in text and _FLAG.search(text) is not None,
            "!" in text,
            any(word in _EMPHASIS for word in capitals),
            any(word not in _EMPHASIS for word in capitals),
            words <= 4,
            words <= 7,
            words <= 11,
            words >= 18,
            words >= 25,
            text[:1].islower(),
            text.rstrip()[-1:] == ".",
        )
    ]


class TextModel:
    """The trained model. `TextModel.load()` gives the one of the library, read once."""

    def __init__(self, file: Path) -> None:
        """Reads a file that training wrote. Raises `DataError` if it is none."""
        try:
            with np.load(file, allow_pickle=False) as kept:
                self._heads: dict[str, list[str]] = json.loads(bytes(kept["heads"]).decode())
                if int(kept["format"]) != FORMAT:
                    raise DataError(f"{file.name}: format {FORMAT} is expected, not {int(kept['format'])}.")
                vocabulary = bytes(kept["vocabulary"]).decode().split("\n")
                self._table: npt.NDArray[np.int8] = kept["table"]
                self._table_scale: Floats = kept["table_scale"].astype(np.float32)
                self._dense: Floats = kept["dense"].astype(np.float32)
                self._phrases: npt.NDArray[np.int8] = kept["phrases"]
                self._phrases_scale: Floats = kept["phrases_scale"].astype(np.float32)
                self._shapes: Floats = kept["shapes"].astype(np.float32)
                self._bias: Floats = kept["bias"].astype(np.float32)
        except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
            if isinstance(error, DataError):
                raise
            raise DataError(f"{file.name}: this is no trained model: {error}.") from error
        self._reader = Reader(vocabulary)
        self._starts = np.cumsum([0, *map(len, self._heads.values())])[:-1]
        self._sizes = [len(answers) for answers in self._heads.values()]

    @staticmethod
    @cache
    def load() -> TextModel:
        """The library's model. It is read at the first call and kept."""
        return TextModel(FILE)

    def read(self, text: str) -> dict[str, dict[str, float]]:
        """How likely each answer of each head is; the answers of one head add up to 1. One pass over the text."""
        return self.likelihoods(self._reader.features(text))

    def sums(self, text: str) -> dict[str, dict[str, float]]:
        """What speaks for each answer of each head, in log odds: the logarithm of `read` but for a constant a head."""
        return self._headed(self._sums(self._reader.features(text)))

    def likelihoods(self, features: Features) -> dict[str, dict[str, float]]:
        """The same as `read`, of what was seen of a text already."""
        shares = np.exp(self._sums(features), dtype=np.float64)
        shares /= np.repeat(np.add.reduceat(shares, self._starts), self._sizes)
        return self._headed(shares)

    def _sums(self, features: Features) -> Floats:
        sums = self._bias + np.asarray(features.shapes, np.float32) @ self._shapes
        if features.pieces:
            mean = self._table_scale[features.pieces] @ self._table[features.pieces].astype(np.float32)
            length = float(np.sqrt(mean @ mean))
            if length > 0:
                sums += (mean / length) @ self._dense
        if features.phrases:
            found = self._phrases[features.phrases].sum(0, dtype=np.int32)
            sums += found * (self._phrases_scale / len(features.phrases) ** 0.5)
        # No sum is far from 0, so that an exponential needs no care; the bounds are for weights of one's own.
        return np.minimum(np.maximum(sums, -40), 40)

    def _headed(self, figures: npt.NDArray[Any]) -> dict[str, dict[str, float]]:
        values: list[Any] = figures.tolist()
        result, at = {}, 0
        for head, answers in self._heads.items():
            result[head] = dict(zip(answers, values[at : at + len(answers)], strict=True))
            at += len(answers)
        return result
