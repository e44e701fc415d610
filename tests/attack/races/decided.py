"""What people decide of agents' acts: one request an act, one use a grant, one answer a request, one review."""

from __future__ import annotations

from datetime import timedelta

from accounts import clock
from accounts.domain.keys import create_api_key, set_key_mode
from accounts.models import APIKey
from accounts.permissions import SYSTEM
from accounts.roles import Role
from oversight.domain.answers import Question
from oversight.domain.checking import check_action
from oversight.domain.convening import convene_for_request, return_request
from oversight.domain.glass import break_glass, lapse_glass, mend_glass, review_glass
from oversight.domain.modes import mark_stop
from oversight.domain.requests import expire_grant, grant_request, lapse_request, refuse_request
from oversight.domain.stops import freeze, lift_freeze
from oversight.models import BrokenGlass, Check, JudgmentRequest, Mark, Stop
from tests.attack.arena import Arena, act, stage
from tests.cast import Cast, make_member
from tests.walls.decided import GRANTED, dropping

CONVENED = {"reason": "People are in it.", "question": "May it be?", "decision_asked": "To drop it.",
            "urgency": "URGENT"}  # fmt: skip


def enforcing(cast: Cast) -> APIKey:
    return create_api_key(cast.project, "Agent", by=cast.administrator, enforces=True).key


def asked(key: APIKey, table: str) -> JudgmentRequest:
    check_action(key, Question(dropping(table)))
    return JudgmentRequest.objects.latest("id")


@stage("check_action", "ask_judgment", "use_grant")
def one_act_asked_about_at_once(arena: Arena) -> None:
    """Two checks of one act put one request to people; of two that would use one grant, one is asked about again."""
    key = enforcing(arena.cast)
    ask = act(check_action, key, Question(dropping("customers")))
    first, second = arena.race(ask, ask, wins=2, also={"oversight.request.ask": 1})
    assert first.judgment_request["id"] == second.judgment_request["id"]
    grant_request(JudgmentRequest.objects.get(), by=arena.cast.holder, **GRANTED)
    told = arena.race(ask, ask, wins=2, also={"oversight.request.use": 1, "oversight.request.ask": 1})
    assert sorted(one.decision for one in told) == ["allow", "ask"]
    arena.raced |= {"ask_judgment", "use_grant"}


@stage("grant_request", "refuse_request", "convene_for_request", "return_request", "expire_grant", "lapse_request")
def a_request(arena: Arena) -> None:
    """Of two who answer at once one is first; what is over is over once, and whoever answers then comes too late."""
    cast = arena.cast
    key = enforcing(cast)
    grant, refuse, convene = (
        act(grant_request, asked(key, "a"), by=cast.holder, **GRANTED),
        act(refuse_request, JudgmentRequest.objects.get(), by=cast.second_holder, reason="No."),
        act(convene_for_request, JudgmentRequest.objects.get(), by=cast.second_holder, **CONVENED),
    )
    arena.race(grant, refuse, convene)
    asked(key, "b")
    twice = act(convene_for_request, JudgmentRequest.objects.latest("id"), by=cast.holder, **CONVENED)
    arena.race(twice, twice)
    request = JudgmentRequest.objects.latest("id")
    back = act(return_request, request, None, by=SYSTEM)
    arena.race(back, back)
    over = clock.now() + timedelta(days=8)
    granted = asked(key, "c")
    grant_request(granted, by=cast.holder, **GRANTED)
    expire = act(expire_grant, granted, by=SYSTEM)
    arena.race(expire, expire, at=over)
    lapse = act(lapse_request, asked(key, "d"), by=SYSTEM)
    arena.race(lapse, lapse, act(refuse_request, JudgmentRequest.objects.latest("id"), by=cast.holder, reason="No."),
               at=over)  # fmt: skip


@stage("freeze", "lift_freeze", "set_key_mode", "mark_stop")
def a_stop(arena: Arena) -> None:
    """A thing is frozen once and lifted once; a key is switched once; two marks are two, and the newer holds."""
    cast = arena.cast
    for facts in ({}, {"key": enforcing(cast)}):
        arena.race(*[act(freeze, cast.project, by=who, **facts) for who in (cast.holder, cast.administrator)])
        stop = Stop.objects.latest("id")
        arena.race(*[act(lift_freeze, stop, by=who, why="Looked at.") for who in (cast.holder, cast.administrator)])
    observer = create_api_key(cast.project, "Observer", by=cast.administrator).key
    check_action(observer, Question(dropping("observed")))
    check = Check.objects.get()
    arena.race(act(mark_stop, check, by=cast.editor, right=True), act(mark_stop, check, by=cast.holder, right=False),
               wins=2)  # fmt: skip
    assert Mark.objects.count() == 2
    other = make_member(cast.organisation, "Second administrator", Role.ADMINISTRATOR)
    arena.race(*[act(set_key_mode, observer, enforces=True, by=who) for who in (cast.administrator, other)])


@stage("break_glass", "mend_glass", "lapse_glass", "review_glass")
def a_glass(arena: Arena) -> None:
    """Two may each suspend; what is mended is mended once, what lapses lapses once, and one review is held."""
    cast = arena.cast
    broken = [
        act(break_glass, cast.project, by=who, why="Now.", minutes=30) for who in (cast.holder, cast.second_holder)
    ]
    arena.race(*broken, wins=2)
    one, other = BrokenGlass.objects.order_by("id")
    arena.race(*[act(mend_glass, one, by=who) for who in (cast.holder, cast.administrator)])
    lapse = act(lapse_glass, other, by=SYSTEM)
    arena.race(lapse, lapse, at=other.until)
    review = [act(review_glass, one, by=who, finding="Needed.") for who in (cast.administrator, cast.auditor)]
    arena.race(*review)
