"""The labelled rows of training/data, and texts turned to numbers by the teacher once and kept."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
from teacher import Teacher

DATA = Path(__file__).parent / "data"
WRITTEN = (
    "decisions-acts",
    "decisions-values",
    "instructions-chat",
    "instructions-fields",
    "instructions-rules",
    "instructions-software",
)


def instructions(folder: Path = DATA) -> list[dict[str, str]]:
    """Rows with text, quadrant, persistence, temporal_scope, verification and explicitness (a band)."""
    return [
        row | {"explicitness": row.get("explicitness") or row["explicitness_band"]}
        for row in _rows(folder, "instructions")
    ]


def decisions(folder: Path = DATA) -> list[dict[str, str]]:
    """Rows with text, boundary (a domain or none) and requires_human (yes or no)."""
    found = _rows(folder, "decisions") + _rows(folder, "boundaries")
    return [
        {
            "text": row["text"],
            "boundary": row["domain"] or "none",
            "requires_human": "yes" if row["requires_human"] else "no",
        }
        for row in found
    ]


def texts(folder: Path = DATA) -> list[str]:
    """The texts of the files written for training, to be cut and joined."""
    lines = (line for name in WRITTEN for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines())
    return [json.loads(line)["text"] for line in lines]


def _rows(folder: Path, name: str) -> list[dict]:
    found = {}
    for file in sorted(folder.glob(f"{name}*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            found.setdefault(row["text"], row)
    return list(found.values())


class Kept:
    """The teacher's vectors, each text's kept in a folder since they take minutes to make."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.teacher = Teacher(folder)
        self._file = folder / "vectors.npz"
        self._known: dict[str, np.ndarray] = {}
        if self._file.exists():
            with np.load(self._file) as kept:
                self._known = dict(zip(kept["texts"].tolist(), kept["vectors"], strict=True))

    def alone(self, numbers: list[int]) -> np.ndarray:
        """Of single word pieces of the teacher's vocabulary."""
        return self._vectors([f"piece {number}" for number in numbers], [[number] for number in numbers])

    def embed(self, texts: list[str]) -> np.ndarray:
        """Of texts."""
        return self._vectors(["text " + text for text in texts], [self.teacher.pieces(text) for text in texts])

    def _vectors(self, names: list[str], pieces: list[list[int]]) -> np.ndarray:
        keys = [hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:32] for name in names]
        if missing := {key: piece for key, piece in zip(keys, pieces, strict=True) if key not in self._known}:
            made = self.teacher.embed_pieces(list(missing.values())).astype(np.float16)
            self._known |= dict(zip(missing, made, strict=True))
            np.savez(self._file, texts=np.array(list(self._known)), vectors=np.array(list(self._known.values())))
        return np.array([self._known[key] for key in keys], np.float32)
