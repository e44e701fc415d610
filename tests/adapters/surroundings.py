"""What the adapters are tried in: our site as a process of its own, a key, and the published packages beside it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.scripted_model import ScriptedModel
from tests.site.conftest import free_port
from tests.site.site_process import ROOT, Site
from tests.site.site_process import environment as site_environment

PORT = "Check MongoDB at port 27027"
WRONG, RIGHT = "mongosh --port 27017", "mongosh --port 27027"
CLIENT = ROOT / "client" / "tractatus_client.py"
SAID = (f"“{PORT}”", "Expected: 27027. This call has: 27017.", "With port 27027 it would be allowed.")
"""What a denied agent is told, whichever way it asked."""


def package(variable: str) -> str:
    """Where a published package is, which bin/test fetches."""
    if found := os.environ.get(variable):
        return found
    if os.environ.get("CI"):
        pytest.fail(f"{variable} is not set: bin/test fetches the packages that the adapters are tried against")
    pytest.skip(f"{variable} is not set; bin/test fetches the packages")


@dataclass
class Surroundings:
    """A site with an instruction in force, and an enforcing key of the demo's project."""

    site: Site
    data: Path
    key: str
    instruction: str

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the site has in its database."""
        with sqlite3.connect(self.data / "tractatus.sqlite3") as database:
            return database.execute(sql, values).fetchall()

    def checks(self, *tool_calls: str) -> dict[str, tuple[str, str, str, str | None]]:
        """By tool call: what was told, what would have been, the mode, and what became of it."""
        marks = ",".join("?" * len(tool_calls))
        asked = (
            f"SELECT tool_call, decision, would_have, mode, became FROM oversight_check WHERE tool_call IN ({marks})"
        )
        return {call: tuple(rest) for call, *rest in self.rows(asked, *tool_calls)}

    def stop(self) -> None:
        """Kill the site: nobody answers any more."""
        self.site.process.kill()
        self.site.process.wait()

    def start(self) -> None:
        """Start it again, on the same port and the same data."""
        self.site.__enter__()


@contextmanager
def surroundings(folder: Path, migrated: Path | None) -> Iterator[Surroundings]:
    """A site with an organisation of its own, which therefore loads no demo, until the block ends.

    `migrated` is an empty database that the tests keep (tests/migrated.py), which spares the site its migrations.
    """
    data = folder / "data"
    data.mkdir()
    if migrated is not None:
        shutil.copyfile(migrated, data / "tractatus.sqlite3")
    settings = site_environment(data, DJANGO_SETTINGS_MODULE="tractatus_site.settings")
    made = subprocess.run(
        [sys.executable, "-m", "tests.adapters.beginning", PORT], cwd=ROOT, env=settings, capture_output=True,
        text=True, timeout=300, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    key, instruction = made.stdout.split()
    with Site(data, free_port()) as site:
        yield Surroundings(site, data, key, instruction)


def environment(folder: Path, **more: str) -> dict[str, str]:
    """What a tool under test sees: nothing of the machine's own settings."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    return {"PATH": os.environ["PATH"], "HOME": str(home), "NO_PROXY": "127.0.0.1", **more}


# --- Claude Code


@dataclass
class ClaudeCode:
    """The real command line in a folder with our hooks, talking to a scripted model."""

    folder: Path
    model: ScriptedModel
    program: str
    around: Surroundings

    def install(self, failure: str) -> str:
        """Run the installer as a person does; gives what it said."""
        command = [sys.executable, str(CLIENT), "install", "claude-code", str(self.folder), "--key", "-"]
        command += ["--url", self.around.site.address, "--failure", failure, "--claude", self.program]
        done = subprocess.run(
            command, input=self.around.key, env=environment(self.folder.parent), capture_output=True, text=True,
            timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def run(self, prompt: str, *script: Any, resume: str | None = None) -> str:
        """One run of the command line, in which the model answers by the script. Gives the session's id."""
        self.model.script, self.model.asked = list(script), []
        quiet = {
            "ANTHROPIC_BASE_URL": self.model.address, "ANTHROPIC_API_KEY": "sk-ant-none", "DISABLE_AUTOUPDATER": "1",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "DISABLE_TELEMETRY": "1",
        }  # fmt: skip
        command = [self.program, "-p", prompt, "--allowedTools", "Bash", "--output-format", "json"]
        done = subprocess.run(
            [*command, *(["--resume", resume] if resume else [])], cwd=self.folder, stdin=subprocess.DEVNULL,
            env=environment(self.folder.parent, **quiet), capture_output=True, text=True, timeout=90, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        said = json.loads(done.stdout)
        session: str = said["session_id"]
        return session

    def bash(self, id: str, command: str) -> dict[str, Any]:
        return {"id": id, "name": "Bash", "input": {"command": command, "description": "Look"}}


def claude_code(folder: Path, model: ScriptedModel, around: Surroundings) -> ClaudeCode:
    """A folder for the command line to work in."""
    work = folder / "work"
    work.mkdir(parents=True)
    return ClaudeCode(work, model, package("ADAPTERS_CLAUDE"), around)


# --- LiteLLM


@dataclass
class Proxy:
    """The real proxy with our guardrail, in front of a scripted model."""

    address: str
    model: ScriptedModel

    def ask(self, messages: list[dict[str, Any]], *script: Any, guardrail: str = "tractatus") -> tuple[int, Any]:
        """One request of an agent; gives the status and the answer."""
        status, body = self._send(messages, script, guardrail)
        return status, json.loads(body)

    def stream(self, *script: Any, guardrail: str) -> tuple[int, str, list[dict[str, Any]]]:
        """One request whose answer is streamed; gives the status, all that was received, and the parts of it."""
        status, body = self._send([{"role": "user", "content": "Go on."}], script, guardrail, stream=True)
        lines = (line.removeprefix("data: ") for line in body.splitlines() if line.startswith("data: "))
        return status, body, [json.loads(line) for line in lines if line != "[DONE]"]

    def _send(
        self, messages: list[dict[str, Any]], script: tuple[Any, ...], guardrail: str, **more: Any
    ) -> tuple[int, str]:
        self.model.script, self.model.asked = list(script), []
        tool = {"name": "run", "parameters": {"type": "object", "properties": {"command": {"type": "string"}}}}
        body = {
            "model": "local", "messages": messages, "tools": [{"type": "function", "function": tool}],
            "guardrails": [guardrail], **more,
        }  # fmt: skip
        headers = {"Content-Type": "application/json", "x-litellm-session-id": "conversation-1"}
        request = urllib.request.Request(f"{self.address}/v1/chat/completions", json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


HOLDS = "tractatus_litellm.Governance"
"""What docs/integrations.md puts in the place of LiteLLM's own guardrail, so that streams are held back."""


@contextmanager
def proxy(folder: Path, model: ScriptedModel, around: Surroundings) -> Iterator[Proxy]:
    """LiteLLM's proxy as docs/integrations.md configures it; beside it a guardrail that fails open, and ours."""
    python = Path(package("ADAPTERS_PYTHON"))
    block = block_of("yaml").replace("https://tractatus.example", around.site.address)
    chosen = block.replace("default_on: true", "default_on: false")
    assert chosen != block
    entry = chosen[chosen.index("  - guardrail_name") :]
    opened = entry.replace("guardrail_name: tractatus", "guardrail_name: open").replace("fail_closed", "fail_open")
    held = entry.replace("guardrail_name: tractatus", "guardrail_name: held")
    held = held.replace("guardrail: generic_guardrail_api", f"guardrail: {HOLDS}")
    assert f"guardrail: {HOLDS}" in (ROOT / "docs" / "integrations.md").read_text()
    shutil.copy(ROOT / "client" / "tractatus_litellm.py", folder)
    models = f"""
model_list:
  - model_name: local
    litellm_params: {{model: openai/local, api_base: "{model.address}/v1", api_key: none}}
"""
    config = folder / "litellm.yaml"
    config.write_text(models + chosen + opened + held)
    port, log = free_port(), folder / "litellm.log"
    settings = {
        "TRACTATUS_KEY": around.key, "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true",
    }  # fmt: skip
    command = [str(python.parent / "litellm"), "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=out, env=environment(folder, **settings), cwd=folder, stdin=subprocess.DEVNULL
        )
    try:
        until = time.monotonic() + 120
        while not _listens(port):
            assert process.poll() is None, log.read_text(errors="replace")
            assert time.monotonic() < until, log.read_text(errors="replace")
            time.sleep(0.1)
        yield Proxy(f"http://127.0.0.1:{port}", model)
    finally:
        process.kill()
        process.wait()


def _listens(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/liveliness", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def block_of(language: str) -> str:
    """The block to copy from docs/integrations.md that is written in a language."""
    text = (ROOT / "docs" / "integrations.md").read_text()
    return text.split(f"```{language}\n", 1)[1].split("```", 1)[0]


# --- LangChain


def langchain(folder: Path, around: Surroundings, failure: str, *calls: tuple[str, str]) -> list[dict[str, Any]]:
    """Run an agent of LangChain with our middleware that makes these calls, one a turn; gives its tool messages."""
    python = package("ADAPTERS_PYTHON")
    for name in ("tractatus_client.py", "tractatus_langchain.py"):
        shutil.copy(ROOT / "client" / name, folder)
    given = {
        "url": around.site.address, "failure": failure, "spool": str(folder / "reports.jsonl"), "folder": str(folder),
        "calls": calls,
    }  # fmt: skip
    done = subprocess.run(
        [python, str(Path(__file__).with_name("langchain_agent.py"))], input=json.dumps(given), cwd=folder,
        env=environment(folder, TRACTATUS_KEY=around.key, PYTHONPATH=str(folder)), capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    messages: list[dict[str, Any]] = json.loads(done.stdout)
    return messages
