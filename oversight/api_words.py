"""Sessions and judgement requests as the JSON interface says them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse

from instructions.domain.exporting import moment
from oversight.domain.saying import address_of, of_session
from oversight.models import JudgmentRequest, Session


def session_as_data(session: Session) -> dict[str, Any]:
    """A session as it stands."""
    named = of_session(session).to_dict()
    return named | {
        "opened_at": moment(session.opened_at),
        "ended_at": moment(session.ended_at) if session.ended_at else None,
        "agent": {"name": session.agent_name, "version": session.agent_version, "model": session.agent_model},
        "continues": session.continues.name if session.continues is not None else None,
        "url": settings.SITE_URL + reverse("agent_session", args=[session.organisation.slug, session.pk]),
    }


def request_as_data(request: JudgmentRequest) -> dict[str, Any]:
    """A judgement request, for an agent that waits."""
    deliberation, outcome = request.deliberation, request.outcome
    return {
        "id": str(request.pk),
        "url": address_of(request),
        "state": request.state,
        "session_id": request.session.name if request.session is not None else None,
        "rule": request.rule,
        "boundary": request.boundary or None,
        "urgency": request.urgency,
        "irreversible": request.irreversible,
        "asked_at": moment(request.asked_at),
        "lapses_at": moment(request.lapses_at),
        "decided_at": moment(request.decided_at) if request.decided_at else None,
        "expires_at": moment(request.expires_at) if request.expires_at else None,
        "reason": str(request.reason) if request.reason is not None else None,
        "deliberation": deliberation and {"id": str(deliberation.pk), "state": deliberation.state},
        "outcome": outcome and {"id": str(outcome.pk), "state": outcome.state},
    }
