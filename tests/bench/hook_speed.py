"""How long Claude Code waits for a hook: over HTTP, and through the command that starts a Python.

    python tests/bench/hook_speed.py [--calls 100]

Starts a site of its own on SQLite with one instruction in force, and asks about everyday calls one after the other. The
third figure is the client in a process that runs already, which is what an agent in Python waits for.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from client.tractatus_client import Client  # noqa: E402
from tests.adapters.surroundings import CLIENT, Surroundings, surroundings  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100)
    calls = parser.parse_args().calls
    with tempfile.TemporaryDirectory() as folder, surroundings(Path(folder), None) as around:
        ways = {"HTTP hook": _by_http, "command hook": _by_command, "client, in process": _in_process}
        for name, way in ways.items():
            ask = way(around)
            ask("warm-up")
            took = sorted(_timed(ask, f"{name}-{number}") for number in range(calls))
            print(f"{name:<20} median {median(took):6.1f} ms   p99 {quantiles(took, n=100)[98]:6.1f} ms")


def _timed(ask: Callable[[str], None], call: str) -> float:
    began = time.perf_counter()
    ask(call)
    return (time.perf_counter() - began) * 1000


def _event(call: str) -> bytes:
    event = {
        "session_id": "bench", "hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_use_id": call,
        "tool_input": {"command": "git status --short", "description": "Look"},
    }  # fmt: skip
    return json.dumps(event).encode()


def _by_http(around: Surroundings) -> Callable[[str], None]:
    headers = {"Authorization": f"Bearer {around.key}", "Content-Type": "application/json"}

    def ask(call: str) -> None:
        request = urllib.request.Request(f"{around.site.address}/hooks/claude-code/", _event(call), headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert json.load(answer) == {}

    return ask


def _by_command(around: Surroundings) -> Callable[[str], None]:
    command = [
        sys.executable,
        "-IS",
        str(CLIENT),
        "hook",
        "--url",
        around.site.address,
        "--spool",
        f"{around.data}/reports",
    ]

    def ask(call: str) -> None:
        done = subprocess.run(command, input=_event(call), env={"TRACTATUS_KEY": around.key}, capture_output=True)
        assert (done.returncode, done.stdout) == (0, b""), done.stderr

    return ask


def _in_process(around: Surroundings) -> Callable[[str], None]:
    client = Client(around.site.address, around.key)

    def ask(call: str) -> None:
        action = {"tool_name": "Bash", "tool_input": {"command": "git status --short"}}
        assert client.check(action, session_id="bench", tool_call_id=call).allowed

    return ask


if __name__ == "__main__":
    main()
