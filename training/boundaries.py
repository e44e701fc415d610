"""How well the boundaries of free text are judged: python training/boundaries.py

Five folds of training/data: each decision is judged by layers fitted without it (the word vectors are those that ship),
brought to the same sharpness as `train.py` does, and then weighed as `tractatus/boundaries/weighing.py` weighs it with
the figures in it and with others beside. Also: the same decisions as described actions with parameters, which demand
a higher score. Nothing is written. Takes a minute or two; needs training/requirements.txt.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT), str(PROJECT / "training")]

from rows import decisions  # noqa: E402
from student import HEADS, Words, fit_head, folds_of, seen  # noqa: E402

from tractatus.boundaries import weighing  # noqa: E402
from tractatus.textmodel import TextModel  # noqa: E402

TRIED = {
    "BIAS": (0.0, 0.25, 0.5, 0.75, 1.0),
    "MODEL": (0.75, 1.0, 1.25),
    "CUES": (0.25, 0.5, 0.75),
    "AUTOMATABLE": (0.5, 0.75, 1.0),
    "OTHER_DOMAINS": (0.0, 0.3, 0.6),
}
SHARPNESS = np.linspace(0.4, 2.5, 43)


class Folded:
    """Stands in for the model: what is said of a text is what the fold said that has not seen it."""

    def __init__(self, rows: list[dict[str, str]]) -> None:
        model = TextModel.load()
        features = [model._reader.features(row["text"]) for row in rows]
        words = Words.__new__(Words)
        words.table = model._table.astype(np.float32) * np.asarray(model._table_scale).reshape(-1, 1)
        x = seen(words, features)
        self._said: dict[str, dict[str, dict[str, float]]] = {row["text"]: {} for row in rows}
        for head in ("boundary", "requires_human"):
            among = HEADS[head]
            answers = [row[head] for row in rows]
            scores = np.zeros((len(rows), len(among)))
            for fold in folds_of(len(rows)):
                others = np.setdiff1d(np.arange(len(rows)), fold)
                weights = fit_head(x[others], [answers[number] for number in others], among)
                scores[fold] = x[fold] @ weights[:-1] + weights[-1]
            wanted = np.array([among.index(answer) for answer in answers])
            shares = min((_shares(scores * factor) for factor in SHARPNESS), key=lambda one: _loss(one, wanted))
            for row, likely in zip(rows, shares.tolist(), strict=True):
                self._said[row["text"]][head] = dict(zip(among, likely, strict=True))

    def load(self) -> Folded:
        return self

    def read(self, text: str) -> dict[str, dict[str, float]]:
        return self._said[text]


def _shares(scores: np.ndarray) -> np.ndarray:
    shares = np.exp(scores - scores.max(1, keepdims=True))
    return shares / shares.sum(1, keepdims=True)


def _loss(shares: np.ndarray, wanted: np.ndarray) -> float:
    return float(-np.log(shares[np.arange(len(wanted)), wanted] + 1e-12).mean())


def figures(rows: list[dict[str, str]], described: weighing.Described | None = None) -> str:
    """Recall and false positives, and how often the domain is right where a person decides."""
    asked: dict[str, list[bool]] = {"yes": [], "no": []}
    domains = []
    for row in rows:
        found = weighing.weigh(weighing.Heard(row["text"]), described)
        asked[row["requires_human"]].append(found.chance > 0.5)
        if row["requires_human"] == "yes":
            domains.append(found.domain == row["boundary"])
    return (
        f"recall {np.mean(asked['yes']):.3f}, false positives {np.mean(asked['no']):.3f}, domain {np.mean(domains):.3f}"
    )


def report(rows: list[dict[str, str]]) -> Iterator[str]:
    yield f"as it is: {figures(rows)}"
    for name, values in TRIED.items():
        own = getattr(weighing, name)
        for value in values:
            setattr(weighing, name, value)
            yield f"{name} {value}{' (as it is)' if value == own else ''}: {figures(rows)}"
        setattr(weighing, name, own)
    own = weighing.WITH_PARAMETERS
    for value in (-2.0, -3.0, -4.0, -5.0, -6.0):
        weighing.WITH_PARAMETERS = value
        said = figures(rows, weighing.Described("", parameters=True))
        yield f"described, with parameters {value}{' (as it is)' if value == own else ''}: {said}"
    weighing.WITH_PARAMETERS = own


if __name__ == "__main__":
    all_rows = decisions()
    weighing.TextModel = Folded(all_rows)  # type: ignore[assignment,misc]
    for line in report(all_rows):
        print(line, flush=True)
