"""The table of the gate: when what a service said leads to deny, ask or warn (framework, gate).

Each rule is asked; the most severe answer wins, deny over ask over warn over allow. A human's grant for exactly this
action turns ask into allow, and nothing else: what the agent itself says of an approval is never one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tractatus.actions import Reading
from tractatus.boundaries import BoundaryCheck
from tractatus.gate.request import GateRequest
from tractatus.handoffs import hands_over
from tractatus.irreversible import IrreversibleAct
from tractatus.pressure import Pressure
from tractatus.reasoning.scores import Weight, weight_of, weight_of_told
from tractatus.validator import Validation
from tractatus.verifier import Verification
from tractatus.vocabulary import (
    ConflictType,
    Domain,
    GateDecision,
    PressureLevel,
    Status,
    VerificationDecision,
)

ALLOW, WARN, ASK, DENY = GateDecision
SEVERITY = {decision: place for place, decision in enumerate(GateDecision)}
LEVELS = {level: place for place, level in enumerate(PressureLevel)}
UNCLEAR = 0.50  # core concepts, section 2: a confidence under this requires human judgment

# The services, in the order of core concepts.
VERIFIER = "MetacognitiveVerifier"
VALIDATOR = "CrossReferenceValidator"
BOUNDARY = "BoundaryEnforcer"
ORCHESTRATOR = "PluralisticDeliberationOrchestrator"
MONITOR = "ContextPressureMonitor"


class Seen(NamedTuple):
    """All that the rules are asked about. `act` is what in the action cannot be undone, None where nothing is."""

    request: GateRequest
    reading: Reading
    act: IrreversibleAct | None
    verification: Verification
    validation: Validation
    boundary: BoundaryCheck
    pressure: Pressure


class Rule(NamedTuple):
    """When `holds` says so, `service` leads to `decision`, and `why` is said."""

    name: str
    decision: GateDecision
    service: str
    holds: Callable[[Seen], bool]
    why: Callable[[Seen], str]


_V = VerificationDecision
RULES = (
    Rule("instruction_forbids", DENY, VALIDATOR, lambda s: forbids(s.validation),
         lambda s: s.validation.reason),
    Rule("reasoning_blocked", DENY, VERIFIER, lambda s: s.verification.decision is _V.BLOCKED,
         lambda s: f"The reasoning does not bear the act: {s.verification.because}"),
    Rule("session_dangerous", DENY, MONITOR, lambda s: _level(s) is PressureLevel.DANGEROUS and _stopped_by_pressure(s),
         lambda s: "The session is DANGEROUS: only reading, a handoff or its end may still be done."),
    Rule("people_decide", ASK, BOUNDARY, lambda s: s.boundary.requires_human,
         lambda s: f"People decide this: {s.boundary.reason}"),
    Rule("conflict_for_people", ASK, VALIDATOR,
         lambda s: s.validation.status is Status.REJECTED and s.validation.requires_human_approval,
         lambda s: s.validation.reason),
    Rule("conflict_unclear", ASK, VALIDATOR, lambda s: _in_conflict(s.validation) and s.validation.confidence < UNCLEAR,
         lambda s: f"It is unclear whether an instruction is broken: {s.validation.reason}"),
    Rule("reasoning_to_review", ASK, VERIFIER, lambda s: s.verification.decision is _V.REQUIRE_REVIEW,
         lambda s: f"The reasoning must be reviewed: {s.verification.because}"),
    Rule("session_critical", ASK, MONITOR, lambda s: _level(s) is PressureLevel.CRITICAL and _stopped_by_pressure(s),
         lambda s: "The session is CRITICAL, and the act changes something."),
    Rule("no_reasoning_for_the_irreversible", ASK, VERIFIER, lambda s: _unreasoned(s) and _final(s),
         lambda s: "No reasoning is given for an act that cannot be undone."),
    Rule("instruction_warns", WARN, VALIDATOR, lambda s: s.validation.status is Status.WARNING,
         lambda s: s.validation.reason),
    Rule("reasoning_with_caution", WARN, VERIFIER, lambda s: s.verification.decision is _V.PROCEED_WITH_CAUTION,
         lambda s: f"Proceed with caution: {s.verification.because}"),
    Rule("pressure_risen", WARN, MONITOR, lambda s: _risen(s),
         lambda s: f"The pressure has risen from {s.request.previous_level} to {_level(s)} since the last check."),
)  # fmt: skip


def forbids(validation: Validation) -> bool:
    """Whether an instruction stops the action for sure and without a human's say."""
    rejected = validation.status is Status.REJECTED and not validation.requires_human_approval
    return rejected and validation.confidence >= UNCLEAR


def values_at_stake(seen: Seen) -> bool:
    """Whether people's values are in conflict, so that the conflict is analysed for them."""
    of_people = (Domain.VALUES, Domain.USER_AGENCY, Domain.CULTURAL_CONTEXT)
    values = seen.validation.conflict_type is ConflictType.VALUES_CONFLICT
    return values or (seen.boundary.requires_human and seen.boundary.domain in of_people)


def _in_conflict(of: Validation) -> bool:
    return of.status is not Status.APPROVED


def _stopped_by_pressure(seen: Seen) -> bool:
    """Pressure alone stops no reading act, no handoff and no end of a session."""
    return weight_of(seen.reading, seen.act)[0] is not Weight.READING and not hands_over(seen.reading)


def _unreasoned(seen: Seen) -> bool:
    reasoning = seen.request.reasoning
    return not (reasoning.strip() if isinstance(reasoning, str) else reasoning)


def _final(seen: Seen) -> bool:
    return seen.boundary.domain is Domain.IRREVERSIBLE or weight_of_told(seen.reading) is Weight.IRREVERSIBLE


def _level(seen: Seen) -> PressureLevel:
    return seen.pressure.level


def _risen(seen: Seen) -> bool:
    before = seen.request.previous_level
    return before is not None and LEVELS[_level(seen)] > LEVELS[before]
