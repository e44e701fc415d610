"""Two at once, and what a process keeps: on a database where each commits for itself, as on a site."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from accounts.models import APIKey
from accounts.scope import open_organisation
from audit.models import Entry, Pending
from instructions.domain.instruction import retire_instruction
from instructions.domain.policy import set_policy
from instructions.domain.standing import forget
from instructions.domain.variables import set_variable
from oversight.domain.answers import Answer
from oversight.domain.glass import break_glass, mend_glass
from oversight.domain.requests import grant_request
from oversight.domain.sessions import open_session
from oversight.domain.stops import freeze, lift_freeze
from oversight.models import Check, JudgmentRequest, Session
from tests.cast import Cast
from tests.oversight.house import DROP, LOOK, REASONED, RIGHT_PORT, WRONG_PORT, ask, in_force, key_of

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 8


def together(*runs: Callable[[], Any]) -> list[Any]:
    """What each of these gives, run at the same moment, each with a connection of its own."""
    start, gave = threading.Barrier(len(runs)), [None] * len(runs)

    def one(place: int) -> None:
        try:
            start.wait()
            gave[place] = runs[place]()
        except Exception as error:
            gave[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(place,)) for place in range(len(runs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    raised = [one for one in gave if isinstance(one, Exception)]
    if raised:
        raise raised[0]
    return gave


def own(key: APIKey) -> APIKey:
    """The key as another request would have it."""
    with open_organisation(key.organisation):
        return APIKey.objects.select_related("organisation", "project").get(pk=key.pk)


def test_of_two_at_once_one_is_first(cast: Cast) -> None:
    with open_organisation(cast.organisation):
        key = key_of(cast.project, cast)
        in_force(cast)

    def asks(action: Any, **said: Any) -> Callable[[], Answer]:
        mine = own(key)
        return lambda: ask(mine, action, **said)

    # The same tool call, which opens the same session.
    for number in range(TIMES):
        said = {"tool_call": f"call {number}", "session": f"session {number}"}
        told = together(asks(WRONG_PORT, **said), asks(WRONG_PORT, **said))
        assert len({one.check_id for one in told}) == 1
        assert sorted(one.replayed for one in told) == [False, True]
    # Sessions that are opened by two of their calls, or twice.
    together(asks(LOOK, session="both", tool_call="a"), asks(LOOK, session="both", tool_call="b"))
    mine = own(key)

    def opens() -> bool:
        with open_organisation(mine.organisation):
            return open_session(mine, "opened twice")[1]

    assert sorted(together(opens, opens)) == [False, True]
    # One request for one act, and one grant that is used once.
    asked = together(asks(DROP, reasoning=REASONED), asks(DROP, reasoning=REASONED))
    assert len({one.judgment_request["id"] for one in asked}) == 1
    with open_organisation(cast.organisation):
        request = JudgmentRequest.objects.get()
        grant_request(request, by=cast.holder, reason="Looked at.", ticked=range(len(request.safety_checks)))
    told = together(asks(DROP, reasoning=REASONED), asks(DROP, reasoning=REASONED))
    assert sorted(one.decision for one in told) == ["allow", "ask"]

    with open_organisation(cast.organisation):
        assert Session.objects.count() == TIMES + 2
        assert Check.objects.count() == TIMES + 2 + 2 + 2
        assert Entry.objects.filter(event="oversight.check").count() == Check.objects.count()
        assert Pending.objects.count() == Entry.objects.count()
        assert Check.objects.filter(grant__isnull=False).count() == 1


def test_whatever_was_changed_binds_with_the_next_check(cast: Cast) -> None:
    """A process keeps what is in force, and notices every change that another made."""
    with open_organisation(cast.organisation):
        key = own(key_of(cast.project, cast))
        forget()

        def told(action: Any = WRONG_PORT) -> str:
            return ask(key, action).decision

        policies = []

        def under() -> str:
            entry = Entry.objects.filter(event="oversight.check").order_by("-id").first()
            policies.append(json.loads(bytes(entry.canonical))["policy"])
            return policies[-1]

        assert told() == "allow"
        first = under()
        assert told() == "allow"
        assert under() == first
        instruction = in_force(cast)
        assert told() == "deny"
        assert under() != first

        stop = freeze(cast.project, by=cast.holder)
        assert (told(LOOK), ask(key, LOOK).rule) == ("deny", "frozen")
        observing = key_of(cast.project, cast, "Observing", enforces=False)
        assert ask(observing, LOOK).to_dict()["enforced"]
        lift_freeze(stop, by=cast.holder, why="It was looked at.")
        assert told(LOOK) == "allow"

        broken = break_glass(cast.project, by=cast.holder, instruction=instruction, minutes=5, why="The port is down.")
        answer = ask(key, WRONG_PORT)
        assert (answer.decision, answer.would_have, answer.mode) == ("allow", "deny", "break_glass")
        assert told(RIGHT_PORT) == "allow"
        mend_glass(broken, by=cast.holder)
        assert told() == "deny"
        broken = break_glass(cast.project, by=cast.holder, boundary="12.3", minutes=5, why="The table has to go.")
        answer = ask(key, DROP, reasoning=REASONED)
        assert (answer.decision in ("allow", "warn"), answer.would_have, answer.mode) == (True, "ask", "break_glass")
        assert told() == "deny"
        mend_glass(broken, by=cast.holder)
        broken = break_glass(cast.project, by=cast.holder, minutes=5, why="All of it.")
        answer = ask(key, WRONG_PORT)
        assert (answer.decision, answer.enforced, answer.mode) == ("allow", False, "break_glass")
        mend_glass(broken, by=cast.holder)
        assert told() == "deny"

        set_variable(cast.project, "SHOP", "mongosh --port 27027", by=cast.editor)
        assert told({"tool_name": "Bash", "tool_input": {"command": "$SHOP shop"}}) == "allow"
        set_variable(cast.project, "SHOP", "mongosh --port 27017", by=cast.editor)
        assert told({"tool_name": "Bash", "tool_input": {"command": "$SHOP shop"}}) == "deny"
        prices = {"name": "Prices", "domain": "values", "reason": "The board decides prices", "cues": ["price list"]}
        plan = {"tool_name": "update_plan", "tool_input": {"note": "Change the price list"}}
        assert told(plan) == "allow"
        set_policy(cast.organisation, "boundaries", {"boundaries": [prices]}, by=cast.administrator, why="Agreed.")
        assert told(plan) == "ask"
        retire_instruction(instruction, by=cast.editor, why="It was moved.")
        assert told() == "allow"
        assert len(set(policies)) == 2


def test_a_freeze_holds_for_checks_that_run_meanwhile(cast: Cast) -> None:
    with open_organisation(cast.organisation):
        key = key_of(cast.project, cast)
        mine = own(key)
        ask(mine, LOOK, session="s")
        session = Session.objects.get()
    working, over = threading.Event(), threading.Event()

    def works() -> str:
        working.set()
        while not over.is_set():
            ask(mine, LOOK, session="s")
        return ask(mine, LOOK, session="s").decision

    def freezes() -> None:
        working.wait()
        try:
            with open_organisation(cast.organisation):
                freeze(cast.project, by=cast.holder, session=session)
        finally:
            over.set()

    assert together(works, freezes) == ["deny", None]
