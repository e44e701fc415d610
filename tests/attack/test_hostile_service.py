"""The client, where the service it asks or the folder it works in belongs to somebody hostile."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from client import tractatus_client as client

pytestmark = pytest.mark.alone

KEY = "tr_very_secret_key"
LOOK = {"tool_name": "Bash", "tool_input": {"command": "ls"}}
EVENT = {"session_id": "s", "hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_use_id": "t1"}


@contextmanager
def answering(body: bytes, status: int = 200, **headers: str) -> Iterator[tuple[str, list[str]]]:
    """A service that answers everything with this, and the keys it was sent."""
    seen: list[str] = []

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            seen.append(self.headers.get("Authorization") or "")
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with_body = memoryview(body)
            try:
                self.wfile.write(with_body)
            except OSError:
                return  # who asked has heard enough

        do_GET = do_POST

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


NO_VERDICTS = [
    b"", b"<html>Sign in</html>", b"[]", b"7", b"null", b"{}", b'{"decision": 1}', b'{"decision": "yes"}',
    b'{"decision": ["allow"]}', b"[" * 200_000, b'{"decision": "allow"', b"\xff\xfe", b" " * 6_000_000,
]  # fmt: skip


def test_an_answer_that_is_no_verdict_lets_nothing_through() -> None:
    """HTML, an endless answer, deep lists or a verdict nobody knows are taken as no answer: the failure mode holds."""
    for body in NO_VERDICTS:
        with answering(body) as (url, _):
            asker = client.Client(url, KEY, "deny")
            verdict = asker.check(LOOK, session_id="s", tool_call_id="c")
            assert (verdict.decision, verdict.allowed, verdict.degraded) == ("deny", False, True), body[:30]
            assert "did not judge this" in verdict.words
    strange = {"decision": "ask", "judgment_request": "x", "reasons": 7, "explanation": {"a": [1]}}
    with answering(json.dumps(strange).encode()) as (url, _):
        verdict = client.Client(url, KEY).check(LOOK)
        assert (verdict.decision, verdict.request, verdict.allowed) == ("ask", None, False)
        assert isinstance(verdict.words, str)
    for body in (b'{"detail": {"a": 1}}', b"[" * 200_000, b'{"detail": "' + b"x" * 90_000 + b'"}'):
        with answering(body, 500) as (url, _):
            assert len(client.Client(url, KEY).check(LOOK).words) < 1_000


@contextmanager
def dripping(began: bytes) -> Iterator[str]:
    """A service that answers with this and then goes on for a while, an octet at a time."""
    over = threading.Event()

    class Drips(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with contextlib.suppress(OSError):  # who asked has heard enough
                self.wfile.write(began)
                for _ in range(OCTETS):
                    if over.wait(0.02):
                        return
                    self.wfile.write(b" ")

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Drips)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()


OCTETS = 500


def test_an_answer_that_hardly_comes_is_no_answer(tmp_path: Path) -> None:
    """An answer that comes an octet at a time holds nobody up: its time is counted over the whole of it."""
    whole = b'{"decision": "allow"}'
    sized = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(whole) + OCTETS)
    for head in (b"HTTP/1.1 200 OK\r\nX-Slow: ", sized + whole):
        with dripping(head) as url:
            asker = client.Client(url, KEY, "deny", timeout=0.3, spool=str(tmp_path / "r.jsonl"))
            verdict = asker.check(LOOK, session_id="s")
            assert (verdict.decision, verdict.degraded) == ("deny", True)
            assert "takes too long" in verdict.words or "timed out" in verdict.words


def test_reports_that_come_with_a_folder_are_sent_to_nobody(tmp_path: Path) -> None:
    """Forged reports in a cloned folder, also of an older client's name, are not sent with the key of who works in it:
    what is to be reported is kept where only that person writes."""
    work, home = tmp_path / "work", tmp_path / "home"
    (work / ".claude").mkdir(parents=True)
    forged = json.dumps({"event": "executed", "tool_call_id": "forged"}) + "\n"
    for name in ("tractatus-reports.jsonl", "tractatus-reports.jsonl.sending-1", "reports.jsonl"):
        (work / ".claude" / name).write_text(forged)
        os.utime(work / ".claude" / name, (1, 1))
    command = [sys.executable, client.__file__, "hook", "--failure", "deny", "--url"]
    surroundings = {"TRACTATUS_KEY": KEY, "HOME": str(home)}

    def hook(url: str, **more: str) -> None:
        given = json.dumps(EVENT).encode()
        subprocess.run([*command, url], input=given, cwd=work, env=surroundings | more, check=True)

    hook("http://127.0.0.1:9")
    [kept] = (home / ".local" / "state" / "tractatus").iterdir()
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert [json.loads(line)["tool_call_id"] for line in kept.read_text().splitlines()] == ["t1"]
    hook("http://127.0.0.1:9", XDG_STATE_HOME="here")  # is no place: it would be one within the folder
    assert len(kept.read_text().splitlines()) == 2
    with answering(b'{"decision": "allow"}') as (url, seen):
        hook(url)
        assert len(seen) == 1  # the event alone: what was kept is for another service
    asker = client.Client("http://127.0.0.1:9", KEY, spool=str(kept))
    kept.chmod(0o666)
    assert asker.deliver() == 0  # anybody may have written it


def test_a_batch_of_any_shape_is_taken() -> None:
    """What stands where the calls of a batch are expected is read as far as it is shaped so, and stops no hook."""
    shapes = (None, 7, "x", {}, {"a": 1}, [], [7, None, "x", []], [{}], [{"tool_name": 7, "tool_use_id": 9}])
    for calls in shapes:
        event = {"session_id": "s", "hook_event_name": "PostToolBatch", "tool_calls": calls}
        assert client.hook(client.Client("http://127.0.0.1:9", KEY, "deny"), json.dumps(event)) == ""
        made = client.Client("http://127.0.0.1:9", KEY).decided_here({}, 9, ["s"], "why")  # type: ignore[no-untyped-call]
        assert (made["session_id"], made["tool_call_id"][:9]) == (None, "tractatus")


def test_the_key_goes_to_no_other_host() -> None:
    """A redirection to another host is not followed: the key is sent to nobody but the service that was named."""
    with answering(b"{}") as (other, stolen):
        for status in (301, 302, 307, 308):
            with answering(b"", status, Location=f"{other}/api/v1/checks/") as (url, seen):
                assert client.Client(url, KEY).check(LOOK).degraded
                assert seen == [f"Bearer {KEY}"]
        assert stolen == []


def test_the_key_stands_in_nothing_that_is_said(tmp_path: Path) -> None:
    """A key with a line break or a foreign letter in it is refused without being shown, and is kept in no report."""
    spool = tmp_path / "reports.jsonl"
    for key in (f"{KEY}\nX-Evil: 1", f"{KEY}\r\nHost: x", f"{KEY}é", f"{KEY}\u2028"):
        verdict = client.Client("http://127.0.0.1:9", key, spool=str(spool)).check(LOOK)
        assert KEY not in verdict.words
    assert KEY not in spool.read_text()
    with answering(b'{"decision": "allow"}') as (url, seen):
        assert client.Client(url, f"{KEY}\r\n").check(LOOK).allowed
        assert seen == [f"Bearer {KEY}"]


def test_links_in_a_hostile_folder_lead_nowhere(tmp_path: Path) -> None:
    """Links that lie in a cloned folder, where the client writes, are not followed: no file outside is touched."""
    outside = tmp_path / "outside"
    outside.write_text('{"event": "executed"}\n')
    place = tmp_path / "a b;$(touch pwned)'\"" / ".claude"
    place.mkdir(parents=True)
    names = ("settings.json.new", "settings.local.json.new", "tractatus_client.py", "reports.jsonl")
    for name in names:
        (place / name).symlink_to(outside)
    (place / "reports.jsonl.sending-1").symlink_to(outside)
    command = [sys.executable, client.__file__, "install", "claude-code", str(place.parent), "--key", "-"]
    done = subprocess.run(
        [*command, "--url", "http://127.0.0.1:9"], input=KEY, capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert KEY not in done.stdout + done.stderr
    asker = client.Client("http://127.0.0.1:9", KEY, spool=str(place / names[-1]))
    assert asker.check(LOOK).degraded
    assert asker.deliver() == 0
    assert outside.read_text() == '{"event": "executed"}\n'
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a b;$(touch pwned)'\"", "outside"]
    assert not (place / "settings.json").is_symlink()
    line = json.loads((place / "settings.json").read_text())["statusLine"]["command"]
    assert "pwned" not in line


def test_an_older_key_is_kept_in_no_copy(tmp_path: Path) -> None:
    """What stood in the settings is kept beside them, without the key: an older key stays in no forgotten copy."""
    place = tmp_path / ".claude"
    place.mkdir()
    (place / "settings.local.json").write_text(json.dumps({"env": {"OTHER": "mine"}}))
    for key in (KEY, f"{KEY}2"):
        client.install(str(tmp_path), "http://127.0.0.1:9", key=key, claude="none", say=lambda line: None)
        for copy in place.glob("settings.local.json.*"):
            assert KEY not in copy.read_text()
            assert "mine" in copy.read_text()
    client.uninstall(str(tmp_path), say=lambda line: None)
    assert not [one for one in place.rglob("*") if one.is_file() and KEY in one.read_text()]


def test_a_garbled_event_or_status_line_is_no_way_through(tmp_path: Path) -> None:
    """A hook that cannot read its event stops the call; a status line shows none of what a hostile answer holds."""
    command = [sys.executable, client.__file__]
    given = ["--url", "http://127.0.0.1:9", "--spool", str(tmp_path / "r.jsonl"), "--failure", "deny"]
    surroundings = {"TRACTATUS_KEY": KEY}
    for text in ("", "[]", "7", "[" * 100_000, '{"hook_event_name": "PreToolUse", "tool_input": NaN', "\x00"):
        done = subprocess.run(
            [*command, "hook", *given], input=text, env=surroundings, capture_output=True, text=True, check=False
        )
        assert done.returncode == 2, text[:20]
        assert KEY not in done.stdout + done.stderr

    for level in ("7", '"\\u001b]0;pwned\\u0007"', '{"a": 1}', '"x\\u001b[2J"'):
        with answering(b'{"session": {"pressure_level": %s}}' % level.encode()) as (url, _):
            assert client.status_line(client.Client(url, KEY), "{}") == ""
    for body in (b'{"session": 7}', b"[]", b"[" * 200_000):
        with answering(body) as (url, _):
            assert client.status_line(client.Client(url, KEY), "{}") == ""
    for body in NO_VERDICTS[1:5]:
        with answering(body) as (url, _):
            said = json.loads(client.hook(client.Client(url, KEY, "deny"), json.dumps(EVENT)))
            assert said["hookSpecificOutput"]["permissionDecision"] == "deny"
