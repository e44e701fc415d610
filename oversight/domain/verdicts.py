"""What holds for an act: what people stopped, then what the gate says, then what people suspended or granted."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import APIKey
from instructions.domain.gate import NOTHING_SUSPENDED, Suspended, binding
from instructions.domain.judging import by_keys
from oversight.domain import requests
from oversight.domain.answers import ALLOW, ASK, DENY, SAYS, WARN, Question
from oversight.domain.pressure import counts_now, state_with, warned_of
from oversight.domain.stands import Stands
from oversight.models import JudgmentRequest
from oversight.models.words import Mode
from tractatus import Decision, GateDecision, GateRequest, Pressure, PressureLevel, SessionState, Validation
from tractatus.boundaries import BoundaryCheck
from tractatus.gate.rules import VERIFIER
from tractatus.grants import grant_for
from tractatus.results import plain

FROZEN = "frozen"
ENDED = "session_ended"
KEYBOARD_RULES = ("conflict_unclear",)
"""Beside what the verifier asks, what the person beside an attended key may answer: a conflict that is unclear."""


@dataclass(frozen=True)
class Judged:
    """What was found of a question, in the words of an answer. `of` is the gate's decision, if it was asked."""

    decision: str
    rule: str
    reasons: list[str]
    explanation: str
    checks: list[dict[str, Any]]
    level: str
    would_pass_if: list[Any] = field(default_factory=list)
    of: Decision | None = None
    state: SessionState | None = None
    counts: Mapping[str, Any] = field(default_factory=dict)
    boundary: str | None = None
    policy: str | None = None
    microseconds: int = 0

    @property
    def pressure(self) -> Pressure | None:
        """What the monitor said."""
        return self.of.result_of(Pressure) if self.of is not None else None


@dataclass(frozen=True)
class Verdict:
    """What is told of a question. `judged` says why; `grant` is the request that lets it through."""

    judged: Judged
    decision: str
    would_have: str
    enforced: bool
    mode: Mode
    at_keyboard: bool = False
    grant: JudgmentRequest | None = None


def judge(
    key: APIKey, question: Question, stands: Stands, counts: Mapping[str, Any], locally: str | None = None
) -> Verdict:
    """What holds for an act: what people stopped goes before what the gate says, and that before what is suspended.

    `locally` is what was decided without the service: that is what the agent was told, whatever the gate says now.
    """
    verdict = _judged(key, question, stands, counts)
    if locally is None:
        return verdict
    return Verdict(verdict.judged, locally, verdict.would_have, False, Mode.DEGRADED)


def frozen(stands: Stands) -> Verdict:
    """What holds for every act where people have stopped the session, the key or the project."""
    said = _("People have stopped this. Nothing goes on until a person lifts it; a session may be handed over.")
    return Verdict(_unasked(FROZEN, said, stands), DENY, DENY, True, Mode.ENFORCED)


def _judged(key: APIKey, question: Question, stands: Stands, counts: Mapping[str, Any]) -> Verdict:
    if stands.stopped:
        return frozen(stands)
    if stands.session is not None and not stands.session.is_open:
        said = _("This session has ended. Open a new one that continues it, under another name, and ask again there.")
        judged = _unasked(ENDED, said, stands)
    else:
        judged = _ask_gate(key, question, stands, counts)
    if not key.enforces:
        return Verdict(judged, WARN if judged.decision == WARN else ALLOW, judged.decision, False, Mode.OBSERVED)
    if judged.decision in (ALLOW, WARN) or judged.rule == ENDED:
        return Verdict(judged, judged.decision, judged.decision, True, Mode.ENFORCED)
    if stands.unenforced:
        return Verdict(_let_through(judged, judged), ALLOW, judged.decision, False, Mode.BREAK_GLASS)
    if stands.suspended:
        without = _ask_gate(key, question, stands, counts, stands.suspended)
        if SAYS[without.decision] < SAYS[judged.decision]:
            verdict = _enforced(key, _let_through(judged, without), stands)
            return replace(verdict, would_have=judged.decision, mode=Mode.BREAK_GLASS)
    return _enforced(key, judged, stands)


def _let_through(judged: Judged, without: Judged) -> Judged:
    """What is found `without` what is suspended, which says so: nobody is to read that nothing stood against it."""
    said = _("A person has suspended what stands against this (broken glass). Without the suspension: %(why)s") % {
        "why": judged.explanation
    }
    more = without.reasons if without.decision in (WARN, ASK, DENY) and without is not judged else []
    return replace(without, explanation=said, reasons=[said, *more])


def _enforced(key: APIKey, judged: Judged, stands: Stands) -> Verdict:
    """What an enforcing key is told: where a person is to be asked, perhaps one has granted exactly this."""
    verdict = Verdict(judged, judged.decision, judged.decision, True, Mode.ENFORCED)
    if judged.decision != ASK or judged.of is None:
        return verdict
    if (granted := _granted(key, judged.of.grant, stands)) is not None:
        return replace(verdict, decision=ALLOW, grant=granted)
    return replace(verdict, at_keyboard=key.attended and _for_the_keyboard(judged.of))


def _granted(key: APIKey, fingerprint: str | None, stands: Stands) -> JudgmentRequest | None:
    if fingerprint is None:
        return None
    return requests.live_grants(key.project_id, stands.now).filter(fingerprint=fingerprint).first()


def _for_the_keyboard(decision: Decision) -> bool:
    """Whether everything that asks is the verifier's, or unclear. What a boundary asks goes to a decision holder."""
    asking = [one for one in decision.findings if one.decision is GateDecision.ASK]
    return all(one.service == VERIFIER or one.rule in KEYBOARD_RULES for one in asking)


def _unasked(rule: str, said: str, stands: Stands) -> Judged:
    level = stands.session.level if stands.session is not None else PressureLevel.NORMAL
    return Judged(DENY, rule, [said], said, [], str(level))


def _ask_gate(
    key: APIKey,
    question: Question,
    stands: Stands,
    counts: Mapping[str, Any],
    suspended: Suspended = NOTHING_SUSPENDED,
) -> Judged:
    with binding(key.project, stands.version, suspended) as held:
        state = None
        if question.session is not None or question.session_state is not None:
            counts = counts_now(stands.session, counts, len(held.names), held.gate.monitor)
            state = state_with(counts, len(held.names))
        began = time.perf_counter_ns()
        decision = held.gate.check(
            GateRequest(
                question.action,
                question.reasoning,
                question.scores,
                session=state,
                now=stands.now,
                environment=question.environment,
                context=question.context,
                previous_level=warned_of(stands.session) if question.session is not None else None,
            )
        )
        microseconds = (time.perf_counter_ns() - began) // 1000
        validation = decision.result_of(Validation)
        cited = {id: held.names[id] for id in (validation.cited if validation else ()) if id in held.names}
        ids = {*cited, *(one["id"] for one in validation.unchecked)} if validation else set()
        keys = {id: held.names[id].key for id in ids if id in held.names}
        policy = held.policy
    if decision.decision is GateDecision.ASK and decision.grant is not None:
        revisions = {id: name.revision for id, name in cited.items()}
        decision = replace(decision, grant=grant_for(question.action, project=str(key.project_id), revisions=revisions))
    boundary = decision.result_of(BoundaryCheck)
    checks = [
        {
            "service": one.service,
            "decision": str(one.decision),
            "result": by_keys(one.result.to_dict(), keys),
            "microseconds": round(one.microseconds),
        }
        for one in decision.checks
    ]
    return Judged(
        decision=str(decision.decision),
        rule=decision.findings[0].rule if decision.findings else "",
        reasons=by_keys(list(decision.reasons), keys),
        explanation=by_keys(decision.explanation, keys),
        checks=checks,
        level=str(_level(decision)),
        would_pass_if=by_keys(plain(decision.would_pass_if), keys),
        of=decision,
        state=state,
        counts=counts,
        boundary=f"{boundary.section} {boundary.domain}" if boundary and boundary.requires_human else None,
        policy=policy,
        microseconds=microseconds,
    )


def _level(decision: Decision) -> PressureLevel:
    pressure = decision.result_of(Pressure)
    return pressure.level if pressure is not None else PressureLevel.NORMAL
