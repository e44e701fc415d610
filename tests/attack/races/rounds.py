"""The four rounds: opened and closed once, and what is said in them."""

from __future__ import annotations

from datetime import timedelta

from accounts import clock
from accounts.permissions import SYSTEM
from deliberation.domain.accommodations import answer_proposal, propose, share_value, state_cost
from deliberation.domain.agreement import answer_agreement, answer_side, put_agreement, put_difference, tell_shift
from deliberation.domain.asks import lapse_ask, pass_round
from deliberation.domain.conflict import withdraw
from deliberation.domain.entering import confirm_contribution, enter_for
from deliberation.domain.more_time import answer_more_time, ask_more_time
from deliberation.domain.positions import submit_position
from deliberation.domain.questions import put_question, reply
from deliberation.domain.rounds import close_round, open_round
from deliberation.domain.taking_part import leave
from deliberation.models import Agreement, Ask, Difference, Position, SharedValue, Voice
from tests.attack.arena import Arena, act, stage
from tests.deliberation import stages


@stage(
    "open_round",
    "close_round",
    "ask_more_time",
    "answer_more_time",
    "lapse_ask",
    "pass_round",
    "submit_position",
    "enter_for",
    "confirm_contribution",
    "leave",
    "withdraw",
)
def round_1(arena: Arena) -> None:
    cast = arena.cast
    by = cast.facilitator
    d = stages.invited(cast)
    arena.race(*[act(open_round, d, by=who, number=1) for who in (by, SYSTEM)])
    assert Ask.objects.filter(deliberation=d).count() == 4
    one, two, three, four = stages.voices(cast, d)
    arena.race(*[act(submit_position, d, by=one, right=words, based_on=0) for words in ("Left.", "Right.")])
    entered = {"seat": two, "what": "position", "given": "spoken", "right": "She said so.", "based_on": 0}
    arena.race(act(enter_for, d, by=by, **entered), act(submit_position, d, by=two, right="I say so.", based_on=0))
    written = enter_for(d, by=by, **entered | {"right": "She said else.", "based_on": 1})
    arena.race(*[act(confirm_contribution, d, by=two, contribution=written)] * 2, wins=2)
    until = clock.now() + timedelta(days=20)
    wish = next(
        one
        for one in arena.race(*[act(ask_more_time, d, by=three, number=1, until=until)] * 2)
        if hasattr(one, "answer_by")
    )
    arena.race(
        act(answer_more_time, wish, by=by, grant=True), act(answer_more_time, wish, by=by, grant=False, reason="No.")
    )
    ask = Ask.objects.get(seat=four)
    arena.race(*[act(lapse_ask, ask, by=SYSTEM), act(submit_position, d, by=four, right="In time?")], at=ask.due_at)
    Ask.objects.filter(pk=ask.pk).update(state="open")
    Position.objects.filter(seat=four).exists() or arena.race(*[act(lapse_ask, ask, by=SYSTEM)] * 2, at=ask.due_at)
    arena.race(*[act(pass_round, d, by=three, number=1)] * 2, wins=2)
    change = act(submit_position, d, by=one, right="While it closed.", based_on=1)
    Ask.objects.filter(pk=ask.pk).update(state="lapsed")
    arena.race(change, act(close_round, d, by=by, number=1), wins={1, 2})
    arena.race(*[act(open_round, d, by=by, number=2)] * 2)
    arena.race(*[act(close_round, d, by=who, number=2) for who in (by, SYSTEM)], at=clock.now() + timedelta(days=60))
    arena.race(
        act(open_round, d, by=by, number=3),
        act(withdraw, d, by=cast.holder, reason="Moot.", meanwhile="Nothing changes."),
        wins={1, 2},
    )
    d.refresh_from_db()
    assert d.state == "withdrawn"
    arena.race(*[act(leave, d, by=one)] * 2, wins=0)


@stage("share_value", "propose", "state_cost", "answer_proposal", "put_question", "reply")
def round_2(arena: Arena) -> None:
    cast = arena.cast
    d = stages.at_round(cast, 2)
    one, two, three, _four = stages.voices(cast, d)
    arena.race(*[act(share_value, d, by=one, text="Nobody waits five weeks.")] * 2, wins=2)
    assert SharedValue.objects.filter(seat=one).count() == 1
    same = "A person reads every borderline one."
    made = arena.race(*[act(propose, d, by=who, text=same) for who in (one, two, cast.facilitator)])
    proposal = next(row for row in made if hasattr(row, "number"))
    voice = Voice.objects.filter(seat=three).select_related("framework")[0]
    cost = {"option": proposal, "framework": voice.framework, "cost": "Time."}
    arena.race(*[act(state_cost, d, by=who, **cost) for who in (three, cast.facilitator)], wins=2)
    said = {"option": proposal, "reason": "It is slow.", "based_on": 0}
    arena.race(*[act(answer_proposal, d, by=three, answer=how, **said) for how in ("cannot_accept", "can_accept_if")])
    questions = arena.race(*[act(put_question, d, by=one, to=two, text="How many?")] * 2, wins=2)
    arena.race(*[act(reply, d, by=who, question=questions[0], text="Six.") for who in (two, cast.facilitator)], wins=2)


@stage("put_agreement", "answer_agreement", "put_difference", "answer_side", "tell_shift")
def round_3(arena: Arena) -> None:
    cast = arena.cast
    by = cast.facilitator
    d = stages.at_round(cast, 3)
    one = stages.voices(cast, d)[0]
    put = [act(put_agreement, d, by=by, text=f"It must be explainable, {n}.") for n in (1, 2)]
    agreement, other = arena.race(*put, wins=2)
    assert set(Agreement.objects.filter(deliberation=d).values_list("number", flat=True)) == {1, 2}
    sides = {"text": "Whether a line can be fair.", "sides": ["It can.", "It cannot."]}
    difference, _same = arena.race(*[act(put_difference, d, by=by, **sides)] * 2, wins=2)
    assert set(Difference.objects.filter(deliberation=d).values_list("number", flat=True)) == {1, 2}
    said = {"agreement": agreement, "based_on": 0}
    arena.race(*[act(answer_agreement, d, by=one, confirms=yes, **said) for yes in (True, False)])
    arena.race(
        act(put_agreement, d, by=by, text="In other words.", replaces=agreement),
        act(answer_agreement, d, by=one, agreement=agreement, confirms=False, comment="Else.", based_on=1),
        wins={1, 2},
    )
    arena.race(*[act(put_agreement, d, by=by, text=f"Other words, {n}.", replaces=other) for n in (1, 2)])
    assert Agreement.objects.filter(replaces=other).count() == 1
    side = difference.sides.earliest("pk")
    arena.race(*[act(answer_side, d, by=one, side=side, holds=yes, based_on=0) for yes in (True, False)])
    arena.race(*[act(tell_shift, d, by=one, changed=True, text=words, based_on=0) for words in ("This.", "That.")])
