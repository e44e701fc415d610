"""The gate itself: each service looks at the action, each rule of the table is asked, the most severe answer wins."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from tractatus import arguments, handoffs
from tractatus.actions import read_action
from tractatus.actions.environments import done_in
from tractatus.boundaries import BoundaryEnforcer
from tractatus.datafiles import load
from tractatus.gate.decision import Check, Decision, Finding
from tractatus.gate.explanation import explain, reasons_of
from tractatus.gate.request import GateRequest
from tractatus.gate.rules import (
    ALLOW,
    ASK,
    BOUNDARY,
    MONITOR,
    ORCHESTRATOR,
    RULES,
    SEVERITY,
    VALIDATOR,
    VERIFIER,
    Seen,
    forbids,
    values_at_stake,
)
from tractatus.grants import grant_for
from tractatus.instruction import Instruction
from tractatus.irreversible import irreversible_act
from tractatus.orchestrator import PluralisticDeliberationOrchestrator
from tractatus.pressure import ContextPressureMonitor, SessionState
from tractatus.results import Record
from tractatus.thresholds import Thresholds
from tractatus.validator import CrossReferenceValidator
from tractatus.verifier import MetacognitiveVerifier
from tractatus.vocabulary import GateDecision, Verbosity

R = TypeVar("R")
S = TypeVar("S")


class Gate:
    """All services, built once; asked before every action, by many threads at once.

    Services that are given are used; those that are not are built from `instructions`, `thresholds` and `variables`.
    Raises `TypeError` or `ValueError` naming the argument, also where a service is given beside what it is built from.
    """

    def __init__(
        self,
        instructions: Iterable[Instruction] = (),
        *,
        thresholds: Thresholds | None = None,
        variables: Mapping[str, str] | None = None,
        verbosity: Verbosity = Verbosity.SUMMARY,
        verifier: MetacognitiveVerifier | None = None,
        validator: CrossReferenceValidator | None = None,
        enforcer: BoundaryEnforcer | None = None,
        orchestrator: PluralisticDeliberationOrchestrator | None = None,
        monitor: ContextPressureMonitor | None = None,
    ) -> None:
        instructions = arguments.several(instructions, Instruction, "instructions")
        if validator is not None and (instructions or variables):
            raise ValueError("validator: it has its own instructions and variables; give either it or them.")
        if thresholds is not None and verifier is not None and monitor is not None:
            raise ValueError("thresholds: the verifier and the monitor have their own; give either them or these.")
        self.verifier = _given(verifier, MetacognitiveVerifier, "verifier", lambda: MetacognitiveVerifier(thresholds))
        self.validator = _given(
            validator,
            CrossReferenceValidator,
            "validator",
            lambda: CrossReferenceValidator(instructions, variables=variables),
        )
        self.enforcer = _given(enforcer, BoundaryEnforcer, "enforcer", BoundaryEnforcer)
        self.orchestrator = _given(
            orchestrator,
            PluralisticDeliberationOrchestrator,
            "orchestrator",
            PluralisticDeliberationOrchestrator,
        )
        self.monitor = _given(monitor, ContextPressureMonitor, "monitor", lambda: ContextPressureMonitor(thresholds))
        self.verbosity = arguments.choice(verbosity, Verbosity, "verbosity")
        load(handoffs)

    def check(self, request: GateRequest) -> Decision:
        """Whether the agent may do this. No action, of whatever JSON, raises."""
        seen, timed = self._look(arguments.instance(request, GateRequest, "request"))
        findings = sorted(_findings(seen), key=lambda one: -SEVERITY[one.decision])
        decision = findings[0].decision if findings else ALLOW
        grant = _grant(seen) if decision is ASK else None
        granted = grant is not None and grant in request.grants
        if granted:
            decision, grant = ALLOW, None
        validation = seen.validation
        made = Decision(
            decision=decision,
            checks=tuple(Check(name, _alone(name, findings), result, taken) for name, result, taken in timed),
            findings=tuple(findings),
            explanation="",
            corrected_action=validation.corrected_action,
            corrected_input=validation.corrected_input,
            would_pass_if=validation.would_pass_if,
            grant=grant,
            granted=granted,
            reasons=tuple(reasons_of(decision, findings, seen, granted)),
        )
        if self.verbosity is Verbosity.SILENT:
            return made
        return replace(made, explanation=explain(made, self.verbosity))

    def _look(self, request: GateRequest) -> tuple[Seen, list[tuple[str, Record, float]]]:
        """What each service says, in the order of core concepts, with the time it took.

        The action is read once, and placed in one environment for all of them. The pressure and the history are
        looked at first, because the verifier's answer depends on both.
        """
        text = isinstance(request.action, str)
        action = {"description": request.action} if isinstance(request.action, str) else request.action
        reading = done_in(read_action(action), request.environment)
        pressure, of_pressure = _timed(lambda: self.monitor.assess(request.session or SessionState()))
        validation, of_validation = _timed(
            lambda: self.validator._validate_read(action, reading, request.now, request.environment)
        )
        act, of_act = _timed(lambda: irreversible_act(reading))
        verification, of_verification = _timed(
            lambda: self.verifier._verify_read(
                reading,
                act,
                request.action,
                request.reasoning,
                context=request.context,
                scores=request.scores,
                pressure=pressure,
                # Where a human decides about the conflict, the reasoning is judged apart from it.
                validation=validation if forbids(validation) else None,
            )
        )
        boundary, of_boundary = _timed(
            # Of a text, the enforcer reads the commands that stand in it between backquotes.
            lambda: (
                self.enforcer.check(request.action, environment=request.environment)
                if text
                else self.enforcer._check_read(action, reading, act)
            )
        )
        seen = Seen(request, reading, act, verification, validation, boundary, pressure)
        timed: list[tuple[str, Record, float]] = [
            (VERIFIER, verification, of_verification),
            (VALIDATOR, validation, of_validation),
            (BOUNDARY, boundary, of_boundary + of_act),
        ]
        if values_at_stake(seen):
            analysis, taken = _timed(lambda: self.orchestrator.analyze_conflict(request.action, request.context))
            timed.append((ORCHESTRATOR, analysis, taken))
        timed.append((MONITOR, pressure, of_pressure))
        return seen, timed


def _given(service: S | None, kind: type[S], name: str, build: Callable[[], S]) -> S:
    """The service that was given, which may be empty yet, or one that is built."""
    return build() if service is None else arguments.instance(service, kind, name)


def _findings(seen: Seen) -> Iterator[Finding]:
    for rule in RULES:
        if rule.holds(seen):
            yield Finding(rule.name, rule.decision, rule.service, rule.why(seen))


def _alone(service: str, findings: list[Finding]) -> GateDecision:
    """What a service by itself leads to. The findings are sorted, the most severe first."""
    return next((one.decision for one in findings if one.service == service), ALLOW)


def _grant(seen: Seen) -> str | None:
    """The fingerprint by which a human grants this action, for the revisions of all instructions that it breaks. None
    for an action that is no JSON: it has no one form that could be granted."""
    request = seen.request
    revisions = {id: request.revisions.get(id, 0) for id in seen.validation.cited}
    try:
        return grant_for(request.action, project=request.project, revisions=revisions)
    except TypeError:
        return None


def _timed(call: Callable[[], R]) -> tuple[R, float]:
    """What a call gives, and the microseconds that it took."""
    began = time.perf_counter_ns()
    result = call()
    return result, (time.perf_counter_ns() - began) / 1000
