"""What a change would have changed: the shortcut gives what judging everything anew gives."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from tests.tractatus.tool_calls import ORDINARY, call
from tractatus import (
    BoundaryEnforcer,
    CrossReferenceValidator,
    Gate,
    GateRequest,
    Instruction,
    Rejudging,
    Thresholds,
    Verbosity,
    VerificationThresholds,
)

HERE = Path(__file__).parent
PAIRS = [
    json.loads(line)
    for name in ("pairs.jsonl", "pairs_more.jsonl", "pairs_third.jsonl")
    for line in (HERE / name).read_text("utf-8").splitlines()
    if line
]
ACTIONS = [row["action"] for row in PAIRS] + [call(row) for row in ORDINARY]
TEXTS = sorted({row["instruction"] for row in PAIRS})
OF_HEALTH = ("Change the dose of the patient in bed 4", "List the files in the folder")
LEVELS = ("MANDATORY", "MANDATORY", "REQUIRED", "OPTIONAL", "NONE")


def told(id: str, text: str, **fields: object) -> Instruction:
    classified = {
        "quadrant": "SYSTEM",
        "persistence": "HIGH",
        "temporal_scope": "PERMANENT",
        "verification_required": "MANDATORY",
        "explicitness": 0.9,
    }
    return Instruction(id=id, text=text, **(classified | fields))


def gate(instructions=(), **services: object) -> Gate:
    return Gate(instructions, verbosity=Verbosity.SILENT, **services)


def anew(before: Gate, after: Gate, request: GateRequest):
    was, would_be = before.check(request).decision, after.check(request).decision
    return (was, would_be) if was is not would_be else None


@pytest.mark.parametrize("seed", range(3))
def test_shortcut_is_exact_on_random_histories_and_changes(seed: int):
    """Instructions of every kind, some added, ended, reworded, moved, superseding: no decision is missed or made up."""
    chance = random.Random(seed)
    texts = chance.sample(TEXTS, min(60, len(TEXTS)))
    old = [
        told(
            f"i{number}",
            text,
            verification_required=chance.choice(LEVELS),
            environment=chance.choice((None, None, None, "production")),
            supersedes=f"i{chance.randrange(number)}" if number and chance.random() < 0.15 else None,
        )
        for number, text in enumerate(texts[:50])
    ]
    new = []
    for one in old:
        kind = chance.random()
        if kind < 0.08:
            continue
        if kind < 0.16:
            one = told(one.id, chance.choice(texts), verification_required=chance.choice(LEVELS))
        new.append(one)
    new += [told(f"n{number}", text) for number, text in enumerate(texts[50:55])]
    before, after = gate(old), gate(new)
    judging = Rejudging(before, after)
    requests = [GateRequest(action) for action in chance.sample(ACTIONS, 140)]
    assert [judging.decisions(request) for request in requests] == [anew(before, after, one) for one in requests]


def test_shortcut_sees_what_only_opposes_a_correction():
    """The act goes against another instruction alone; what is new forbids the value that this would correct it to."""
    first = told("a", "MongoDB runs on port 27027.")
    second = told("b", "MongoDB listens on port 27028.")
    request = GateRequest({"tool_name": "Bash", "tool_input": {"command": "mongosh --port 27028 shop"}})
    before, after = gate([first]), gate([first, second])
    assert anew(before, after, request) == ("deny", "ask")
    assert Rejudging(before, after).decisions(request) == ("deny", "ask")


def test_only_what_concerns_the_change_is_judged_in_full():
    old = [told(f"i{number}", text) for number, text in enumerate(TEXTS[:60])]
    before = gate(old)
    after = gate(validator=before.validator.changed(having=[told("new", "Never push directly to main.")]))
    judging = Rejudging(before, after)
    assert judging.changed == ("new",)
    push = GateRequest({"tool_name": "Bash", "tool_input": {"command": "git push origin main"}})
    looked_at = [action for action in ACTIONS if judging._may_differ(GateRequest(action))]
    assert judging.decisions(push) == ("allow", "deny")
    assert len(looked_at) < len(ACTIONS) / 10


def test_variables_thresholds_and_boundaries_are_judged_too():
    named = told("a", "MongoDB runs on port ${DB_PORT}.")
    request = GateRequest({"tool_name": "Bash", "tool_input": {"command": "mongosh --port 27027 shop"}})
    spoken = GateRequest({"tool_name": "Bash", "tool_input": {"command": "mongosh --port ${DB_PORT} shop"}})
    before, after = (gate([named], variables={"DB_PORT": port}) for port in ("27027", "27028"))
    assert Rejudging(before, after).decisions(request) == anew(before, after, request) == ("allow", "deny")
    assert Rejudging(before, after).decisions(spoken) == anew(before, after, spoken)

    reasoned = GateRequest(request.action, reasoning="The shop needs its orders counted before the report is written.")
    strict = Thresholds(verification=VerificationThresholds(mandatory_confidence=0.99, proceed_with_caution=0.98))
    before, after = gate(), gate(thresholds=strict)
    assert Rejudging(before, after).decisions(reasoned) == anew(before, after, reasoned) is not None

    before, after = gate(), gate(enforcer=BoundaryEnforcer(packs=["health"]))
    given = [Rejudging(before, after).decisions(GateRequest(action)) for action in OF_HEALTH]
    assert given == [anew(before, after, GateRequest(action)) for action in OF_HEALTH] == [("allow", "ask"), None]


def test_validator_with_changes_is_the_one_built_anew():
    old = [told(f"i{number}", text) for number, text in enumerate(TEXTS[:40])]
    having = [told("i3", TEXTS[45]), told("new", TEXTS[46])]
    made = CrossReferenceValidator(old).changed(without=["i1", "i2"], having=having)
    anew = CrossReferenceValidator([*(one for one in old if one.id not in ("i1", "i2", "i3")), *having])
    assert len(made) == len(anew) == 39
    assert [made.validate(action) for action in ACTIONS[:60]] == [anew.validate(action) for action in ACTIONS[:60]]
    with pytest.raises(TypeError, match="having"):
        made.changed(having=["text"])  # type: ignore[list-item]
