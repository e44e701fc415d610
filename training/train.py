"""Trains the small model and writes tractatus/data/model.npz. See README.md beside this.

python training/train.py                       trains on all of training/data and writes the weights
python training/train.py --compare [FOLDER]    writes nothing; prints what it scores in five-fold cross-validation and,
                                               where given, trained on all, on the rows of FOLDER
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

import student  # noqa: E402
from rows import Kept, decisions, instructions, texts  # noqa: E402
from sentences import sentences  # noqa: E402
from student import HEADS, Words, fit_head, folds_of, likelihoods, seen, sharpness  # noqa: E402

from tractatus.textmodel import Reader  # noqa: E402

SPLICES = 20_000
REPEATED = 1  # how often the project's own rows stand among the sentences: more, and they fit better than unseen ones
OF_INSTRUCTIONS = ("quadrant", "persistence", "temporal_scope", "verification", "explicitness")
OF_DECISIONS = ("boundary", "requires_human")


class Training:
    def __init__(self, cache: Path) -> None:
        self.kept = Kept(cache)
        whole = self.kept.teacher.vocabulary
        chosen = [number for number, piece in enumerate(whole) if _wanted(piece)]
        self.vocabulary = [whole[number] for number in chosen]
        self.reader = Reader(self.vocabulary)
        self.alone = self.kept.alone(chosen)
        self.plain = sentences()
        self.instructions, self.decisions = instructions(), decisions()
        self.spliced = student.splices(texts(), SPLICES)

    def words(self, without: set[str] = frozenset(), spliced: bool = True) -> Words:  # type: ignore[assignment]
        """The word vectors, fitted without the texts in `without`."""
        own = [row["text"] for row in self.instructions + self.decisions]
        vectors = self.kept.embed(own)
        kept = [number for number, text in enumerate(own) if text not in without]
        read, taught = self.plain + [own[number] for number in kept] * REPEATED, [self.kept.embed(self.plain)]
        taught += [vectors[kept]] * REPEATED
        if spliced:
            read, taught = read + self.spliced, [*taught, self.kept.embed(self.spliced)]
        features = [self.reader.features(text) for text in read]
        return Words(self.reader, self.alone).fit(features, np.vstack(taught))

    def features(self, rows: list[dict]) -> list:
        return [self.reader.features(row["text"]) for row in rows]


def _wanted(piece: str) -> bool:
    plain = piece.removeprefix("##")
    return bool(plain) and not piece.startswith("[") and (plain.isascii() or piece in "–—“”‘’…€£°·•→×±")


def compare(training: Training, folder: Path | None) -> None:
    for heads, rows, own in (
        (OF_INSTRUCTIONS, training.instructions, instructions),
        (OF_DECISIONS, training.decisions, decisions),
    ):
        features = training.features(rows)
        found = {head: np.zeros((len(rows), len(HEADS[head]))) for head in heads}
        for fold in folds_of(len(rows)):
            others = np.setdiff1d(np.arange(len(rows)), fold)
            words = training.words({rows[number]["text"] for number in fold}, spliced=False)
            x = seen(words, features)
            for head in heads:
                weights = fit_head(x[others], [rows[number][head] for number in others], HEADS[head])
                found[head][fold] = likelihoods(x[fold], weights)
        _report("five-fold", rows, found)
        if folder and (tests := own(folder)):
            words = training.words()
            x, z = seen(words, features), seen(words, training.features(tests))
            found = {head: likelihoods(z, fit_head(x, [row[head] for row in rows], HEADS[head])) for head in heads}
            _report(folder.name, tests, found)


def _report(what: str, rows: list[dict], found: dict[str, np.ndarray]) -> None:
    for head, likely in found.items():
        wanted = [row[head] for row in rows]
        right = np.mean([HEADS[head][one] == answer for one, answer in zip(likely.argmax(1), wanted, strict=True)])
        common = Counter(wanted).most_common(1)[0][1] / len(wanted)
        print(f"{what:10} {head:15} {right:.3f}  of {len(rows)}  (always the commonest: {common:.3f})", flush=True)
        if head == "boundary":
            human, score = np.array([answer != "none" for answer in wanted]), 1 - likely[:, 0]
            for share in (0.10, 0.18, 0.20):
                edge = np.sort(score[~human])[::-1][int(share * (~human).sum())]
                recall = (score[human] > edge).mean()
                print(f"{what:10} recall at {share:.2f} false positives: {recall:.3f}, above {edge:.3f}")
            taken = score > 0.5
            print(f"{what:10} above .5: recall {taken[human].mean():.3f}, false positives {taken[~human].mean():.3f}")


def write(training: Training, file: Path) -> None:
    words, heads = training.words(), {}
    for names, rows in ((OF_INSTRUCTIONS, training.instructions), (OF_DECISIONS, training.decisions)):
        x = seen(words, training.features(rows))
        for head in names:
            answers = [row[head] for row in rows]
            factor = sharpness(x, answers, HEADS[head], folds_of(len(rows)))
            heads[head] = fit_head(x, answers, HEADS[head]) * factor
            print(f"{head}: {len(rows)} rows, sharpness {factor:.2f}", flush=True)
    student.write(file, training.vocabulary, words, heads)
    print(f"{file.name}: {file.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compare", nargs="?", const="", metavar="FOLDER")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "tractatus-teacher")
    parser.add_argument("--output", type=Path, default=PROJECT / "tractatus" / "data" / "model.npz")
    arguments = parser.parse_args()
    made = Training(arguments.cache)
    if arguments.compare is None:
        write(made, arguments.output)
    else:
        compare(made, Path(arguments.compare) if arguments.compare else None)
