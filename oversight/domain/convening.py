"""An act that is put to a deliberation, and comes back with what was decided. An outcome never grants by itself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from accounts.models import User
from accounts.permissions import SYSTEM, System
from accounts.queries.organisations import users_with
from accounts.roles import Role
from deliberation.domain.conflict import propose_for_agent
from deliberation.models import Deliberation, Outcome
from deliberation.signals import ended
from oversight.domain.act import perform
from oversight.domain.requests import State, move, must_wait
from oversight.domain.telling import tell
from oversight.domain.waits import waits
from oversight.models import JudgmentRequest


def convene_for_request(
    request: JudgmentRequest, *, by: User, reason: str, question: str, decision_asked: str, urgency: str
) -> Deliberation:
    """Have it deliberated: a proposed question about the act, which a facilitator takes up. The act waits meanwhile.

    Raises `Invalid` by field, `WrongState` where it lapsed.
    """
    with perform("convene_for_request", request.organisation, by=by, thing=request) as act:
        must_wait(request, act.now)
        why = act.keep("reason", reason)
        deliberation = propose_for_agent(
            request.project,
            by=by,
            question=act.keep("question", question),
            decision_asked=act.keep("decision_asked", decision_asked, most=LONGEST_ACT),
            urgency=urgency,
            context=_context(request),
            now=act.now,
        )
        request.convened_by, request.convened_at, request.convened_why = by, act.now, why
        request.deliberation, request.outcome = deliberation, None
        move(act, request, State.DELIBERATING)
        act.decision, act.outcome, act.cause = "convened", "human_judgment_required", request.entry_id
    return deliberation


LONGEST_ACT = 30_000
"""Characters of the act as it is put to those who deliberate."""


def _context(request: JudgmentRequest) -> dict[str, Any]:
    """What is told beside the question. The act itself is words, which can be erased, and stands in the question."""
    return {key: value for key, value in (("boundary", request.boundary), ("rule", request.rule)) if value}


def return_request(
    request: JudgmentRequest, outcome: Outcome | None, *, by: System = SYSTEM, cause: UUID | None = None
) -> None:
    """Let it wait for a decision holder again, with the outcome beside it where one was signed."""
    with perform("return_request", request.organisation, by=by, thing=request, cause=cause) as act:
        request.outcome = outcome
        request.lapses_at = act.now + waits().lapses_after[request.urgency]
        move(act, request, State.PENDING)
        act.decision = "pending"
        about = f"judgment_request:{request.pk}:{request.deliberation_id}"
        holders = users_with(Role.DECISION_HOLDER)
        tell("judgment_returned", about, holders, organisation=request.organisation, now=act.now)


def _deliberation_ended(
    sender: object, *, deliberation: Deliberation, outcome: Outcome | None, cause: UUID, **kwargs: Any
) -> None:
    waiting = JudgmentRequest.objects.filter(deliberation=deliberation, state=State.DELIBERATING)
    for request in waiting.select_related("organisation"):
        return_request(request, outcome, cause=cause)


def connect() -> None:
    """Listen for deliberations that end; called once the apps are loaded."""
    ended.connect(_deliberation_ended, dispatch_uid="oversight.deliberation_ended")
