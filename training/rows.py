"""The labelled rows of training/data, and texts turned to numbers by the teacher once and kept."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
from teacher import Teacher

DATA = Path(__file__).parent / "data"


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
    """All texts of the folder, in the order of the files' names."""
    lines = (line for file in sorted(folder.glob("*.jsonl")) for line in file.read_text(encoding="utf-8").splitlines())
    return [json.loads(line)["text"] for line in lines]


def _rows(folder: Path, name: str) -> list[dict]:
    found = {}
    for file in sorted(folder.glob(f"{name}*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            found.setdefault(row["text"], row)
    return list(found.values())


class Kept:
    """The teacher's vectors, kept in a folder by what was asked, since they take minutes to make."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.teacher = Teacher(folder)

    def alone(self, numbers: list[int]) -> np.ndarray:
        return self._kept(
            ["alone", *map(str, numbers)], lambda: self.teacher.embed_pieces([[one] for one in numbers], 256)
        )

    def embed(self, texts: list[str]) -> np.ndarray:
        return self._kept(texts, lambda: self.teacher.embed(texts))

    def _kept(self, key, make) -> np.ndarray:
        file = self.folder / (hashlib.sha256("\n".join(key).encode("utf-8", "replace")).hexdigest()[:24] + ".npy")
        if not file.exists():
            np.save(file, make().astype(np.float16))
        return np.load(file).astype(np.float32)
