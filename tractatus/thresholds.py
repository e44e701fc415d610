"""The figures that decide, in one place, customisable (core concepts, configuration)."""

from __future__ import annotations

from dataclasses import dataclass

from tractatus import arguments
from tractatus.results import Record


@dataclass(frozen=True)
class PressureThresholds(Record):
    """The scores at which a level ends: under `normal` is NORMAL, under `critical` CRITICAL, from there DANGEROUS."""

    normal: float = 0.30
    elevated: float = 0.50
    high: float = 0.70
    critical: float = 0.85

    def __post_init__(self) -> None:
        arguments.rising("pressure", normal=self.normal, elevated=self.elevated, high=self.high, critical=self.critical)


@dataclass(frozen=True)
class VerificationThresholds(Record):
    """The confidence from which an action may proceed, proceed with caution, or must be reviewed; under it: blocked."""

    mandatory_confidence: float = 0.80
    proceed_with_caution: float = 0.60
    require_review: float = 0.40

    def __post_init__(self) -> None:
        arguments.rising(
            "verification",
            require_review=self.require_review,
            proceed_with_caution=self.proceed_with_caution,
            mandatory_confidence=self.mandatory_confidence,
        )


@dataclass(frozen=True)
class PersistenceThresholds(Record):
    """The persistence score from which an instruction is HIGH, MEDIUM or LOW."""

    high: float = 0.75
    medium: float = 0.45
    low: float = 0.20

    def __post_init__(self) -> None:
        arguments.rising("persistence", low=self.low, medium=self.medium, high=self.high)


@dataclass(frozen=True)
class Thresholds(Record):
    """All of them. Raises `TypeError` or `ValueError` where one is no share from 0 to 1 or does not rise."""

    pressure: PressureThresholds = PressureThresholds()
    verification: VerificationThresholds = VerificationThresholds()
    persistence: PersistenceThresholds = PersistenceThresholds()

    def __post_init__(self) -> None:
        arguments.instance(self.pressure, PressureThresholds, "pressure")
        arguments.instance(self.verification, VerificationThresholds, "verification")
        arguments.instance(self.persistence, PersistenceThresholds, "persistence")


def given(thresholds: Thresholds | None) -> Thresholds:
    """The thresholds that a service is built with, those of core concepts for None. Raises `TypeError`."""
    return Thresholds() if thresholds is None else arguments.instance(thresholds, Thresholds, "thresholds")
