"""InstructionPersistenceClassifier: what an instruction is and how firmly it stands (core concepts, section 1).

Three things speak for each answer: the learned model (textmodel.py), the cues of cues.toml, and the exact values that
the text names. They are added up in `_weigh`; `_together` takes the best combination of answers that go together
(combinations.toml); `explicitness` is decided in `_explicitness`. Each says its reasons.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from tractatus import arguments
from tractatus.cues import CueIndex, complaint, words_of
from tractatus.datafiles import DataError, Field, Row, rows
from tractatus.directives import load_data, parameters_of
from tractatus.results import FrozenDict, Record, Result
from tractatus.textmodel import MOST_READ, TextModel
from tractatus.thresholds import PersistenceThresholds, Thresholds, given
from tractatus.vocabulary import Persistence, Quadrant, TemporalScope, VerificationRequired

STORED_FROM = 0.6
"""The explicitness from which an instruction is stored (core concepts, section 1)."""

BANDS = {
    "0.9-1.0": (0.9, 1.0),
    "0.7-0.9": (0.7, 0.9),
    "0.5-0.7": (0.5, 0.7),
    "0.3-0.5": (0.3, 0.5),
    "0.0-0.3": (0.0, 0.3),
}
"""The bands of explicitness (core concepts, section 1)."""

CENTRES = {band: (low + high) / 2 for band, (low, high) in BANDS.items()}

FIELDS: Mapping[str, tuple[str, ...]] = {
    "quadrant": tuple(Quadrant),
    "persistence": tuple(Persistence),
    "temporal_scope": tuple(TemporalScope),
    "verification": tuple(VerificationRequired),
    "explicitness": tuple(BANDS),
}
POLITE = frozenset({"please", "now", "then", "ok", "okay", "also", "and", ",", "."})
MOST_NAMED = 8  # cues that the reasons name

# Exact values, read by their form: what they are, how they look, what they speak for. Strengths as in cues.toml.
EXACT: tuple[tuple[str, re.Pattern[str], tuple[tuple[str, str, float], ...]], ...] = (
    (
        "a path or file",
        re.compile(
            r"\w/[\w.*<]|(?:^|\s)[~.]?/\w|\w\.(?:[jt]sx?|py|md|json|ya?ml|toml|rs|go|sh|sql|css|html?|ini|env|csv|txt)\b"
        ),
        (("quadrant", "SYSTEM", 0.3), ("explicitness", "0.9-1.0", 0.2)),
    ),
    (
        "a name as programs write it",
        re.compile(r"[A-Za-z0-9]_[A-Za-z0-9]|\b[a-z]{1,40}[A-Z]|\w\(\)"),
        (("quadrant", "SYSTEM", 0.2), ("explicitness", "0.9-1.0", 0.6)),
    ),
    (
        "a port",
        re.compile(r"\bports?\b[^0-9\n]{0,30}[0-9]{2,5}\b", re.IGNORECASE),
        (("quadrant", "SYSTEM", 0.5), ("explicitness", "0.9-1.0", 0.5)),
    ),
)


@dataclass(frozen=True)
class Classification(Result):
    """What is said of an instruction.

    `persistence_score`, 0 to 1, agrees with the thresholds of persistence; VARIABLE stands below LOW. `explicitness`, 0
    to 1, is how clearly the text says what is wanted; from 0.6 the instruction is `stored`. `parameters` are the values
    that the text fixes, by name. `source` is who said it, as the caller gave it.
    """

    text: str
    quadrant: Quadrant
    persistence: Persistence
    persistence_score: float
    temporal_scope: TemporalScope
    verification_required: VerificationRequired
    explicitness: float
    parameters: Mapping[str, Any]
    stored: bool
    reasons: tuple[str, ...]
    source: str = "user"


@dataclass(frozen=True)
class Cue(Record):
    """Words of a text that speak for something: what they say, the answers they speak for, and where they stand."""

    words: str
    says: str
    speaks_for: tuple[str, ...]
    start: int
    end: int


class _Found(NamedTuple):
    """Something found in a text: what it says, its words, and (field, answer, strength) of each of its moves."""

    says: str
    words: tuple[str, ...]
    moves: tuple[tuple[str, str, float], ...]


_Kind = tuple[str, tuple[tuple[str, str, float], ...]]
"""What a row of cues.toml says, and its moves."""


class InstructionPersistenceClassifier:
    """Classifies instructions. `thresholds` are the persistence scores at which a level begins."""

    def __init__(self, thresholds: Thresholds | None = None) -> None:
        self.thresholds = given(thresholds).persistence
        load_data()
        TextModel.load()
        _cues()
        _combinations()

    def classify(self, text: str, *, source: str = "user") -> Classification:
        """The classification of one instruction. Raises `TypeError` where `text` or `source` is no text."""
        read = arguments.text(text, "text")[:MOST_READ]
        arguments.text(source, "source")
        found = list(_found(read))
        sums = _weigh(TextModel.load().sums(read), found)
        (quadrant, persistence, scope, verification), score = _decided(sums, self.thresholds)
        explicitness = _explicitness(sums["explicitness"])
        if not any(map(str.isalnum, read)):  # no word: nothing is asked
            quadrant, persistence, scope, verification, explicitness = "TACTICAL", "LOW", "TASK", "OPTIONAL", 0.0
            score = round((self.thresholds.low + self.thresholds.medium) / 2, 2)
        reasons = _reasons(
            sums, found, (quadrant, persistence, scope, verification), explicitness, len(text) > len(read)
        )
        return Classification(
            text=text,
            quadrant=Quadrant(quadrant),
            persistence=Persistence(persistence),
            persistence_score=score,
            temporal_scope=TemporalScope(scope),
            verification_required=VerificationRequired(verification),
            explicitness=explicitness,
            parameters=FrozenDict(parameters_of(text)),
            stored=explicitness >= STORED_FROM,
            reasons=tuple(reasons),
            source=source,
        )

    def cues(self, text: str) -> tuple[Cue, ...]:
        """The words of a text that speak for something, in its order, to mark them; of its first 4,000 characters."""
        read = arguments.text(text, "text")[:MOST_READ]
        cues = []
        for one in _found(read):
            speaks_for = tuple(f"{field} {answer}" for field, answer, _ in one.moves)
            for words in one.words:
                # Between the words of a cue stand spaces, hyphens and apostrophes only.
                pattern = r"[\s'’\-]{1,3}".join(map(re.escape, words.split(" ")))
                for place in re.finditer(rf"(?<!\w){pattern}(?!\w)", read, re.IGNORECASE):
                    cues.append(Cue(place.group(), one.says, speaks_for, *place.span()))
        return tuple(sorted(dict.fromkeys(cues), key=lambda cue: (cue.start, cue.end, cue.says)))


# ---- what speaks for an answer --------------------------------------------------------------------------------------


def _found(text: str) -> Iterator[_Found]:
    """The cues of a text, then its exact values."""
    words = words_of(text)
    anywhere, first = _cues()
    for kind, said in anywhere.find(words).items():
        yield _Found(kind[0], said, kind[1])
    start = words[:8]
    while start and start[0] in POLITE:
        del start[0]
    for kind, said in first.find(start).items():
        if leading := tuple(one for one in said if start[: len(one.split(" "))] == one.split(" ")):
            yield _Found(kind[0], leading, kind[1])
    for says, form, moves in EXACT:
        if place := form.search(text):
            yield _Found(says, (place.group().strip(),), moves)


def _weigh(model: Mapping[str, Mapping[str, float]], found: Sequence[_Found]) -> dict[str, dict[str, float]]:
    """For each field and answer: what the model holds of it and what was found for it, in log odds."""
    sums = {field: dict(model[field]) for field in FIELDS}
    for one in found:
        for field, answer, strength in one.moves:
            sums[field][answer] += strength
    return sums


_Answers = tuple[str, str, str, str]
"""Quadrant, persistence, temporal scope and verification."""


def _decided(sums: Mapping[str, Mapping[str, float]], thresholds: PersistenceThresholds) -> tuple[_Answers, float]:
    """The four answers and the persistence score.

    The score is found with the thresholds of core concepts, which are what the levels of the learned estimate mean. The
    thresholds in force then say which level it is; where that is another one, the other answers are chosen anew, so
    that they go with it. VARIABLE depends on the context: no threshold makes it another level.
    """
    answers = _together(sums)
    score = _persistence_score(sums["persistence"], answers[1])
    if thresholds == DEFAULT:
        return answers, score
    level = "VARIABLE" if answers[1] == "VARIABLE" else _level(score, thresholds)
    if level != answers[1]:
        answers = _together(sums, level)
    if level == "VARIABLE":
        score = min(score, max(0.0, round(thresholds.low - 0.01, 2)))
    return answers, score


def _together(sums: Mapping[str, Mapping[str, float]], level: str | None = None) -> _Answers:
    """The combination of answers that go together for which most speaks, of those with this level if one is given."""
    quadrants, levels = sums["quadrant"], sums["persistence"]
    scopes, verifications = sums["temporal_scope"], sums["verification"]
    best, most = None, -math.inf
    for one in _combinations():
        speaks = quadrants[one[0]] + levels[one[1]] + scopes[one[2]] + verifications[one[3]]
        if speaks > most and (level is None or one[1] == level):
            best, most = one, speaks
    assert best is not None  # every level has a combination: `_combinations` sees to that
    return best


DEFAULT = PersistenceThresholds()
# Where in its range a level stands where nothing speaks for another one. Core concepts gives the ranges only; HIGH and
# VARIABLE are put near their outer ends, the others in the middle.
MIDDLES = {"HIGH": 0.95, "MEDIUM": 0.60, "LOW": 0.32, "VARIABLE": 0.10}
RANGES = {
    "HIGH": (DEFAULT.high, 1.0),
    "MEDIUM": (DEFAULT.medium, DEFAULT.high - 0.01),
    "LOW": (DEFAULT.low, DEFAULT.medium - 0.01),
    "VARIABLE": (0.0, DEFAULT.low - 0.01),
}


def _persistence_score(sums: Mapping[str, float], chosen: str) -> float:
    """Where in the range of its level an instruction stands: towards the levels for which more speaks."""
    shares = _shares(sums)
    low, high = RANGES[chosen]
    return round(min(max(sum(shares[level] * middle for level, middle in MIDDLES.items()), low), high), 2)


def _level(score: float, thresholds: PersistenceThresholds) -> str:
    """The level as the thresholds in force draw it; under the lowest stands VARIABLE."""
    for level, least in (("HIGH", thresholds.high), ("MEDIUM", thresholds.medium), ("LOW", thresholds.low)):
        if score >= least:
            return level
    return "VARIABLE"


def _explicitness(sums: Mapping[str, float]) -> float:
    """A figure inside the band for which most speaks, nearer to the neighbour for which more speaks."""
    shares = _shares(sums)
    low, high = BANDS[max(shares, key=shares.__getitem__)]
    mean = sum(share * CENTRES[band] for band, share in shares.items())
    return round(min(max(mean, low), high if high == 1.0 else high - 0.01), 2)


def _shares(sums: Mapping[str, float]) -> dict[str, float]:
    most = max(sums.values())
    raw = {answer: math.exp(value - most) for answer, value in sums.items()}
    total = sum(raw.values())
    return {answer: value / total for answer, value in raw.items()}


def _reasons(
    sums: Mapping[str, Mapping[str, float]],
    found: Sequence[_Found],
    chosen: tuple[str, str, str, str],
    explicitness: float,
    cut: bool,
) -> Iterator[str]:
    """The cues that spoke for what was chosen, the strongest first; how sure the quadrant is; what was not read."""
    band = next(name for name, (low, high) in BANDS.items() if low <= explicitness <= high)
    for answers, one in sorted(_speaking(found, {*chosen, band}), key=lambda pair: -pair[0][0])[:MOST_NAMED]:
        words = ", ".join(f"“{words[:60]}”" for words in one.words[:3])
        yield f"{words}: {one.says}, which speaks for {', '.join(answers[1])}."
    sure = _shares(sums["quadrant"])[chosen[0]]
    yield f"With the learned estimate, {chosen[0]} is {'likely' if sure >= 0.5 else 'uncertain'} ({sure:.2f})."
    kept = "stored" if explicitness >= STORED_FROM else f"not stored, since that needs {STORED_FROM}"
    yield f"Explicitness {explicitness:.2f}: {kept}."
    if cut:
        yield f"Only the first {MOST_READ} characters were read."


def _speaking(found: Sequence[_Found], chosen: set[str]) -> Iterator[tuple[tuple[float, list[str]], _Found]]:
    for one in found:
        if answers := [(strength, answer) for _, answer, strength in one.moves if answer in chosen]:
            named = [f"explicitness {answer}" if answer in BANDS else answer for _, answer in answers]
            yield (max(strength for strength, _ in answers), named), one


# ---- data -----------------------------------------------------------------------------------------------------------


@cache
def _cues() -> tuple[CueIndex[_Kind], CueIndex[_Kind]]:
    """The cues that count anywhere, and those that count as the first words."""
    return read_cues(None)


def read_cues(text: str | None) -> tuple[CueIndex[_Kind], CueIndex[_Kind]]:
    """The cues of `text`, or of cues.toml. Raises `DataError` naming the line of what is wrong."""
    fields = {
        "says": Field(str),
        "words": Field(list, check=complaint),
        "moves": Field(list, check=_wrong_moves),
        "at": Field(str, required=False, choices=("start", "anywhere")),
    }
    read = rows("cues.toml", "cue", fields, text=text)

    def index(where: str) -> CueIndex[_Kind]:
        return CueIndex(
            ((row["says"], _moves(row)), row["words"]) for row in read if row.get("at", "anywhere") == where
        )

    return index("anywhere"), index("start")


def _moves(row: Row) -> tuple[tuple[str, str, float], ...]:
    return tuple((field, answer, float(strength)) for field, answer, strength in map(str.split, row["moves"]))


def _wrong_moves(moves: Sequence[str]) -> str | None:
    for move in moves:
        field, _, rest = move.partition(" ")
        answer, _, strength = rest.partition(" ")
        if field not in FIELDS:
            return f"{move!r}: a field is expected first: {', '.join(FIELDS)}"
        if answer not in FIELDS[field]:
            return f"{move!r}: an answer of {field} is expected second: {', '.join(FIELDS[field])}"
        if not re.fullmatch(r"[0-3](?:\.[0-9]{1,2})?", strength):
            return f"{move!r}: a strength from 0 to 3.99 is expected third"
    return None


@cache
def _combinations() -> tuple[_Answers, ...]:
    return read_combinations(None)


def read_combinations(text: str | None) -> tuple[_Answers, ...]:
    """The combinations of `text`, or of combinations.toml. Raises `DataError` for a wrong line, or a missing level."""
    fields = {name: Field(str, choices=FIELDS[name]) for name in ("quadrant", "persistence", "temporal_scope")}
    fields["verification"] = Field(list, choices=FIELDS["verification"])
    found = tuple(
        (row["quadrant"], row["persistence"], row["temporal_scope"], verification)
        for row in rows("combinations.toml", "combination", fields, text=text)
        for verification in row["verification"]
    )
    if missing := [level for level in Persistence if level not in {one[1] for one in found}]:
        raise DataError(f"combinations.toml: a combination with the persistence {missing[0]} is missing.")
    return found
