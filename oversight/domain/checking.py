"""The check before an act: judged by the gate, recorded in one transaction, answered.

Nothing else judges an act: the interface, the hooks, the guardrail and the replay all call `check_action`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.ids import uuid7
from accounts.models import APIKey
from accounts.permissions import Caller, require
from accounts.refusals import Invalid
from accounts.scope import open_organisation
from audit.receivers import actor_of
from audit.record import record
from audit.texts import keep
from instructions.domain.exporting import moment
from instructions.domain.gate import NOTHING_SUSPENDED, Suspended, binding
from instructions.domain.judging import named
from oversight.domain import requests
from oversight.domain.answers import ALLOW, ASK, DENY, SAYS, WARN, Answer, OfSession, Question
from oversight.domain.pressure import counts_now, counts_of, state_with, warned_of, weigh
from oversight.domain.sessions import opened
from oversight.domain.stands import Stands, what_stands
from oversight.models import Check, JudgmentRequest, Session
from oversight.models.words import Mode
from tractatus import Decision, GateDecision, GateRequest, Pressure, PressureLevel, SessionState, Validation
from tractatus.boundaries import BoundaryCheck
from tractatus.gate.rules import VERIFIER
from tractatus.grants import grant_for
from tractatus.pressure import REQUIRED_ACTIONS
from tractatus.results import plain

R = TypeVar("R")

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
        return _result(self.of, Pressure) if self.of is not None else None


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


def check_action(key: APIKey, question: Question, *, dry_run: bool = False) -> Answer:
    """Judge an act that a key asks about, record it, and say what holds.

    With `dry_run` nothing is stored. The same tool call asked about twice is answered as the first time. Raises
    `NotAllowed` for a key that has ended and `Invalid` by field; then nothing was stored.
    """
    with open_organisation(key.organisation):
        require(Caller(key=key, organisation=key.organisation), "check_action")
        stands = what_stands(key, question)
        if stands.asked_before is not None:
            return again(stands.asked_before, question)
        counts = counts_of(stands.session, question.session_state)
        verdict = judge(key, question, stands, counts)
        if dry_run:
            return _answer(verdict, session=_unchanged(question, stands, verdict))
        try:
            with transaction.atomic():
                return _keep(key, question, stands, verdict)
        except IntegrityError:
            # Of two that ask about the same tool call at once, the second finds what the first was told.
            earlier = question.tool_call and Check.objects.filter(key=key, tool_call=question.tool_call).first()
            if not earlier:
                raise
            return again(earlier, question)
        except _Taken:
            return check_action(key, question)


class _Taken(Exception):
    """The grant that was to be used has been used by another check meanwhile."""


# --- What is judged


def judge(key: APIKey, question: Question, stands: Stands, counts: Mapping[str, Any]) -> Verdict:
    """What holds for an act: what people stopped goes before what the gate says, and that before what is suspended."""
    if stands.stopped:
        said = _("People have stopped this. Nothing goes on until a person lifts it; a session may be handed over.")
        return Verdict(_unasked(FROZEN, said, stands), DENY, DENY, True, Mode.ENFORCED)
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
        return Verdict(judged, ALLOW, judged.decision, False, Mode.BREAK_GLASS)
    if stands.suspended:
        without = _ask_gate(key, question, stands, counts, stands.suspended)
        if SAYS[without.decision] < SAYS[judged.decision]:
            verdict = _enforced(key, without, stands)
            return replace(verdict, would_have=judged.decision, mode=Mode.BREAK_GLASS)
    return _enforced(key, judged, stands)


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
        validation = _result(decision, Validation)
        cited = {id: held.names[id] for id in (validation.cited if validation else ()) if id in held.names}
        ids = {*cited, *(one["id"] for one in validation.unchecked)} if validation else set()
        keys = {id: held.names[id].key for id in ids if id in held.names}
        policy = held.policy
    if decision.decision is GateDecision.ASK and decision.grant is not None:
        revisions = {id: name.revision for id, name in cited.items()}
        decision = replace(decision, grant=grant_for(question.action, project=str(key.project_id), revisions=revisions))
    boundary = _result(decision, BoundaryCheck)
    checks = [
        {
            "service": one.service,
            "decision": str(one.decision),
            "result": named(one.result.to_dict(), keys),
            "microseconds": round(one.microseconds),
        }
        for one in decision.checks
    ]
    return Judged(
        decision=str(decision.decision),
        rule=decision.findings[0].rule if decision.findings else "",
        reasons=named(list(decision.reasons), keys),
        explanation=named(decision.explanation, keys),
        checks=checks,
        level=str(_level(decision)),
        would_pass_if=named(plain(decision.would_pass_if), keys),
        of=decision,
        state=state,
        counts=counts,
        boundary=f"{boundary.section} {boundary.domain}" if boundary and boundary.requires_human else None,
        policy=policy,
        microseconds=microseconds,
    )


def _result(decision: Decision, kind: type[R]) -> R | None:
    return next((check.result for check in decision.checks if isinstance(check.result, kind)), None)


def _level(decision: Decision) -> PressureLevel:
    pressure = _result(decision, Pressure)
    return pressure.level if pressure is not None else PressureLevel.NORMAL


# --- What is kept


def _keep(key: APIKey, question: Question, stands: Stands, verdict: Verdict) -> Answer:
    """Everything that a check leaves, in the transaction that is open."""
    judged, now = verdict.judged, stands.now
    entry_id, check_id = uuid7(), uuid7()
    if verdict.grant is not None and requests.use_grant(key, verdict.grant.fingerprint, cause=entry_id) is None:
        raise _Taken
    session = _session_after(key, question, stands, judged, entry_id)
    answer = _answer(verdict, session=session, check_id=check_id)
    text = keep(key.organisation, json.dumps(question.written() | {"answer": _stored(answer)}))
    asked = None
    if verdict.decision == ASK and not verdict.at_keyboard and judged.of is not None and judged.of.grant is not None:
        asked = requests.ask(key, judged.of, text=text, session=session, cause=entry_id)
    Check(
        id=check_id,
        organisation_id=key.organisation_id,
        project_id=key.project_id,
        key=key,
        session=session,
        tool_call=question.tool_call,
        at=now,
        text=text,
        tool=question.tool,
        digest=question.digest(),
        decision=verdict.decision,
        would_have=verdict.would_have,
        mode=verdict.mode,
        rule=judged.rule,
        boundary=judged.boundary or "",
        level=judged.level,
        at_keyboard=verdict.at_keyboard,
        request=asked,
        grant=verdict.grant,
        microseconds=judged.microseconds,
        entry_id=entry_id,
    ).save(force_insert=True)
    record(
        "oversight.check",
        id=entry_id,
        actor=actor_of(key, key.organisation),
        organisation=key.organisation,
        project=key.project_id,
        session=session.pk if session is not None else None,
        subject=("check", check_id),
        decision=verdict.decision,
        service="Gate",
        boundary=judged.boundary,
        context_pressure=judged.level,
        coordination=[
            {"service": one["service"], "result": one["decision"], "microseconds": one["microseconds"]}
            for one in judged.checks
        ],
        outcome=_outcome(verdict),
        agent=question.agent or None,
        policy=judged.policy,
        mode=str(verdict.mode),
        cause=verdict.grant.decided_entry_id if verdict.grant is not None else None,
        texts={"check": text},
    )
    return replace(answer, judgment_request=said_of(asked) if asked is not None else None)


def _outcome(verdict: Verdict) -> str | None:
    if verdict.grant is not None:
        return "grant_used"
    if verdict.decision == ASK:
        return "human_approval_required"
    return f"would_{verdict.would_have}" if verdict.would_have != verdict.decision else None


def _session_after(key: APIKey, question: Question, stands: Stands, judged: Judged, cause: UUID) -> Session | None:
    """The session of a check, opened if it was unknown, with the pressure that was judged by."""
    if question.session is None:
        return None
    session = stands.session or opened(key, question.session, now=stands.now, agent=question.agent, cause=cause)
    if judged.pressure is not None and judged.state is not None and session.is_open:
        weigh(session, judged.pressure, judged.state, judged.counts, stands.now)
    return session


# --- What is said


def _answer(verdict: Verdict, *, session: Session | None, check_id: UUID | None = None) -> Answer:
    judged, of = verdict.judged, verdict.judged.of
    return Answer(
        check_id=str(check_id) if check_id is not None else None,
        decision=verdict.decision,
        enforced=verdict.enforced,
        would_have=verdict.would_have,
        mode=str(verdict.mode),
        explanation=judged.explanation,
        reasons=judged.reasons,
        checks=judged.checks,
        corrected_action=plain(of.corrected_action) if of is not None else None,
        corrected_input=plain(of.corrected_input) if of is not None else None,
        would_pass_if=judged.would_pass_if,
        boundary=judged.boundary,
        at_keyboard=verdict.at_keyboard,
        grant_used=str(verdict.grant.pk) if verdict.grant is not None else None,
        session=_of_session(session, judged) if session is not None else None,
        rule=judged.rule,
    )


def _unchanged(question: Question, stands: Stands, verdict: Verdict) -> Session | None:
    """The session a dry run is answered with: as it would stand, and not stored."""
    if question.session is None:
        return None
    session = stands.session or Session(name=question.session)
    if (pressure := verdict.judged.pressure) is not None:
        session.level, session.score = str(pressure.level), pressure.score
    return session


def _of_session(session: Session, judged: Judged) -> OfSession:
    return OfSession(
        id=session.name,
        state=str(session.state),
        pressure_level=str(session.level),
        pressure_score=round(session.score, 4),
        required_actions=list(REQUIRED_ACTIONS[PressureLevel(session.level)]),
        handoff_due=session.state == Session.State.HANDOFF_DUE,
    )


def said_of(request: JudgmentRequest) -> dict[str, Any]:
    """A judgement request, as the answer of a check names it."""
    ends = request.expires_at if request.state == JudgmentRequest.State.GRANTED else request.lapses_at
    return {
        "id": str(request.pk),
        "url": f"{settings.SITE_URL}/o/{request.organisation.slug}/agents/requests/{request.pk}/",
        "state": str(request.state),
        "expires_at": moment(ends) if ends is not None else None,
    }


NOT_STORED = ("check_id", "judgment_request", "receipt", "replayed")
"""What an answer has from the rows beside its text."""


def _stored(answer: Answer) -> dict[str, Any]:
    return {name: value for name, value in answer.to_dict().items() if name not in NOT_STORED} | {"rule": answer.rule}


def again(check: Check, question: Question | None = None) -> Answer:
    """What a check was answered, said again. Raises `Invalid` where `question` is not what was asked then.

    Where the words have been erased, what remains is what the row says.
    """
    if question is not None and check.digest != question.digest():
        raise Invalid(
            _("This tool call was asked about with another act. Give every call a name of its own."), "tool_call_id"
        )
    request = check.request
    rest = {
        "check_id": str(check.pk),
        "judgment_request": said_of(request) if request is not None else None,
        "replayed": question is not None,
    }
    if not check.text.is_erased:
        said = json.loads(check.text.body)["answer"]
        session = OfSession(**said.pop("session")) if said["session"] is not None else said.pop("session")
        return Answer(**said, session=session, **rest)
    return Answer(
        decision=check.decision,
        enforced=check.mode == Mode.ENFORCED,
        would_have=check.would_have,
        mode=check.mode,
        explanation=str(check.text),
        reasons=[str(check.text)],
        checks=[],
        corrected_action=None,
        corrected_input=None,
        would_pass_if=[],
        boundary=check.boundary or None,
        at_keyboard=check.at_keyboard,
        grant_used=str(check.grant_id) if check.grant_id else None,
        rule=check.rule,
        **rest,
    )
