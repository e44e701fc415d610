"""One act, judged by the real gate under each level of pressure. Nothing of it is kept."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from oversight.simulator import shipped
from oversight.simulator.proposal import Proposal
from tractatus import (
    BoundaryEnforcer,
    ContextPressureMonitor,
    CrossReferenceValidator,
    Gate,
    GateRequest,
    Instruction,
    MetacognitiveVerifier,
    PluralisticDeliberationOrchestrator,
    PressureLevel,
    SessionState,
)
from tractatus.classifier import Classification
from tractatus.gate import Decision
from tractatus.vocabulary import Verbosity

OWN = "yours"
"""The id of the instruction that a visitor adds."""


@dataclass(frozen=True)
class Given:
    """An instruction as the classifier read it, and the microseconds that took."""

    id: str
    read: Classification
    microseconds: float


@dataclass(frozen=True)
class Judged:
    """What the gate said of an act at each level, which instruction was added, and which are met."""

    proposal: Proposal
    at: Mapping[PressureLevel, Decision]
    own: Given | None
    in_force: int

    @property
    def level(self) -> PressureLevel:
        return PressureLevel(self.proposal.pressure)

    @property
    def decision(self) -> Decision:
        """The answer at the pressure that was chosen."""
        return self.at[self.level]


def judge(proposal: Proposal) -> Judged:
    """The act at all five levels, so that the change can be seen. Any text is judged, and none raises."""
    own = given(OWN, proposal.instruction) if proposal.instruction else None
    added = (Instruction.from_classification(own.read, id=OWN),) if own is not None and own.read.stored else ()
    everything = (*shipped.instructions(), *added)
    gate = gate_with(everything) if added else _gate_of_the_house()
    at = {level: ask(gate, proposal, state) for level, state in shipped.sessions().items()}
    return Judged(proposal, at, own, len(everything))


def ask(gate: Gate, proposal: Proposal, state: SessionState | None) -> Decision:
    """One question to a gate."""
    return gate.check(
        GateRequest(
            proposal.action,
            proposal.reasoning or None,
            session=state,
            environment=proposal.environment or None,
        )
    )


def given(id: str, text: str) -> Given:
    """An instruction, read at this moment."""
    began = time.perf_counter_ns()
    read = shipped.classifier().classify(text)
    return Given(id, read, (time.perf_counter_ns() - began) / 1000)


def gate_with(instructions: tuple[Instruction, ...]) -> Gate:
    """A gate that has these instructions; what does not depend on them is built once."""
    return Gate(validator=CrossReferenceValidator(instructions), verbosity=Verbosity.SILENT, **_services())


@cache
def _gate_of_the_house() -> Gate:
    return gate_with(shipped.instructions())


@cache
def _services() -> dict[str, Any]:
    services = {
        "verifier": MetacognitiveVerifier(),
        "enforcer": BoundaryEnforcer(),
        "orchestrator": PluralisticDeliberationOrchestrator(),
        "monitor": ContextPressureMonitor(),
    }
    # Some of their data is read when it is first needed; the time that takes is not the time of a judgement.
    Gate(**services).check(GateRequest({"tool_name": "Bash", "tool_input": {"command": "rm -r old"}}))  # type: ignore[arg-type]
    return services
