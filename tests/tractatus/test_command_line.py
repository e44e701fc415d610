"""The services at the command line: what is read, what is printed, the exit status, one line for what is wrong."""

import io
import json
import os
import subprocess
import sys

import pytest

from tractatus.__main__ import COMMANDS, HELP, main

CONNECT = {"type": "database_connect", "parameters": {"port": 27017, "database": "tractatus_dev"}}
EDIT = {"tool_name": "Edit", "tool_input": {"file_path": "app/views.py", "old_string": "a = 1", "new_string": "a = 2"}}
FULL = {"messages": 60, "tokens_used": 99, "tokens_budget": 100, "active_tasks": 5, "recent_errors": 3}
SCORES = {"alignment": 0.85, "coherence": 0.75, "completeness": 0.45, "safety": 0.90, "alternatives": 0.50}


@pytest.fixture
def run(capsys, monkeypatch):
    """Runs a command and gives its status, its output (JSON, where it is), and the line on standard error."""

    def running(*arguments, stdin=""):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode("utf-8", "surrogateescape"))))
        words = [one if isinstance(one, str) else json.dumps(one) for one in arguments]
        status = main(words)
        out, err = capsys.readouterr()
        return status, json.loads(out) if out.startswith("{") else out, err

    return running


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def on_terminal(monkeypatch):
    """Runs a command as on a terminal that shows no colours, and gives what is printed."""

    def running(*arguments, environment=None):
        monkeypatch.setattr("tractatus.__main__.os.environ", environment or {"NO_COLOR": "1"})
        monkeypatch.setattr(sys, "stdout", Terminal())
        main([one if isinstance(one, str) else json.dumps(one) for one in arguments])
        return sys.stdout.getvalue()

    return running


# What each command gives ----------------------------------------------------------------------------------------------


def test_classify_gives_the_four_dimensions(run):
    status, out, _ = run("classify", "This project must maintain GDPR compliance")
    assert status == 0
    assert (out["quadrant"], out["persistence"]) == ("STRATEGIC", "HIGH")
    assert (out["temporal_scope"], out["verification_required"]) == ("PERMANENT", "MANDATORY")


@pytest.mark.parametrize(
    ("action", "status", "word"),
    [(CONNECT, 3, "REJECTED"), (CONNECT | {"parameters": {"port": 27027}}, 0, "APPROVED")],
)
def test_validate_looks_at_the_instructions(run, action, status, word):
    got, out, _ = run("validate", action, "--instruction", "MongoDB runs on port 27027")
    assert (got, out["status"]) == (status, word)


def test_check_asks_the_gate(run):
    assert run("check", EDIT)[0] == 0
    status, out, _ = run("check", CONNECT, "--instruction", "MongoDB runs on port 27027")
    assert (status, out["decision"]) == (3, "deny")
    status, out, _ = run("check", {"action": EDIT, "scores": SCORES, "session": {"messages": 5}})
    assert (status, out["decision"]) == (1, "warn")
    drop = {"tool_name": "Bash", "tool_input": {"command": "dropdb shop_production"}}
    status, out, _ = run("check", {"action": drop, "project": "shop"})
    assert (status, out["decision"]) == (2, "ask")
    status, out, _ = run("check", {"action": drop, "project": "shop", "grants": [out["grant"]]})
    assert (status, out["granted"]) == (0, True)


@pytest.mark.parametrize(
    ("session", "status", "level"),
    [
        ({"messages": 5}, 0, "NORMAL"),
        ({"messages": 45}, 1, "ELEVATED"),
        ({"messages": 60}, 1, "HIGH"),
        ({"compactions": 2}, 2, "CRITICAL"),
        (
            {"messages": 60, "tokens_used": 99, "tokens_budget": 100, "active_tasks": 5, "recent_errors": 3},
            3,
            "DANGEROUS",
        ),
    ],
)
def test_pressure_gives_the_level(run, session, status, level):
    got, out, _ = run("pressure", session)
    assert (got, out["level"]) == (status, level)


def test_verify_gives_the_worked_example(run):
    status, out, _ = run("verify", {"action": "Refactor authentication system to OAuth2", "scores": SCORES})
    assert (status, out["decision"]) == (1, "PROCEED_WITH_CAUTION")
    assert out["confidence"] == pytest.approx(0.7075)
    assert run("verify", EDIT)[1]["decision"] == "NOT_ASSESSED"
    assert run("verify", EDIT, "--reasoning", "This is best practice.")[0] == 3
    said = {"goal": "The user asked to change views.py", "steps": ["Change a in views.py to 2"]}
    assert run("verify", EDIT, "--reasoning", said)[1]["scores"]["alignment"] == pytest.approx(0.9)


def test_analyze_suggests_and_approves_nothing(run):
    status, out, _ = run("analyze", "Disclose user data to prevent imminent harm?")
    assert status == 0
    assert out["requires_human_approval"] is True


# Where the input comes from -------------------------------------------------------------------------------------------


def test_input_is_an_argument_a_file_or_standard_input(run, tmp_path):
    session = json.dumps({"messages": 45})
    file = tmp_path / "session.json"
    file.write_text(session)
    for arguments, stdin in (
        ((session,), ""),
        ((f"@{file}",), ""),
        (("--file", str(file)), ""),
        ((), session),
        (("-",), session),
    ):
        assert run("pressure", *arguments, stdin=stdin)[1]["level"] == "ELEVATED"


@pytest.mark.parametrize(
    "written",
    [
        lambda entry: json.dumps([entry]),
        lambda entry: json.dumps(entry) + "\n\n" + json.dumps("Explore caching") + "\n",
        lambda entry: json.dumps({"version": "1.0", "instructions": [entry]}),
        lambda entry: json.dumps(entry),
    ],
)
def test_instructions_are_read_in_every_form_they_are_kept_in(run, tmp_path, written):
    """The entry of core concepts, section 1, with a key that is not known."""
    entry = {
        "id": "inst_001",
        "text": "MongoDB runs on port 27027",
        "timestamp": "2025-10-06T14:00:00Z",
        "quadrant": "SYSTEM",
        "persistence": "HIGH",
        "temporal_scope": "PROJECT",
        "verification_required": "MANDATORY",
        "explicitness": 0.90,
        "source": "user",
        "session_id": "2025-10-06-a",
        "active": True,
    }
    file = tmp_path / "instruction-history.json"
    file.write_text(written(entry))
    status, out, _ = run("validate", CONNECT, "--instructions", str(file))
    assert (status, out["instruction_violated"]) == (3, "inst_001")


# What is printed ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_terminal_gets_words_and_no_colour_where_none_is_wanted(on_terminal, command):
    out = on_terminal(command, {"messages": 45} if command == "pressure" else "Refactor authentication to OAuth2")
    assert not out.startswith("{")
    assert "\033" not in out
    assert len(out.splitlines()) > 1


def test_terminal_gets_json_if_it_asks_for_it(on_terminal):
    assert json.loads(on_terminal("pressure", {"messages": 45}, "--json"))["level"] == "ELEVATED"


def test_terminal_shows_the_answer_bold(on_terminal):
    out = on_terminal("pressure", {"messages": 45}, environment={"TERM": "xterm"})
    assert out.startswith("\033[1mELEVATED, 0.30\033[0m\n")


@pytest.mark.parametrize("verbosity", ["SILENT", "SUMMARY"])
def test_check_explains_as_much_as_asked_for(on_terminal, verbosity):
    assert len(on_terminal("check", EDIT, "--verbosity", verbosity).splitlines()) == 1


def test_help_documents_commands_and_status(capsys):
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    out = capsys.readouterr().out
    assert all(f"\n  {command} " in out for command in COMMANDS)
    assert "exit status:" in out
    assert HELP.strip() in out


# What is wrong --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["pressure", '{"messages": -1}'], "messages: 0 or more is expected, not -1."),
        (["pressure", '{"massages": 1}'], "massages: this is not known; known are messages,"),
        (["pressure", "many messages"], "INPUT: an object is expected, not str."),
        (["pressure", '{"messages": '], "INPUT: this is not JSON:"),
        (["pressure", '{"a":' * 100_000], "input: this is nested too deeply."),
        (["pressure", '{"tokens_used": 9, "tokens_budget": 5}'], "tokens_used: at most tokens_budget (5) is expected"),
        (["check", '{"action": {}, "session": {"messages": "5"}}'], "session.messages: a whole number is expected"),
        (["check", '{"action": {}, "mood": 1}'], "mood: this is not known; known are action, reasoning"),
        (["check", '{"action": 7}'], "action: an object is expected, not int."),
        (["check", "{}", "--now", "yesterday"], "now: a time in ISO 8601 is expected, not 'yesterday'."),
        (["check", '{"action": {}, "grants": [1]}'], "grants: a list of texts is expected."),
        (["check", "{}", "--verbosity", "LOUD"], "argument --verbosity: invalid choice: 'LOUD'"),
        (["verify", '{"action": {}, "scores": {"safety": 2}}'], "scores.alignment: a number from 0 to 1 is expected"),
        (["verify", "{}", "--reasoning", "{x"], "--reasoning: this is not JSON:"),
        (["verify", '{"reasoning": "x", "action": 3}'], "action: an object is expected, not int."),
        (["validate", "[1]"], "action: an object is expected, not list."),
        (["classify", "7", "--file", "x"], "INPUT: either it or --file is expected, not both."),
        (["classify", '{"words": "x"}'], "words: this is not known; known are text, source."),
        (["classify", '{"source": "x"}'], "text: this is missing."),
        (["classify", "@/no/such/file"], "INPUT: '/no/such/file' cannot be read: No such file or directory."),
        (["classify", " "], "INPUT: some text or JSON is expected, not nothing."),
        (["classify", "x", "--instruction", "y"], "unrecognized arguments: --instruction y. See --help."),
        (["verify", "x", "--now", "2026-01-01"], "unrecognized arguments: --now 2026-01-01. See --help."),
        (["pressure", "{}", "--reasoning", "x"], "unrecognized arguments: --reasoning x. See --help."),
        (["validate", "{}", "--verbosity", "DEBUG"], "unrecognized arguments: --verbosity DEBUG. See --help."),
        (["verify", '{"action": {}, "pressure": "MILD"}'], "pressure: one of NORMAL"),
        (["verify", '{"action": {}, "reasoning": 3}'], "reasoning: text or an object is expected, not int."),
        (["analyze", '{"decision": 7}'], "decision: an object is expected, not int."),
        (["classify", '{"text": 7}'], "text: text is expected, not int."),
        (["sing", "x"], "argument classify|validate|check|pressure|verify|analyze: invalid choice: 'sing'"),
        ([], "the following arguments are required: classify|validate"),
    ],
)  # fmt: skip
def test_wrong_input_is_one_line_that_names_the_field(run, arguments, line):
    status, out, err = run(*arguments)
    assert status == 64
    assert out == ""
    assert err.startswith(f"tractatus: {line}")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('[{"id": "a"}]', "instructions[0].text: text is expected, not nothing."),
        ("[7]", "instructions[0]: an object or a text is expected, not int."),
        ('["Use npm", {"text": "x", "quadrant": "WRONG"}]', "instructions[1].quadrant: one of STRATEGIC"),
        ('[{"text": "x", "timestamp": "soon"}]', "instructions[0].timestamp: a time in ISO 8601 is expected"),
        ('{"text": "x"}\nnot json', "instructions: line 2 is not JSON."),
        ('{"entries": []}', "instructions: a list of instructions is expected under the key instructions."),
        ("[" * 100_000, "instructions: "),
    ],
)
def test_wrong_instructions_are_named(run, tmp_path, content, line):
    file = tmp_path / "history.json"
    file.write_text(content)
    status, _, err = run("validate", CONNECT, "--instructions", str(file))
    assert (status, err.count("\n")) == (64, 1)
    assert err.startswith(f"tractatus: {line}")


def test_an_error_of_ours_is_not_reported_as_wrong_input(run, monkeypatch):
    def fails(self, text, *, source="user"):
        raise ValueError("of our own making")

    monkeypatch.setattr("tractatus.classifier.InstructionPersistenceClassifier.classify", fails)
    with pytest.raises(ValueError, match="of our own making"):
        run("classify", "Use npm")


# As a program ---------------------------------------------------------------------------------------------------------


def program(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "tractatus", *arguments], capture_output=True, **options
    )


def test_pressure_loads_neither_numpy_nor_another_service():
    ended = program("pressure", '{"messages": 45}')
    loaded = ended.stderr.decode()
    assert ended.returncode == 1
    assert not any(f" {name}\n" in loaded for name in ("numpy", "tractatus.classifier", "tractatus.boundaries"))


def test_any_bytes_are_read_and_printed_on_any_terminal():
    ended = program(
        "verify", input=b"\xff\xfe delete \xed\xa0\x80 \xf0\x9f\x98\x80", env=os.environ | {"PYTHONIOENCODING": "ascii"}
    )
    assert ended.returncode == 0
    assert json.loads(ended.stdout)["decision"] == "NOT_ASSESSED"
