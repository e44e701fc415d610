"""What an instruction says of where, when, how and which is looked for in the action before it counts as broken."""

from __future__ import annotations

import time

import pytest

from tractatus import CrossReferenceValidator, Instruction, InstructionPersistenceClassifier
from tractatus.vocabulary import Status

_CLASSIFIER = InstructionPersistenceClassifier()


def verdict(text: str, action: dict):
    instruction = Instruction.from_classification(_CLASSIFIER.classify(text), id="one")
    return CrossReferenceValidator([instruction]).validate(action)


def act(kind: str, description: str, **parameters: object) -> dict:
    return {"type": kind, "description": description, "parameters": parameters}


def edit(path: str, old: str, new: str) -> dict:
    return {"tool_name": "Edit", "tool_input": {"file_path": path, "old_string": old, "new_string": new}}


def bash(command: str) -> dict:
    return {"tool_name": "Bash", "tool_input": {"command": command}}


PUMP = "Pump speed must not exceed 900 rpm while the lid is open"
KILN = "In the glaze kiln room the heater never goes above 60 °C"
HOT = "never call malloc or printf inside Render()"
SIREN = "Sirens are never triggered by script, only from the console or the panel"
SUMMARY = "Summarising runs at temperature 0.1, so that two runs agree"
ROAD = "When the gate is down, cart speed must not exceed 10"
LAMP = "At night the lamp brightness must not exceed 20"
BATCH = "The ledger worker uses a batch size of 50"
WAIT = "We settled on a timeout of 5 seconds in the kiosk"
SEED = "seed is 5, otherwise the tables in the report differ"
BACKUPS = "Backup retention: 90 days for payroll, 7 for everything else"
BADGES = "A human, not an algorithm, decides on badge requests"
SPEND = "Anything above 80 EUR must be confirmed by the treasurer before it is bought"
QUIET = "Do NOT add code comments unless the maintainer asks for them"
LOOK = "You only review here. Do not change any file."
HEX = "Use the design tokens rather than hard-coded colours"
HINTS = "Public functions must have type hints"
REGION = "eu-north-1 is the only region we deploy to"
TRASH = "NEVER use rm -rf, move things to attic/ instead"
ACCESS = "Accessibility is a promise: everything can be used with the keyboard alone"
SLOW = "Gateway requests time out after 20 seconds"

ELSEWHERE = [
    (PUMP, act("set_pump", "Rinse the tank", pump_speed=1500, lid="closed")),
    (PUMP, act("set_pump", "Rinse the tank", pump_speed=1500, lid_open=False)),
    (KILN, act("set_heater", "Warm up for the morning", room="office", target_c=75)),
    (HOT, edit("src/boot.cpp", "void Start() {", "void Start() {\n    buffer = malloc(64);")),
    (SUMMARY, edit("poems/writer.py", "ask(topic)", "ask(topic, temperature=0.9)")),
    (ROAD, act("set_speed", "Cross the yard", cart_speed=40, gate="up")),
    (LAMP, act("set_lamp", "Light for breakfast", brightness=80, time_of_day="morning")),
    (BATCH, edit("search/indexer.yaml", "batch_size: 100", "batch_size: 200")),
    (WAIT, edit("server/http.ts", "timeout: 1", "timeout: 30_000")),
    (HINTS, edit("stars/read.py", "import json", "import json\n\ndef _cut(line):\n    return line[1:]")),
    (BADGES, act("count_requests", "Count the badge requests of the week", week=12)),
    (SPEND, act("place_order", "Buy the new printer", total_eur=210.0, confirmed_by_treasurer=True)),
    (SPEND, act("place_order", "Buy the new printer", total_eur=210.0, approved_by="Head of finance")),
    (QUIET, act("edit_file", 'Maintainer asked: "please comment the mask"', file="mask.py", add="# the low four bits")),
]


@pytest.mark.parametrize(("text", "action"), ELSEWHERE)
def test_what_the_action_names_otherwise_is_unchecked_not_broken(text, action):
    found = verdict(text, action)
    assert found.status is Status.APPROVED, found.reason
    assert found.unchecked
    assert any("nobody here can verify" in one["reason"] or "the action" in one["reason"] for one in found.unchecked)


NOT_MEANT = [
    (SIREN, act("trigger_sirens", "Trigger the sirens for the drill", source="panel")),
    (BACKUPS, bash("aws logs put-retention-policy --log-group-name /shop/backup --retention-in-days 7")),
    (LOOK, act("post_comment", "Say that the loop never ends", file="src/loop.ts", line=7)),
    (HEX, edit("web/theme.css", "--ink: #222222;", "--ink: #333333;")),
    (REGION, bash("aws rds describe-db-instances --region us-east-1")),
    (REGION, bash("aws s3api list-buckets --region us-east-1")),
    (TRASH, bash("mv old attic/old")),
    (
        ACCESS,
        edit(
            "ui/Tile.tsx", "<div onClick={go}>", '<div role="button" tabIndex={0} onClick={go} onKeyDown={enter(go)}>'
        ),
    ),
    (SLOW, edit("gate/config.ts", "gatewayTimeoutMs: 0", "gatewayTimeoutMs: 20_000")),
    (SLOW, edit("gate/config.ts", "gatewayTimeoutSec: 0", "gatewayTimeoutSec: 20")),
]


@pytest.mark.parametrize(("text", "action"), NOT_MEANT)
def test_what_the_instruction_does_not_mean_is_no_breach(text, action):
    found = verdict(text, action)
    assert found.status is Status.APPROVED, found.reason


BROKEN = [
    (PUMP, act("set_pump", "Rinse the tank", pump_speed=1500, lid="open")),
    (PUMP, act("set_pump", "Rinse the tank", pump_speed=1500)),
    (KILN, act("set_heater", "Warm up the kiln", room="glaze kiln", target_c=75)),
    (HOT, edit("src/draw.cpp", "void Render() {", "void Render() {\n    buffer = malloc(64);")),
    (LAMP, act("set_lamp", "Light for reading", brightness=80, time_of_day="night")),
    (BATCH, edit("ledger/worker.yaml", "batch_size: 100", "batch_size: 200")),
    (WAIT, edit("kiosk/http.ts", "timeout: 1", "timeout: 30_000")),
    (SEED, edit("trials/run.py", "seed: int = 5", "seed = 8")),
    (SUMMARY, edit("summarise/run.py", "ask(text)", "ask(text, temperature=0.9)")),
    (HINTS, edit("stars/read.py", "import json", "import json\n\ndef cut(line):\n    return line[1:]")),
    (
        HINTS,
        edit(
            "stars/read.py", "import json", "import json\n\ndef _a(b):\n    return b\n\ndef cut(line):\n    return line"
        ),
    ),
    (SIREN, act("trigger_sirens", "Trigger the sirens for the drill", source="script")),
    (BADGES, act("decide_requests", "Turn down the badge requests of the week", decided_by="algorithm")),
    (SPEND, act("place_order", "Buy the new printer", total_eur=210.0, approved=True)),
    (SPEND, act("place_order", "Buy the new printer as requested", total_eur=210.0)),
    (SPEND, act("place_order", "Buy the new printer", total_eur=210.0, confirmed_by_agent=True)),
    (LOOK, edit("src/loop.ts", "i--", "i++")),
    (HEX, edit("web/Card.css", "color: var(--ink);", "color: #333333;")),
    (REGION, bash("aws lambda create-function --region us-east-1 --function-name a")),
    (TRASH, bash("rm -rf old")),
    (ACCESS, edit("ui/Tile.tsx", "<button onClick={go}>", "<div onClick={go}>")),
    (SLOW, edit("gate/config.ts", "gatewayTimeoutMs: 0", "gatewayTimeoutMs: 45_000")),
]


@pytest.mark.parametrize(("text", "action"), BROKEN)
def test_where_the_instruction_holds_or_nothing_else_is_named_it_is_broken(text, action):
    assert verdict(text, action).status is not Status.APPROVED


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("The oven must not exceed 200 °C except while the hood is on", {"temperature_c": 240, "hood": "off"}),
        ("Keep temperature at most 200 °C only when the hood is on, never else", {"temperature_c": 240}),
    ],
)
def test_a_qualifier_turned_into_its_contrary_lifts_nothing(text, action):
    found = verdict(text, act("set_oven", "Heat the oven", **action))
    assert not any("speaks of" in one["reason"] for one in found.unchecked)


@pytest.mark.parametrize("text", ["while " * 3_000, "in the " + " " * 8_000 + "x is open", "400 for a, " * 900])
def test_long_instructions_are_looked_through_in_bounded_time(text):
    began = time.thread_time()
    verdict(f"Port must not exceed 250 {text}", act("set", "Set it", port=400, **{"k" * 5_000: "v", "door": "closed"}))
    assert time.thread_time() - began < 2
