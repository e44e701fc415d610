"""What the analysis of a conflict gives: frameworks in tension, trade-offs, groups, and the words that led to each."""

from __future__ import annotations

from dataclasses import dataclass

from tractatus.results import Record, Result
from tractatus.vocabulary import Urgency


@dataclass(frozen=True)
class FrameworkInTension(Record):
    """A framework that may be in tension. `framework` is its title, `key` its key in the catalogue.

    `position` is what it would ask in this case, None for a people's own ethics; `stakeholders` are the titles of those
    who may speak for it; `cues` the words of the text that led to it.
    """

    framework: str
    position: str | None
    stakeholders: tuple[str, ...]
    key: str
    of_a_people: bool
    cues: tuple[str, ...]


@dataclass(frozen=True)
class Evidence(Record):
    """What led to one suggestion. `kind` is framework, trade_off or group; `cues` are words of the text."""

    kind: str
    key: str
    title: str
    cues: tuple[str, ...]


@dataclass(frozen=True)
class ConflictAnalysis(Result):
    """What may be in tension in a decision. Trade-offs and groups are titles; `evidence` has their keys and cues."""

    decision: str
    moral_frameworks_in_tension: tuple[FrameworkInTension, ...]
    value_trade_offs: tuple[str, ...]
    affected_stakeholder_groups: tuple[str, ...]
    urgency: Urgency
    requires_human_approval: bool
    evidence: tuple[Evidence, ...]
    reasons: tuple[str, ...]
