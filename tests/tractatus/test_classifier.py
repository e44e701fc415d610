"""Service 1, with every example of core concepts, section 1."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tractatus.classifier import (
    BANDS,
    InstructionPersistenceClassifier,
    _combinations,
    read_combinations,
    read_cues,
)
from tractatus.cues import words_of
from tractatus.datafiles import DataError
from tractatus.instruction import Instruction
from tractatus.thresholds import PersistenceThresholds, Thresholds

classifier = InstructionPersistenceClassifier()


def four(text: str) -> tuple[str, str, str, str]:
    one = classifier.classify(text)
    return (one.quadrant, one.persistence, one.temporal_scope, one.verification_required)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("This project must maintain GDPR compliance", ("STRATEGIC", "HIGH", "PERMANENT", "MANDATORY")),
        (
            "All API responses should return JSON with success/error format",
            ("OPERATIONAL", "MEDIUM", "PROJECT", "REQUIRED"),
        ),
        ("Add error handling to this specific function", ("TACTICAL", "LOW", "TASK", "OPTIONAL")),
        ("MongoDB runs on port 27017", ("SYSTEM", "HIGH", "PROJECT", "MANDATORY")),
        ("Explore different approaches to caching", ("STOCHASTIC", "VARIABLE", "PHASE", "NONE")),
    ],
)
def test_the_examples_of_core_concepts(text, expected):
    assert four(text) == expected


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("Always use port 27017", "0.9-1.0"),
        ("Prefer functional style", "0.7-0.9"),
        ("Keep code clean", "0.5-0.7"),
        ("Make it better", "0.3-0.5"),
        ("Improve this", "0.0-0.3"),
    ],
)
def test_the_examples_of_explicitness(text, band):
    low, high = BANDS[band]
    explicitness = classifier.classify(text).explicitness
    assert low <= explicitness <= high
    assert explicitness < high or high == 1.0


def test_the_incident_of_27027():
    one = classifier.classify("Check MongoDB at port 27027")
    assert (one.quadrant, one.persistence, one.verification_required) == ("SYSTEM", "HIGH", "MANDATORY")
    assert one.parameters["port"] == "27027"
    assert one.stored


def test_the_three_instructions_that_are_not_equally_important():
    assert four("Use MongoDB port 27017") == ("SYSTEM", "HIGH", "PROJECT", "MANDATORY")
    assert four("Write code comments in JSDoc format")[:3] == ("OPERATIONAL", "MEDIUM", "PROJECT")
    assert four("Add a console.log here for debugging")[:3] == ("TACTICAL", "LOW", "TASK")


def test_the_json_has_the_fields_of_the_contract():
    one = classifier.classify("Never push to main", source="handbook").to_dict()
    assert list(one) == [
        "text", "quadrant", "persistence", "persistence_score", "temporal_scope", "verification_required",
        "explicitness", "parameters", "stored", "reasons", "source",
    ]  # fmt: skip
    assert one["source"] == "handbook"
    assert json.loads(json.dumps(one)) == one


def test_an_instruction_is_made_of_it():
    instruction = Instruction.from_classification(classifier.classify("Use port 5439", source="ops"), id="i1")
    assert (instruction.source, instruction.quadrant, instruction.parameters["port"]) == ("ops", "SYSTEM", "5439")


def test_cues_are_whole_words():
    said = {cue.words for cue in classifier.cues("Install the overall hallmark; nonetheless, every shoulder")}
    assert "all" not in said
    assert "should" not in said
    assert "none" not in said


def test_cues_are_marked_where_they_stand():
    text = "Don’t touch prod; NEVER ask."
    cues = classifier.cues(text)
    assert [(cue.words, text[cue.start : cue.end]) for cue in cues if cue.says == "it forbids"] == [
        ("Don’t", "Don’t"),
        ("NEVER", "NEVER"),
    ]
    assert all(cue.speaks_for for cue in cues)
    assert [cue.start for cue in cues] == sorted(cue.start for cue in cues)


def test_a_cue_of_the_beginning_counts_only_there():
    assert "it explores from its first word" in {cue.says for cue in classifier.cues("Please explore the cave")}
    assert "it explores from its first word" not in {cue.says for cue in classifier.cues("Do not explore the cave")}


def test_the_reasons_name_the_words_and_what_they_speak_for():
    reasons = classifier.classify("Never push to main").reasons
    assert any("“never”: it forbids, which speaks for" in reason and "MANDATORY" in reason for reason in reasons)
    assert any(reason.startswith("With the learned estimate, OPERATIONAL is likely (0.") for reason in reasons)
    assert any(reason.startswith("Explicitness 0.9") and reason.endswith(": stored.") for reason in reasons)


def test_the_answers_go_together():
    for text in ("Explore whether a queue helps", "Sketch a logo", "What if we dropped the cache?"):
        assert four(text)[0::3] == ("STOCHASTIC", "NONE")
        assert four(text)[1] == "VARIABLE"
    assert four("Rename `cnt` to `total` in parser.py") == ("TACTICAL", "LOW", "TASK", "OPTIONAL")
    assert four("For this session, do not restart the database")[2:] == ("SESSION", "MANDATORY")


def test_a_text_without_words_asks_nothing():
    for text in ("", "   ", "?!", "\x00"):
        one = classifier.classify(text)
        assert (one.explicitness, one.stored, one.persistence) == (0.0, False, "LOW")


@given(st.text(alphabet=st.characters(), max_size=200))
def test_any_text_is_classified_the_same_each_time_and_agrees_with_itself(text):
    one = classifier.classify(text)
    assert one == classifier.classify(text)
    _agrees(one)
    classifier.cues(text)


@given(
    st.lists(
        st.sampled_from(
            (
                "never",
                "use",
                "prefer",
                "port",
                "27017",
                "explore",
                "add",
                "this",
                "session",
                "until",
                "release",
                "privacy",
            )
        ),
        max_size=14,
    ).map(" ".join)
)
def test_any_mixture_of_cues_agrees_with_itself(text):
    _agrees(classifier.classify(text))


def _agrees(one):
    assert 0 <= one.explicitness <= 1
    assert one.stored == (one.explicitness >= 0.6)
    level = PersistenceThresholds()
    low, high = {
        "HIGH": (level.high, 1.0),
        "MEDIUM": (level.medium, level.high - 0.01),
        "LOW": (level.low, level.medium - 0.01),
        "VARIABLE": (0.0, level.low - 0.01),
    }[one.persistence]
    assert low <= one.persistence_score <= high
    assert (one.quadrant == "STOCHASTIC") == (one.verification_required == "NONE")
    if one.quadrant == "STOCHASTIC":
        assert one.persistence == "VARIABLE"
    if one.temporal_scope == "TASK":
        assert one.persistence in ("LOW", "VARIABLE")
    if one.temporal_scope == "PERMANENT":
        assert (one.persistence, one.verification_required) == ("HIGH", "MANDATORY")


def test_the_thresholds_draw_the_levels():
    strict = InstructionPersistenceClassifier(
        Thresholds(persistence=PersistenceThresholds(high=0.99, medium=0.97, low=0.2))
    )
    text = "MongoDB runs on port 27017"
    assert classifier.classify(text).persistence == "HIGH"
    assert strict.classify(text).persistence == "LOW"
    assert strict.classify("Explore different approaches to caching").persistence == "VARIABLE"
    loose = InstructionPersistenceClassifier(
        Thresholds(persistence=PersistenceThresholds(high=0.75, medium=0.60, low=0.50))
    )
    task = "Add error handling to this specific function"
    assert classifier.classify(task).persistence == "LOW"
    assert loose.classify(task).persistence == "VARIABLE"


@given(
    st.sampled_from(
        ["MongoDB runs on port 27017", "Explore caching", "Add a test", "Use pnpm", "Never push to main", "Be kind"]
    ),
    st.lists(st.integers(1, 99), min_size=3, max_size=3, unique=True),
)
def test_answers_go_together_whatever_the_thresholds(text, figures):
    low, medium, high = (figure / 100 for figure in sorted(figures))
    one = InstructionPersistenceClassifier(
        Thresholds(persistence=PersistenceThresholds(high=high, medium=medium, low=low))
    ).classify(text)
    assert (one.quadrant, one.persistence, one.temporal_scope, one.verification_required) in _combinations()
    if one.persistence == "VARIABLE":
        assert one.persistence_score < low
    else:
        least = {"HIGH": high, "MEDIUM": medium, "LOW": low}[one.persistence]
        assert one.persistence_score >= least


def test_every_level_has_a_combination():
    row = '[[combination]]\nquadrant = "SYSTEM"\npersistence = "HIGH"\ntemporal_scope = "TASK"\n'
    with pytest.raises(DataError, match=r"a combination with the persistence MEDIUM is missing"):
        read_combinations(row + 'verification = ["MANDATORY"]\n')


def test_a_long_text_is_read_to_a_limit_that_is_named():
    start = time.thread_time()
    one = classifier.classify("never " * 170_000)
    assert time.thread_time() - start < 2
    assert one.reasons[-1] == "Only the first 4000 characters were read."
    assert len(one.text) == 1_020_000


def test_wrong_types_are_named():
    with pytest.raises(TypeError, match=r"^text: text is expected, not int\.$"):
        classifier.classify(5)
    with pytest.raises(TypeError, match=r"^source: text is expected, not nothing\.$"):
        classifier.classify("a", source=None)
    with pytest.raises(TypeError, match=r"^thresholds: Thresholds are expected, not dict\.$"):
        InstructionPersistenceClassifier({})


GOOD = '[[cue]]\nsays = "it forbids"\nwords = ["nix"]\nmoves = ["verification MANDATORY 0.7"]\n'


def test_a_cue_of_ones_own_is_found():
    anywhere, _ = read_cues(GOOD)
    assert anywhere.find(words_of("Nix da")) == {("it forbids", (("verification", "MANDATORY", 0.7),)): ("nix",)}


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (
            GOOD.replace("verification M", "mood M"),
            r"line 4: moves: 'mood MANDATORY 0.7': a field is expected first: quadr",
        ),
        (
            GOOD.replace("MANDATORY", "SOMETIMES"),
            r"line 4: moves: .* an answer of verification is expected second: MANDAT",
        ),
        (GOOD.replace("0.7", "much"), r"line 4: moves: .* a strength from 0 to 3.99 is expected third"),
        (GOOD.replace("nix", "n_x"), r"line 3: words: 'n_x' is no cue"),
        (GOOD + 'at = "end"\n', r"line 5: at: one of start, anywhere is expected, not 'end'"),
    ],
)
def test_a_wrong_row_names_its_line(wrong, complaint):
    with pytest.raises(DataError, match=rf"^cues\.toml, {complaint}"):
        read_cues(wrong)
