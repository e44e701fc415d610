"""The validator: the examples of core concepts, what each kind of constraint catches and lets pass, and its
properties."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tractatus.validator as validator_module
from tractatus.actions import read_action
from tractatus.comparison import Doing, compare
from tractatus.comparison.keys import keys_called
from tractatus.index import called
from tractatus.instruction import Instruction
from tractatus.validator import CrossReferenceValidator, Validation
from tractatus.vocabulary import ConflictType, Status

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def told(text: str, id: str = "inst_1", level: str = "MANDATORY", **fields: Any) -> Instruction:
    return Instruction(
        **{
            "id": id,
            "text": text,
            "quadrant": "SYSTEM",
            "persistence": "HIGH",
            "temporal_scope": "PROJECT",
            "verification_required": level,
            "explicitness": 0.9,
        }
        | fields
    )


def bash(command: str) -> dict[str, Any]:
    return {"tool_name": "Bash", "tool_input": {"command": command}}


def edit(path: str, old: str, new: str) -> dict[str, Any]:
    return {"tool_name": "Edit", "tool_input": {"file_path": path, "old_string": old, "new_string": new}}


def write(path: str, content: str) -> dict[str, Any]:
    return {"tool_name": "Write", "tool_input": {"file_path": path, "content": content}}


def check(text: str, action: dict[str, Any], **fields: Any) -> Validation:
    return CrossReferenceValidator([told(text, **fields)]).validate(action)


# The examples of core concepts, section 2 and "How the services work together".


def test_the_27027_incident():
    incident = {"type": "database_connect", "parameters": {"port": 27017, "database": "tractatus_dev"}}
    told_so = told("Check MongoDB at port 27027", "inst_042", parameters={"port": "27027"})
    result = CrossReferenceValidator([told_so]).validate(incident)
    assert result.status is Status.REJECTED
    assert "Pattern recognition bias override detected" in result.reason
    assert result.instruction_violated == "inst_042"
    assert (result.expected, result.actual) == ("27027", "27017")
    assert result.conflict_type is ConflictType.TRAINING_PATTERN_OVERRIDE
    assert result.requires_human_approval is False
    assert result.corrected_action == {"port": 27027}
    assert result.confidence >= 0.8


def test_the_incident_in_words():
    result = check("Check MongoDB at port 27027", bash("mongosh --port 27017"))
    assert result.conflict_type is ConflictType.TRAINING_PATTERN_OVERRIDE
    assert result.corrected_input == {"command": "mongosh --port 27027"}


def test_an_implicit_default_is_an_override_too():
    result = check("Check MongoDB at port 27027", bash("mongosh"))
    assert result.status is Status.REJECTED
    assert result.corrected_action == {"port": 27027}
    assert result.corrected_input == {"command": "mongosh --port 27027"}


def test_global_state():
    result = check(
        "Never use global state", write("src/cart.js", "let cart = [];\nexport function add(x) { cart.push(x); }\n")
    )
    assert result.status is Status.REJECTED


def test_privacy_against_aggressive_analytics():
    action = {"type": "implement_feature", "description": "Implement aggressive analytics", "parameters": {}}
    result = check("Prioritize user privacy", action, level="REQUIRED")
    assert result.status is Status.REJECTED
    assert result.conflict_type is ConflictType.VALUES_CONFLICT
    assert result.requires_human_approval is True


def test_a_refinement_is_not_a_conflict():
    assert (
        check("Use ES6+ JavaScript", write("src/a.js", "export const city = user?.address?.city;\n")).status
        is Status.APPROVED
    )


# Levels, scopes, time.


@pytest.mark.parametrize(
    ("level", "status"),
    [
        ("MANDATORY", Status.REJECTED),
        ("REQUIRED", Status.WARNING),
        ("OPTIONAL", Status.WARNING),
        ("NONE", Status.APPROVED),
    ],
)
def test_the_level_decides(level, status):
    assert check("Use pnpm, not npm", bash("npm install dayjs"), level=level).status is status


def test_superseded_expired_inactive_ones_never_match():
    action = bash("mongosh --port 27017")
    old = told("Check MongoDB at port 27027", "old")
    new = told("MongoDB runs on port 27017", "new", supersedes="old")
    validator = CrossReferenceValidator([old, new])
    assert validator.validate(action).status is Status.APPROVED
    validator.remove("new")
    assert validator.validate(action).status is Status.REJECTED
    expiring = CrossReferenceValidator([told("Check MongoDB at port 27027", expires_at=NOW)])
    assert expiring.validate(action, now=NOW).status is Status.APPROVED
    assert expiring.validate(action, now=NOW - timedelta(days=1)).status is Status.REJECTED
    assert check("Check MongoDB at port 27027", action, active=False).status is Status.APPROVED


def test_those_that_supersede_each_other_in_a_ring_supersede_nothing():
    action = bash("mongosh --port 27017")
    ring = [
        told("Check MongoDB at port 27027", "a", supersedes="c"),
        told("Use tabs", "b", supersedes="a"),
        told("Use pnpm", "c", supersedes="b"),
    ]
    assert CrossReferenceValidator(ring).validate(action).instruction_violated == "a"
    assert CrossReferenceValidator(ring[:2]).validate(action).status is Status.APPROVED
    chain = [*ring[:2], told("Use spaces", "d", supersedes="b")]
    assert CrossReferenceValidator(chain).validate(action).status is Status.APPROVED


def test_a_successor_for_another_environment_lifts_nothing_elsewhere():
    action = bash("mongosh --port 27017")
    old = told("Check MongoDB at port 27027", "old")
    new = told("MongoDB runs on port 27017", "new", supersedes="old", environment="staging")
    validator = CrossReferenceValidator([old, new])
    assert validator.validate(action, environment="production").instruction_violated == "old"
    assert validator.validate(action).instruction_violated == "old"
    assert validator.validate(action, environment="stg").status is Status.APPROVED
    there = CrossReferenceValidator([told(old.text, "old", environment="staging"), new])
    assert there.validate(action).status is Status.APPROVED


@pytest.mark.parametrize("name", ["production (eu)", "PRODUCTION!", "???", "prod eu"])
def test_a_name_of_an_environment_that_is_not_known_removes_nothing(name):
    action = bash("git push --force origin topic")
    validator = CrossReferenceValidator([told("Never force push", environment="production")])
    assert validator.validate(action, environment=name).status is Status.REJECTED
    odd = CrossReferenceValidator([told("Never force push", environment="???")])
    assert odd.validate(action, environment="production").status is Status.REJECTED


@pytest.mark.parametrize("name", [None, "???", "museum"])
def test_what_an_action_says_of_its_environment_lifts_no_instruction_for_production(name):
    validator = CrossReferenceValidator([told("Never force push", environment="production")])
    for command in ("git push --force origin topic", "NODE_ENV=development git push --force origin topic"):
        assert validator.validate(bash(command), environment=name).status is Status.REJECTED
    said = "NODE_ENV=production git push --force origin topic"
    assert validator.validate(bash(said), environment="dev").status is Status.REJECTED
    assert validator.validate(bash("git push --force origin topic"), environment="dev").status is Status.APPROVED


def test_an_id_that_is_there_twice_is_refused_and_add_replaces():
    with pytest.raises(ValueError, match="instructions: the id 'inst_1' is there twice"):
        CrossReferenceValidator([told("Never force push"), told("Prefer tabs")])
    validator = CrossReferenceValidator([told("Never force push")])
    validator.add(told("Prefer tabs"))
    assert len(validator) == 1
    assert validator.validate(bash("git push --force origin topic")).status is Status.APPROVED


def test_withdrawing_a_successor_is_no_change_that_lets_it_pass():
    old = told("Check MongoDB at port 27027", "old")
    new = told("Check MongoDB at port 27028", "new", supersedes="old")
    result = CrossReferenceValidator([old, new]).validate(bash("mongosh --port 27017"))
    assert [change["change"] for change in result.would_pass_if] == ["parameter"]


def test_age_never_weakens():
    ancient = told("Check MongoDB at port 27027", created_at=NOW - timedelta(days=5000))
    assert CrossReferenceValidator([ancient]).validate(bash("mongosh"), now=NOW).status is Status.REJECTED


def test_an_instruction_for_another_environment_does_not_apply():
    validator = CrossReferenceValidator([told("MongoDB runs on port 27027", environment="staging")])
    assert validator.validate(bash("mongosh"), environment="production").status is Status.APPROVED
    assert validator.validate(bash("mongosh"), environment="staging").status is Status.REJECTED


def test_a_projects_value_of_a_variable_is_used():
    validator = CrossReferenceValidator([told("MongoDB runs on port 27027")], variables={"DB_PORT": "27017"})
    assert validator.validate(bash("mongosh --port ${DB_PORT}")).status is Status.REJECTED


def test_instructions_that_contradict_each_other_need_a_human():
    validator = CrossReferenceValidator(
        [told("MongoDB runs on port 27027", "a"), told("MongoDB runs on port 27028", "b")]
    )
    result = validator.validate(bash("mongosh --port 27017"))
    assert result.corrected_action is None
    assert result.requires_human_approval is True


def test_an_approval_that_was_given_lets_it_pass():
    action = {"type": "deploy", "description": "Deploy the shop", "parameters": {"service": "shop"}}
    result = check("Ask me before you deploy the shop", action)
    assert result.status is Status.REJECTED
    assert {"change": "approval", "value": "a person has approved this action"} in result.would_pass_if
    claimed = check("Ask me before you deploy the shop", action | {"parameters": {"approved": True}})
    assert (claimed.status, claimed.requires_human_approval) == (Status.REJECTED, True)
    ask = {"type": "ask_user", "description": "May I deploy the shop?", "parameters": {}}
    assert check("Ask me before you deploy the shop", ask).status is Status.APPROVED


def test_what_is_not_understood_is_unchecked_and_never_stops():
    result = check(
        "Treat the archive of letters with dignity", {"type": "move", "description": "Move the archive of letters"}
    )
    assert result.status is Status.APPROVED
    assert [entry["id"] for entry in result.unchecked] == ["inst_1"]


@pytest.mark.parametrize(
    ("text", "against", "within"),
    [
        ("Never run php artisan migrate:fresh", bash("php artisan migrate:fresh --seed"), bash("php artisan migrate")),
        ("Don't touch vendor/legacy/", edit("vendor/legacy/a.py", "a = 1", "a = 2"), edit("vendor/new/a.py", "a = 1",
        "a = 2")),
        ("Only work in src/billing", edit("src/cart/a.ts", "a", "b"), edit("src/billing/a.ts", "a", "b")),
        ("Do not push to main", bash("git push origin main"), bash("git push origin topic/main-menu")),
        ("Branch names must be of the form feature/*", bash("git switch -c fix-it"), bash("git switch -c feature/fix")),
        ("No console.log except in tests", write("src/a.ts", "console.log(1)"), write("tests/a.ts", "console.log(1)")),
        ("Python 3.11 or newer", edit("a.toml", "x", 'python = ">=3.9"'), edit("a.toml", "x", 'python = ">=3.12"')),
        ("Member lists are never sent to sponsors",
         {"type": "send_file", "description": "Send the member list to the sponsor", "parameters": {}},
         {"type": "send_file", "description": "Send the bench list to the sponsor", "parameters": {}}),
        ("Use British English", write("a.md", "The color of harbors.\n"), write("a.md", "The colour of harbours.\n")),
        ("No force pushes", bash("git push -f origin topic"), bash("npm install --force")),
    ],
)  # fmt: skip
def test_each_kind_of_constraint_catches_and_lets_pass(text, against, within):
    assert check(text, against).status is not Status.APPROVED
    assert check(text, within).status is Status.APPROVED


# Properties.

PAIRS = [json.loads(line) for line in (Path(__file__).parent / "pairs.jsonl").read_text(encoding="utf-8").splitlines()]


def test_most_pairs_are_judged_as_a_careful_person_does():
    caught = missed = false = let = 0
    for pair in PAIRS:
        conflict = check(pair["instruction"], pair["action"]).status is not Status.APPROVED
        wanted = pair["expected"]["verdict"] != "APPROVED"
        caught, missed = caught + (conflict and wanted), missed + (wanted and not conflict)
        false, let = false + (conflict and not wanted), let + (not wanted and not conflict)
    assert caught / (caught + missed) >= 0.7
    assert false / (false + let) <= 0.05


def test_a_proposed_correction_is_approved_and_each_change_flips():
    tried: dict[str, int] = {}
    for pair in PAIRS:
        validator = CrossReferenceValidator([told(pair["instruction"])])
        action = pair["action"]
        result = validator.validate(action)
        holder = "tool_input" if "tool_name" in action else "parameters"
        if result.corrected_input is not None:
            assert validator.validate(action | {holder: result.corrected_input}).status is Status.APPROVED
            tried["correction"] = tried.get("correction", 0) + 1
        for change in result.would_pass_if:
            tried[change["change"]] = tried.get(change["change"], 0) + 1
            if change["change"] == "parameter":
                assert result.corrected_action == {change["parameter"]: change["value"]}
                if "tool_name" not in action:
                    given = (action.get("parameters") or {}) | {change["parameter"]: change["value"]}
                    assert validator.validate(action | {"parameters": given}).status is Status.APPROVED
            elif change["change"] == "approval":
                if "tool_name" not in action:
                    given = (action.get("parameters") or {}) | {"approved_by": "release manager, ticket OPS-12"}
                    assert validator.validate(action | {"parameters": given}).status is Status.APPROVED
                    tried["approver"] = tried.get("approver", 0) + 1
            else:
                validator.remove(change["id"])
                assert validator.validate(action).status is Status.APPROVED
    assert tried["correction"] > 5
    assert tried["parameter"] > 5
    assert tried["approver"] > 1
    assert tried["instruction"] > 20


def test_the_same_action_always_gets_the_same_answer():
    validator = CrossReferenceValidator([told(pair["instruction"], f"i{number}") for number, pair in enumerate(PAIRS)])
    for pair in PAIRS[::9]:
        first = validator.validate(pair["action"])
        assert first == validator.validate(pair["action"])
        json.dumps(first.to_dict())


def test_unrelated_instructions_change_nothing():
    alone = check("Check MongoDB at port 27027", bash("mongosh"))
    many = CrossReferenceValidator(
        [
            told("Check MongoDB at port 27027"),
            *(told(f"Service svc{n} listens on port {9000 + n}", f"x{n}") for n in range(300)),
        ]
    ).validate(bash("mongosh"))
    assert (many.status, many.conflicts, many.corrected_action) == (
        alone.status,
        alone.conflicts,
        alone.corrected_action,
    )


def test_removing_an_instruction_brings_the_verdict_back():
    validator = CrossReferenceValidator([told("Never use httpoison")])
    action = edit("mix.exs", "[]", '[{:httpoison, "~> 2.0"}]')
    assert validator.validate(action).status is Status.REJECTED
    validator.remove("inst_1")
    assert validator.validate(action) == CrossReferenceValidator().validate(action)
    validator.add(told("Never use httpoison"))
    validator.add(told("Never use tesla"))
    assert validator.validate(action).status is Status.APPROVED


def emptied(validator: CrossReferenceValidator) -> bool:
    index = validator._index
    held = (index.filed, index.by_term, index._live, index.superseded, index._same, index._ended, index._readers)
    return not any(held)


def test_nothing_is_left_of_what_was_replaced_and_removed():
    validator = CrossReferenceValidator()
    for number in range(300):
        validator.add(told(f"MongoDB runs on port {27018 + number}", supersedes=f"x{number % 7}"))
        validator.add(told("Treat the archive of letters with dignity", "unread"))
    assert len(validator) == 2
    assert len(validator._index._same) == 1
    validator.remove("inst_1")
    validator.remove("unread")
    assert emptied(validator)


# Threads.


def test_an_instruction_that_is_replaced_while_it_is_compared_is_not_missed(monkeypatch):
    validator = CrossReferenceValidator([told("Check MongoDB at port 27027")])
    compare = validator_module.compare

    def replacing(*args: Any) -> Any:
        validator.add(told("Check MongoDB at port 27028"))
        return compare(*args)

    monkeypatch.setattr(validator_module, "compare", replacing)
    during = validator.validate(bash("mongosh --port 27017"))
    assert (during.status, during.expected) == (Status.REJECTED, "27027")
    monkeypatch.undo()
    assert validator.validate(bash("mongosh --port 27017")).expected == "27028"
    validator.remove("inst_1")
    assert emptied(validator)


def test_readers_always_see_one_of_the_instructions_that_others_replace():
    validator = CrossReferenceValidator([told("Check MongoDB at port 27027")])
    stop = threading.Event()
    seen: list[Validation] = []

    def change() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            validator.add(told(f"Check MongoDB at port {27027 + number % 2}"))

    def read() -> None:
        seen.extend(validator.validate(bash("mongosh --port 27017")) for _ in range(150))

    writer, readers = threading.Thread(target=change), [threading.Thread(target=read) for _ in range(2)]
    for thread in (writer, *readers):
        thread.start()
    for thread in readers:
        thread.join()
    stop.set()
    writer.join()
    assert {(one.status, one.expected) for one in seen} <= {(Status.REJECTED, "27027"), (Status.REJECTED, "27028")}
    assert len(seen) == 300
    validator.remove("inst_1")
    assert emptied(validator)


# How much is compared.


def test_what_is_not_in_force_takes_no_place(monkeypatch):
    monkeypatch.setattr(validator_module, "MOST_COMPARED", 3)
    expired = [told(f"Files must not exceed {301 + n} lines", f"a{n}", expires_at=NOW) for n in range(9)]
    long = write("src/a.py", "a = 1\n" * 320)
    validator = CrossReferenceValidator([*expired, told("Files must not exceed 300 lines", "z")])
    assert validator.validate(long, now=NOW).instruction_violated == "z"


def test_the_firmest_are_compared_first_and_what_is_beyond_is_never_approved(monkeypatch):
    monkeypatch.setattr(validator_module, "MOST_COMPARED", 3)
    long = write("src/a.py", "a = 1\n" * 320)
    wishes = [told(f"Files must not exceed {1000 + n} lines", f"a{n}", level="OPTIONAL") for n in range(9)]
    firm = told("Files must not exceed 300 lines", "z")
    assert CrossReferenceValidator([*wishes, firm]).validate(long).status is Status.REJECTED
    beyond = CrossReferenceValidator(wishes).validate(long)
    assert (beyond.status, beyond.conflicts) == (Status.WARNING, ())
    assert beyond.unchecked[-1]["id"] == ""
    assert "than are compared at once" in beyond.reasons[-1]
    assert CrossReferenceValidator(wishes[:3]).validate(long).status is Status.APPROVED


def test_the_index_loses_nothing():
    """What no key of an action finds, no comparison would have found either."""
    validator = CrossReferenceValidator([told(pair["instruction"], f"i{number}") for number, pair in enumerate(PAIRS)])
    index = validator._index
    for pair in PAIRS[::3]:
        reading = read_action(pair["action"])
        doing = Doing(pair["action"], reading)
        found = set(called(index, keys_called(doing, index.filed)))
        for filed in set(index._same.values()) - found:
            assert compare(filed.constraint, doing, reading.environment) is None, (filed.constraint, pair["action"])


def test_a_name_among_many_alike_is_found_however_it_is_written():
    """It is filed under one of its pieces: each writing of it calls up that one, and few of the others."""
    texts = [
        text.format(number)
        for number in range(60)
        for text in ("Never delete the table orders_{}", "Never use `sum_{}()` in the ledger")
    ]
    texts.append("Do not use `naïveté`")
    validator = CrossReferenceValidator([told(text, f"i{number}") for number, text in enumerate(texts)])
    everything = set(validator._index._same.values())
    for action in (
        bash("./wipe orders_7"),
        bash('./wipe ord"ers_7"'),
        bash("T=orders_7; ./wipe $T"),
        bash("./wipe $'orders_\\x37'"),
        bash("python - <<'EOF'\nsum_7()\nEOF"),
        bash("python -c $'" + "pass\\n" * 1_000 + "\\x73um_\\x37()'"),
        edit("a.py", "", "x = orders_7.delete()"),
        edit("a.py", "", "x = sum_7()"),
        edit("a.py", "", "naïveté = 1"),
    ):
        doing = Doing(action, read_action(action))
        found = list(called(validator._index, keys_called(doing, validator._index.filed)))
        against = [filed for filed in everything if compare(filed.constraint, doing, None) is not None]
        assert len(against) == 1, action
        assert against[0] in found, action
        assert len(found) < 15, (action, len(found))


def test_an_action_calls_up_few_of_many():
    areas = [f"{first}{second}" for first in ("north", "south", "east") for second in ("quay", "mill", "ford", "gate")]
    texts = [
        text.format(area=area, number=number)
        for number in range(20)
        for area in areas
        for text in (
            "Set {area}_RETRIES to {number}",
            "Use port 90{number} for the {area} service",
            "The {area} database is called {area}_{number}",
            "Never delete the table {area}_{number}",
        )
    ]
    validator = CrossReferenceValidator([told(text, f"i{number}") for number, text in enumerate(texts)])
    for action in (
        edit("a.env", "", "HARBOUR_RETRIES=30"),
        bash("curl http://localhost:8080/ledger"),
        bash("psql -d ledger -c 'drop table boats'"),
    ):
        doing = Doing(action, read_action(action))
        assert len(list(called(validator._index, keys_called(doing, validator._index.filed)))) < 30
        assert validator.validate(action).status is Status.APPROVED
    set_so = validator.validate(edit("a.env", "", "NORTHQUAY_RETRIES=77"))
    assert set_so.conflicts_in_all == 20


def test_the_data_is_read_when_a_service_is_built():
    """In a process of its own, where nothing has been read yet."""
    script = """
import json, sys
from tractatus import datafiles
from tractatus.classifier import InstructionPersistenceClassifier
from tractatus.instruction import Instruction
from tractatus.validator import CrossReferenceValidator
fields = {"quadrant": "SYSTEM", "persistence": "HIGH", "temporal_scope": "PROJECT",
          "verification_required": "MANDATORY", "explicitness": 0.9}
validator, classifier = CrossReferenceValidator(), InstructionPersistenceClassifier()
def read(path):
    raise AssertionError(f"{path} is read when an action is validated")
datafiles.read = read
for number, line in enumerate(sys.stdin):
    pair = json.loads(line)
    validator.add(Instruction(id=str(number), text=pair["instruction"], **fields))
    validator.validate(pair["action"])
    classifier.classify(pair["instruction"])
print("done")
"""
    pairs = "".join(json.dumps(pair) + "\n" for pair in PAIRS[::4])
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", script], input=pairs, capture_output=True, text=True, cwd=root)
    assert done.stdout == "done\n", done.stderr[-800:]


# What is said.


def test_a_reason_gives_the_instruction_in_its_own_words_what_the_action_does_and_what_follows():
    rejected = check("Check MongoDB at port 27027", bash("mongosh --port 27017"))
    assert rejected.reason.startswith("The instruction says “Check MongoDB at port 27027”: ")
    (reason,) = rejected.reasons
    assert reason.startswith("inst_1 says “Check MongoDB at port 27027”. It asks for “27027”; the action has “27017”")
    assert "The instruction is MANDATORY, so the action is rejected" in reason
    warned = check("Check MongoDB at port 27027", bash("mongosh --port 27017"), level="REQUIRED")
    assert "The instruction is REQUIRED, so it is warned of, not rejected" in warned.reasons[0]
    assert check("Use pnpm", bash("pnpm install")).reasons[-1].endswith("were compared with it; it breaks none.")


def test_what_is_expected_is_a_value_or_none():
    result = check("Never use port 27017 for MongoDB", bash("mongosh --port 27017"))
    assert (result.status, result.expected, result.actual) == (Status.REJECTED, None, "27017")


def test_every_instruction_in_conflict_is_cited():
    validator = CrossReferenceValidator([told(f"MongoDB runs on port {27018 + n}", f"i{n:02}") for n in range(30)])
    assert validator.validate(bash("mongosh --port 27017")).cited == tuple(f"i{n:02}" for n in range(30))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None, max_examples=80)
@given(
    st.dictionaries(
        st.sampled_from(["type", "description", "parameters", "tool_name", "tool_input"]), JSON, max_size=5
    ),
    st.text(max_size=80),
)
def test_no_action_and_no_instruction_breaks_it(action, text):
    validator = CrossReferenceValidator([told("Never push to main"), told(text, "b"), told("Use port 5439", "c")])
    assert 0 <= validator.validate(action).confidence <= 1


@pytest.mark.parametrize("text", ["\0" * 9, "\ud800", "(" * 200_000, "a " * 200_000, '"' * 200_000, "--" * 200_000])
def test_a_very_long_action_is_answered(text):
    validator = CrossReferenceValidator(
        [told(pair["instruction"], f"i{number}") for number, pair in enumerate(PAIRS[::4])]
    )
    validator.validate(bash(text))
    validator.validate(write("a.md", text))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: CrossReferenceValidator(["no"]), TypeError, "instructions[0]: an Instruction is expected, not str."),
        (lambda: CrossReferenceValidator().validate("no"), TypeError, "action: an object is expected, not str."),
        (lambda: CrossReferenceValidator().validate({}, now="today"), TypeError, "now: a time is expected, not str."),
        (
            lambda: CrossReferenceValidator().validate({}, environment=3),
            TypeError,
            "environment: text is expected, not int.",
        ),
        (lambda: CrossReferenceValidator(variables=[]), TypeError, "variables: an object is expected, not list."),
        (lambda: CrossReferenceValidator().remove("x"), KeyError, "id: no instruction has the id 'x'."),
    ],
)
def test_a_wrong_argument_is_named(call, error, words):
    with pytest.raises(error, match=re.escape(words)):
        call()


def test_the_worst_comes_first_and_the_rest_is_counted():
    validator = CrossReferenceValidator([told(f"MongoDB runs on port {27018 + n}", f"i{n:02}") for n in range(30)])
    result = validator.validate(bash("mongosh --port 27017"))
    assert (len(result.conflicts), result.conflicts_in_all) == (20, 30)
    assert result.instruction_violated == result.conflicts[0].instruction_id


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("We prefer small commits. " * 4000 + "Never force push.", "git push -f"),
        ("; ".join(f"never use tool{number}" for number in range(10_000)), "tool9999 run"),
    ],
)
def test_an_instruction_too_long_to_be_read_says_so_of_every_action(text, command):
    long = Instruction("long", text, "OPERATIONAL", "HIGH", "PROJECT", "MANDATORY", 0.9)
    validator = CrossReferenceValidator([long])
    action = {"tool_name": "Bash", "tool_input": {"command": command}}
    found = validator.validate(action)
    assert {"id": "long", "reason": "only its first 6,000 characters were read"} in found.unchecked
    assert found.confidence < 0.9
    validator.remove("long")
    assert validator.validate(action).unchecked == ()
