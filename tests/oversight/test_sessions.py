"""Sessions, handoffs and reports: what agents tell, and what the software adds."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine

from accounts import clock
from accounts.refusals import Invalid, NotAllowed, WrongState
from accounts.scope import open_organisation
from audit.models import Entry
from instructions.domain.variables import set_variable
from oversight import tasks
from oversight.domain.answers import Question
from oversight.domain.handoffs import as_data, as_markdown, write_handoff
from oversight.domain.reports import NoSuchCheck, Report, report_act
from oversight.domain.sessions import (
    end_session_of_agent,
    end_silent_sessions,
    open_session,
    session_of,
    tell_pressure,
)
from oversight.models import Check, Handoff, Incident, Reading, Session
from tests.cast import Cast
from tests.oversight.house import DROP, LOOK, WRONG_PORT, ask, in_force, key_of

pytestmark = pytest.mark.django_db

CRITICAL = {"messages": 61, "compactions": 2}
HIGH = {"messages": 61}


@pytest.fixture
def house(cast: Cast):
    with open_organisation(cast.organisation):
        yield cast


def test_a_session_is_opened_told_of_and_ended(house: Cast) -> None:
    key = key_of(house.project, house)
    session, new = open_session(key, "first", agent={"name": "An agent", "model": "m-1"}, counts={"messages": 2})
    assert new
    assert (session.agent_name, session.agent_model, session.counts) == ("An agent", "m-1", {"messages": 2})
    assert open_session(key, "first") == (session, False)
    unnamed, _new = open_session(key)
    assert len(unnamed.name) == 36

    pressure = tell_pressure(session, {"tokens_used": 960, "tokens_budget": 1_000}, by=key)
    assert pressure.level == "CRITICAL"
    session = session_of(key, "first")
    assert (session.state, session.counts["messages"]) == ("handoff_due", 2)
    assert Reading.objects.filter(session=session).count() == 2
    entry = Entry.objects.filter(event="oversight.session.pressure").order_by("-id").first()
    assert (entry.service, entry.context_pressure, entry.session) == (
        "ContextPressureMonitor", "CRITICAL", str(session.pk),
    )  # fmt: skip
    with pytest.raises(Invalid) as refused:
        tell_pressure(session, {"tokens_used": -1}, by=key)
    assert set(refused.value.errors) == {"session_state.tokens_used"}

    end_session_of_agent(session, by=key)
    for verb in (
        lambda: end_session_of_agent(session, by=key),
        lambda: tell_pressure(session, {"messages": 3}, by=key),
        lambda: open_session(key, "first"),
    ):
        with pytest.raises(WrongState):
            verb()
    told = ask(key, LOOK, session="first")
    assert (told.decision, told.session.state) == ("deny", "ended")


def test_a_successor_takes_over_what_was_handed_on(house: Cast) -> None:
    in_force(house, "MongoDB listens on port ${DB_PORT} in this project, always.")
    set_variable(house.project, "DB_PORT", "27027", by=house.editor)
    key = key_of(house.project, house)
    ask(key, WRONG_PORT, session="old", session_state=CRITICAL)
    old = session_of(key, "old")
    with pytest.raises(Invalid) as refused:
        write_handoff(old, {"state": "Half way", "completed": "all"}, by=key)
    assert set(refused.value.errors) == {"completed"}
    written = write_handoff(old, {"state": "Half way", "next_priorities": ["The rest"]}, by=key)
    said = as_data(written)
    assert said["by_agent"]
    text = "MongoDB listens on port 27027 in this project, always."
    assert said["active_instructions"] == [{"id": "inst_001", "text": text}]
    assert said["checks"]["counts"]["deny"] == 1
    assert "27027" in said["checks"]["stopped"][0]["reason"]
    assert "- The rest" in as_markdown(written)

    new, _made = open_session(key, "new", continues="old")
    old.refresh_from_db()
    written.refresh_from_db()
    assert (old.state, written.acknowledged_by, new.continues) == ("ended", new, old)
    assert Handoff.objects.count() == 1
    assert ask(key, WRONG_PORT, session="new").session.pressure_level == "NORMAL"
    with pytest.raises(Invalid):
        open_session(key, "newer", continues="nobody")


def test_who_ends_under_pressure_without_a_handoff_leaves_the_servers_part(house: Cast) -> None:
    key = key_of(house.project, house)
    calm, _new = open_session(key, "calm")
    end_session_of_agent(calm, by=key)
    assert not Handoff.objects.exists()
    full, _new = open_session(key, "full", counts=HIGH)
    end_session_of_agent(full, by=key)
    handoff = Handoff.objects.get()
    assert not handoff.by_agent
    assert "gave no handoff" in as_data(handoff)["state"]
    assert "by the software" in as_markdown(handoff)


def test_silent_sessions_end_and_ended_ones_are_put_away(house: Cast) -> None:
    key = key_of(house.project, house)
    open_session(key, "silent")
    with time_machine.travel(clock.now() + timedelta(days=3, minutes=1)):
        open_session(key, "heard")
        tasks.tick_organisation(house.organisation.pk)
        assert end_silent_sessions(house.organisation) == 0
    assert dict(Session.objects.values_list("name", "state")) == {"silent": "ended", "heard": "active"}
    with time_machine.travel(clock.now() + timedelta(days=34)):
        tasks.tick_organisation(house.organisation.pk)
    assert Session.objects.get(name="silent").state == "archived"


def test_denied_and_done_is_an_incident_once(house: Cast) -> None:
    in_force(house)
    key = key_of(house.project, house)
    ask(key, WRONG_PORT, session="s", tool_call="one")
    made = report_act(key, Report("executed", tool_call="one"))
    assert made.incident is not None
    assert made.incident.kind == "denied_done"
    entries = Entry.objects.count()
    again = report_act(key, Report("executed", tool_call="one"))
    assert (again.repeated, again.incident) == (True, made.incident)
    assert Entry.objects.count() == entries

    ask(key, LOOK, tool_call="two")
    assert report_act(key, Report("executed", tool_call="two")).incident is None
    ask(key, DROP, tool_call="three", session="s")
    assert report_act(key, Report("failed", tool_call="three")).incident is None
    asked = ask(key, DROP, tool_call="four", session="s")
    assert report_act(key, Report("executed", check_id=asked.check_id)).incident.kind == "ungranted_done"
    observing = key_of(house.project, house, "Observing", enforces=False)
    ask(observing, WRONG_PORT, tool_call="one")
    assert report_act(observing, Report("executed", tool_call="one")).incident is None
    with pytest.raises(NoSuchCheck):
        report_act(observing, Report("executed", tool_call="four"))
    assert Incident.objects.count() == 2


def test_what_was_decided_without_the_service_is_judged_afterwards(house: Cast) -> None:
    in_force(house)
    key = key_of(house.project, house)

    def tell(action, decided, call):
        return report_act(key, Report("decided_locally", question=Question(action, session="s", tool_call=call),
                                      decided=decided, reason="The service did not answer."))  # fmt: skip

    let_through = tell(WRONG_PORT, "allow", "one")
    assert let_through.incident.kind == "let_through"
    assert (let_through.check.mode, let_through.check.decision, let_through.check.would_have) == (
        "degraded", "allow", "deny",
    )  # fmt: skip
    assert tell(WRONG_PORT, "allow", "one").repeated
    assert tell(WRONG_PORT, "deny", "two").incident is None
    assert tell(DROP, "ask", "three").incident is None
    assert tell(LOOK, "allow", "four").incident is None
    assert Check.objects.filter(request__isnull=False).count() == 0
    checks = Check.objects.count()
    with pytest.raises(Invalid):
        report_act(key, Report("decided_locally", question=Question(WRONG_PORT, tool_call="five"), decided="allow",
                               reason="x" * 5_001))  # fmt: skip
    assert Check.objects.count() == checks  # nothing of it is kept, so that the next report of it finds the incident
    assert tell(WRONG_PORT, "allow", "five").incident.kind == "let_through"
    modes = [json.loads(bytes(one.canonical))["mode"] for one in Entry.objects.filter(event="oversight.check")]
    assert modes == ["degraded"] * 5


def test_a_clock_that_is_wrong_is_told_so(house: Cast) -> None:
    key = key_of(house.project, house)
    ask(key, LOOK, tool_call="one")
    for off in (timedelta(minutes=6), -timedelta(days=8)):
        with pytest.raises(Invalid) as refused:
            report_act(key, Report("executed", tool_call="one", at=clock.now() + off))
        assert set(refused.value.errors) == {"at"}
    assert Check.objects.get().became is None


def test_a_key_acts_in_its_own_project_alone(house: Cast) -> None:
    from tests.cast import make_project

    key = key_of(house.project, house)
    session, _new = open_session(key, "s")
    elsewhere = key_of(make_project(house.organisation, "pay", "Pay"), house, "Elsewhere")
    assert session_of(elsewhere, "s") is None
    with pytest.raises(NotAllowed):
        end_session_of_agent(session, by=elsewhere)
