"""The gate: what an agent is told before it acts, from all the services together (core concepts, integration points).

Each service looks at the action; each rule of the table below is asked; the most severe answer wins, deny over ask
over warn over allow. A human's grant for exactly this action turns ask into allow, and nothing else.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from tractatus import arguments
from tractatus.actions import Reading, read_action
from tractatus.boundaries import BoundaryCheck, BoundaryEnforcer
from tractatus.grants import grant_for
from tractatus.handoffs import hands_over
from tractatus.instruction import Instruction
from tractatus.orchestrator import PluralisticDeliberationOrchestrator
from tractatus.pressure import ContextPressureMonitor, Pressure, SessionState
from tractatus.results import Result
from tractatus.scores import weight_of, weight_of_told
from tractatus.thresholds import Thresholds
from tractatus.validator import CrossReferenceValidator, Validation
from tractatus.verifier import MetacognitiveVerifier, Verification
from tractatus.vocabulary import (
    ConflictType,
    Domain,
    GateDecision,
    PressureLevel,
    Status,
    Verbosity,
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

R = TypeVar("R")


@dataclass(frozen=True)
class GateRequest(Result):
    """What is asked of the gate.

    `action` is `{"type", "description", "parameters"}`, a tool call `{"tool_name", "tool_input"}`, or text.
    `reasoning`, `scores` and `context` are as the verifier takes them, but for instructions, which the gate has.
    `session` is its state, `previous_level` the pressure at the last check. `grants` are fingerprints (`grant_for`)
    that humans granted and nobody used yet; `project` is whose action it is, and `revisions` gives, by an instruction's
    id, which revision of it is in force (0 where it is not given): a grant stands only for these. Raises `TypeError` or
    `ValueError` naming the field.
    """

    action: str | Mapping[str, Any]
    reasoning: str | Mapping[str, Any] | None = None
    scores: Mapping[str, float] | None = None
    session: SessionState | None = None
    now: datetime | None = None
    environment: str | None = None
    grants: frozenset[str] = frozenset()
    context: Mapping[str, Any] | None = None
    previous_level: PressureLevel | None = None
    project: str = ""
    revisions: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        put = object.__setattr__
        if not isinstance(self.action, str):
            arguments.mapping(self.action, "action")
        if self.session is not None and not isinstance(self.session, SessionState):
            raise TypeError(f"session: a SessionState is expected, not {type(self.session).__name__}.")
        arguments.moment(self.now, "now")
        if self.environment is not None:
            arguments.text(self.environment, "environment")
        if isinstance(self.grants, str) or not isinstance(self.grants, Iterable):
            raise TypeError("grants: a set of texts is expected.")
        put(self, "grants", frozenset(arguments.text(grant, "grants") for grant in self.grants))
        if self.context is not None:
            arguments.mapping(self.context, "context")
        if self.previous_level is not None:
            put(self, "previous_level", arguments.choice(self.previous_level, PressureLevel, "previous_level"))
        arguments.text(self.project, "project")
        for id, revision in arguments.mapping(self.revisions, "revisions").items():
            arguments.count(revision, f"revisions.{id}")


@dataclass(frozen=True)
class Check(Result):
    """What one service said: its result, what that alone leads to, and how long it took (which is not compared)."""

    service: str
    decision: GateDecision
    result: Result
    microseconds: float = field(compare=False)


@dataclass(frozen=True)
class Finding(Result):
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


class Gate:
    """All services, built once; asked before every action, by many threads at once.

    Services that are given are used; those that are not are built from `instructions`, `thresholds` and `variables`.
    """

    def __init__(
        self,
        instructions: Iterable[Instruction] = (),
        *,
        validator: CrossReferenceValidator | None = None,
        thresholds: Thresholds | None = None,
        boundaries: BoundaryEnforcer | None = None,
        orchestrator: PluralisticDeliberationOrchestrator | None = None,
        verbosity: Verbosity = Verbosity.SUMMARY,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        instructions = tuple(instructions)
        if validator is not None and (instructions or variables):
            raise ValueError("validator: it has its own instructions and variables; give either it or them.")
        if validator is None:  # one that is given may be empty yet
            validator = CrossReferenceValidator(instructions, variables=variables)
        self.validator = validator
        self.verifier = MetacognitiveVerifier(thresholds)
        self.monitor = ContextPressureMonitor(thresholds)
        self.boundaries = boundaries or BoundaryEnforcer()
        self.orchestrator = orchestrator or PluralisticDeliberationOrchestrator()
        self.verbosity = arguments.choice(verbosity, Verbosity, "verbosity")

    def check(self, request: GateRequest) -> Decision:
        """Whether the agent may do this. No action, of whatever JSON, raises; wrong `scores` do, naming the field."""
        if not isinstance(request, GateRequest):
            raise TypeError(f"request: a GateRequest is expected, not {type(request).__name__}.")
        seen, timed = self._look(request)
        findings = sorted(_findings(seen), key=lambda one: -SEVERITY[one.decision])
        decision = findings[0].decision if findings else ALLOW
        grant = None
        if decision is ASK:
            grant = grant_for(request.action, project=request.project, revisions=_cited(seen.validation, request))
        granted = grant is not None and grant in request.grants
        if granted:
            decision, grant = ALLOW, None
        checks = tuple(Check(name, _alone(name, findings), result, taken) for name, result, taken in timed)
        validation = seen.validation
        made = Decision(
            decision=decision,
            checks=checks,
            findings=tuple(findings),
            explanation="",
            corrected_action=validation.corrected_action,
            corrected_input=validation.corrected_input,
            would_pass_if=validation.would_pass_if,
            grant=grant,
            granted=granted,
            reasons=tuple(_reasons(decision, findings, seen, granted)),
        )
        return replace(made, explanation=explain(made, self.verbosity))

    def _look(self, request: GateRequest) -> tuple[Seen, list[tuple[str, Result, float]]]:
        """What each service says, in the order of core concepts, with the time it took.

        The pressure and the history are looked at first, because the verifier's answer depends on both.
        """
        action = {"description": request.action} if isinstance(request.action, str) else request.action
        reading = read_action(action)
        pressure, of_pressure = _timed(lambda: self.monitor.assess(request.session or SessionState()))
        validation, of_validation = _timed(
            lambda: self.validator.validate(action, now=request.now, environment=request.environment, reading=reading)
        )
        verification, of_verification = _timed(
            lambda: self.verifier.verify_read(
                reading,
                request.action,
                request.reasoning,
                context=request.context,
                scores=request.scores,
                pressure=pressure,
                # Where a human decides about the conflict, the reasoning is judged apart from it.
                validation=validation if _forbids(validation) else None,
            )
        )
        read = None if isinstance(request.action, str) else reading
        boundary, of_boundary = _timed(lambda: self.boundaries.check(request.action, reading=read))
        seen = Seen(request, reading, verification, validation, boundary, pressure)
        timed: list[tuple[str, Result, float]] = [
            (VERIFIER, verification, of_verification),
            (VALIDATOR, validation, of_validation),
            (BOUNDARY, boundary, of_boundary),
        ]
        if _values_at_stake(seen):
            analysis, taken = _timed(lambda: self.orchestrator.analyze_conflict(request.action, request.context))
            timed.append((ORCHESTRATOR, analysis, taken))
        timed.append((MONITOR, pressure, of_pressure))
        return seen, timed


class Seen(NamedTuple):
    """All that the rules are asked about."""

    request: GateRequest
    reading: Reading
    verification: Verification
    validation: Validation
    boundary: BoundaryCheck
    pressure: Pressure


# The rules ------------------------------------------------------------------------------------------------------------


class Rule(NamedTuple):
    """When `holds` says so, `service` leads to `decision`, and `why` is said."""

    name: str
    decision: GateDecision
    service: str
    holds: Callable[[Seen], bool]
    why: Callable[[Seen], str]


def _forbids(of: Validation) -> bool:
    return of.status is Status.REJECTED and not of.requires_human_approval and of.confidence >= UNCLEAR


def _in_conflict(of: Validation) -> bool:
    return of.status is not Status.APPROVED


def _values_at_stake(seen: Seen) -> bool:
    of_people = (Domain.VALUES, Domain.USER_AGENCY, Domain.CULTURAL_CONTEXT)
    values = seen.validation.conflict_type is ConflictType.VALUES_CONFLICT
    return values or (seen.boundary.requires_human and seen.boundary.domain in of_people)


def _stopped_by_pressure(seen: Seen) -> bool:
    """Pressure alone stops no reading act, no handoff and no end of a session."""
    return weight_of(seen.reading)[0] != "reading" and not hands_over(seen.reading)


def _unreasoned_and_final(seen: Seen) -> bool:
    reasoning = seen.request.reasoning
    said = reasoning.strip() if isinstance(reasoning, str) else reasoning
    final = seen.boundary.domain is Domain.IRREVERSIBLE or weight_of_told(seen.reading) == "irreversible"
    return not said and final


def _level(seen: Seen) -> PressureLevel:
    return seen.pressure.level


def _risen(seen: Seen) -> bool:
    before = seen.request.previous_level
    return before is not None and LEVELS[_level(seen)] > LEVELS[before]


def _thinks(seen: Seen, decision: VerificationDecision) -> bool:
    return seen.verification.decision is decision


_V = VerificationDecision
RULES = (
    Rule("instruction_forbids", DENY, VALIDATOR, lambda s: _forbids(s.validation),
         lambda s: s.validation.reason),
    Rule("reasoning_blocked", DENY, VERIFIER, lambda s: _thinks(s, _V.BLOCKED),
         lambda s: f"The reasoning does not bear the act: {s.verification.reasons[-1]}"),
    Rule("session_dangerous", DENY, MONITOR, lambda s: _level(s) is PressureLevel.DANGEROUS and _stopped_by_pressure(s),
         lambda s: "The session is DANGEROUS: only reading, a handoff or its end may still be done."),
    Rule("people_decide", ASK, BOUNDARY, lambda s: s.boundary.requires_human,
         lambda s: f"People decide this: {s.boundary.reason}"),
    Rule("conflict_for_people", ASK, VALIDATOR,
         lambda s: s.validation.status is Status.REJECTED and s.validation.requires_human_approval,
         lambda s: s.validation.reason),
    Rule("conflict_unclear", ASK, VALIDATOR, lambda s: _in_conflict(s.validation) and s.validation.confidence < UNCLEAR,
         lambda s: f"It is not clear whether an instruction is broken: {s.validation.reason}"),
    Rule("reasoning_to_review", ASK, VERIFIER, lambda s: _thinks(s, _V.REQUIRE_REVIEW),
         lambda s: f"The reasoning must be reviewed: {s.verification.reasons[-1]}"),
    Rule("session_critical", ASK, MONITOR, lambda s: _level(s) is PressureLevel.CRITICAL and _stopped_by_pressure(s),
         lambda s: "The session is CRITICAL, and the act changes something."),
    Rule("no_reasoning_for_the_irreversible", ASK, VERIFIER, _unreasoned_and_final,
         lambda s: "No reasoning is given for an act that cannot be undone."),
    Rule("instruction_warns", WARN, VALIDATOR, lambda s: s.validation.status is Status.WARNING,
         lambda s: s.validation.reason),
    Rule("reasoning_with_caution", WARN, VERIFIER, lambda s: _thinks(s, _V.PROCEED_WITH_CAUTION),
         lambda s: f"Proceed with caution: {s.verification.reasons[-1]}"),
    Rule("pressure_risen", WARN, MONITOR, _risen,
         lambda s: f"The pressure has risen from {s.request.previous_level} to {_level(s)} since the last check."),
)  # fmt: skip


def _alone(service: str, findings: list[Finding]) -> GateDecision:
    """What a service by itself leads to. The findings are sorted, the most severe first."""
    return next((one.decision for one in findings if one.service == service), ALLOW)


def _findings(seen: Seen) -> Iterator[Finding]:
    for rule in RULES:
        if rule.holds(seen):
            yield Finding(rule.name, rule.decision, rule.service, rule.why(seen))


def _cited(validation: Validation, request: GateRequest) -> dict[str, int]:
    """The revision of every instruction that the validator cited."""
    return {one.instruction_id: request.revisions.get(one.instruction_id, 0) for one in validation.conflicts}


# The explanation ------------------------------------------------------------------------------------------------------

SAID = {
    ALLOW: "Allowed",
    WARN: "Allowed, with a warning",
    ASK: "A human must be asked",
    DENY: "Denied",
}


def explain(decision: Decision, verbosity: Verbosity) -> str:
    """The decision in words: nothing (SILENT), one sentence, every check with its reasons, or all results as JSON."""
    if verbosity is Verbosity.SILENT:
        return ""
    if verbosity is Verbosity.DEBUG:
        return json.dumps(_without_durations(decision), indent=2, ensure_ascii=False, sort_keys=False)
    if verbosity is Verbosity.SUMMARY:
        return decision.reasons[0]
    lines = [decision.reasons[0], *(f"- {reason}" for reason in decision.reasons[1:])]
    for check in decision.checks:
        lines += ["", f"{check.service}: {check.decision}", *(f"  {reason}" for reason in _reasons_of(check.result))]
    return "\n".join(lines)


def _without_durations(decision: Decision) -> dict[str, Any]:
    said = decision.to_dict()
    del said["explanation"]
    for check in said["checks"]:
        del check["microseconds"]
    return said


def _reasons_of(result: Result) -> tuple[str, ...]:
    reasons: tuple[str, ...] = getattr(result, "reasons", ())
    return reasons


def _reasons(decision: GateDecision, findings: list[Finding], seen: Seen, granted: bool) -> Iterator[str]:
    """What decided, in one sentence; then each rule that holds; then what to know of the request."""
    if granted:
        yield f"{SAID[decision]}: a human granted exactly this action. Without the grant: {findings[0].reason}"
    elif findings:
        others = f" ({len(findings) - 1} more)" if len(findings) > 1 else ""
        yield f"{SAID[decision]}: {findings[0].reason}{others}"
    else:
        yield f"{SAID[decision]}: no instruction, boundary or session pressure stands against it."
    for one in findings:
        yield f"{one.decision}, {one.rule}: {one.reason}"
    if seen.validation.corrected_action:
        changes = (f"{name} {value}" for name, value in seen.validation.corrected_action.items())
        yield f"With {', '.join(changes)} it would agree with the instructions."
    if seen.request.session is None:
        yield "Nothing was said of the session; its pressure is taken as that of a session that begins."
    if seen.reading.cut:
        yield "The action was too long or too deep to be read to its end."


def _timed(call: Callable[[], R]) -> tuple[R, float]:
    """What a call gives, and the microseconds that it took."""
    began = time.perf_counter_ns()
    result = call()
    return result, (time.perf_counter_ns() - began) / 1000
