"""The answer of a check: made of the verdict, stored beside the act, and said again."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.refusals import Invalid
from audit.models import Entry
from audit.receipts import receipt_of
from instructions.domain.exporting import moment
from oversight.domain.answers import ALLOW, Answer, OfSession, Question
from oversight.domain.verdicts import Verdict
from oversight.models import Check, JudgmentRequest, Session
from oversight.models.words import Mode
from tractatus import PressureLevel
from tractatus.pressure import REQUIRED_ACTIONS
from tractatus.results import plain


def answer_of(verdict: Verdict, *, session: Session | None, check_id: UUID | None = None) -> Answer:
    """What is told. `session` is how it stands after the check."""
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
        session=of_session(session) if session is not None else None,
        rule=judged.rule,
    )


def of_session(session: Session) -> OfSession:
    """How a session stands, as answers say it."""
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
        "url": address_of(request),
        "state": str(request.state),
        "expires_at": moment(ends) if ends is not None else None,
    }


def address_of(request: JudgmentRequest) -> str:
    """Where people read and answer a judgement request."""
    return f"{settings.SITE_URL}/o/{request.organisation.slug}/agents/requests/{request.pk}/"


NOT_STORED = ("check_id", "judgment_request", "receipt", "replayed")
"""What an answer has from the rows beside its text."""


def stored(answer: Answer) -> dict[str, Any]:
    """The part of an answer that is kept with the act; what the rows say is not said twice."""
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
    if check.text.is_erased:
        answer = _remaining(check)
    else:
        said = json.loads(check.text.body)["answer"]
        session = said.pop("session")
        answer = Answer(check_id=str(check.pk), session=OfSession(**session) if session is not None else None, **said)
    return replace(
        answer,
        judgment_request=said_of(request) if request is not None else None,
        replayed=question is not None,
        receipt=receipt_of(Entry.objects.get(pk=check.entry_id)),
    )


def _was_enforced(check: Check) -> bool:
    """Whether what was told held for the agent. While one rule is suspended all others hold; the row tells it apart.

    With nothing enforced an act is let through without a grant, though the row names the rule that stood against it.
    """
    if check.mode != Mode.BREAK_GLASS:
        return check.mode == Mode.ENFORCED
    nothing_held = check.decision == ALLOW and check.rule and check.grant_id is None
    return not nothing_held


def _remaining(check: Check) -> Answer:
    return Answer(
        check_id=str(check.pk),
        decision=check.decision,
        enforced=_was_enforced(check),
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
    )
