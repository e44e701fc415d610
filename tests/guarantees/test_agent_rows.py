"""Rows of agents at work written past every verb: each is refused by the guard that is named for it."""

from __future__ import annotations

import pytest

from accounts.scope import open_organisation
from oversight.domain.sessions import end_session_of_agent
from oversight.models import JudgmentRequest, Session
from tests.attack.test_raw_sql import refuses_update
from tests.cast import Cast
from tests.guarantees.test_rows import refused_copy
from tests.oversight.house import DROP, REASONED, ask, key_of

pytestmark = pytest.mark.django_db


def test_what_agents_leave_is_not_written_past_its_verbs() -> None:
    """No request is born answered, and no session goes back or is put away before it has ended."""
    cast = Cast()
    with open_organisation(cast.organisation):
        key = key_of(cast.project, cast)
        ask(key, DROP, reasoning=REASONED, session="s")
        request, session = JudgmentRequest.objects.get(), Session.objects.get()
        for state in ("granted", "refused", "used", "deliberating"):
            refused_copy(request, "request_begins_pending", state=state, fingerprint="1" * 64)
        refused_copy(request, "request_begins_pending", decided_by_id=cast.holder.pk, fingerprint="1" * 64)
        refuses_update(session, "session_moves", state="archived")
        end_session_of_agent(session, by=key)
        for state in ("active", "handoff_due"):
            refuses_update(session, "session_moves", state=state)
