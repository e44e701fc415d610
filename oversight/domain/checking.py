"""The check before an act: judged by the gate, recorded in one transaction, answered.

Nothing else judges an act: the interface, the hooks, the guardrail and the replay all call `check_action`.
"""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from accounts.ids import uuid7
from accounts.models import APIKey
from accounts.permissions import Caller, require
from accounts.refusals import WrongState
from accounts.scope import open_organisation
from accounts.statements import Statements
from audit.models import Entry
from audit.receipts import receipt_of
from audit.receivers import actor_of
from audit.record import entry_of
from audit.texts import text_of
from oversight.domain import requests
from oversight.domain.answers import ASK, SAYS, Answer, Question
from oversight.domain.pressure import counts_of, weigh
from oversight.domain.saying import again, answer_of, said_of, stored
from oversight.domain.sessions import opened
from oversight.domain.stands import Found, Stands, call_of, stands_of, what_stands
from oversight.domain.verdicts import Judged, Verdict, frozen, judge
from oversight.models import Check, Session
from oversight.models.words import Mode


@dataclass(frozen=True)
class Considered:
    """A question that was judged and is not kept yet. Judging needs no transaction, and is done outside one."""

    key: APIKey
    question: Question
    stands: Stands
    verdict: Verdict | None
    locally: str | None

    def answer(self) -> Answer:
        """What would be told, with nothing stored."""
        if self.verdict is None:
            return self._again(self.stands.asked_before)
        return answer_of(self.verdict, session=_unchanged(self.question, self.stands, self.verdict))

    def keep(self) -> Answer:
        """Record it and say what holds. Raises `Invalid` where the tool call was asked about with another act."""
        if self.verdict is None:
            return self._again(self.stands.asked_before)
        try:
            with nullcontext() if self._is_one_trip() else transaction.atomic():
                answer, entry = _keep(self.key, self.question, self.stands, self.verdict)
            return replace(answer, receipt=receipt_of(entry))
        except IntegrityError:
            # Of two that ask about the same tool call at once, the second finds what the first was told.
            earlier = call_of(self.key, self.question.tool_call)
            if earlier is None:
                raise
            return self._again(earlier)
        except _Taken:
            return consider(self.key, self.question, locally=self.locally).keep()

    def _is_one_trip(self) -> bool:
        """Whether all that is kept are rows of this check, which are written together: then no transaction is open."""
        verdict, stands = self.verdict, self.stands
        if verdict is None or connection.in_atomic_block:
            return False
        known = self.question.session is None or stands.session is not None
        return known and verdict.grant is None and not _waits_for_people(verdict)

    def _again(self, check: Check | None) -> Answer:
        """What was told then, but nothing more than holds now.

        A freeze goes before it. What a key told of itself, that it was let through while the service was away, lets
        nothing through here.
        """
        assert check is not None
        told = again(check, self.question)
        if self.locally is not None:
            return told
        if self.stands.stopped:
            stopped = answer_of(frozen(self.stands), session=self.stands.session, check_id=check.pk)
            return replace(stopped, replayed=True)
        if self.key.enforces and check.mode == Mode.DEGRADED and SAYS[told.would_have] > SAYS[told.decision]:
            return replace(told, decision=told.would_have, enforced=True)
        return told


def consider(key: APIKey, question: Question, *, locally: str | None = None, found: Found | None = None) -> Considered:
    """Judge an act that a key asks about, inside the organisation's scope. `check_action` says what it raises.

    `found` is what stands for it, where the caller has just looked.
    """
    require(Caller(key=key, organisation=key.organisation), "check_action")
    stands = what_stands(key, question) if found is None else stands_of(found, question)
    if stands.asked_before is not None:
        return Considered(key, question, stands, None, locally)
    counts = counts_of(stands.session, question.session_state)
    return Considered(key, question, stands, judge(key, question, stands, counts, locally), locally)


def check_action(key: APIKey, question: Question, *, dry_run: bool = False, locally: str | None = None) -> Answer:
    """Judge an act that a key asks about, record it, and say what holds.

    With `dry_run` nothing is stored. The same tool call asked about twice is answered as the first time. `locally` is
    what was decided while the service was away: it is judged now, and recorded as degraded. Raises `NotAllowed` for a
    key that has ended and `Invalid` by field; then nothing was stored.
    """
    with open_organisation(key.organisation):
        considered = consider(key, question, locally=locally)
        return considered.answer() if dry_run else considered.keep()


class _Taken(Exception):
    """The grant that was to be used has been used by another check meanwhile."""


# --- What is kept


def _keep(key: APIKey, question: Question, stands: Stands, verdict: Verdict) -> tuple[Answer, Entry]:
    """Everything that a check leaves: in the transaction that is open, or in one trip that is all or nothing."""
    judged, now = verdict.judged, stands.now
    entry_id, check_id = uuid7(), uuid7()
    if verdict.grant is not None:
        try:
            requests.use_grant(verdict.grant, by=key, cause=entry_id)
        except WrongState:
            raise _Taken from None
    written = Statements()
    session = _session_after(key, question, stands, judged, entry_id, written)
    answer = answer_of(verdict, session=session, check_id=check_id)
    text = text_of(key.organisation, json.dumps(question.written() | {"answer": stored(answer)}))
    written.insert(text)
    asked = None
    if judged.of is not None and _waits_for_people(verdict):
        written.run()
        asked = requests.ask_judgment(key, judged.of, text=text, session=session, cause=entry_id)
    written.insert_into(
        Check,
        id=check_id,
        organisation_id=key.organisation_id,
        project_id=key.project_id,
        key_id=key.pk,
        session_id=session.pk if session is not None else None,
        tool_call=question.tool_call,
        at=now,
        text_id=text.pk,
        tool=question.tool,
        digest=question.digest(),
        decision=verdict.decision,
        would_have=verdict.would_have,
        mode=verdict.mode,
        rule=judged.rule,
        boundary=judged.boundary or "",
        level=judged.level,
        at_keyboard=verdict.at_keyboard,
        request_id=asked.pk if asked is not None else None,
        grant_id=verdict.grant.pk if verdict.grant is not None else None,
        microseconds=judged.microseconds,
        entry_id=entry_id,
    )
    entry, pending = entry_of(
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
    written.insert(entry)
    written.insert(pending)
    written.run()
    return answer if asked is None else replace(answer, judgment_request=said_of(asked)), entry


def _waits_for_people(verdict: Verdict) -> bool:
    """Whether decision holders are to be asked: not where the person beside the agent may answer, or has already."""
    asks = verdict.decision == ASK and not verdict.at_keyboard and verdict.mode != Mode.DEGRADED
    return asks and verdict.judged.of is not None and verdict.judged.of.grant is not None


def _outcome(verdict: Verdict) -> str | None:
    if verdict.grant is not None:
        return "grant_used"
    if verdict.decision == ASK:
        return "human_approval_required"
    return f"would_{verdict.would_have}" if verdict.would_have != verdict.decision else None


def _session_after(
    key: APIKey, question: Question, stands: Stands, judged: Judged, cause: UUID, written: Statements
) -> Session | None:
    """The session of a check, opened if it was unknown, with the pressure that was judged by."""
    if question.session is None:
        return None
    session = stands.session or opened(key, question.session, now=stands.now, agent=question.agent, cause=cause)
    if judged.pressure is not None and judged.state is not None and session.is_open:
        seen = session.state
        fields, reading = weigh(session, judged.pressure, judged.state, judged.counts, stands.now)
        if fields:
            # Where another check of this session has moved it meanwhile, that holds, and not what was seen before it.
            written.update(session, fields, {"state": seen})
        if reading is not None:
            written.insert(reading)
    return session


def _unchanged(question: Question, stands: Stands, verdict: Verdict) -> Session | None:
    """The session a dry run is answered with: as it would stand, and not stored."""
    if question.session is None:
        return None
    session = stands.session or Session(name=question.session)
    if (pressure := verdict.judged.pressure) is not None:
        session.level, session.score = str(pressure.level), pressure.score
    return session
