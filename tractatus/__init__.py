"""Tractatus, the framework as a library: six services that check what an AI agent proposes, and the gate over them.

Pure Python with numpy; no network, no clock, no files but its own data. What is named here is loaded when it is first
used, so that a program which only asks for the pressure of a session loads no model.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tractatus.boundaries import Boundary as Boundary
    from tractatus.boundaries import BoundaryCheck as BoundaryCheck
    from tractatus.boundaries import BoundaryEnforcer as BoundaryEnforcer
    from tractatus.boundaries import packs as packs
    from tractatus.boundaries import read_boundaries as read_boundaries
    from tractatus.classifier import Classification as Classification
    from tractatus.classifier import InstructionPersistenceClassifier as InstructionPersistenceClassifier
    from tractatus.communication import AdaptiveCommunicationOrchestrator as AdaptiveCommunicationOrchestrator
    from tractatus.communication import Communication as Communication
    from tractatus.contradictions import Contradiction as Contradiction
    from tractatus.contradictions import ContradictionKind as ContradictionKind
    from tractatus.contradictions import Contradictions as Contradictions
    from tractatus.datafiles import DataError as DataError
    from tractatus.gate import Check as Check
    from tractatus.gate import Decision as Decision
    from tractatus.gate import Gate as Gate
    from tractatus.gate import GateRequest as GateRequest
    from tractatus.grants import canonical_json as canonical_json
    from tractatus.grants import grant_for as grant_for
    from tractatus.history import read_history as read_history
    from tractatus.instruction import Instruction as Instruction
    from tractatus.orchestrator import ConflictAnalysis as ConflictAnalysis
    from tractatus.orchestrator import PluralisticDeliberationOrchestrator as PluralisticDeliberationOrchestrator
    from tractatus.pressure import ContextPressureMonitor as ContextPressureMonitor
    from tractatus.pressure import Pressure as Pressure
    from tractatus.pressure import SessionState as SessionState
    from tractatus.registers import Register as Register
    from tractatus.registers import read_register as read_register
    from tractatus.rejudging import Rejudging as Rejudging
    from tractatus.thresholds import PersistenceThresholds as PersistenceThresholds
    from tractatus.thresholds import PressureThresholds as PressureThresholds
    from tractatus.thresholds import Thresholds as Thresholds
    from tractatus.thresholds import VerificationThresholds as VerificationThresholds
    from tractatus.validator import Conflict as Conflict
    from tractatus.validator import CrossReferenceValidator as CrossReferenceValidator
    from tractatus.validator import Validation as Validation
    from tractatus.verifier import MetacognitiveVerifier as MetacognitiveVerifier
    from tractatus.verifier import Verification as Verification
    from tractatus.vocabulary import ConflictType as ConflictType
    from tractatus.vocabulary import Domain as Domain
    from tractatus.vocabulary import GateDecision as GateDecision
    from tractatus.vocabulary import Persistence as Persistence
    from tractatus.vocabulary import PressureLevel as PressureLevel
    from tractatus.vocabulary import Quadrant as Quadrant
    from tractatus.vocabulary import Status as Status
    from tractatus.vocabulary import TemporalScope as TemporalScope
    from tractatus.vocabulary import Urgency as Urgency
    from tractatus.vocabulary import Verbosity as Verbosity
    from tractatus.vocabulary import VerificationDecision as VerificationDecision
    from tractatus.vocabulary import VerificationRequired as VerificationRequired

_PLACES = {
    "boundaries": ("Boundary", "BoundaryCheck", "BoundaryEnforcer", "packs", "read_boundaries"),
    "classifier": ("Classification", "InstructionPersistenceClassifier"),
    "communication": ("AdaptiveCommunicationOrchestrator", "Communication"),
    "contradictions": ("Contradiction", "ContradictionKind", "Contradictions"),
    "datafiles": ("DataError",),
    "gate": ("Check", "Decision", "Gate", "GateRequest"),
    "grants": ("canonical_json", "grant_for"),
    "history": ("read_history",),
    "instruction": ("Instruction",),
    "orchestrator": ("ConflictAnalysis", "PluralisticDeliberationOrchestrator"),
    "pressure": ("ContextPressureMonitor", "Pressure", "SessionState"),
    "thresholds": ("PersistenceThresholds", "PressureThresholds", "Thresholds", "VerificationThresholds"),
    "registers": ("Register", "read_register"),
    "rejudging": ("Rejudging",),
    "validator": ("Conflict", "CrossReferenceValidator", "Validation"),
    "verifier": ("MetacognitiveVerifier", "Verification"),
    "vocabulary": (
        "ConflictType",
        "Domain",
        "GateDecision",
        "Persistence",
        "PressureLevel",
        "Quadrant",
        "Status",
        "TemporalScope",
        "Urgency",
        "Verbosity",
        "VerificationDecision",
        "VerificationRequired",
    ),
}
_OF = {name: place for place, names in _PLACES.items() for name in names}

__all__ = sorted(_OF)


def __getattr__(name: str) -> Any:
    if name not in _OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_OF})
