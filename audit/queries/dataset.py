"""The published corpora, as anybody may read of them, and what was measured of the services."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from accounts.scope import public_rows
from audit.models import Dataset

EVALUATION = Path(__file__).parent.parent / "data" / "evaluation.toml"

SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"), (10**7, "1M<n<10M"))


@dataclass(frozen=True)
class Evaluation:
    """The figures, where they come from and how anybody counts them again."""

    figures: list[dict[str, Any]]
    source: str
    counted_by: str
    rows_in: str
    interval: str


@cache
def evaluation() -> Evaluation:
    """What stands in the committed file of figures."""
    said = tomllib.loads(EVALUATION.read_text("utf-8"))
    return Evaluation(
        figures=said["figure"],
        source=said["source"],
        counted_by=said["counted_by"],
        rows_in=said["rows_in"],
        interval=said["interval"],
    )


def published() -> list[Dataset]:
    """The corpora that are switched on and have been made. Whose they are is not said."""
    return list(public_rows(Dataset).order_by("pk"))


def published_one(pk: UUID) -> Dataset | None:
    return public_rows(Dataset).filter(pk=pk).first()


def size_category(lines: int) -> str:
    """How large a corpus is, in the words of dataset cards."""
    return next((name for most, name in SIZES if lines < most), "10M<n<100M")
