"""The gate of a project: what is in force for it, judged as its organisation has set the framework to work."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from accounts.models import Organisation, Project
from instructions.domain.policy import (
    MOST_KEPT,
    NOTHING,
    Instead,
    enforcer_of,
    orchestrator_of,
    thresholds_of,
    verbosity_of,
)
from instructions.domain.standing import validator_of
from tractatus import ContextPressureMonitor, Gate, MetacognitiveVerifier, Thresholds


def services_of(organisation: Organisation, instead: Instead = NOTHING) -> dict[str, Any]:
    """What a gate is built from beside the instructions, by the name of its argument.

    `instead` holds for the parts it names, in the place of what is set.
    """
    verifier, monitor = _by_thresholds(thresholds_of(organisation, instead))
    return {
        "verifier": verifier,
        "monitor": monitor,
        "enforcer": enforcer_of(organisation, instead),
        "orchestrator": orchestrator_of(organisation, instead),
    }


def gate_for(project: Project) -> Gate:
    """The gate as it stands for a project now. It is the caller's own, and takes in no later change."""
    return Gate(
        validator=validator_of(project), verbosity=verbosity_of(project), **services_of(project.organisation)
    )  # fmt: skip


@lru_cache(MOST_KEPT)
def _by_thresholds(thresholds: Thresholds) -> tuple[MetacognitiveVerifier, ContextPressureMonitor]:
    return MetacognitiveVerifier(thresholds), ContextPressureMonitor(thresholds)
