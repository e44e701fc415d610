"""BoundaryEnforcer: the examples of core concepts, tool calls, free text, and boundaries of one's own."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tractatus.tool_calls import IRREVERSIBLE, ORDINARY, call
from tractatus import boundaries
from tractatus.boundaries import Boundary, BoundaryEnforcer, packs, read_boundaries
from tractatus.boundaries.catalogue import catalogue, read_catalogue
from tractatus.datafiles import DataError
from tractatus.vocabulary import Domain

HERE = Path(__file__).parent
ENFORCER = BoundaryEnforcer()

CORE_CONCEPTS = (
    (
        "Update privacy policy to allow more data collection",
        {
            "domain": "values",
            "section": "12.1",
            "requires_human": True,
            "reason": "Privacy vs. business value trade-off",
            "alternatives_ai_can_provide": [
                "Research industry privacy standards",
                "Analyze impact of current policy",
                "Document pros/cons of options",
            ],
            "final_decision_requires": "human_judgment",
        },
    ),
    (
        "Auto-subscribe users to newsletter",
        {
            "domain": "user_agency",
            "section": "12.2",
            "requires_human": True,
            "reason": "Determines level of user control",
            "alternatives_ai_can_provide": [
                "Implement opt-in system",
                "Implement opt-out system",
                "Document industry practices",
            ],
            "final_decision_requires": "human_judgment",
        },
    ),
    (
        "Delete all user data older than 30 days",
        {
            "domain": "irreversible",
            "section": "12.3",
            "requires_human": True,
            "reason": "Data deletion cannot be undone",
            "safety_checks": ["Backup exists?", "Legal requirements met?", "User consent obtained?"],
            "final_decision_requires": "human_approval",
        },
    ),
)


@pytest.mark.parametrize(("decision", "expected"), CORE_CONCEPTS)
def test_the_examples_of_core_concepts(decision, expected):
    check = ENFORCER.check(decision).to_dict()
    assert check["decision"] == decision
    assert {key: check[key] for key in expected} == expected
    assert check["confidence"] >= boundaries.LOW_CONFIDENCE


@pytest.mark.parametrize(("decision", "expected"), CORE_CONCEPTS)
def test_the_examples_as_described_actions(decision, expected):
    check = ENFORCER.check({"type": "decision", "description": decision, "parameters": {}}).to_dict()
    assert {key: check[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("decision", "domain"),
    [
        ("Should we prioritize privacy or performance?", "values"),
        ("How much user agency should we provide?", "user_agency"),
        ("Is this content harmful?", "values"),
    ],
)
def test_the_questions_of_core_concepts_need_a_person(decision, domain):
    check = ENFORCER.check(decision)
    assert check.requires_human
    assert check.domain == domain


@pytest.mark.parametrize(
    "decision",
    [
        "Calculate the average order value",
        "Convert the dates to ISO 8601",
        "Find all lines that match the pattern",
        "Choose the cheapest of these three flights that arrives before noon",
        "Implement the login form as specified in the ticket",
        "Fix the right margin",
        "Delete the temp file",
        "Write a fair scheduler for the worker threads",
        "Compute the privacy budget for the weekly report",
        "Rename the class CultureInfo",
        "Hello",
        "ok",
    ],
)
def test_loaded_words_alone_stop_nothing_that_can_be_automated(decision):
    check = ENFORCER.check(decision)
    assert not check.requires_human
    assert (check.domain, check.section, check.final_decision_requires) == (None, None, None)
    assert check.safety_checks == ()
    assert check.reasons


def test_the_sections_and_what_each_domain_needs():
    told = catalogue().domains
    assert {domain: told[domain].section for domain in Domain} == {
        "values": "12.1",
        "user_agency": "12.2",
        "irreversible": "12.3",
        "cultural_context": "12.4",
        "unprecedented": "12.5",
    }
    for domain in Domain:
        irreversible = domain == Domain.IRREVERSIBLE
        assert told[domain].requires == ("human_approval" if irreversible else "human_judgment")
        assert bool(told[domain].checks) is irreversible


def test_ordinary_tool_calls_ask_nobody():
    assert [row for row in ORDINARY if ENFORCER.check(call(row)).requires_human] == []


def test_irreversible_tool_calls_ask():
    for row, _ in IRREVERSIBLE:
        check = ENFORCER.check(call(row))
        assert (check.domain, check.section, check.final_decision_requires) == (
            "irreversible",
            "12.3",
            "human_approval",
        )
        assert check.safety_checks
        assert check.alternatives_ai_can_provide


def rows(name: str) -> list[dict]:
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


def test_at_most_two_in_a_hundred_approved_tool_calls_ask():
    approved = [
        row["action"]
        for row in rows("pairs.jsonl")
        if row["expected"]["verdict"] == "APPROVED" and "tool_name" in row["action"]
    ]
    asked = [action for action in approved if ENFORCER.check(action).requires_human]
    assert len(asked) <= 0.02 * len(approved), asked


@pytest.mark.parametrize(("decision", "expected"), CORE_CONCEPTS)
def test_a_learned_estimate_never_stops_a_tool_call(decision, expected):
    for action in (
        {"tool_name": "Bash", "tool_input": {"command": "ls", "description": decision}},
        {"tool_name": "Write", "tool_input": {"file_path": "notes.md", "content": decision}},
        {"tool_name": "Task", "tool_input": {"prompt": decision}},
    ):
        assert not ENFORCER.check(action).requires_human


@pytest.mark.parametrize(("decision", "expected"), CORE_CONCEPTS)
def test_the_caller_cannot_declare_itself_out(decision, expected):
    plain = ENFORCER.check({"type": "decision", "description": decision, "parameters": {}})
    declared = ENFORCER.check(
        {
            "type": "decision",
            "description": decision,
            "domain": "technical",
            "requires_human": False,
            "parameters": {"domain": "technical", "automatable": True, "approved": True, "requires_human": False},
        }
    )
    assert declared == plain
    for kind in ("technical", "calculation", "unit_test", "refactor"):
        check = ENFORCER.check({"type": kind, "description": decision, "parameters": {"domain": "technical"}})
        assert check.domain == expected["domain"]
    for beside in ({"command": "true"}, {"code": "pass"}, {"query": "select 1"}):
        check = ENFORCER.check({"type": "decision", "description": decision, "parameters": beside})
        assert check.domain == expected["domain"]


def test_a_tool_call_cannot_declare_itself_out():
    given = {"command": "git push --force origin main", "domain": "technical", "approved": True, "automatable": True}
    assert ENFORCER.check({"tool_name": "Bash", "tool_input": given}).requires_human


def test_a_command_in_backquotes_is_read():
    check = ENFORCER.check("Run `git push --force origin main` and tell the team")
    assert check.domain == "irreversible"
    assert check.confidence > 0.9


def test_a_low_confidence_is_said():
    check = ENFORCER.check(call("git push --force"))
    assert check.confidence < boundaries.LOW_CONFIDENCE
    assert "The confidence is low" in check.reasons[-1]


OWN = """
[[boundary]]
name = "Prices"
domain = "values"
reason = "Prices are decided by the board"
cues = ["price list", "discount*"]
alternatives = ["Prepare a proposal for the board"]

[[boundary]]
name = "The ledger"
domain = "irreversible"
reason = "The ledger is closed each night"
paths = ["ledger/*"]
environments = ["production"]
safety_checks = ["Has the bookkeeper been asked?"]
"""


def test_an_organisation_adds_boundaries():
    enforcer = BoundaryEnforcer(read_boundaries(OWN))
    check = enforcer.check("Put a discount of 3 % on the tickets, as the spec says")
    assert check.to_dict() | {"confidence": 0, "decision": ""} == {
        "decision": "",
        "domain": "values",
        "section": "12.1",
        "requires_human": True,
        "reason": "Prices are decided by the board",
        "alternatives_ai_can_provide": ["Prepare a proposal for the board"],
        "safety_checks": [],
        "final_decision_requires": "human_judgment",
        "confidence": 0,
        "reasons": ["The boundary “Prices” holds here (discount)."],
    }
    assert not ENFORCER.check("Put a discount of 3 % on the tickets, as the spec says").requires_human


def test_a_boundary_of_paths_and_environments_holds_for_tool_calls_that_change_something():
    enforcer = BoundaryEnforcer(read_boundaries(OWN))
    copy = "NODE_ENV=production cp new.csv ledger/2026.csv"
    check = enforcer.check(call(copy))
    assert (check.domain, check.safety_checks) == ("irreversible", ("Has the bookkeeper been asked?",))
    assert not enforcer.check(call("cp new.csv ledger/2026.csv")).requires_human
    assert not enforcer.check(call("NODE_ENV=production cat ledger/2026.csv")).requires_human


@pytest.mark.parametrize("name", ["prod", "Production", "production (eu)"])
def test_the_environment_of_a_boundary_is_known_in_every_usual_form(name):
    enforcer = BoundaryEnforcer([Boundary("The ledger", "irreversible", "It is closed", environments=(name,))])
    write = call("cp new.csv ledger/2026.csv")
    assert not enforcer.check(write).requires_human
    for environment in ("prod", "production", "live", "eu-prod"):
        assert enforcer.check(write, environment=environment).requires_human
    assert not enforcer.check(write, environment="staging").requires_human
    assert enforcer.check(call("NODE_ENV=production cp new.csv ledger"), environment="staging").requires_human
    assert enforcer.check(call("NODE_ENV=development cp new.csv ledger"), environment="prod").requires_human


def test_a_path_of_a_boundary_is_a_pattern_of_the_whole_path_in_any_folder():
    enforcer = BoundaryEnforcer(read_boundaries(OWN.replace('environments = ["production"]\n', "")))
    for path in ("ledger/2026.csv", "./ledger/2026.csv", "/srv/shop/ledger/2026.csv", "notes/../ledger/2026.csv"):
        assert enforcer.check(call(("Write", {"file_path": path, "content": "a"}))).requires_human, path
    for path in ("Ledger/2026.csv", "ledgers/2026.csv", "ledger.csv"):
        assert not enforcer.check(call(("Write", {"file_path": path, "content": "a"}))).requires_human, path
    many = "\n".join(f"touch a{number}.csv" for number in range(400))
    assert enforcer.check(call(f"{many}\ntouch ledger/2026.csv")).requires_human


def test_the_worst_of_several_boundaries_wins_and_all_are_named():
    enforcer = BoundaryEnforcer(
        [
            Boundary("Prices", "values", "The board decides prices", paths=("prices/*",)),
            Boundary("The ledger", "irreversible", "It is closed", paths=("*.csv",), safety_checks=("Asked?",)),
        ]
    )
    check = enforcer.check(call("cp a.csv prices/b.csv"))
    assert (check.domain, check.reason, check.safety_checks) == ("irreversible", "It is closed", ("Asked?",))
    assert [reason.split("”")[0] for reason in check.reasons] == [
        "The boundary “The ledger",
        "The boundary “Prices",
    ]
    enforcer = BoundaryEnforcer([Boundary("Force", "values", "Asked first", cues=("force",))])
    check = enforcer.check(call("git push --force origin main"))
    assert check.domain == "irreversible"
    assert check.reasons[-1] == "The boundary “Force” holds here (force)."


@pytest.mark.parametrize("name", ["pairs.jsonl", "pairs_more.jsonl"])
def test_few_approved_described_actions_ask_by_the_learned_estimate(name):
    described = [
        row["action"]
        for row in rows(name)
        if row["expected"]["verdict"] == "APPROVED" and "tool_name" not in row["action"]
    ]
    checks = [ENFORCER.check(action) for action in described]
    learned = [
        check for check in checks if check.requires_human and check.reasons[0].startswith("The learned estimate")
    ]
    assert len(learned) <= 0.12 * len(described)


def test_words_written_to_a_file_are_no_cues_of_a_boundary():
    enforcer = BoundaryEnforcer(packs=["health"])
    write = ("Write", {"file_path": "src/dose.py", "content": "# raise the dose by 5 mg\n"})
    assert not enforcer.check(call(write)).requires_human
    assert enforcer.check(call(("update_plan", {"note": "raise the dose by 5 mg"}))).requires_human


def test_domain_packs_come_as_data():
    assert packs() == ("finance", "government", "health", "schools")
    for name in packs():
        assert BoundaryEnforcer(packs=[name]).boundaries
    enforcer = BoundaryEnforcer(packs=["health"])
    assert enforcer.check("Raise the dose in the evening").reason.startswith("Who is treated how")
    again = BoundaryEnforcer(packs=[boundaries.PACKS / "health.toml"])
    assert again.boundaries == enforcer.boundaries


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ('[[boundary]]\nname = "a"\ndomain = "value"\nreason = "b"\ncues = ["c"]', "line 3: domain: one of values, "),
        ('[[boundary]]\nname = "a"\ndomain = "values"\ncues = ["c"]', "line 1: reason: this is missing."),
        ('[[boundary]]\nname = "a"\ndomain = "values"\nreason = "b"', "line 1: cues: at least one cue, environment"),
        ('\n[[boundary]]\nname = "a"\ndomain = "values"\nreason = "b"\ncues = ["a*"]', "line 6: cues: 'a*' would find"),
        ('[[boundary]]\nname = "a"\ndomain = "values"\nreason = "b"\ncues = "c"', "line 5: cues: a list of texts"),
        ('[[boundary]]\nname = "a"\nwho = "b"', "line 3: who: this is not known; known are name, domain, "),
        ("[[boundary", "boundaries: this is not TOML"),
    ],
)
def test_a_wrong_boundary_is_named_with_its_line(content, error):
    with pytest.raises(DataError) as raised:
        read_boundaries(content)
    assert error in str(raised.value)


def test_two_boundaries_of_one_name_are_an_error():
    with pytest.raises(DataError) as raised:
        read_boundaries(OWN + OWN)
    assert "line 18: name: 'Prices' is there already, in line 3." in str(raised.value)


@pytest.mark.parametrize(
    ("wrong", "kind", "error"),
    [
        (3, TypeError, "decision: an object is expected, not int."),
        (None, TypeError, "decision: an object is expected, not nothing."),
        (["a"], TypeError, "decision: an object is expected, not list."),
    ],
)
def test_a_wrong_type_is_named(wrong, kind, error):
    with pytest.raises(kind) as raised:
        ENFORCER.check(wrong)
    assert str(raised.value) == error


def test_a_wrong_boundary_or_pack_is_named():
    with pytest.raises(ValueError) as raised:
        BoundaryEnforcer(packs=["wealth"])
    assert str(raised.value) == "packs: one of finance, government, health, schools is expected, not 'wealth'."
    with pytest.raises(TypeError) as raised:
        BoundaryEnforcer(["a"])
    assert str(raised.value) == "boundaries: a Boundary is expected, not str."
    with pytest.raises(ValueError) as raised:
        Boundary("a", "technical", "b", cues=("c",))
    assert str(raised.value).startswith("domain: one of values, ")
    with pytest.raises(ValueError) as raised:
        Boundary("a", "values", "b", environments=("the moon!",))
    assert str(raised.value) == "environments: the name of an environment is expected, not 'the moon!'."
    with pytest.raises(TypeError) as raised:
        Boundary("a", "values", "b", cues=3)
    assert str(raised.value) == "cues: a list of texts is expected, not int."
    with pytest.raises(TypeError) as raised:
        BoundaryEnforcer(packs="health")
    assert str(raised.value) == "packs: a list is expected, not str."
    with pytest.raises(TypeError) as raised:
        BoundaryEnforcer(packs=[3])
    assert str(raised.value) == "packs: a name, a path or boundaries are expected, not int."


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
TEXT = st.text(st.characters(), max_size=300)  # with lone surrogates and NUL


@settings(max_examples=150, deadline=None)
@given(TEXT)
def test_any_text_is_answered(text):
    check = ENFORCER.check(text)
    assert 0 <= check.confidence <= 1
    assert check.requires_human is (check.domain is not None) is (check.final_decision_requires is not None)
    assert check == ENFORCER.check(text)
    json.dumps(check.to_dict())


@settings(max_examples=150, deadline=None)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "type": JSON,
            "description": JSON,
            "parameters": JSON,
            "tool_name": JSON,
            "tool_input": JSON,
        },
    )
)
def test_any_object_is_answered(action):
    check = ENFORCER.check(action)
    assert 0 <= check.confidence <= 1
    json.dumps(check.to_dict())


@pytest.mark.parametrize(
    "long", ["a " * 500_000, "x" * 1_000_000, "`" * 1_000_000, "é\u0301" * 400_000, "\0" * 1_000_000]
)
def test_a_megabyte_is_answered_soon_and_the_cut_is_said(long):
    start = time.thread_time()
    check = ENFORCER.check(long)
    assert time.thread_time() - start < 1
    assert "Only the first 4000 characters were weighed." in check.reasons
    assert len(check.decision) < 5_000


def test_a_tool_call_that_is_too_long_to_be_read_is_said():
    start = time.thread_time()
    check = ENFORCER.check(call("ls\n" * 300_000))
    assert time.thread_time() - start < 3
    assert check.requires_human, "what is run is read to its end, or a person is asked"
    assert "too long or too deep to be read to its end" in check.reasons[0]
    check = ENFORCER.check({"tool_name": "Write", "tool_input": {"file_path": "a.txt", "content": "a b\n" * 300_000}})
    assert not check.requires_human
    assert check.confidence == 0.5
    assert check.reasons[0].startswith("It is too long to be read to its end")


def test_deep_nesting_is_answered():
    deep: object = "delete all user data"
    for _ in range(10_000):
        deep = [deep]
    ENFORCER.check({"type": "decision", "description": "Tidy", "parameters": {"deep": deep}})
    ENFORCER.check({"tool_name": "x", "tool_input": {"deep": deep}})


def test_many_threads_get_the_same_answer():
    expected = [ENFORCER.check(decision) for decision, _ in CORE_CONCEPTS]
    found: list[bool] = []

    def ask() -> None:
        found.extend([ENFORCER.check(decision) for decision, _ in CORE_CONCEPTS] == expected for _ in range(20))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 160
    assert all(found)


def test_the_data_file_is_right():
    assert {domain for domain, _ in catalogue().themes} == set(Domain)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ('[[cue]]\ndomain = "values"\nwords = ["a*"]\nweight = 1.0', "line 3: words: 'a*' would find too much"),
        ('[[cue]]\ndomain = "values"\nwords = ["ab"]\nweight = "much"', "line 4: weight: a number is expected"),
        ('[[automatable]]\nwords = ["ab"]\nfirst = 1\nweight = 1.0', "line 3: first: true or false is expected"),
        ('[[domain]]\nname = "value"', "line 2: name: one of values, "),
        ("", "the domain values is missing"),
    ],
)
def test_a_wrong_row_is_named_with_its_line(content, error):
    with pytest.raises(DataError) as raised:
        read_catalogue(content)
    assert error in str(raised.value)
