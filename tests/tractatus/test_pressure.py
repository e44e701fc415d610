"""The pressure of a session: weights, bands, levels and floors of core concepts, section 4, and that it only rises."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tractatus.pressure import WEIGHTS, ContextPressureMonitor, SessionState
from tractatus.thresholds import PressureThresholds, Thresholds
from tractatus.vocabulary import PressureLevel

monitor = ContextPressureMonitor()
LEVELS = list(PressureLevel)


def factor(name, **state):
    return next(one for one in monitor.assess(SessionState(**state)).factors if one.name == name)


def test_weights_are_those_of_core_concepts():
    assert WEIGHTS == {"conversation": 0.40, "tokens": 0.30, "complexity": 0.15, "errors": 0.10, "instructions": 0.05}
    assert sum(WEIGHTS.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("name", "state", "label"),
    [
        ("conversation", {"messages": 0}, "LOW"),
        ("conversation", {"messages": 19}, "LOW"),
        ("conversation", {"messages": 20}, "MODERATE"),
        ("conversation", {"messages": 39}, "MODERATE"),
        ("conversation", {"messages": 40}, "HIGH"),
        ("conversation", {"messages": 60}, "HIGH"),
        ("tokens", {"tokens_used": 29, "tokens_budget": 100}, "LOW"),
        ("tokens", {"tokens_used": 30, "tokens_budget": 100}, "MODERATE"),
        ("tokens", {"tokens_used": 69, "tokens_budget": 100}, "MODERATE"),
        ("tokens", {"tokens_used": 70, "tokens_budget": 100}, "HIGH"),
        ("complexity", {"active_tasks": 2}, "LOW"),
        ("complexity", {"active_tasks": 3}, "MODERATE"),
        ("complexity", {"active_tasks": 4}, "MODERATE"),
        ("complexity", {"active_tasks": 5}, "HIGH"),
        ("complexity", {"files_in_progress": 5}, "HIGH"),
        ("complexity", {"task_dependencies": 5}, "HIGH"),
        ("errors", {"recent_errors": 0}, "LOW"),
        ("errors", {"recent_errors": 1}, "MODERATE"),
        ("errors", {"recent_errors": 2}, "MODERATE"),
        ("errors", {"recent_errors": 3}, "HIGH"),
        ("instructions", {"active_instructions": 4}, "LOW"),
        ("instructions", {"active_instructions": 5}, "MODERATE"),
        ("instructions", {"active_instructions": 9}, "MODERATE"),
        ("instructions", {"active_instructions": 10}, "HIGH"),
        ("instructions", {"conflicting_instructions": 1}, "HIGH"),
    ],
)
def test_factor_falls_in_its_band(name, state, label):
    assert factor(name, **state).label == label


def test_factor_scores_are_shares_of_their_fill():
    assert factor("conversation", messages=30).score == 0.5
    assert factor("tokens", tokens_used=45, tokens_budget=100).score == 0.45
    assert factor("tokens", tokens_used=45).score == 0
    assert factor("complexity", active_tasks=1).score == 0.2
    assert factor("errors", recent_errors=9).score == 1
    assert factor("instructions", active_instructions=3).contribution == pytest.approx(0.3 * 0.05)


@pytest.mark.parametrize(
    ("state", "level"),
    [
        ({}, "NORMAL"),
        ({"messages": 44}, "NORMAL"),  # 44 / 60 x .40 = .293
        ({"messages": 45}, "ELEVATED"),  # .300
        ({"messages": 45, "tokens_used": 66, "tokens_budget": 100}, "ELEVATED"),  # .498
        ({"messages": 45, "tokens_used": 67, "tokens_budget": 100}, "HIGH"),  # .501
        ({"messages": 59, "tokens_used": 94, "tokens_budget": 100}, "HIGH"),  # .675
        ({"messages": 59, "tokens_used": 94, "tokens_budget": 100, "active_tasks": 1}, "CRITICAL"),  # .705
        ({"messages": 60, "tokens_used": 100, "tokens_budget": 100, "active_tasks": 4}, "CRITICAL"),  # .82
        ({"messages": 60, "tokens_used": 100, "tokens_budget": 100, "active_tasks": 5}, "DANGEROUS"),  # .85
    ],
)
def test_level_follows_the_score(state, level):
    assert monitor.assess(SessionState(**state)).level == level


@pytest.mark.parametrize(
    ("state", "level", "says"),
    [
        ({"messages": 60}, "HIGH", "60 messages"),
        ({"compactions": 1}, "HIGH", "has been compacted"),
        ({"compactions": 2}, "CRITICAL", "compacted 2 times"),
        ({"tokens_used": 94, "tokens_budget": 100}, "NORMAL", ""),
        ({"tokens_used": 95, "tokens_budget": 100}, "CRITICAL", "95 of 100 tokens"),
    ],
)
def test_floor_holds_whatever_the_score(state, level, says):
    pressure = monitor.assess(SessionState(**state))
    assert pressure.level == level
    assert says in " ".join(pressure.reasons)


def test_what_is_required_grows_with_the_level():
    critical = monitor.assess(SessionState(compactions=2))
    assert critical.required_actions[0] == "Create the session handoff document."
    dangerous = monitor.assess(
        SessionState(messages=60, tokens_used=100, tokens_budget=100, active_tasks=5, recent_errors=3)
    )
    assert dangerous.required_actions == ("Halt at once.", "Hand the session over.", "Do not proceed.")


def test_thresholds_are_the_organisations_own():
    strict = ContextPressureMonitor(Thresholds(pressure=PressureThresholds(normal=0.1)))
    assert strict.assess(SessionState(messages=20)).level == "ELEVATED"


@pytest.mark.parametrize(
    ("state", "error", "text"),
    [
        ({"messages": -1}, ValueError, "messages: 0 or more is expected, not -1."),
        ({"recent_errors": 1.5}, TypeError, "recent_errors: a whole number is expected, not float."),
        ({"compactions": True}, TypeError, "compactions: a whole number is expected, not bool."),
        ({"tokens_used": 11, "tokens_budget": 10}, ValueError, r"tokens_used: at most tokens_budget \(10\)"),
    ],
)
def test_wrong_state_names_the_field(state, error, text):
    with pytest.raises(error, match=text):
        SessionState(**state)


def test_anything_but_a_state_is_refused():
    with pytest.raises(TypeError, match="state: a SessionState is expected, not dict"):
        monitor.assess({"messages": 3})


counts = st.integers(0, 200)
states = st.builds(
    lambda used, spare, **rest: SessionState(tokens_used=used, tokens_budget=used + spare, **rest),
    used=counts,
    spare=st.integers(1, 200),
    messages=counts,
    compactions=counts,
    active_tasks=counts,
    files_in_progress=counts,
    task_dependencies=counts,
    recent_errors=counts,
    active_instructions=counts,
    conflicting_instructions=counts,
)


@given(states, st.sampled_from([name for name in SessionState.__dataclass_fields__ if name != "tokens_budget"]))
def test_more_of_anything_never_lowers_the_pressure(state, name):
    if name == "tokens_used" and state.tokens_used == state.tokens_budget:
        return
    more = SessionState(**(state.to_dict() | {name: getattr(state, name) + 1}))
    before, after = monitor.assess(state), monitor.assess(more)
    assert after.score >= before.score
    assert LEVELS.index(after.level) >= LEVELS.index(before.level)


@given(states)
def test_score_is_a_share_and_the_same_each_time(state):
    pressure = monitor.assess(state)
    assert 0 <= pressure.score <= 1
    assert pressure == monitor.assess(state)
    assert json.loads(json.dumps(pressure.to_dict()))["level"] == pressure.level.value
