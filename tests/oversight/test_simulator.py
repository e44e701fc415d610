"""The public simulator: what it judges by, what it says, and how it is switched on."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.permissions import SYSTEM
from audit.domain.surfaces import switch_surface
from oversight.simulator import shipped
from oversight.simulator.judging import judge
from oversight.simulator.proposal import Kind, Proposal
from oversight.simulator.telling import tell
from oversight.simulator.walk import STOPS, Walk
from tests.cast import Cast
from tractatus import ContextPressureMonitor, PressureLevel

PAGE, WALK = reverse("public_simulator"), reverse("public_simulator_walk")
DENIED, ASKED = ["deny"] * 5, ["ask"] * 4 + ["deny"]
WORK = ["allow"] * 3 + ["ask", "deny"]
AT_EACH_LEVEL = {
    "port": DENIED,
    "values-file": WORK,
    "count": ["allow"] * 5,
    "retry": ["allow", "allow", "warn", "ask", "deny"],
    "push": DENIED,
    "npm": DENIED,
    "region": DENIED,
    "tracking": ASKED,
    "privacy": ASKED,
    "newsletter": ASKED,
    "delete": ASKED,
    "drop": ASKED,
    "joke": ASKED,
    "new": ASKED,
}
SERVICES = ["Instruction classifier", "Metacognitive verifier", "Cross-reference validator", "Boundary enforcer",
            "Deliberation orchestrator", "Context pressure monitor", "Gate"]  # fmt: skip


@pytest.mark.alone
def test_each_example_is_answered_as_it_says_at_every_level() -> None:
    found = {
        name: [str(judge(one.proposal).at[level].decision) for level in PressureLevel]
        for name, one in shipped.examples().items()
    }
    assert found == AT_EACH_LEVEL


@pytest.mark.alone
def test_each_session_stands_at_the_level_it_is_named_for() -> None:
    monitor = ContextPressureMonitor()
    assert {level: monitor.assess(state).level for level, state in shipped.sessions().items()} == {
        level: level for level in PressureLevel
    }


@pytest.mark.alone
def test_the_flow_has_every_service_in_order_and_says_why() -> None:
    for example in shipped.examples().values():
        told = tell(judge(example.proposal))
        assert [step.title for step in told.steps] == SERVICES
        assert all(step.says and step.result and step.asks for step in told.steps)
        assert [turn.chosen for turn in told.turns].count(True) == 1
    by_name = {name: tell(judge(one.proposal)) for name, one in shipped.examples().items()}
    assert by_name["port"].corrected is not None
    assert by_name["port"].corrected.text == 'mongosh "mongodb://db.internal:27027/hiring"'
    assert [value.label for value in by_name["port"].values] == ["Expected", "Proposed", "Corrected to"]
    assert by_name["port"].would_pass == ["With port 27027.", "If a person changes or retires inst_042."]
    assert by_name["delete"].to_tick == ("Backup exists?", "Legal requirements met?", "User consent obtained?")
    assert [step.ran for step in by_name["count"].steps] == [False, True, True, True, False, True, True]
    assert [step.ran for step in by_name["privacy"].steps] == [False, True, True, True, True, True, True]
    assert by_name["retry"].turned == (
        "Allowed. From High on: allowed, with care. From Critical on: a person is asked. At Dangerous: denied."
    )
    assert by_name["count"].turned == "Allowed, whatever the pressure: it is not the session that decides here."


@pytest.mark.alone
def test_an_instruction_of_ones_own_holds_for_this_act_alone() -> None:
    act = Proposal(Kind.COMMAND, "redis-cli -p 6379 ping")
    own = Proposal(Kind.COMMAND, "redis-cli -p 6379 ping", instruction="Redis runs on port 6543")
    vague = Proposal(Kind.COMMAND, "redis-cli -p 6379 ping", instruction="Improve this")
    assert [str(judge(one).decision.decision) for one in (act, own, act, vague)] == ["allow", "deny", "allow", "allow"]
    assert "“Redis runs on port 6543” was read as system" in tell(judge(own)).steps[0].says
    assert tell(judge(vague)).steps[0].result == "Not kept"
    assert judge(own).in_force == judge(act).in_force + 1 == judge(vague).in_force + 1


@pytest.mark.alone
def test_the_walk_says_what_the_framework_says() -> None:
    walk = Walk()
    assert (walk.verdict.outcome, walk.again.outcome, walk.unaided.outcome) == ("Denied", "Allowed", "Allowed")
    assert "27027" in walk.corrected
    assert "27017" not in walk.corrected
    assert {wrong.outcome for wrong, _right in walk.levels} == {"Denied"}
    assert {right.outcome for _wrong, right in walk.levels} == {"Allowed"}
    assert walk.given.read.to_dict() | {"reasons": ()} == walk.given.read.to_dict() | {
        "reasons": (), "quadrant": "SYSTEM", "persistence": "HIGH", "verification_required": "MANDATORY",
        "parameters": {"port": "27027"}, "stored": True,
    }  # fmt: skip


@pytest.fixture
def shown(cast: Cast) -> Cast:
    switch_surface(cast.organisation, "simulator", True, by=SYSTEM)
    return cast


def _text(page: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


@pytest.mark.django_db
def test_examples_are_links_and_a_name_that_is_none_is_no_page(shown: Cast) -> None:
    visitor = Client()
    first = visitor.get(PAGE)
    assert "X-Robots-Tag" not in first.headers
    assert {f"?example={name}#judged" for name in shipped.examples()} <= set(
        re.findall(r'href="([^"]+)"', first.content.decode())
    )
    page = visitor.get(PAGE, {"example": "retry", "pressure": "HIGH"})
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert "Allowed, with care: Run sed -i" in _text(page)
    assert "?example=retry&amp;pressure=HIGH#judged" in page.content.decode()
    for wrong in ({"example": "nothing"}, {"example": "retry", "pressure": "MILD"}):
        assert visitor.get(PAGE, wrong).status_code == 404
    assert "Denied: Run mongosh" in _text(visitor.get(PAGE, {"words": "rm -rf /", "kind": "command"}))


@pytest.mark.django_db
def test_what_is_typed_is_judged_with_script_and_without(shown: Cast) -> None:
    visitor = Client()
    typed = {"kind": "told", "words": "Auto-subscribe users to newsletter", "pressure": "CRITICAL"}
    page = visitor.post(PAGE, typed)
    assert page.status_code == 200
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in page.headers["Cache-Control"]
    assert "A person is asked: Auto-subscribe users to newsletter" in _text(page)
    assert "A person is asked. A person is asked. At Dangerous: denied." in _text(page)
    for wrong, sentence in (
        ({"kind": "command", "words": " "}, "Write what the agent is about to do."),
        ({"kind": "read"}, "Which file?"),
        ({"kind": "told", "words": "a" * 2001}, "at most 2000 characters"),
    ):
        page = visitor.post(PAGE, wrong)
        assert page.status_code == 422
        assert sentence in _text(page)
        assert "Everything you wrote is kept" not in _text(page)
        part = visitor.post(PAGE, wrong, headers={"HX-Request": "true"})
        assert part.status_code == 200
        assert sentence in _text(part)
        pressed = visitor.post(PAGE, wrong | {"do": "judge"}, headers={"HX-Request": "true"})
        assert pressed.status_code == 422
    written = visitor.post(PAGE, {"kind": "write", "path": "src/form.js", "words": "export const a = 1"})
    assert "Allowed: Write src/form.js" in _text(written)
    assert "Allowed: Read src/form.js" in _text(visitor.post(PAGE, {"kind": "read", "path": "src/form.js"}))


@pytest.mark.django_db
def test_the_walk_has_a_page_for_each_step_and_one_for_all(shown: Cast) -> None:
    visitor = Client()
    whole = _text(visitor.get(WALK + "?whole"))
    for stop in STOPS:
        page = visitor.get(WALK, {"step": stop.number})
        said = page.content.decode()
        assert f"Step {stop.number} of {len(STOPS)}" in _text(page)
        assert said.count('aria-current="step"') == 1
        assert ('rel="prev"' in said, 'rel="next"' in said) == (stop.number > 1, stop.number < len(STOPS))
        assert str(stop.title) in whole
    assert visitor.get(WALK, {"step": len(STOPS) + 1}).status_code == 404
    assert visitor.get(WALK, {"step": "x"}).status_code == 404
    assert visitor.post(WALK).status_code == 405


@pytest.mark.django_db
def test_it_is_found_where_it_is_shown_and_nowhere_else(shown: Cast) -> None:
    visitor = Client()
    assert PAGE in visitor.get("/").content.decode()
    switch_surface(shown.organisation, "simulator", False, by=SYSTEM)
    assert PAGE not in visitor.get("/").content.decode()
