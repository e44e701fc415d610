"""What can be shown of what is claimed: each service with what was counted of it, and signed statements of the logs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Organisation
from accounts.scope import open_organisation
from audit.envelope import PEOPLE, SERVICES
from audit.models import Surface
from audit.queries import metrics
from audit.queries.dashboard import now, remembered
from audit.queries.proofs import last_checkpoint
from audit.queries.wording import DECISIONS, service_in_words

MOST_CHECKPOINTS = 3
"""Signed statements that are printed; a page is no list of all organisations."""


@dataclass(frozen=True)
class Row:
    """A service, and how often it was called in the last 30 days."""

    title: str
    operations: int

    @property
    def is_active(self) -> bool:
        return self.operations > 0


@dataclass(frozen=True)
class Signed:
    """The newest checkpoint of a log, and the public key by which it is checked."""

    note: str
    size: int
    vkey: str


@dataclass(frozen=True)
class Evidence:
    rows: list[Row]
    acts: int
    """Entries of people's own acts."""
    entries: int
    refused: int
    asked: int
    checks: Counter[str]
    """What the gate answered."""
    counted_at: datetime | None
    organisations: int
    checkpoints: list[Signed]

    @property
    def checked(self) -> int:
        """How often agents asked to act."""
        return self.checks.total()

    @property
    def active(self) -> int:
        return sum(row.is_active for row in self.rows)


def evidence(organisations: Sequence[Organisation], moment: datetime) -> Evidence:
    """The last 30 days of these organisations together."""
    end = metrics.next_hour(moment)
    found = metrics.figures(organisations, end - metrics.WINDOWS["30d"], end)
    return Evidence(
        rows=[Row(service_in_words(name), found.operations[name]) for name in SERVICES if name != PEOPLE],
        acts=found.operations[PEOPLE],
        entries=found.entries,
        refused=found.refused,
        asked=sum(by["ask"] for by in found.decisions.values()),
        checks=Counter({word: found.decisions["Gate"][word] for word in DECISIONS}),
        counted_at=metrics.counted_at(organisations),
        organisations=len(organisations),
        checkpoints=[signed for one in organisations[:MOST_CHECKPOINTS] if (signed := _newest(one)) is not None],
    )


def live() -> Evidence | None:
    """The evidence that anybody may see, kept for a few minutes; None where nobody shows any."""
    shown = metrics.shown(Surface.Name.EVIDENCE)
    return remembered("evidence", shown, lambda: evidence(shown, now())) if shown else None


def _newest(organisation: Organisation) -> Signed | None:
    with open_organisation(organisation):
        row = last_checkpoint(organisation)
    return None if row is None else Signed(row.note, row.size, row.log.vkey)
