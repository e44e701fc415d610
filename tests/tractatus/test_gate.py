"""The gate: each rule of its table, what wins, grants, explanations (framework, gate; core concepts, integration)."""

import dataclasses
import json
import math
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tractatus
from tractatus.actions import read_action
from tractatus.boundaries import Boundary, BoundaryEnforcer
from tractatus.classifier import InstructionPersistenceClassifier
from tractatus.gate import RULES, Gate, GateRequest
from tractatus.grants import canonical_json, grant_for
from tractatus.handoffs import hands_over
from tractatus.instruction import Instruction
from tractatus.pressure import SessionState
from tractatus.thresholds import Thresholds, VerificationThresholds
from tractatus.validator import CrossReferenceValidator
from tractatus.verifier import WEIGHTS
from tractatus.vocabulary import GateDecision, PressureLevel, VerificationDecision

ALLOW, WARN, ASK, DENY = GateDecision

classifier = InstructionPersistenceClassifier()


def instruction(id, text, **fields):
    return dataclasses.replace(Instruction.from_classification(classifier.classify(text), id=id), **fields)


INSTRUCTIONS = (
    instruction("inst_042", "Check MongoDB at port 27027", verification_required="MANDATORY"),
    instruction("inst_007", "Prioritize user privacy", verification_required="MANDATORY"),
    instruction("inst_009", "Use pnpm for packages", verification_required="OPTIONAL"),
)
boundaries = BoundaryEnforcer()
gate = Gate(INSTRUCTIONS, enforcer=boundaries)

TEST = {"tool_name": "Bash", "tool_input": {"command": "pytest tests/shop"}}
EDIT = {"tool_name": "Edit", "tool_input": {"file_path": "app/views.py", "old_string": "a = 1", "new_string": "a = 2"}}
READ = {"tool_name": "Read", "tool_input": {"file_path": "app/views.py"}}
CONNECT = {"type": "database_connect", "parameters": {"port": 27017, "database": "tractatus_dev"}}
NPM = {"tool_name": "Bash", "tool_input": {"command": "npm install left-pad"}}
DROP = {"tool_name": "Bash", "tool_input": {"command": "dropdb shop_production"}}
HANDOFF = {
    "tool_name": "Write",
    "tool_input": {
        "file_path": ".claude/sessions/handoff-2025-10-12.md",
        "content": "# Handoff\n\nThe views are done.",
    },
}
TRACKING = "Should we trade the privacy of our users for better advertising revenue?"

NORMAL = SessionState(messages=5)
ELEVATED = SessionState(messages=45)
CRITICAL = SessionState(messages=30, compactions=2)
DANGEROUS = SessionState(60, 3, 99, 100, 9, 9, 9, 9, 20, 3)


def ask(action, **fields):
    return gate.check(GateRequest(action, **fields))


def rules(decision):
    return {one.rule for one in decision.findings}


def scored(value, **others):
    return dict.fromkeys(WEIGHTS, value) | others


# The table ------------------------------------------------------------------------------------------------------------


def test_ordinary_act_is_allowed():
    decision = ask(EDIT, session=NORMAL)
    assert (decision.decision, decision.findings, decision.grant) == (ALLOW, (), None)
    assert decision.explanation == "Allowed: the instructions, the boundaries and the session's pressure agree with it."


TABLE = [
    ("instruction_forbids", DENY, {"action": CONNECT}),
    ("reasoning_blocked", DENY, {"action": EDIT, "scores": scored(0.3)}),
    ("reasoning_blocked", DENY, {"action": EDIT, "scores": scored(1.0, safety=0.1)}),
    ("session_dangerous", DENY, {"action": EDIT, "session": DANGEROUS}),
    ("people_decide", ASK, {"action": TRACKING}),
    ("people_decide", ASK, {"action": DROP, "reasoning": "The shop is closed."}),
    ("reasoning_to_review", ASK, {"action": EDIT, "scores": scored(0.5)}),
    ("session_critical", ASK, {"action": EDIT, "session": CRITICAL}),
    ("no_reasoning_for_the_irreversible", ASK, {"action": DROP}),
    ("instruction_warns", WARN, {"action": NPM}),
    ("reasoning_with_caution", WARN, {"action": EDIT, "scores": scored(0.7)}),
    ("pressure_risen", WARN, {"action": EDIT, "session": ELEVATED, "previous_level": PressureLevel.NORMAL}),
]


@pytest.mark.parametrize(("rule", "leads_to", "request_"), TABLE)
def test_rule_of_the_table_holds(rule, leads_to, request_):
    decision = gate.check(GateRequest(**request_))
    found = next(one for one in decision.findings if one.rule == rule)
    assert found.decision is leads_to
    assert found.reason
    assert next(check for check in decision.checks if check.service == found.service).decision is not ALLOW


def test_every_rule_has_a_name_of_its_own():
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("request_", "decision"),
    [
        ({"action": EDIT, "session": CRITICAL, "scores": scored(0.7)}, ASK),
        ({"action": CONNECT, "session": CRITICAL}, DENY),
        ({"action": DROP, "session": DANGEROUS}, DENY),
        ({"action": NPM, "scores": scored(0.5)}, ASK),
        ({"action": NPM, "scores": scored(0.9)}, WARN),
    ],
)
def test_most_severe_wins(request_, decision):
    result = gate.check(GateRequest(**request_))
    assert result.decision is decision
    severity = [list(GateDecision).index(one.decision) for one in result.findings]
    assert severity == sorted(severity, reverse=True)


def test_nothing_given_is_not_assessed_and_stands_against_nothing():
    decision = ask(EDIT, session=NORMAL)
    assert decision.checks[0].result.decision is VerificationDecision.NOT_ASSESSED
    assert decision.checks[0].decision is ALLOW


def test_values_conflict_with_an_instruction_asks_a_human():
    action = {"type": "implement", "description": "Implement aggressive analytics that tracks every user across sites"}
    decision = ask(action)
    assert decision.decision is ASK
    assert rules(decision) & {"conflict_for_people", "people_decide"}


def test_every_name_of_the_library_is_there():
    assert all(getattr(tractatus, name) is not None for name in tractatus.__all__)
    assert {"Gate", "GateRequest", "Instruction", "SessionState", "Thresholds"} <= set(dir(tractatus))
    with pytest.raises(AttributeError, match="module 'tractatus' has no attribute 'Gates'"):
        tractatus.Gates  # noqa: B018


# Checks ---------------------------------------------------------------------------------------------------------------


def test_checks_come_in_the_order_of_core_concepts():
    names = [check.service for check in ask(EDIT).checks]
    assert names == ["MetacognitiveVerifier", "CrossReferenceValidator", "BoundaryEnforcer", "ContextPressureMonitor"]


def test_conflict_is_analysed_where_values_are_at_stake():
    checks = ask(TRACKING).checks
    assert [check.service for check in checks][3] == "PluralisticDeliberationOrchestrator"
    assert checks[3].result.requires_human_approval is True


def test_time_is_measured_and_not_compared():
    first, second = ask(EDIT), ask(EDIT)
    assert all(check.microseconds > 0 for check in first.checks)
    assert first == second


def test_walk_through_of_the_27027_incident():
    decision = ask(CONNECT, reasoning="The user asked to check MongoDB. I connect to tractatus_dev on port 27017.")
    assert decision.decision is DENY
    assert dict(decision.corrected_action) == {"port": 27027}
    assert "With port 27027 it would agree with the instructions." in decision.reasons
    verification = decision.checks[0].result
    assert verification.decision is VerificationDecision.BLOCKED
    assert verification.scores["alignment"] <= 0.10
    assert verification.scores["coherence"] <= 0.20
    corrected = CONNECT | {"parameters": CONNECT["parameters"] | dict(decision.corrected_action)}
    assert ask(corrected).decision is ALLOW


def test_many_threads_get_the_same_answers():
    requests = [GateRequest(**request) for _, _, request in TABLE] * 8
    alone = [gate.check(request) for request in requests]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(gate.check, requests)) == alone


# Pressure -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("session", [CRITICAL, DANGEROUS])
@pytest.mark.parametrize("action", [READ, HANDOFF, {"type": "end_session"}, "List the files in app"])
def test_pressure_alone_stops_no_reading_no_handoff_and_no_end(session, action):
    assert ask(action, session=session).decision in (ALLOW, WARN)


@pytest.mark.parametrize(
    "action",
    [
        {"tool_name": "Bash", "tool_input": {"command": "rm -r app > .claude/sessions/handoff-1.md"}},
        {"type": "handoff", "parameters": {"command": "git push origin main"}},
        {"tool_name": "Write", "tool_input": {"file_path": ".claude/sessions/../../app/views.py", "content": "a"}},
        {"tool_name": "Write", "tool_input": {"file_path": "app/handoff.py", "content": "a"}},
    ],
)
def test_what_calls_itself_a_handoff_and_does_more_is_none(action):
    assert not hands_over(read_action(action))
    assert ask(action, session=DANGEROUS).decision is DENY


def test_pressure_that_stays_or_falls_is_no_warning():
    for before in (PressureLevel.ELEVATED, PressureLevel.HIGH):
        assert ask(EDIT, session=ELEVATED, previous_level=before).decision is ALLOW


def test_pressure_raises_what_reasoning_must_reach():
    assert ask(EDIT, scores=scored(0.82), session=NORMAL).decision is ALLOW
    assert ask(EDIT, scores=scored(0.82), session=ELEVATED).decision is WARN


# Grants ---------------------------------------------------------------------------------------------------------------


def test_grant_turns_ask_into_allow():
    decision = ask(DROP, project="shop")
    assert decision.decision is ASK
    assert decision.grant == grant_for(DROP, project="shop")
    granted = ask(DROP, project="shop", grants={decision.grant})
    assert (granted.decision, granted.granted, granted.grant) == (ALLOW, True, None)
    assert granted.reasons[0].startswith("Allowed: a human granted exactly this action.")


@pytest.mark.parametrize(
    ("other", "fields"),
    [
        (DROP, {"project": "museum"}),
        ({"tool_name": "Bash", "tool_input": {"command": "dropdb  shop_production"}}, {"project": "shop"}),
    ],
)
def test_grant_is_for_exactly_this_action_of_this_project(other, fields):
    grant = ask(DROP, project="shop").grant
    assert ask(other, grants={grant}, **fields).decision is ASK


def test_grant_ends_with_the_revision_of_an_instruction_it_cited():
    own = instruction("inst_1", "Prioritize user privacy", verification_required="MANDATORY")
    asking = Gate([own], enforcer=boundaries)
    action = {
        "type": "configure",
        "description": "Enable third-party tracking of users",
        "parameters": {"analytics": True},
    }
    decision = asking.check(GateRequest(action, revisions={"inst_1": 3}))
    assert decision.decision is ASK
    cited = {one.instruction_id for one in decision.checks[1].result.conflicts}
    assert cited == {"inst_1"}
    again = GateRequest(action, revisions={"inst_1": 3}, grants={decision.grant})
    assert asking.check(again).decision is ALLOW
    assert asking.check(dataclasses.replace(again, revisions={"inst_1": 4})).decision is ASK


def test_grant_ends_with_the_revision_of_every_instruction_it_goes_against():
    """More than are shown: the thirtieth counts as the first."""
    own = [instruction(f"i{number:02}", "Prioritize user privacy") for number in range(30)]
    asking = Gate(own, enforcer=boundaries)
    action = {
        "type": "configure",
        "description": "Enable third-party tracking of users",
        "parameters": {"analytics": True},
    }
    decision = asking.check(GateRequest(action))
    assert decision.decision is ASK
    assert len(decision.checks[1].result.conflicts) == 20
    assert len(decision.checks[1].result.cited) == 30
    granting = GateRequest(action, grants={decision.grant})
    assert asking.check(granting).decision is ALLOW
    for changed in ("i00", "i29"):
        assert asking.check(dataclasses.replace(granting, revisions={changed: 1})).decision is ASK


def test_grant_never_lifts_a_prohibition():
    grants = {grant_for(CONNECT), grant_for(CONNECT, revisions={"inst_042": 0})}
    assert ask(CONNECT, grants=grants).decision is DENY


def test_grant_has_its_test_vectors():
    """For whoever computes a grant in another language."""
    assert canonical_json({"b": [1, 1.0, True, None], "a": 'é\n"', "": {}}) == (
        b'{"":{},"a":"\xc3\xa9\\n\\"","b":[1,1.0,true,null]}'
    )
    action = {"tool_name": "Bash", "tool_input": {"command": "git push"}}
    assert canonical_json({"action": action, "instructions": {"inst_1": 3}, "project": "shop"}) == (
        b'{"action":{"tool_input":{"command":"git push"},"tool_name":"Bash"},'
        b'"instructions":{"inst_1":3},"project":"shop"}'
    )
    assert (
        grant_for(action, project="shop", revisions={"inst_1": 3})
        == "9cea6a80be9eb4492660b92830c303cb5892f089491436aa7b8389497e7facff"
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(json_values)
def test_canonical_json_is_that_of_json_with_sorted_keys(value):
    expected = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert canonical_json(value) == expected.encode("utf-8", "surrogatepass")


def test_canonical_json_takes_what_json_does_not():
    deep = []
    for _ in range(100_000):
        deep = [deep]
    assert canonical_json(deep) == b"[" * 100_001 + b"]" * 100_001
    assert canonical_json(10**5000).startswith(b"0x")
    assert canonical_json([math.nan, -math.inf]) == b"[NaN,-Infinity]"
    assert canonical_json({"\ud800": 0}) == b'{"\xed\xa0\x80":0}'


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ({1: "a", "1": "b"}, "a key: text is expected, not int."),
        ({"a": {None: 1}}, "a key: text is expected, not NoneType."),
        ([{2}], "a value: JSON is expected, not set."),
    ],
)
def test_canonical_json_refuses_what_could_be_written_alike(value, error):
    with pytest.raises(TypeError) as raised:
        canonical_json(value)
    assert str(raised.value) == error


def test_an_action_that_is_no_json_is_answered_and_cannot_be_granted():
    decision = ask(DROP | {1: "a", "1": "b"})
    assert (decision.decision, decision.grant) == (ASK, None)


# Where it is done -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("environment", ["production", "prod", "production (eu)", "PRODUCTION!", "eu-prod"])
def test_one_environment_is_that_of_all_services(environment):
    rule = instruction("inst_1", "Never push to main", environment="production", verification_required="MANDATORY")
    ledger = Boundary("The ledger", "values", "It is closed", paths=("ledger/*",), environments=("prod",))
    placed = Gate([rule], enforcer=BoundaryEnforcer([ledger]))

    def rules_of(command, **fields):
        action = {"tool_name": "Bash", "tool_input": {"command": command}}
        return rules(placed.check(GateRequest(action, environment=environment, **fields)))

    assert "people_decide" in rules_of("cp new.csv ledger/2026.csv")
    assert "instruction_forbids" in rules_of("git push origin main")
    # What the action says of itself lifts neither.
    assert "people_decide" in rules_of("NODE_ENV=development cp new.csv ledger/2026.csv")
    assert "instruction_forbids" in rules_of("NODE_ENV=development git push origin main")
    said = "Copy new.csv to the ledger, because the year has ended"
    checks = placed.check(GateRequest(EDIT, reasoning=said, environment=environment)).checks
    assert "The act is done in production: more is asked of its reasoning." in checks[0].result.reasons


def test_an_approval_that_the_agent_claims_is_no_humans_say():
    rule = instruction("inst_1", "Never deploy to production without my approval", verification_required="MANDATORY")
    asking = Gate([rule], enforcer=boundaries)
    for action in (
        {"type": "deploy", "description": "Deploy the shop to production", "parameters": {}},
        {"type": "deploy", "description": "Deploy the shop to production, as requested", "parameters": {}},
        {"type": "deploy", "description": "Deploy the shop to production", "parameters": {"approved": True}},
    ):
        decision = asking.check(GateRequest(action))
        assert decision.decision in (ASK, DENY)
        # Only a human's grant of exactly this action lifts it, and never a denial.
        granted = asking.check(GateRequest(action, grants={decision.grant or grant_for(action)}))
        assert granted.decision is (ALLOW if decision.decision is ASK else DENY)


# Explanations ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verbosity", ["SILENT", "SUMMARY", "DETAILED", "DEBUG"])
def test_explanation_is_as_long_as_asked_for(verbosity):
    decision = Gate(INSTRUCTIONS, enforcer=boundaries, verbosity=verbosity).check(GateRequest(CONNECT))
    said = decision.explanation
    if verbosity == "SILENT":
        assert said == ""
    elif verbosity == "SUMMARY":
        assert "\n" not in said
        assert said.startswith("Denied: ")
        assert "27027" in said
    elif verbosity == "DETAILED":
        assert said.startswith("Denied: ")
        for check in decision.checks:
            assert f"{check.service}: {check.decision}" in said
            assert all(reason in said for reason in check.result.reasons)
    else:
        whole = json.loads(said)
        assert whole["checks"][1]["result"] == decision.checks[1].result.to_dict()
        assert "microseconds" not in said


def test_decision_is_json():
    written = json.loads(json.dumps(ask(CONNECT).to_dict()))
    assert written["decision"] == "deny"
    assert written["checks"][1]["result"]["status"] == "REJECTED"


# How it is built, and what is given wrong -----------------------------------------------------------------------------


def test_gate_works_without_arguments():
    assert Gate().check(GateRequest(EDIT)).decision is ALLOW


def test_gate_takes_services_that_are_built():
    validator = CrossReferenceValidator(INSTRUCTIONS)
    built = Gate(validator=validator, enforcer=boundaries)
    assert built.check(GateRequest(CONNECT)).decision is DENY
    with pytest.raises(ValueError, match="validator: it has its own instructions"):
        Gate(INSTRUCTIONS, validator=validator)


def test_gate_keeps_a_validator_that_is_filled_later():
    validator = CrossReferenceValidator()
    built = Gate(validator=validator, enforcer=boundaries)
    assert built.check(GateRequest(CONNECT)).decision is ALLOW
    validator.add(INSTRUCTIONS[0])
    assert built.check(GateRequest(CONNECT)).decision is DENY


def test_gate_takes_thresholds():
    strict = Gate(thresholds=Thresholds(verification=VerificationThresholds(0.99, 0.98, 0.97)), enforcer=boundaries)
    assert strict.check(GateRequest(EDIT, scores=scored(0.96))).decision is DENY


def test_time_and_environment_are_handed_on():
    dev = instruction("dev", "MongoDB runs on port 27027", environment="development", verification_required="MANDATORY")
    old = instruction("old", "MongoDB runs on port 27028", verification_required="MANDATORY",
                      expires_at=datetime(2026, 1, 1, tzinfo=UTC))  # fmt: skip
    asked = Gate([dev, old], enforcer=boundaries)
    later = datetime(2026, 6, 1, tzinfo=UTC)
    assert asked.check(GateRequest(CONNECT, now=later, environment="development")).decision is DENY
    assert asked.check(GateRequest(CONNECT, now=later, environment="production")).decision is ALLOW


@pytest.mark.parametrize(
    ("fields", "error", "text"),
    [
        ({"action": 7}, TypeError, "action: an object is expected, not int."),
        ({"session": {}}, TypeError, "session: a SessionState is expected, not dict."),
        ({"now": datetime(2026, 1, 1)}, ValueError, "now: a time with its time zone is expected"),  # noqa: DTZ001
        ({"grants": "abc"}, TypeError, "grants: a set of texts is expected, not str."),
        ({"grants": {7}}, TypeError, "grants: text is expected, not int."),
        ({"previous_level": "MILD"}, ValueError, "previous_level: one of NORMAL"),
        ({"revisions": {"inst_1": "3"}}, TypeError, "revisions.inst_1: a whole number is expected, not str."),
        ({"environment": 7}, TypeError, "environment: text is expected, not int."),
        ({"context": "x"}, TypeError, "context: an object is expected, not str."),
        ({"reasoning": 3}, TypeError, "reasoning: text or an object is expected, not int."),
        ({"scores": {"safety": 2}}, ValueError, "scores.alignment: a number from 0 to 1 is expected"),
    ],
)
def test_wrong_fields_of_a_request_are_named(fields, error, text):
    with pytest.raises(error) as raised:
        GateRequest(**({"action": EDIT} | fields))
    assert str(raised.value).startswith(text)


def test_what_is_no_request_is_named():
    with pytest.raises(TypeError, match=r"request: a GateRequest is expected, not dict."):
        gate.check({"action": EDIT})
    with pytest.raises(ValueError, match=r"scores.safety: a number from 0 to 1 is expected, not 2"):
        ask(EDIT, scores=scored(0.5, safety=2))
