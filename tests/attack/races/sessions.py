"""Agents at work: a session opened once, what is told of it and of its acts taken in whole, and one end."""

from __future__ import annotations

from accounts.permissions import SYSTEM
from oversight.domain.answers import Question
from oversight.domain.checking import check_action
from oversight.domain.handoffs import write_handoff
from oversight.domain.reports import Report, report_act
from oversight.domain.sessions import archive_session, end_session_of_agent, open_session, tell_pressure
from oversight.models import Check, Incident, Session
from tests.attack.arena import Arena, act, stage
from tests.attack.races.decided import enforcing
from tests.walls.decided import dropping

DONE = {"state": "All is done."}


@stage("open_session", "tell_pressure", "write_handoff", "end_session_of_agent", "archive_session", "report_act")
def a_session(arena: Arena) -> None:
    """Two that open one session have one; what both tell is kept; it ends and is put away once, an act is told once."""
    key = enforcing(arena.cast)
    opens = act(open_session, key, "the session")
    both = arena.race(opens, opens, wins=2, also={"oversight.session.open": -1})
    assert sorted(new for _session, new in both) == [False, True]
    session = Session.objects.get()
    arena.race(*[act(tell_pressure, session, {"messages": n}, by=key) for n in (3, 4)], wins=2)
    arena.race(*[act(write_handoff, session, DONE, by=key)] * 2, wins=2)
    check_action(key, Question(dropping("told"), session="the session"))
    check = Check.objects.get()
    tells = act(report_act, key, Report("executed", check_id=check.pk))
    arena.race(tells, tells, wins=2, also={"oversight.report": -1})
    assert Incident.objects.count() == 1
    arena.race(*[act(end_session_of_agent, session, by=who) for who in (key, SYSTEM)])
    arena.race(*[act(archive_session, session, by=SYSTEM)] * 2)
