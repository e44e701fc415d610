"""The student: static word vectors fitted to the teacher's sentence vectors, and a linear layer fitted to the labels.

All in float32 or float64 here; `write` makes it small (int8) for `tractatus.textmodel`.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from scipy.optimize import minimize

from tractatus.textmodel import BUCKETS, FORMAT, SHAPES, Features, Reader

WIDTH = 256
ROUNDS = 10
BATCH = 256
STEP = 0.006
HOLD = 1e-4  # how strongly a vector is held where the teacher puts the word alone
RARE = 1e-3  # words commoner than this weigh less at the beginning

HEADS = {
    "quadrant": ["STRATEGIC", "OPERATIONAL", "TACTICAL", "SYSTEM", "STOCHASTIC"],
    "persistence": ["HIGH", "MEDIUM", "LOW", "VARIABLE"],
    "temporal_scope": ["PERMANENT", "PROJECT", "PHASE", "SESSION", "TASK"],
    "verification": ["MANDATORY", "REQUIRED", "OPTIONAL", "NONE"],
    "explicitness": ["0.9-1.0", "0.7-0.9", "0.5-0.7", "0.3-0.5", "0.0-0.3"],
    "boundary": ["none", "values", "user_agency", "irreversible", "cultural_context", "unprecedented"],
    "requires_human": ["yes", "no"],
}

# How much the three ways of seeing a text weigh against the pull of the weights to 0, chosen by cross-validation.
PHRASES, SHAPE, MEANING = 7.0, 0.7, 3.0


def splices(texts: Sequence[str], count: int, seed: int = 7) -> list[str]:
    """Sentences without labels: the beginning of one text and the end of another, to see each word in more company."""
    draw, made = random.Random(seed), []
    for _ in range(count):
        one, two = draw.choice(texts).split(), draw.choice(texts).split()
        beginning = one[: max(1, int(len(one) * draw.uniform(0.3, 0.8)))]
        made.append(" ".join(beginning + two[int(len(two) * draw.uniform(0.2, 0.7)) :]))
    return made


def counts(features: Sequence[Features], size: int) -> sp.csr_matrix:
    """One row a text, the share of each word piece in it."""
    at = np.cumsum([0] + [len(one.pieces) for one in features])
    columns = np.array([piece for one in features for piece in one.pieces], np.int64)
    shares = np.repeat([1 / max(1, len(one.pieces)) for one in features], np.diff(at)).astype(np.float32)
    return sp.csr_matrix((shares, columns, at), (len(features), size))


class Words:
    """The vectors of the word pieces. `alone` are the teacher's vectors of each piece by itself."""

    def __init__(self, reader: Reader, alone: np.ndarray, seed: int = 0) -> None:
        self.reader, self._alone, self._seed = reader, alone, seed
        self.table = np.zeros((len(alone), WIDTH), np.float32)

    def fit(self, features: Sequence[Features], taught: np.ndarray) -> Words:
        """Moves the vectors so that the mean over a text points where the teacher's vector of that text points, in the
        directions in which those differ most. Adam on the cosine, a fixed order."""
        middle = taught.mean(0)
        directions = np.linalg.eigh(np.cov((taught - middle).T))[1][:, ::-1][:, :WIDTH]
        goal = _unit((taught - middle) @ directions).astype(np.float32)
        seen = counts(features, len(self._alone))
        share = np.asarray(seen.astype(bool).sum(0)).ravel() + 1.0
        start = _unit((self._alone - self._alone.mean(0)) @ directions) * (RARE / (RARE + share / share.sum()))[:, None]
        table, start = start.astype(np.float32), start.astype(np.float32)
        speed, size = np.zeros_like(table), np.zeros(len(table), np.float32)
        draw = np.random.default_rng(self._seed)
        for turn in range(ROUNDS):
            order = draw.permutation(len(goal))
            for at in range(0, len(order), BATCH):
                chosen = order[at : at + BATCH]
                part = seen[chosen]
                used = np.unique(part.indices)
                part = part[:, used]
                sums = part @ table[used]
                length = np.linalg.norm(sums, axis=1, keepdims=True) + 1e-6
                cosine = (sums / length * goal[chosen]).sum(1, keepdims=True)
                slope = part.T @ ((cosine * sums / length - goal[chosen]) / length)
                slope += HOLD * (table[used] - start[used]) * len(chosen)
                size[used] = 0.99 * size[used] + 0.01 * (slope * slope).mean(1) if turn or at else (slope**2).mean(1)
                speed[used] = 0.9 * speed[used] + 0.1 * slope
                table[used] -= STEP * (1 - turn / ROUNDS) * speed[used] / (np.sqrt(size[used])[:, None] + 1e-5)
        self.table = table
        return self

    def meaning(self, features: Sequence[Features]) -> np.ndarray:
        return _unit(counts(features, len(self.table)) @ self.table)


def seen(words: Words, features: Sequence[Features]) -> sp.csr_matrix:
    """What the linear layer is given, a row a text: phrases, shapes and meaning side by side, each with its weight."""
    at = np.cumsum([0] + [len(one.phrases) for one in features])
    columns = np.array([phrase for one in features for phrase in one.phrases], np.int64)
    shares = np.repeat([PHRASES / max(1, len(one.phrases)) ** 0.5 for one in features], np.diff(at))
    phrases = sp.csr_matrix((shares, columns, at), (len(features), BUCKETS))
    shapes = sp.csr_matrix(np.array([one.shapes for one in features]) * SHAPE)
    return sp.hstack([phrases, shapes, sp.csr_matrix(words.meaning(features) * MEANING)]).tocsr()


def fit_head(x: sp.csr_matrix, answers: Sequence[str], among: Sequence[str], pull: float = 1.0) -> np.ndarray:
    """Multinomial logistic regression; the last row of what it gives is the bias."""
    size, kinds = x.shape[1], len(among)
    wanted = np.zeros((x.shape[0], kinds))
    wanted[np.arange(len(answers)), [among.index(answer) for answer in answers]] = 1
    turned = x.T.tocsr()

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(size + 1, kinds)
        scores = x @ weights[:-1] + weights[-1]
        scores -= scores.max(1, keepdims=True)
        total = np.log(np.exp(scores).sum(1, keepdims=True))
        error = np.exp(scores - total) - wanted
        value = ((total - scores) * wanted).sum() + pull / 2 * (weights[:-1] ** 2).sum()
        return value, np.vstack([turned @ error + pull * weights[:-1], error.sum(0)]).ravel()

    start = np.zeros((size + 1) * kinds)
    return minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 150}).x.reshape(size + 1, kinds)


def likelihoods(x: sp.csr_matrix, weights: np.ndarray, sharpness: float = 1.0) -> np.ndarray:
    scores = (x @ weights[:-1] + weights[-1]) * sharpness
    shares = np.exp(scores - scores.max(1, keepdims=True))
    return shares / shares.sum(1, keepdims=True)


def sharpness(x: sp.csr_matrix, answers: Sequence[str], among: Sequence[str], folds: Sequence[np.ndarray]) -> float:
    """What the scores must be multiplied so that a likelihood of .8 is right in .8 of the cases, found on folds."""
    scores, wanted = np.zeros((len(answers), len(among))), np.array([among.index(answer) for answer in answers])
    for fold in folds:
        others = np.setdiff1d(np.arange(len(answers)), fold)
        weights = fit_head(x[others], [answers[number] for number in others], among)
        scores[fold] = x[fold] @ weights[:-1] + weights[-1]
    tried = np.linspace(0.4, 2.5, 43)
    losses = []
    for factor in tried:
        logs = scores * factor
        logs = (
            logs - np.log(np.exp(logs - logs.max(1, keepdims=True)).sum(1, keepdims=True)) - logs.max(1, keepdims=True)
        )
        losses.append(-logs[np.arange(len(wanted)), wanted].mean())
    return float(tried[int(np.argmin(losses))])


def folds_of(count: int, parts: int = 5, seed: int = 0) -> list[np.ndarray]:
    order = np.random.default_rng(seed).permutation(count)
    return [np.sort(order[part::parts]) for part in range(parts)]


def write(file: Path, vocabulary: Sequence[str], words: Words, heads: dict[str, np.ndarray]) -> None:
    """The file that `TextModel` reads. Vectors and phrases as int8 with a scale, the rest as float16."""
    together = np.hstack([heads[head] for head in HEADS])
    phrases = together[:BUCKETS] * PHRASES
    scale = np.abs(phrases).max(0) / 127
    length = np.abs(words.table).max(1) / 127 + 1e-12
    dense = together[BUCKETS + len(SHAPES) : -1] * MEANING
    parts = {
        "format": np.int64(FORMAT),
        "heads": np.frombuffer(json.dumps(HEADS).encode(), np.uint8),
        "vocabulary": np.frombuffer("\n".join(vocabulary).encode(), np.uint8),
        "table": np.round(words.table / length[:, None]).astype(np.int8),
        "table_scale": length.astype(np.float32),
        "dense": dense.astype(np.float16),
        "phrases": np.round(phrases / scale).astype(np.int8),
        "phrases_scale": scale.astype(np.float32),
        "shapes": (together[BUCKETS : BUCKETS + len(SHAPES)] * SHAPE).astype(np.float32),
        "bias": together[-1].astype(np.float32),
    }
    np.savez(file, **parts)


def _unit(x: np.ndarray) -> np.ndarray:
    return x / (np.linalg.norm(x, axis=1, keepdims=True) + 1e-9)
