"""What is read of whole actions, whatever the tool, and that nothing breaks it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tractatus.actions import Place, Reading, read_action, rewrite
from tractatus.actions.reading import LONGEST_TEXT

PAIRS = Path(__file__).with_name("pairs.jsonl")


def bash(command: str) -> dict[str, Any]:
    return {"tool_name": "Bash", "tool_input": {"command": command}}


def told(reading: Reading) -> list[str]:
    return [
        f"{fact.parameter}={fact.value}" + (f" of {fact.subject}" if fact.subject else "") for fact in reading.facts
    ]


def test_an_action_that_is_no_object_is_refused() -> None:
    with pytest.raises(TypeError, match=r"^action: an object is expected, not str\.$"):
        read_action("ls")  # type: ignore[arg-type]


def test_the_implicit_port_of_a_bare_client_is_a_fact_without_a_place() -> None:
    [port] = [fact for fact in read_action(bash("mongosh")).facts if fact.parameter == "port"]
    assert (port.value, port.subject, port.implicit, port.place) == ("27017", "mongodb", True, None)


GENERIC = [
    (
        {"type": "database_connect", "description": "", "parameters": {"host": "localhost", "port": 27017}},
        ["host=localhost", "port=27017"],
        ["connect database_connect database"],
        True,
    ),
    (
        {"type": "mongodb_connect", "parameters": {"host": "db"}},
        ["host=db of mongodb", "port=27017 of mongodb"],
        ["connect mongodb mongodb"],
        True,
    ),
    (
        {"type": "deploy_config", "parameters": {"environment": "production", "port": 9090}},
        ["environment=production", "port=9090"],
        ["deploy deploy_config config"],
        False,
    ),
    (
        {"type": "merge_pr", "parameters": {"base": "master", "labels": ["bug", "ui"]}},
        ["branch=master", "labels=bug", "labels=ui"],
        ["merge merge_pr pr"],
        False,
    ),
    (
        {"tool_name": "mcp__github__create_pull_request", "tool_input": {"base": "main", "title": "x"}},
        ["branch=main"],
        ["create github github pull request"],
        False,
    ),
    (
        {"tool_name": "mcp__slack__post_message", "tool_input": {"channel": "#ops"}},
        ["channel=#ops of slack"],
        [],
        False,
    ),
    ({"tool_name": "Read", "tool_input": {"file_path": "src/a.py"}}, ["path=src/a.py"], ["read Read"], True),
    ({"tool_name": "Grep", "tool_input": {"pattern": "27017", "path": "docs"}}, ["path=docs"], ["search Grep"], True),
    (
        {"tool_name": "WebFetch", "tool_input": {"url": "http://h:8080/x", "prompt": "p"}},
        ["url=http://h:8080/x", "protocol=http", "host=h", "port=8080"],
        ["download WebFetch web"],
        True,
    ),
    (
        {"type": "bash", "parameters": {"command": "aws s3 mb s3://x", "user_approved": True}},
        ["url=s3://x", "protocol=s3", "bucket=x", "tool=aws", "user_approved=true"],
        ["create aws s3, mb, s3://x"],
        False,
    ),
    (
        {"type": "expose", "description": "The API listens on 9090", "parameters": {"mongodb": {"port": 27018}}},
        ["port=27018 of mongodb", "port=9090"],
        [],
        False,
    ),
]


@pytest.mark.parametrize(("action", "facts", "acts", "read_only"), GENERIC)
def test_any_tool_is_read_by_its_words(
    action: dict[str, Any], facts: list[str], acts: list[str], read_only: bool
) -> None:
    reading = read_action(action)
    assert told(reading) == facts
    done = [" ".join(filter(None, (act.verb, act.tool, act.object))) for act in reading.acts]
    assert not acts or done == acts
    assert reading.read_only is read_only


def test_what_is_said_is_a_passage_of_its_own() -> None:
    action = {"tool_name": "mcp__slack__post_message", "tool_input": {"channel": "#ops", "text": "Deploy is done"}}
    [passage] = read_action(action).passages
    assert (passage.text, passage.kind, passage.place) == (
        "Deploy is done",
        "message",
        Place(("tool_input", "text")),
    )


def test_a_query_parameter_is_read_as_a_query() -> None:
    reading = read_action({"tool_name": "mcp__postgres__query", "tool_input": {"sql": "DROP TABLE users"}})
    assert [(act.verb, act.object) for act in reading.acts][-1] == ("delete", "table users")
    assert not reading.read_only


NAMED = [
    ({"setting": "session_days", "value": 90}, "session_days=90"),
    ({"flag": "new_checkout", "enabled": True}, "new_checkout=true"),
    ({"files": 4}, "files=4"),
]


@pytest.mark.parametrize(("parameters", "fact"), NAMED)
def test_a_setting_that_is_named_by_another_parameter(parameters: dict[str, Any], fact: str) -> None:
    assert fact in told(read_action({"type": "set_it", "parameters": parameters}))


def test_words_are_whole_and_in_parts() -> None:
    words = read_action(bash("git push origin feature/my-branch")).words
    assert {"git", "push", "feature", "my-branch", "branch", "bash"} <= words


def test_the_environment_of_a_parameter_outweighs_that_of_a_name() -> None:
    parameters = {"environment": "staging", "host": "db-prod.internal"}
    assert read_action({"type": "x", "parameters": parameters}).environment == "staging"
    action = {"type": "x", "description": "Expose the production API", "parameters": {}}
    assert read_action(action).environment == "production"


REWRITES = [
    (
        bash("mongosh --port 27017 --eval 'db.stats()'"),
        "port",
        "27027",
        bash("mongosh --port 27027 --eval 'db.stats()'"),
    ),
    (bash("psql postgres://h:5432/x"), "port", "5439", bash("psql postgres://h:5439/x")),
    (bash("git push origin HEAD:main"), "branch", "dev", bash("git push origin HEAD:dev")),
    (bash("npm install x"), "package_manager", "pnpm", bash("pnpm install x")),
    (bash("ssh web 'mongosh --port 27017'"), "port", "1", bash("ssh web 'mongosh --port 1'")),
    (
        {"type": "x", "parameters": {"port": 27017}},
        "port",
        "27027",
        {"type": "x", "parameters": {"port": 27027}},
    ),
    (
        {"tool_name": "Edit", "tool_input": {"file_path": "a.env", "old_string": "P=", "new_string": "DB_PORT=5432"}},
        "port",
        "5439",
        {"tool_name": "Edit", "tool_input": {"file_path": "a.env", "old_string": "P=", "new_string": "DB_PORT=5439"}},
    ),
]


@pytest.mark.parametrize(("action", "parameter", "value", "expected"), REWRITES)
def test_a_place_can_be_rewritten_and_the_original_stays(
    action: dict[str, Any], parameter: str, value: str, expected: dict[str, Any]
) -> None:
    before = json.dumps(action)
    [fact] = [fact for fact in read_action(action).facts if fact.parameter == parameter and fact.place]
    assert fact.place is not None
    assert rewrite(action, {fact.place: value}) == expected
    assert json.dumps(action) == before


def test_a_place_that_is_not_there_is_named() -> None:
    with pytest.raises(KeyError, match=r"tool_input\.x: the action has no such place"):
        rewrite(bash("ls"), {Place(("tool_input", "x")): "1"})


def test_what_is_too_long_is_cut_and_said_to_be() -> None:
    assert read_action(bash("ls " + "a" * LONGEST_TEXT)).cut
    assert not read_action(bash("ls " + "a" * 1_000)).cut
    deep: Any = 1
    for _ in range(10_000):
        deep = {"a": deep}
    assert read_action({"type": "x", "parameters": deep}).cut
    assert read_action({"type": "x", "parameters": {"a": list(range(100_000))}}).cut


LONG = [
    "a",
    "'",
    '"',
    "$(",
    "`",
    "a=",
    "{",
    "a:",
    "http://",
    ";",
    "\\",
    "a@",
    "a/",
    "#",
    "<",
    "/*",
    '"""',
    "(",
    "a.b.",
    "1",
]
LONG += ["a|", "<artifactId>", "s/a/b/;", "{:a, ", "[", "://a:", "a(1", "#define a ", "select a(b c default "]
LONG += [
    " ",
    "\n",
    "a=1\n",
    "a:\n",
    "ab ",
    "select ",
    "import a\n",
    "cat <<A\n",
    "-a ",
    "> a ",
    "port ",
    "from a ",
    "- ",
]


@pytest.mark.parametrize("part", LONG)
def test_a_megabyte_of_anything_is_read_in_bounded_time(part: str) -> None:
    text = part * (1_000_000 // len(part))
    for path in ("a.py", "package.json", "nginx.conf"):
        assert read_action(
            {"tool_name": "Edit", "tool_input": {"file_path": path, "old_string": "x", "new_string": text}}
        ).cut
    assert read_action(bash(text)).cut
    assert read_action({"type": text, "description": text, "parameters": {"sql": text, text: text}}).cut


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
PIECES = """git push origin main mongosh --port 27017 -p 5432 psql -c 'select' "drop && | ; > >> << EOF $( ) `
docker run -p 8080:80 nginx:1.2 compose exec app kubectl -n prod -- bash -c ssh host curl -X POST -d http://h:1/x
sed -i s/a/b/ .env env A=1 npm install x@1 find -exec {} \\; python -m pip = -- - ''"""
COMMANDS = st.lists(st.sampled_from([*PIECES.split(), "\n", "\ud800", "\0"]), max_size=12).map(" ".join)


def _check(action: dict[str, Any]) -> None:
    """Every place holds the value that is said to stand there."""
    for fact in read_action(action).facts:
        if fact.place is not None and fact.place.span is not None:
            text: Any = action
            for key in fact.place.path:
                text = text[key]
            assert text[slice(*fact.place.span)] == fact.value


@given(JSON, JSON, JSON)
def test_no_json_breaks_it(name: Any, given_to_it: Any, other: Any) -> None:
    _check({"tool_name": name, "tool_input": given_to_it, "description": other})
    _check({"type": name, "description": other, "parameters": given_to_it})
    _check({"tool_name": "Bash", "tool_input": {"command": other, "x": name}})
    _check({"tool_name": "Edit", "tool_input": {"file_path": name, "new_string": other, "edits": given_to_it}})


@given(COMMANDS)
def test_no_command_breaks_it_and_each_place_holds_its_value(command: str) -> None:
    _check(bash(command))


FILES = ["a.py", "a.ts", "a.yml", "package.json", "mix.exs", "Dockerfile", "x.conf", "a.sql", "a.c", "a.css"]


@given(st.sampled_from(FILES), COMMANDS)
def test_no_content_breaks_it_and_each_place_holds_its_value(path: str, content: str) -> None:
    text = content.replace(" = ", "=").replace("http", '"port": 80, x: {http')
    _check({"tool_name": "Edit", "tool_input": {"file_path": path, "old_string": "a: 1\nb", "new_string": text}})


@given(st.sampled_from([action for action, *_ in REWRITES]), st.integers(1024, 65535))
def test_a_rewritten_place_is_read_again_with_its_new_value(action: dict[str, Any], number: int) -> None:
    for fact in read_action(action).facts:
        if fact.parameter == "port" and fact.place is not None:
            again = read_action(rewrite(action, {fact.place: str(number)}))
            assert str(number) in [one.value for one in again.facts if one.parameter == "port"]


def test_the_pairs_are_read_and_each_place_holds_its_value() -> None:
    for line in PAIRS.read_text(encoding="utf-8").splitlines():
        _check(json.loads(line)["action"])
