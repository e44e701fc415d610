"""The client that agents' machines copy: its installer, its file of reports, and what it says when nobody answers.

That it asks and is answered is tried against a running site in tests/adapters.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client as Browser

from client import tractatus_client as client

pytestmark = pytest.mark.alone

FILE = Path(client.__file__)
URL = "http://127.0.0.1:9"  # nobody listens on the port of "discard"
EVENT = {
    "session_id": "s", "hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_use_id": "toolu_1",
    "tool_input": {"command": "ls", "description": "Look"},
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of somebody who uses the command line already, under git."""
    place = tmp_path / "work"
    (place / ".claude").mkdir(parents=True)
    subprocess.run(["git", "init", "-q", str(place)], check=True)
    (place / ".claude" / "settings.json").write_text(json.dumps(THEIRS))
    return place


THEIRS: dict[str, Any] = {
    "permissions": {"allow": ["Bash(make *)"]},
    "hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": "./mine.sh"}]}]},
    "statusLine": {"type": "command", "command": "printf 'my line'", "padding": 0},
}


def version(folder: Path, said: str) -> str:
    """A command line that says nothing but its version."""
    program = folder / f"claude-{said}"
    program.write_text(f"#!/bin/sh\necho '{said} (Claude Code)'\n")
    program.chmod(0o755)
    return str(program)


def settings(folder: Path, name: str = "settings.json") -> dict[str, Any]:
    return json.loads((folder / ".claude" / name).read_text())


def handlers(folder: Path, event: str) -> list[dict[str, Any]]:
    return [one for group in settings(folder)["hooks"].get(event, []) for one in group["hooks"]]


def install(folder: Path, **more: Any) -> list[str]:
    said: list[str] = []
    client.install(str(folder), URL, say=said.append, **({"claude": version(folder, "2.1.330")} | more))
    return said


def test_the_client_runs_on_old_pythons_with_nothing_installed() -> None:
    tree = ast.parse(FILE.read_text(), feature_version=(3, 8))
    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
    }
    assert imported <= sys.stdlib_module_names


def test_the_installer_merges_and_can_be_taken_out_again(folder: Path) -> None:
    install(folder, failure_mode="deny")
    once = settings(folder)
    assert once["permissions"] == THEIRS["permissions"]
    theirs, ours = handlers(folder, "PreToolUse")
    assert theirs == {"type": "command", "command": "./mine.sh"}
    assert (ours["type"], ours["url"], ours["onFailure"]) == ("http", f"{URL}/hooks/claude-code/", "block")
    assert (ours["headers"], ours["allowedEnvVars"]) == ({"Authorization": "Bearer $TRACTATUS_KEY"}, ["TRACTATUS_KEY"])
    assert [one["type"] for one in handlers(folder, "SessionStart")] == ["command"]
    assert once["statusLine"]["padding"] == 0
    assert "--then" in once["statusLine"]["command"]
    [backup] = (folder / ".claude").glob("settings.json.*.backup")
    assert json.loads(backup.read_text()) == THEIRS

    assert any("is as it should be" in line for line in install(folder, failure_mode="deny"))
    assert settings(folder) == once
    install(folder, failure_mode="ask")
    assert [one["type"] for one in handlers(folder, "PreToolUse")] == ["command", "command"]
    assert handlers(folder, "PostToolBatch") == []

    client.uninstall(str(folder), say=lambda line: None)
    assert settings(folder) == THEIRS
    assert not (folder / ".claude" / "tractatus_client.py").exists()


def test_an_older_command_line_gets_commands_where_it_would_let_through(folder: Path) -> None:
    for said in ("2.1.294", "nonsense"):
        install(folder, failure_mode="deny", claude=version(folder, said))
        assert handlers(folder, "PreToolUse")[-1]["type"] == "command"
    said = install(folder, failure_mode="allow", claude=str(folder / "nothing"))
    assert said[0].startswith("The version of Claude Code is not known")


def test_the_key_stands_in_no_file_that_would_be_committed(folder: Path) -> None:
    install(folder)
    assert not (folder / ".claude" / "settings.local.json").exists()
    install(folder, key="tr_secret")
    assert settings(folder, "settings.local.json") == {"env": {"TRACTATUS_KEY": "tr_secret"}}
    assert (folder / ".claude" / "settings.local.json").stat().st_mode & 0o077 == 0
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)
    listed = subprocess.run(["git", "ls-files"], cwd=folder, capture_output=True, text=True, check=True).stdout
    assert ".claude/settings.json" in listed
    assert "settings.local.json" not in listed
    assert "tr_secret" not in (folder / ".claude" / "settings.json").read_text()
    client.uninstall(str(folder), say=lambda line: None)
    assert settings(folder, "settings.local.json") == {}


@pytest.mark.parametrize("broken", ["{", "[]", '{"hooks": []}', '{"hooks": {"PreToolUse": {}}}'])
def test_settings_that_cannot_be_merged_with_are_left_alone(folder: Path, broken: str) -> None:
    path = folder / ".claude" / "settings.json"
    path.write_text(broken)
    done = subprocess.run(
        [sys.executable, str(FILE), "install", "claude-code", str(folder), "--url", URL],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, path.read_text()) == (1, broken)
    assert "Nothing was changed." in done.stderr


def hooked(folder: Path, failure: str, text: str, key: str = "tr_x") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(FILE), "hook", "--url", URL, "--failure", failure]
    command += ["--spool", str(folder / "reports.jsonl")]
    surroundings = {"TRACTATUS_KEY": key}
    return subprocess.run(command, input=text, env=surroundings, capture_output=True, text=True, check=False)


def test_the_failure_mode_answers_when_nobody_else_does(tmp_path: Path) -> None:
    for failure in ("ask", "deny"):
        told = json.loads(hooked(tmp_path, failure, json.dumps(EVENT)).stdout)["hookSpecificOutput"]
        assert told["permissionDecision"] == failure
        assert "it cannot be reached" in told["permissionDecisionReason"]
    told = json.loads(hooked(tmp_path, "allow", json.dumps(EVENT)).stdout)
    assert list(told) == ["systemMessage"]
    told = json.loads(hooked(tmp_path, "deny", json.dumps(EVENT), key="").stdout)["hookSpecificOutput"]
    assert "no key was given" in told["permissionDecisionReason"]
    for failure, status in (("ask", 2), ("deny", 2), ("allow", 0)):
        assert hooked(tmp_path, failure, "no JSON").returncode == status
    kept = [json.loads(line) for line in (tmp_path / "reports.jsonl").read_text().splitlines()]
    assert [one["decided"] for one in kept] == ["ask", "deny", "allow", "deny"]
    assert kept[0]["action"] == {"tool_name": "Bash", "tool_input": {"command": "ls"}}


def test_the_doctor_uses_the_key_that_the_installer_kept_and_says_what_is_wrong(folder: Path) -> None:
    def said() -> str:
        command = [sys.executable, str(FILE), "doctor", "--url", URL]
        done = subprocess.run(
            command, cwd=folder, env={"HOME": str(folder)}, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (1, "")
        return done.stdout

    assert said() == "Tractatus does not judge what is asked from here: no key was given: set TRACTATUS_KEY.\n"
    install(folder, key="tr_secret")
    assert f"it cannot be reached at {URL}" in said()


def test_the_doctor_says_where_reports_wait_also_while_nobody_answers(tmp_path: Path) -> None:
    asker = client.Client(URL, "tr_x", spool=str(tmp_path / "reports.jsonl"))
    said: list[str] = []
    assert not client.doctor(asker, said.append)
    assert len(said) == 1
    assert asker.keep_report({"event": "executed", "tool_call_id": "a"})
    assert not client.doctor(asker, said.append)
    assert said[2] == f"Some reports are still to be sent: {asker.spool}"


def test_the_file_of_reports_is_bounded_and_survives(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spool = tmp_path / "deep" / "reports.jsonl"
    asker = client.Client(URL, "tr_x", spool=str(spool))
    long = {"event": "executed", "tool_call_id": "x" * 90_000}
    assert [asker.keep_report(long) for _ in range(12)].count(True) == 11
    assert "is full" in capsys.readouterr().err
    before = spool.read_text()
    with pytest.raises(client.Away):
        asker.deliver()
    assert spool.read_text() == before
    assert list(spool.parent.iterdir()) == [spool]
    spool.write_text('{"half": \n' + json.dumps({"event": "executed"}) + "\n")
    with pytest.raises(client.Away):
        asker.deliver()
    assert spool.read_text() == json.dumps({"event": "executed"}) + "\n"


def test_a_verdict_that_nobody_gave_says_so(tmp_path: Path) -> None:
    for failure in client.FAILURE_MODES:
        verdict = client.Client(URL, "tr_x", failure).check({"type": "look", "description": "Look."}, session_id="s")
        assert (verdict.decision, verdict.allowed, verdict.degraded) == (failure, failure == "allow", True)
        assert "did not judge this" in verdict.words
    with pytest.raises(ValueError, match="failure_mode"):
        client.Client(URL, "tr_x", "shrug")


@pytest.mark.django_db
def test_the_site_serves_the_client_and_no_other_file() -> None:
    answer = Browser().get("/client/tractatus_client.py")
    assert b"".join(answer) == FILE.read_bytes()  # type: ignore[arg-type]
    assert "public" in answer["Cache-Control"]
    here = django_settings.SITE_URL
    for name, says in (("integrations", f"--url {here} --key -"), ("agents-guide", f"curl {here}/api/v1/checks/")):
        guide = Browser().get(f"/client/{name}.md")
        assert guide["Content-Type"] == "text/plain; charset=utf-8"
        assert says in guide.content.decode(), name
    for other in ("settings.py", "..%2fmanage.py", "__init__.py"):
        assert Browser().get(f"/client/{other}").status_code == 404
