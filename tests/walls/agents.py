"""Agents at work, for the walls: a session in each state, what was asked in them, and a handoff."""

from __future__ import annotations

from django.db.models import Model

from accounts.models import APIKey
from oversight.domain.answers import Question
from oversight.domain.checking import check_action
from oversight.domain.handoffs import write_handoff
from oversight.domain.sessions import archive_session, end_session_of_agent, open_session
from oversight.models import Session

LOOK = {"tool_name": "Bash", "tool_input": {"command": "ls -la"}}
FULL = {"tokens_used": 96, "tokens_budget": 100}
"""Counts of a session that is to be handed over."""


def watched(key: APIKey) -> dict[str, dict[str, Model]]:
    """By machine and state a thing in that state; all of it was asked with this key, which enforces."""
    for state in Session.State.values:
        session, _new = open_session(key, f"session {state}")
        counts = FULL if state == Session.State.HANDOFF_DUE else None
        check_action(key, Question(LOOK, session=session.name, session_state=counts))
        session.refresh_from_db()
        if state in (Session.State.ENDED, Session.State.ARCHIVED):
            write_handoff(session, {"state": "All is done."}, by=key)
            end_session_of_agent(session, by=key)
        if state == Session.State.ARCHIVED:
            archive_session(session)
    at: dict[str, dict[str, Model]] = {"session": {one.state: one for one in Session.objects.filter(key=key)}}
    assert at["session"].keys() == set(Session.State.values)
    return at
