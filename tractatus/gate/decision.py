"""What the gate answers: a decision, the checks of the services, and the rules that led to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tractatus.results import Record, Result
from tractatus.vocabulary import GateDecision

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Check(Record):
    """What one service said: its result, what that alone leads to, and how long it took (which is not compared)."""

    service: str
    decision: GateDecision
    result: Record
    microseconds: float = field(compare=False)


@dataclass(frozen=True)
class Finding(Record):
    """A rule of the gate that holds for this action, what it leads to, and why."""

    rule: str
    decision: GateDecision
    service: str
    reason: str


@dataclass(frozen=True)
class Decision(Result):
    """What the agent is told. `findings` are the rules that led to it, the most severe first.

    `corrected_action`, `corrected_input` and `would_pass_if` are the validator's. `grant` is, where it asks, the
    fingerprint by which a human allows exactly this action; `granted` says that one was used, and the caller records
    it so that it is used once.
    """

    decision: GateDecision
    checks: tuple[Check, ...]
    findings: tuple[Finding, ...]
    explanation: str
    corrected_action: Mapping[str, Any] | None
    corrected_input: Any
    would_pass_if: tuple[Any, ...]
    grant: str | None
    granted: bool
    reasons: tuple[str, ...]

    def result_of(self, kind: type[R]) -> R | None:
        """What the service said whose result is of this kind; None where it was not asked."""
        return next((check.result for check in self.checks if isinstance(check.result, kind)), None)
