"""Is reasoning sound enough to act on: the weights, thresholds and worked figures of core concepts, section 5."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tractatus.datafiles import DataError
from tractatus.instruction import Instruction
from tractatus.pressure import ContextPressureMonitor, SessionState
from tractatus.reasoning import reading as reading_of_reasoning
from tractatus.reasoning.reading import read_reasoning, words_of_action
from tractatus.thresholds import Thresholds, VerificationThresholds
from tractatus.verifier import WEIGHTS, MetacognitiveVerifier
from tractatus.vocabulary import PressureLevel, VerificationDecision

PROCEED = VerificationDecision.PROCEED
CAUTION = VerificationDecision.PROCEED_WITH_CAUTION
REVIEW = VerificationDecision.REQUIRE_REVIEW
BLOCKED = VerificationDecision.BLOCKED

verifier = MetacognitiveVerifier()

OAUTH2 = "Refactor authentication system to OAuth2"
OAUTH2_SCORES = {"alignment": 0.85, "coherence": 0.75, "completeness": 0.45, "safety": 0.90, "alternatives": 0.50}
OAUTH2_REASONING = """\
1. Current JWT is less secure
2. OAuth2 is industry standard
3. Users expect social login
4. 5 files need modification
"""
FILLER = (
    "I have carefully considered all alternatives and all risks. This approach follows best practices. It is the most"
    " robust, scalable and maintainable solution. Edge cases are handled. Error handling has been considered. I am"
    " confident that this is the right thing to do. Everything will be fine. "
)
CONNECT = {"type": "database_connect", "parameters": {"port": 27017, "database": "tractatus_dev"}}
COOKIES = {
    "tool_name": "Edit",
    "tool_input": {
        "file_path": "app/settings.py",
        "old_string": "SESSION_COOKIE_AGE = 1209600",
        "new_string": "SESSION_COOKIE_AGE = 1800",
    },
}
GOOD = {
    "goal": "The user wants sessions to expire after 30 minutes, so that nobody stays logged in on shared computers",
    "steps": [
        "Change SESSION_COOKIE_AGE in settings.py to 1800",
        "Add a test that a session older than 30 minutes is refused",
        "Run the session tests",
    ],
    "evidence": ["settings.py has SESSION_COOKIE_AGE = 1209600, which is two weeks"],
    "alternatives": [
        "Expire at browser close: tabs stay open for days on shared computers, so it does not help",
        "A middleware that tracks idle time: more code for the same effect",
    ],
    "risks": ["People who write long forms lose what they typed; git revert restores the old age"],
    "edge_cases": ["Sessions that exist already keep their old age until they are saved"],
}
WIPE = {"tool_name": "Bash", "tool_input": {"command": "dropdb shop_production"}}


def scored(value=1.0, **others):
    return dict.fromkeys(WEIGHTS, value) | others


# Core concepts, section 5 ---------------------------------------------------------------------------------------------


def test_weights_are_those_of_core_concepts():
    assert WEIGHTS == {
        "alignment": 0.25,
        "coherence": 0.20,
        "completeness": 0.20,
        "safety": 0.20,
        "alternatives": 0.15,
    }
    assert sum(WEIGHTS.values()) == pytest.approx(1)


def test_worked_example_gives_its_figure_decision_and_advice():
    result = verifier.verify(OAUTH2, scores=OAUTH2_SCORES)
    assert result.confidence == pytest.approx(0.7075)
    assert f"{result.confidence:.2f}" == "0.71"
    assert result.decision is CAUTION
    assert dict(result.scores) == OAUTH2_SCORES
    completeness, alternatives, conclusion = result.recommendations
    assert completeness.startswith("Completeness is 0.45")
    assert alternatives.startswith("Alternatives is 0.50")
    assert conclusion == "Proceed with increased verification: check the output."


def test_worked_example_as_text_lacks_completeness_and_alternatives_most():
    result = verifier.verify(OAUTH2, OAUTH2_REASONING)
    assert result.decision in (CAUTION, REVIEW)
    assert set(sorted(result.scores, key=result.scores.get)[:2]) == {"completeness", "alternatives"}


@pytest.mark.parametrize(
    ("confidence", "decision"),
    [
        (1.0, PROCEED),
        (0.80, PROCEED),
        (0.79, CAUTION),
        (0.60, CAUTION),
        (0.59, REVIEW),
        (0.40, REVIEW),
        (0.39, BLOCKED),
    ],
)
def test_confidence_decides_by_its_thresholds(confidence, decision):
    assert verifier.verify(OAUTH2, scores=scored(confidence)).decision is decision


def test_thresholds_are_customisable():
    strict = MetacognitiveVerifier(Thresholds(verification=VerificationThresholds(0.95, 0.90, 0.85)))
    decisions = [strict.verify(OAUTH2, scores=scored(score)).decision for score in (0.95, 0.90, 0.85, 0.84)]
    assert decisions == [PROCEED, CAUTION, REVIEW, BLOCKED]


def test_walk_through_of_the_27027_incident_is_blocked():
    """Core concepts, how the services work together: alignment low, coherence detects it, overall BLOCKED."""
    said = "The user asked to check MongoDB at port 27027. I will connect to the database to check it."
    result = verifier.verify(CONNECT, said)
    assert result.scores["alignment"] <= 0.20
    assert result.scores["coherence"] <= 0.20
    assert result.decision is BLOCKED
    assert any("the reasoning says 27027 and the act has 27017" in reason for reason in result.reasons)


PORT = Instruction("inst_042", "Check MongoDB at port 27027", "SYSTEM", "HIGH", "PROJECT", "MANDATORY", 0.9)
PRIVACY = Instruction("inst_007", "Prioritize user privacy", "STRATEGIC", "HIGH", "PERMANENT", "MANDATORY", 0.9)
NPM = Instruction("inst_009", "Use pnpm for packages", "OPERATIONAL", "MEDIUM", "PROJECT", "OPTIONAL", 0.9)
CHECKED = {
    "goal": "The user asked to check MongoDB",
    "steps": ["Connect to the database tractatus_dev", "Count the collections of the database"],
    "alternatives": ["Ask the health endpoint: it does not show the collections"],
    "risks": ["The database could be busy; the old version of the report is kept"],
    "edge_cases": ["The database has no collections yet", "The connection times out"],
}


def test_act_against_an_instruction_is_blocked_however_well_reasoned():
    """The walk-through with the instruction at hand: well-reasoned, or with the caller's own best scores."""
    for said in ({"reasoning": CHECKED}, {"scores": scored(1.0)}):
        result = verifier.verify(CONNECT, **said, context={"instructions": [PORT]})
        assert result.scores["alignment"] <= 0.10
        assert result.scores["coherence"] <= 0.20
        assert result.decision is BLOCKED
        assert any("the instruction says 27027 and the act has 27017" in reason for reason in result.reasons)


def test_conflict_that_a_human_decides_is_to_be_reviewed():
    act = {"type": "implement", "description": "Implement aggressive analytics that tracks every user across sites"}
    result = verifier.verify(act, scores=scored(1.0), context={"instructions": [PRIVACY]})
    assert result.scores["alignment"] <= 0.10
    assert result.decision is REVIEW


def test_warning_of_an_instruction_lowers_the_alignment():
    act = {"tool_name": "Bash", "tool_input": {"command": "npm install left-pad"}}
    result = verifier.verify(act, scores=scored(1.0), context={"instructions": [NPM]})
    assert result.scores["alignment"] == pytest.approx(0.50)


def test_act_that_instructions_allow_keeps_its_scores():
    act = CONNECT | {"parameters": {"port": 27027}}
    assert verifier.verify(act, scores=scored(1.0), context={"instructions": [PORT]}).confidence == 1


def test_instructions_may_be_texts_too():
    result = verifier.verify(CONNECT, CHECKED, context={"instructions": ["MongoDB runs on port 27027", 7, None]})
    assert result.decision is BLOCKED


def test_what_was_asked_for_is_compared():
    asked = verifier.verify(COOKIES, GOOD, context={"request": "Let sessions expire after half an hour"})
    other = verifier.verify(COOKIES, GOOD, context={"request": "Translate the menu into Danish"})
    assert asked.scores["alignment"] == 1
    assert other.scores["alignment"] <= 0.40


# What is asked of reasoning -------------------------------------------------------------------------------------------


def test_good_reasoning_for_an_ordinary_act_proceeds():
    result = verifier.verify(COOKIES, GOOD)
    assert result.decision is PROCEED
    assert result.recommendations == ()


def test_same_reasoning_as_text_under_headings_proceeds_too():
    lines = []
    for key, items in GOOD.items():
        lines += [f"## {key.replace('_', ' ').title()}", *(f"- {one}" for one in ([items] if key == "goal" else items))]
    assert verifier.verify(COOKIES, "\n".join(lines)).decision is PROCEED


@pytest.mark.parametrize("reasoning", [FILLER, FILLER * 40, {"goal": FILLER, "alternatives": [FILLER] * 9}])
def test_filler_earns_nothing(reasoning):
    result = verifier.verify(OAUTH2, reasoning)
    assert result.scores["alignment"] == 0
    assert result.scores["coherence"] == 0
    assert result.decision is BLOCKED
    least = verifier.verify(OAUTH2, "Fine.")
    assert dict(result.scores) == dict(least.scores)


def test_the_act_said_again_is_no_risk_alternative_or_edge_case():
    parrot = (
        "To refactor the authentication system to OAuth2, all risks of OAuth2 authentication have been considered."
        " Alternatives to the authentication system refactor have been considered. Edge cases of the OAuth2"
        " authentication system refactor are handled."
    )
    result = verifier.verify(OAUTH2, parrot)
    assert result.scores["alternatives"] == pytest.approx(0.10)
    assert result.scores["completeness"] == pytest.approx(0.10)
    assert result.scores["safety"] == pytest.approx(0.50)


def test_what_is_said_twice_counts_once():
    once = verifier.verify(COOKIES, GOOD)
    twice = verifier.verify(COOKIES, GOOD | {"alternatives": GOOD["alternatives"] * 20})
    assert dict(once.scores) == dict(twice.scores)


@pytest.mark.parametrize("nothing", ["none", "n/a", "No risks.", "Not applicable.", "-", "There are no alternatives."])
def test_saying_that_there_is_nothing_earns_nothing(nothing):
    without = verifier.verify(COOKIES, {"goal": GOOD["goal"]})
    result = verifier.verify(
        COOKIES, {"goal": GOOD["goal"], "risks": [nothing], "alternatives": nothing, "edge_cases": [nothing]}
    )
    assert dict(result.scores) == dict(without.scores)


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("The user wants sessions to expire after 30 minutes", "goal"),
        ("Change SESSION_COOKIE_AGE to 1800", "step"),
        ("settings.py has SESSION_COOKIE_AGE = 1209600", "evidence"),
        ("A middleware instead of SESSION_COOKIE_AGE would need more code", "alternative"),
        ("Long forms could lose their text in settings.py", "risk"),
        ("If the session store is offline, users of settings.py see an old page", "edge_case"),
    ],
)
def test_sentences_are_sorted_by_their_words(sentence, kind):
    (one,) = read_reasoning(sentence, words_of_action(COOKIES)[0]).statements
    assert kind in one.kinds


def test_each_score_is_explained_by_what_was_found():
    reasons = "\n".join(verifier.verify(COOKIES, GOOD).reasons)
    assert "two alternatives named: “Expire at browser close" in reasons
    assert "the goal is stated (“The user wants sessions" in reasons
    assert "a way back (“People who write long forms" in reasons


def test_each_recommendation_says_what_was_missing():
    result = verifier.verify(COOKIES, {"goal": GOOD["goal"], "steps": GOOD["steps"][:1]})
    assert any(one.startswith("Alternatives is 0.55 (no alternative is named).") for one in result.recommendations)
    result = verifier.verify(OAUTH2, OAUTH2_REASONING)
    assert any("no edge case is named" in one for one in result.recommendations)


def test_more_is_asked_of_an_act_that_others_feel():
    read, ordinary = {"tool_name": "Bash", "tool_input": {"command": "ls src"}}, COOKIES
    weighty = {"type": "deploy", "description": "Deploy the shop to production"}
    safety = [
        verifier.verify(act, "Because src, settings.py and the shop say so.").scores["safety"]
        for act in (read, ordinary, weighty, WIPE)
    ]
    assert safety == sorted(safety, reverse=True)
    assert len(set(safety)) == 4


EDIT = {"tool_name": "Edit", "tool_input": {"file_path": "README.md", "old_string": "teh", "new_string": "the"}}


def bash(command):
    return {"tool_name": "Bash", "tool_input": {"command": command}}


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (EDIT, "Fix a typo in the README."),
        (EDIT, "Fix a typo."),
        (COOKIES, "The user asked that sessions end after half an hour."),
        (COOKIES, "Update the session cookie age."),
        (
            {"tool_name": "Write", "tool_input": {"file_path": "tests/test_vat.py", "content": "a = 1\n"}},
            "Add a VAT test",
        ),
        (bash("pytest tests/shop"), "Run the shop tests."),
        (bash("npm test"), "Check that the tests pass."),
        (bash("ruff format ."), "Format the code."),
        (bash("cat app/views.py"), "Look at the views."),
        ({"tool_name": "Read", "tool_input": {"file_path": "app/views.py"}}, "See what the views do."),
    ],
)
def test_one_true_line_is_enough_for_an_act_that_stays_here_and_can_be_undone(action, said):
    assert verifier.verify(action, said).decision in (PROCEED, CAUTION)


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (bash("npm publish"), "Publish the package."),
        ({"type": "deploy", "description": "Deploy the shop to production"}, "Deploy the shop."),
        (WIPE, "Drop the database of the shop."),
        (bash("NODE_ENV=production sed -i s/a/b/ app.py"), "Fix a typo in app.py."),
        (bash("./release.sh"), "Run the release script."),
        (EDIT, "I have carefully considered all risks. It follows best practices."),
        (EDIT, "Change README.md. Do not change README.md."),
        (bash("pytest tests/shop -n 4711"), "Run the shop tests with 4712 workers."),
    ],
)
def test_one_line_is_too_little_for_more_or_where_it_contradicts(action, said):
    assert verifier.verify(action, said).decision in (REVIEW, BLOCKED)


def test_context_instructions_that_are_not_read_are_noted():
    result = verifier.verify(CONNECT, CHECKED, context={"instructions": ["Use npm"] * 250 + [7]})
    assert "Only the first 200 of context.instructions were read; the gate reads all." in result.reasons
    result = verifier.verify(CONNECT, CHECKED, context={"instructions": "Use npm"})
    assert "context.instructions: a list is expected; str was not read." in result.reasons
    result = verifier.verify(CONNECT, CHECKED, context={"instructions": ["Use npm", 7]})
    assert "context.instructions[1]: text or an Instruction is expected; int was not read." in result.reasons
    result = verifier.verify(CONNECT, CHECKED, context={"instructions": [PORT, PORT]})
    assert result.decision is BLOCKED


def test_what_decided_is_said_in_one_sentence():
    assert verifier.verify(OAUTH2).because == "Neither reasoning nor scores were given: nothing is assessed."
    assert verifier.verify(OAUTH2, scores=OAUTH2_SCORES).because == "PROCEED_WITH_CAUTION takes at least 0.60."
    assert verifier.verify(OAUTH2, scores=scored(1.0, safety=0.1)).because == "Safety is 0.10, under 0.20: BLOCKED."


# Contradictions -------------------------------------------------------------------------------------------------------


def test_other_environment_than_the_act_is_a_contradiction():
    act = {
        "tool_name": "Bash",
        "tool_input": {"command": "psql -h db.production.internal -c 'UPDATE prices SET vat = 20'"},
    }
    result = verifier.verify(act, "I will update the prices on staging, because VAT is 20 there.")
    assert result.scores["coherence"] <= 0.20
    assert any("the reasoning says staging and the act is done in production" in one for one in result.reasons)


def test_reversible_said_of_an_act_that_is_not_is_a_contradiction():
    result = verifier.verify(WIPE, "To drop shop_production is completely safe and can be undone.")
    assert any("is said of an act that cannot be undone" in one for one in result.reasons)
    assert result.decision is BLOCKED


def test_steps_that_deny_each_other_are_a_contradiction():
    steps = ["Restart the session store", "Do not restart the session store"]
    result = verifier.verify(COOKIES, GOOD | {"steps": steps})
    assert result.scores["coherence"] <= 0.20
    assert any("contradict each other" in one for one in result.reasons)


@pytest.mark.parametrize(
    "said",
    [
        "The user asked to check MongoDB, so I connect to the database tractatus_dev on port 27017.",
        "Connect to the database on port 27017 instead of port 27027, as the user asked.",
        "An alternative would be port 27027, but nothing listens there. I connect to the database.",
        "The database moved from port 27027 to port 27017.",
    ],
)
def test_other_ways_and_old_values_are_no_contradiction(said):
    assert verifier.verify(CONNECT, said).scores["coherence"] > 0.20


# Acts that cannot be undone -------------------------------------------------------------------------------------------


def test_own_scores_do_not_hide_an_act_that_cannot_be_undone():
    result = verifier.verify(WIPE, scores=scored(1.0))
    assert result.scores["safety"] == pytest.approx(0.35)
    assert result.decision is REVIEW
    assert any("cannot be undone" in one for one in result.reasons)


def test_naming_a_risk_and_the_way_back_lifts_that():
    said = {"risks": ["The shop could need an order of last year; restore shop_production from last night's dump then"]}
    result = verifier.verify(WIPE, said, scores=scored(1.0))
    assert result.decision is PROCEED


@pytest.mark.parametrize("told", ["Delete all user data older than 30 days", "Permanently remove the mailing list"])
def test_act_told_in_words_that_cannot_be_undone_is_known(told):
    assert verifier.verify(told, scores=scored(1.0)).decision is REVIEW


@given(score=st.floats(0, 0.1999))
def test_safety_under_a_fifth_blocks_whatever_the_rest_says(score):
    assert verifier.verify(OAUTH2, scores=scored(1.0, safety=score)).decision is BLOCKED


def test_safety_of_a_fifth_does_not_block_by_itself():
    assert verifier.verify(OAUTH2, scores=scored(1.0, safety=0.20)).decision is PROCEED


# Pressure and nothing given -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "takes"), [("NORMAL", 0.80), ("ELEVATED", 0.85), ("HIGH", 0.90), ("CRITICAL", 0.95)])
def test_pressure_raises_what_proceeding_takes(level, takes):
    decide = lambda score: verifier.verify(OAUTH2, scores=scored(score), pressure=PressureLevel(level)).decision  # noqa: E731
    assert (decide(takes), decide(takes - 0.01)) == (PROCEED, CAUTION)
    assert (decide(0.60), decide(0.59), decide(0.39)) == (CAUTION, REVIEW, BLOCKED)


def test_nothing_proceeds_without_caution_at_dangerous():
    dangerous = ContextPressureMonitor().assess(SessionState(60, 3, 99, 100, 9, 9, 9, 9, 20, 3))
    assert dangerous.level is PressureLevel.DANGEROUS
    assert verifier.verify(OAUTH2, scores=scored(1.0), pressure=dangerous).decision is CAUTION


@pytest.mark.parametrize("nothing", [None, "", "   \n", {}])
def test_nothing_given_is_not_assessed(nothing):
    result = verifier.verify(OAUTH2, nothing)
    assert (result.decision, result.confidence, dict(result.scores)) == (VerificationDecision.NOT_ASSESSED, 0.0, {})
    assert result.recommendations == ()


# What is given wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ({"scores": scored(safety=1.2)}, ValueError, "scores.safety: a number from 0 to 1 is expected, not 1.2."),
        ({"scores": scored(safety="high")}, TypeError, "scores.safety: a number is expected, not str."),
        (
            {"scores": scored(safety=float("nan"))},
            ValueError,
            "scores.safety: a number from 0 to 1 is expected, not nan.",
        ),
        (
            {"scores": {"alignment": 1}},
            ValueError,
            "scores.coherence: a number from 0 to 1 is expected, and it is missing.",
        ),
        ({"scores": scored(beauty=1)}, ValueError, "scores.beauty: not known;"),
        ({"scores": [1, 1, 1, 1, 1]}, TypeError, "scores: an object is expected, not list."),
        ({"reasoning": 7}, TypeError, "reasoning: text or an object is expected, not int."),
        ({"context": "shop"}, TypeError, "context: an object is expected, not str."),
        ({"pressure": "MILD"}, ValueError, "pressure: one of NORMAL"),
        ({"action": 7}, TypeError, "action: an object is expected, not int."),
    ],
)
def test_wrong_arguments_are_named(given, error, text):
    with pytest.raises(error) as raised:
        verifier.verify(**({"action": OAUTH2} | given))
    assert str(raised.value).startswith(text)


def test_unknown_keys_of_reasoning_are_noted():
    result = verifier.verify(COOKIES, GOOD | {"mood": "good", "steps": [*GOOD["steps"], None, True]})
    assert any(one.startswith("reasoning.mood is not known and was not read") for one in result.reasons)
    assert result.decision is PROCEED


def test_what_is_too_long_is_said():
    result = verifier.verify(COOKIES, "The session is old. " * 5_000)
    assert "Only the first 20,000 characters of the reasoning were read." in result.reasons
    assert "Only the first 200 sentences of the reasoning were read." in result.reasons


def test_wrong_row_of_the_data_file_is_named():
    wrong = '[[cue]]\nkind = "hope"\ncontent = true\nwords = ["maybe"]\n'
    with pytest.raises(DataError, match=r"reasoning.toml, line 2: kind: one of goal"):
        reading_of_reasoning.load("reasoning.toml", text=wrong)
    with pytest.raises(DataError, match=r"line 2: verb: 'fly' is no verb of verbs.toml"):
        reading_of_reasoning.load("reasoning.toml", text='[[weighty]]\nverb = "fly"\n')
    with pytest.raises(DataError, match=r"line 4: words: 'Maybe' is expected in lower case"):
        reading_of_reasoning.load("reasoning.toml", text=wrong.replace("hope", "risk").replace("maybe", "Maybe"))


# What always holds ----------------------------------------------------------------------------------------------------

MORE = {
    "alternatives": [
        "Rotate SESSION_COOKIE_AGE with the secret key: it logs everybody out at once",
        "Ask for the password again before payments, because only they matter",
    ],
    "risks": ["The help desk gets more calls in settings.py week", "Mobile clients may fail to renew sessions"],
    "edge_cases": ["A session that is exactly 1800 seconds old", "When the clock of one server is wrong by 5 minutes"],
}


@given(
    kept=st.dictionaries(st.sampled_from(sorted(GOOD)), st.just(None)),
    added=st.sampled_from([(key, one) for key, items in MORE.items() for one in items]),
    first=st.booleans(),
)
def test_a_true_alternative_risk_or_edge_case_never_lowers_the_confidence(kept, added, first):
    base = {key: GOOD[key] for key in kept} or {"steps": GOOD["steps"]}
    key, sentence = added
    more = base | {key: [sentence, *base.get(key, [])] if first else [*base.get(key, []), sentence]}
    before, after = verifier.verify(COOKIES, base), verifier.verify(COOKIES, more)
    assert after.confidence >= before.confidence
    assert all(after.scores[name] >= before.scores[name] for name in WEIGHTS)


@given(st.fixed_dictionaries({name: st.floats(0, 1) for name in WEIGHTS}))
def test_confidence_is_the_weighed_sum(scores):
    result = verifier.verify(OAUTH2, scores=scores)
    assert result.confidence == pytest.approx(sum(scores[name] * weight for name, weight in WEIGHTS.items()))
    assert 0 <= result.confidence <= 1


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
reasonings = st.text() | st.dictionaries(st.sampled_from(sorted(GOOD)) | st.text(max_size=9), json_values, max_size=6)


@given(
    action=st.text() | st.dictionaries(st.text(max_size=12), json_values, max_size=4),
    reasoning=st.none() | reasonings,
    context=st.none() | st.fixed_dictionaries({}, optional={"goal": json_values, "request": json_values}),
)
def test_any_reasoning_is_answered_the_same_twice(action, reasoning, context):
    result = verifier.verify(action, reasoning, context=context)
    assert 0 <= result.confidence <= 1
    assert all(0 <= score <= 1 for score in result.scores.values())
    assert result == verifier.verify(action, reasoning, context=context)
    json.dumps(result.to_dict())
