"""Raw SQL past every verb: what agents asked and were told, and what people granted, stopped or suspended, stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction

from accounts import clock
from accounts.ids import uuid7
from accounts.scope import open_organisation
from oversight.domain.glass import break_glass, mend_glass, standing_glass
from oversight.domain.handoffs import write_handoff
from oversight.domain.modes import mark_stop
from oversight.domain.reports import Report, report_act
from oversight.domain.requests import grant_request
from oversight.domain.sessions import tell_pressure
from oversight.domain.stops import freeze
from oversight.models import BrokenGlass, Check, Handoff, Incident, JudgmentRequest, Mark, Reading, Session, Stop
from tests.attack.test_raw_sql import refuses_delete, refuses_update
from tests.cast import Cast, make_project
from tests.oversight.house import DROP, REASONED, WRONG_PORT, ask, in_force, key_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Iterator[Cast]:
    people = Cast()
    with open_organisation(people.organisation):
        yield people


def everything(cast: Cast) -> dict[type[models.Model], Any]:
    """One row of each kind, as the verbs make them."""
    in_force(cast)
    key, observing = key_of(cast.project, cast), key_of(cast.project, cast, "Observes", enforces=False)
    ask(key, WRONG_PORT, session="s", tool_call="c1")
    ask(observing, WRONG_PORT, tool_call="c2")
    report_act(key, Report("executed", tool_call="c1"))
    ask(key, DROP, reasoning=REASONED)
    mark_stop(Check.objects.get(tool_call="c2"), by=cast.editor, right=True)
    session = Session.objects.get(name="s")
    tell_pressure(session, {"messages": 30}, by=key)
    write_handoff(session, {"state": "Half way"}, by=key)
    freeze(cast.project, by=cast.holder, key=observing)
    break_glass(cast.project, by=cast.holder, why="The port is down.", minutes=10)
    kinds = (Session, Reading, Check, Incident, Mark, JudgmentRequest, Handoff, Stop, BrokenGlass)
    return {kind: kind._default_manager.order_by("pk").first() for kind in kinds}


def refuses_insert(row: models.Model, guard: str) -> None:
    row.pk = uuid7()
    with pytest.raises(IntegrityError, match=guard), transaction.atomic():
        row.save(force_insert=True)


def test_nothing_that_agents_or_people_did_is_deleted(cast: Cast) -> None:
    """No session, check, request, incident, mark, handoff, freeze or suspension is made not to have been."""
    for row in everything(cast).values():
        refuses_delete(row, "never_deleted|append_only")


def test_what_was_told_is_not_told_otherwise(cast: Cast) -> None:
    """What an agent asked and was told, and what came of it, is changed by nobody."""
    rows = everything(cast)
    check, later = rows[Check], clock.now() + timedelta(hours=3)
    for values in (
        {"decision": "allow"}, {"would_have": "allow"}, {"mode": "observed"}, {"digest": "x" * 64},
        {"became": "failed"},
        {"text": Check.objects.get(tool_call="c2").text},
        {"rule": ""}, {"at": later}, {"session": None}, {"tool_call": "other"},
    ):  # fmt: skip
        refuses_update(check, "check_append_only|check_.*once|append_only", **values)
    refuses_update(rows[Incident], "append_only", kind="let_through")
    refuses_update(rows[Mark], "append_only", right=False)
    refuses_update(rows[Reading], "append_only", score=0.0)
    refuses_update(rows[Handoff], "append_only", by_agent=False)
    refuses_update(rows[Session], "append_only", name="other")
    refuses_update(rows[Session], "append_only", opened_at=later)
    for said in ("agent_name", "agent_version", "agent_model"):
        refuses_update(rows[Session], "append_only", **{said: "another"})
    refuses_update(rows[Stop], "append_only|stop_lifted", key=None)
    refuses_update(rows[Stop], "stop_lifted_with_a_reason", lifted_at=later)


def test_no_grant_comes_but_from_a_person(cast: Cast) -> None:
    """A request cannot be granted by nobody, for another act, again after its use, nor be used by two checks."""
    key = key_of(cast.project, cast)
    ask(key, DROP, reasoning=REASONED)
    row = JudgmentRequest.objects.get()
    later = clock.now() + timedelta(days=9)
    refuses_update(row, "request_granted_by_a_human", state="granted")
    refuses_update(row, "request_granted_by_a_human", state="granted", expires_at=later)
    refuses_update(row, "request_irreversible_with_a_reason", state="granted", expires_at=later, decided_by=cast.holder)
    refuses_update(row, "request_moves|request_granted", state="used")
    refuses_update(row, "append_only", fingerprint="0" * 64)
    refuses_update(row, "append_only", irreversible=False)
    refuses_update(row, "append_only", safety_checks=[])
    grant_request(row, by=cast.holder, reason="We looked.", ticked=range(len(row.safety_checks)))
    refuses_update(row, "append_only|once", expires_at=later)
    refuses_update(row, "append_only|once", decided_by=cast.second_holder)
    refuses_update(row, "request_moves", state="pending")
    ask(key, DROP, reasoning=REASONED, tool_call="let through")
    used = Check.objects.get(tool_call="let through")
    row.refresh_from_db()
    refuses_update(row, "request_moves", state="granted")
    used.tool_call = None
    refuses_insert(used, "grant")
    other = key_of(make_project(cast.organisation, "pay", "Pay"), cast, "Of another project")
    ask(other, DROP, reasoning=REASONED, tool_call="other")
    check = Check.objects.get(tool_call="other")
    check.tool_call, check.grant = None, check.request
    refuses_insert(check, "grant_used_once_granted")


def test_no_glass_is_broken_for_longer_or_reviewed_by_who_broke_it(cast: Cast) -> None:
    """A suspension cannot be drawn out, moved to something else, or reviewed by who made it."""
    glass = break_glass(cast.project, by=cast.holder, why="The port is down.", minutes=10)
    refuses_update(glass, "append_only", until=glass.until + timedelta(minutes=30))
    refuses_update(glass, "append_only", at=glass.at + timedelta(minutes=30))
    refuses_update(glass, "append_only", minutes=60)
    refuses_update(glass, "append_only", boundary="12.3")
    refuses_update(glass, "append_only", by=cast.second_holder)
    refuses_update(glass, "append_only", review_due_at=glass.review_due_at + timedelta(days=30))
    refuses_update(glass, "glass_reviewed_by_another", reviewed_by=cast.holder, reviewed_at=clock.now())
    glass.minutes = 61
    refuses_insert(glass, "glass_an_hour_at_most")
    glass.minutes, glass.by = 10, None
    refuses_insert(glass, "glass_broken_by_a_human")
    # A row that says more than an hour holds for none of it.
    mend_glass(BrokenGlass.objects.get(), by=cast.holder)
    glass.pk, glass.by, glass.until = uuid7(), cast.holder, glass.at + timedelta(hours=5)
    glass.ended_at = glass.ended_by = None
    glass.save(force_insert=True)
    for minutes in (0, 59, 61, 250):
        assert not standing_glass(glass.at + timedelta(minutes=minutes)).exists()
