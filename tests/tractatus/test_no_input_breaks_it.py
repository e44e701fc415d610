"""No text and no JSON makes a service raise or keeps it long: fuzzed, deeply nested, 1 MB of what is hard to match."""

import itertools
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tractatus import (
    BoundaryEnforcer,
    CrossReferenceValidator,
    Gate,
    GateDecision,
    GateRequest,
    Instruction,
    InstructionPersistenceClassifier,
    MetacognitiveVerifier,
    PluralisticDeliberationOrchestrator,
    canonical_json,
)
from tractatus.directives.knowledge import practices

BOUND = 5.0  # seconds, generous: what backtracks takes minutes

classifier = InstructionPersistenceClassifier()
TEXTS = (
    "MongoDB runs on port 27027",
    "Never use global state",
    "Use npm, not yarn, except in tests",
    "Never push to main without approval",
    "All API responses should return JSON",
    "Prioritize user privacy",
    "Python 3.11 in production",
)
INSTRUCTIONS = tuple(
    Instruction.from_classification(classifier.classify(text), id=f"inst_{number}") for number, text in enumerate(TEXTS)
)
validator = CrossReferenceValidator(INSTRUCTIONS)
# One instruction for each practice that is known, so that each of their patterns is looked for.
EVERY_PRACTICE = CrossReferenceValidator(
    Instruction.from_classification(classifier.classify(f"{word} {kind.name}"), id=f"{word} {kind.name}")
    for kind in practices().values()
    for word in ("Never use", "Always use")
)
boundaries = BoundaryEnforcer()
verifier = MetacognitiveVerifier()
orchestrator = PluralisticDeliberationOrchestrator()
gate = Gate(validator=validator, enforcer=boundaries, orchestrator=orchestrator)


def classify(value):
    return classifier.classify(value if isinstance(value, str) else json.dumps(value)[:100_000])


def reason(value):
    return verifier.verify(value, value)


def ask(value):
    context = {"request": value, "urgency": value} if isinstance(value, str) else value
    return gate.check(GateRequest(value, reasoning=value, context=context, project="shop"))


SERVICES = {
    "classify": classify,
    "validate": lambda value: validator.validate({"description": value} if isinstance(value, str) else value),
    "boundaries": boundaries.check,
    "verify": reason,
    "analyze": orchestrator.analyze_conflict,
    "gate": ask,
}

# What shells, queries and settings are made of, in any order: valid or not, it is read.
PIECES = r"""
git push commit reset --force --hard -m origin main HEAD~1 docker run exec -it -p 8080:80 --rm psql -h -c mongosh --port
27017 mongodb://u:p@h:27017/db curl -X DELETE https://api.example.org/users/1 -d {"a":1} kubectl -n prod npm i yarn add
react@18 pip install flask==2.0 sed -i s/a/b/ rm -rf / ./build sudo env A=1 PORT=8080 ssh host cat <<E E EOF > >> | &&
|| ; & ( ) { } [ ] ' " ` $( ${X} $X \ * ? ~ = -- - : , # // /* */ DROP TABLE users DELETE FROM WHERE 1=1 UPDATE SET
SELECT port: import def FROM node:18 never always use not unless except in tests
"""
pieces = st.lists(st.sampled_from([*PIECES.split(), "\n", "\n  ", "\t"]), max_size=14)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.text("-/:=.'\"`$(){}[];&|<>* \n\x00\ud800", max_size=40)
    | pieces.map(" ".join)
    | pieces.map("".join)
)
NAMES = (
    "type description parameters tool_name tool_input command file_path content edits port old_string new_string url"
    " query goal steps risks alternatives"
)
keys = st.text(max_size=12) | st.sampled_from(NAMES.split())
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5), max_leaves=15
)
actions = st.dictionaries(keys, values, max_size=6)
calls = st.fixed_dictionaries(
    {
        "tool_name": st.sampled_from(["Bash", "Edit", "Write", "MultiEdit", "WebFetch", "Task"]) | scalars,
        "tool_input": values,
    }
)


@pytest.mark.parametrize("service", sorted(SERVICES))
@settings(max_examples=50)
@given(value=scalars.filter(lambda one: isinstance(one, str)) | actions | calls)
def test_no_text_and_no_json_raises(service, value):
    before = canonical_json(value)
    result = SERVICES[service](value)
    assert result == SERVICES[service](value)
    assert canonical_json(value) == before
    json.dumps(result.to_dict())


def nested(levels, make):
    value = "port 27017"
    for _ in range(levels):
        value = make(value)
    return value


DEEP = {
    "objects": nested(10_000, lambda inner: {"parameters": inner}),
    "lists": nested(10_000, lambda inner: [inner]),
    "both": nested(5_000, lambda inner: {"steps": [inner]}),
}


@pytest.mark.parametrize("service", sorted(set(SERVICES) - {"classify"}))
@pytest.mark.parametrize("shape", sorted(DEEP))
@pytest.mark.parametrize("place", ["parameters", "tool_input", "command", "goal", "x"])
def test_ten_thousand_levels_do_not_raise(service, shape, place):
    value = {"tool_name": "Bash", place: DEEP[shape]} if place in ("tool_input", "command") else {place: DEEP[shape]}
    result = SERVICES[service](value)
    json.dumps(result.to_dict())


@pytest.mark.parametrize("levels", [50, 150, 500, 10_000])
@pytest.mark.parametrize("shape", [lambda inner: {"x": inner}, lambda inner: [inner]])
def test_an_action_that_would_be_corrected_stays_as_it_is_at_any_depth(levels, shape):
    for action in (
        {"type": "database_connect", "parameters": {"port": 27017, "x": nested(levels, shape)}},
        {"tool_name": "Bash", "tool_input": {"command": "mongosh --port 27017", "x": nested(levels, shape)}},
        {"tool_name": "Bash", "tool_input": {"command": "mongosh", "x": nested(levels, shape)}},
    ):
        before = canonical_json(action)
        result = ask(action)
        assert result.decision is GateDecision.DENY
        assert canonical_json(action) == before
        assert result == ask(action)
        json.dumps(result.to_dict())


MILLION = 1_000_000
NASTY = {
    "one letter": "a" * MILLION,
    "spaces": " " * MILLION,
    "spaces before a word": " " * (MILLION - 4) + "port",
    "tabs and quotes": "\t\"'" * (MILLION // 3),
    "open brackets": "(" * MILLION,
    "open substitutions": "$(" * (MILLION // 2),
    "backquotes": "`" * MILLION,
    "backslashes": "\\" * MILLION,
    "dashes": "a-" * (MILLION // 2),
    "figures": "1.2.3.4:" * (MILLION // 8),
    "colons": ":27017/" * (MILLION // 7),
    "options": "--port " * (MILLION // 7),
    "assignments": "A=B " * (MILLION // 4),
    "pipes": "a|" * (MILLION // 2),
    "addresses": "http://a@b:" * (MILLION // 11),
    "unless": "never use x unless " * (MILLION // 19),
    "not": "not " * (MILLION // 4),
    "sql": "SELECT (" * (MILLION // 8),
    "selects": "DROP TABLE a; " * (MILLION // 14),
    "heredocs": "cat <<E\n" * (MILLION // 8),
    "nul": "\x00" * MILLION,
    "surrogates": "\ud800" * MILLION,
    "headings": "# Risks: " * (MILLION // 9),
    "sentences": "It is so. " * (MILLION // 10),
    "json": '{"a":' * (MILLION // 5),
    "yaml": "a: \n  " * (MILLION // 6),
    "lines": "\n" * MILLION,
    "lines and tabs": "\n\t" * (MILLION // 2),
    "lines and spaces": "\n " * (MILLION // 2),
    "lines of two": "\r\n" * (MILLION // 2),
    "imports": "import " * (MILLION // 7),
    "lines of imports": "import a\n" * (MILLION // 9),
    "pushes": "git push " * (MILLION // 9),
    "functions": "def a(" * (MILLION // 6),
    "comments": "/* a " * (MILLION // 5),
    "tags": "<a " * (MILLION // 3),
    "quotes": "\"'`" * (MILLION // 3),
}


def shapes(text):
    """A text as every service may get it. The gate hands what it gets to all but the classifier."""
    yield classify, text
    yield orchestrator.analyze_conflict, text
    yield ask, text
    yield ask, {"tool_name": "Bash", "tool_input": {"command": text}}
    for path in ("app/shop.py", "web/shop.ts", "db/shop.sql"):
        yield ask, {"tool_name": "Write", "tool_input": {"file_path": path, "content": text}}
    edit = {"file_path": "app/settings.py", "old_string": text[:1000], "new_string": text}
    yield ask, {"tool_name": "Edit", "tool_input": edit}
    yield ask, {"type": "configure", "parameters": {"port": text, text: 1}}


@pytest.mark.parametrize("pattern", sorted(NASTY))
def test_a_million_characters_are_answered_in_time(pattern):
    for service, shape in shapes(NASTY[pattern]):
        began = time.thread_time()
        service(shape)
        assert time.thread_time() - began < BOUND


@pytest.mark.parametrize(
    ("pattern", "path"),
    list(zip(sorted(NASTY), itertools.cycle(["app/shop.py", "web/shop.tsx", "db/shop.sql"]), strict=False)),
)
def test_a_million_characters_are_answered_in_time_whatever_is_asked_for(pattern, path):
    began = time.thread_time()
    EVERY_PRACTICE.validate({"tool_name": "Write", "tool_input": {"file_path": path, "content": NASTY[pattern]}})
    assert time.thread_time() - began < BOUND


@pytest.mark.parametrize("pattern", sorted(NASTY))
def test_an_instruction_of_a_million_characters_is_answered_in_time(pattern):
    began = time.thread_time()
    kept = Instruction.from_classification(classifier.classify(NASTY[pattern]), id="long")
    CrossReferenceValidator([kept]).validate({"tool_name": "Bash", "tool_input": {"command": "mongosh --port 27017"}})
    assert time.thread_time() - began < BOUND
