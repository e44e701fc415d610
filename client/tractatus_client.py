#!/usr/bin/env python3
"""Ask Tractatus before an agent acts. One file, the standard library alone, Python 3.8 or later.

    client = Client("https://tractatus.example", key, failure_mode="ask")
    verdict = client.check({"tool_name": "Bash", "tool_input": {"command": "make test"}}, session_id="s1")
    if not verdict.allowed:
        print(verdict.words)

When the service cannot answer, the failure mode decides: `ask` a person, `deny`, or `allow`. What was decided so is
kept in a file and reported with the next answer. On the command line: `python3 tractatus_client.py --help`.
"""

from __future__ import annotations

# A hook starts a Python for each call: what only the installer needs is imported there.
import contextlib
import json
import os
import sys
import time

VERSION = "1"
FAILURE_MODES = ("ask", "deny", "allow")
KEY_VARIABLE = "TRACTATUS_KEY"
MOST_SPOOLED = 1_000_000
"""Octets of the file that keeps what is still to be reported; past them nothing more is kept."""
MOST_AT_ONCE = 50
"""Reports sent at one contact."""
STALE_AFTER = 60
"""Seconds after which reports that another process took to send, and did not, are taken back."""
LONGEST_ANSWER = 5_000_000
"""Octets of an answer that are read; a longer one is no answer of the service."""
DECISIONS = ("allow", "warn", "ask", "deny")
NO_LINK = getattr(os, "O_NOFOLLOW", 0)
"""A file is written, never what a link in its place points to: the folder may come from somebody else."""
CALL_IDS = "tractatus"


class Away(Exception):
    """The service did not judge. `why` is a sentence for people, `status` what it answered, 0 where nothing."""

    def __init__(self, why, status=0):
        super().__init__(why)
        self.why, self.status = why, status


class Verdict:
    """What an agent is told. `answer` is the service's own; None where the failure mode decided, and `why` says why."""

    def __init__(self, decision, answer=None, why="", tool_call_id=None):
        self.decision, self.answer, self.why, self.tool_call_id = decision, answer, why, tool_call_id

    @property
    def allowed(self):
        """Whether the act may be done now."""
        return self.decision in ("allow", "warn")

    @property
    def degraded(self):
        """Whether nobody judged, and the failure mode decided."""
        return self.answer is None

    @property
    def request(self):
        """The judgement request that a person answers: `id`, `url`, `state`; None where there is none."""
        found = (self.answer or {}).get("judgment_request")
        return found if isinstance(found, dict) and found.get("id") else None

    @property
    def words(self):
        """What to tell the model or the person: which instruction, its words, what would pass, whom to wait for."""
        if self.answer is None:
            return self.why
        said = [str(self.answer.get("explanation") or "")]
        reasons = self.answer.get("reasons")
        said += [str(one) for one in (reasons if isinstance(reasons, list) else ()) if str(one) not in said[0]]
        if self.decision == "ask" and self.request:
            said.append(PARKED.format(url=self.request.get("url", "")))
        return "\n".join(part for part in said if part)


PARKED = (
    "A person decides this: {url}\nGo on with other work; this is parked. It can be asked again once it is granted."
)
NOT_REACHED = {
    "ask": "Tractatus did not judge this ({why}). Please decide yourself; it is reported later.",
    "deny": "Tractatus did not judge this ({why}), and then nothing may be done. Try again when it answers.",
    "allow": "Tractatus did not judge this ({why}); it goes on unjudged, and is reported later.",
}


class Client:
    """Asks one service with one key. Safe to use from several threads: it keeps nothing but the file of reports.

    `spool` is that file; without one, what was decided here is reported to nobody. `agent` is
    `{"name", "version", "model"}`, as declared. `timeout` is how many seconds an answer may take, the whole of it: a
    service that sends it bit by bit is given no more. What is still to be reported has as many before it.
    """

    def __init__(self, url, key, failure_mode="ask", timeout=5.0, spool=None, agent=None):
        if failure_mode not in FAILURE_MODES:
            raise ValueError("failure_mode: one of {} is expected.".format(", ".join(FAILURE_MODES)))
        self.url, self.key, self.failure_mode = url.rstrip("/"), (key or "").strip(), failure_mode
        self.timeout, self.spool, self.agent = timeout, spool, agent

    # --- Before an act, and after it

    def check(
        self, action, *, session_id=None, reasoning=None, scores=None, tool_call_id=None, session_state=None,
        environment=None, dry_run=False, wait=0.0,
    ):  # fmt: skip
        """The verdict on an action: `{"tool_name", "tool_input"}`, or `{"type", "description", "parameters"}`.

        Never raises for a service that does not answer.

        `tool_call_id` names this act: the same one is judged once, and may be asked about again. Where a person must
        decide, `wait` is how many seconds to wait for that; with a grant the act is then asked about again, as another
        call, whose id is the verdict's.
        """
        tool_call_id = tool_call_id or (None if dry_run else _new_id())
        asked = {
            "action": action, "session_id": session_id, "reasoning": reasoning, "scores": scores,
            "session_state": session_state, "environment": environment, "tool_call_id": tool_call_id,
            "dry_run": dry_run,
        }  # fmt: skip
        sent = {name: one for name, one in {**asked, "agent": self.agent}.items() if one not in (None, False)}
        try:
            self.deliver()
            answer = self._json("POST", "/api/v1/checks/", sent)
            if answer.get("decision") not in DECISIONS:
                raise Away("its answer is no verdict")
        except Away as away:
            if not dry_run:
                self.keep_report(self.decided_here(action, tool_call_id, session_id, away.why))
            return Verdict(self.failure_mode, None, NOT_REACHED[self.failure_mode].format(why=away.why), tool_call_id)
        verdict = Verdict(answer["decision"], answer, tool_call_id=tool_call_id)
        if verdict.decision == "ask" and verdict.request and wait is not None and not dry_run:
            with contextlib.suppress(Away):
                if self.wait(verdict.request["id"], within=wait).get("state") == "granted":
                    again = f"{tool_call_id}+{verdict.request['id']}"[:200]
                    return self.check(**{**asked, "tool_call_id": again, "wait": None})
        return verdict

    def report(self, event, *, tool_call_id=None, session_id=None, **more):
        """Tell what became of an act: `executed`, `failed`, `approved_at_keyboard`. Kept for later where it must be."""
        told = {"event": event, "tool_call_id": tool_call_id, "session_id": session_id, "at": _now(), **more}
        told = {name: one for name, one in told.items() if one is not None}
        try:
            self._tell(told)
        except Away as away:
            if not _refused(away):
                self.keep_report(told)
            return False
        return True

    def wait(self, request_id, *, within=3600.0, every=5.0):
        """The judgement request once somebody has answered it, or as it stands after `within` seconds."""
        until = time.monotonic() + within
        while True:
            with contextlib.suppress(Away):
                found = self._json("GET", f"/api/v1/judgment-requests/{request_id}/")
                if found.get("state") not in ("pending", "deliberating"):
                    return found
            if time.monotonic() + every > until:
                return self._json("GET", f"/api/v1/judgment-requests/{request_id}/")
            time.sleep(every)

    # --- Sessions

    def pressure(self, session_id, **counts):
        """Tell the counts of a session (`messages`, `tokens_used`, …) and get its pressure. Raises Away."""
        return self._json("POST", f"/api/v1/sessions/{_quoted(session_id)}/pressure/", counts)

    def handoff(self, session_id, body):
        """Write the handoff: `{state, completed[], in_progress[], known_issues[], next_priorities[]}`. Raises Away."""
        return self._json("POST", f"/api/v1/sessions/{_quoted(session_id)}/handoff/", body)

    def handoff_document(self, session_id):
        """The newest handoff of a session as Markdown; None where there is none. Raises Away."""
        try:
            path = f"/api/v1/sessions/{_quoted(session_id)}/handoff/"
            return self._send("GET", path, accept="text/markdown").decode("utf-8", "replace")
        except Away as away:
            if away.status == 404:
                return None
            raise

    def end(self, session_id):
        """End a session. Raises Away."""
        return self._json("POST", f"/api/v1/sessions/{_quoted(session_id)}/end/", {})

    # --- What is still to be reported

    def decided_here(self, action, tool_call_id, session_id, why, decided=None):
        """The report of an act that the failure mode decided about."""
        named = tool_call_id if isinstance(tool_call_id, str) and tool_call_id else _new_id()
        session_id = session_id if isinstance(session_id, str) else None
        return {
            "event": "decided_locally", "tool_call_id": named, "session_id": session_id,
            "action": action, "decided": decided or self.failure_mode, "reason": why, "at": _now(),
        }  # fmt: skip

    def keep_report(self, told):
        """Keep a report in the file, in one write, so that several processes may. Gives whether it was kept."""
        if not self.spool:
            return False
        line = (json.dumps({name: one for name, one in told.items() if one is not None}) + "\n").encode()
        try:
            os.makedirs(os.path.dirname(os.path.abspath(self.spool)), mode=0o700, exist_ok=True)
            file = os.open(self.spool, os.O_CREAT | os.O_APPEND | os.O_WRONLY | NO_LINK, 0o600)
            try:
                if os.fstat(file).st_size + len(line) > MOST_SPOOLED:
                    print(f"{self.spool} is full: this is not reported.", file=sys.stderr)
                    return False
                os.write(file, line)
            finally:
                os.close(file)
        except OSError as error:
            print(f"This cannot be kept for the report: {error}", file=sys.stderr)
            return False
        return True

    def deliver(self):
        """Send what is still to be reported, some at a time. What cannot be sent now is kept. Gives how many were.

        Raises Away where the service is, so that nobody waits for it twice. Takes no longer than one answer may.
        """
        sent, gone, until = 0, None, time.monotonic() + self.timeout
        for taken in self._taken():
            with open(taken, encoding="utf-8", errors="replace") as lines:
                left = [told for told in map(_read, lines) if told is not None]
            while left and sent < MOST_AT_ONCE and time.monotonic() < until:
                try:
                    self._tell(left[0], until)
                except Away as away:
                    # What the service read and will never take is not sent for ever.
                    if not _refused(away):
                        gone = away
                        break
                left.pop(0)
                sent += 1
            for told in left:
                self.keep_report(told)
            os.unlink(taken)
            if gone is not None:
                raise gone
        return sent

    def _tell(self, told, until=None):
        """Send one report. What the service will not take because of its time, it is told without, and why."""
        try:
            self._json("POST", "/api/v1/reports/", told, until)
        except Away as away:
            if away.status != 422 or "at" not in told:
                raise
            late = f"{told.get('reason') or ''} This machine's clock said {told['at']}.".strip()
            bare = {name: one for name, one in told.items() if name != "at"}
            self._json("POST", "/api/v1/reports/", {**bare, "reason": late}, until)

    def _taken(self):
        """The files this process may send: the spool, taken by renaming it, and what a killed one left."""
        if not self.spool or not os.path.isdir(os.path.dirname(os.path.abspath(self.spool))):
            return
        folder, name = os.path.split(os.path.abspath(self.spool))
        candidates = [self.spool] if os.path.isfile(self.spool) else []
        for other in os.listdir(folder):
            path = os.path.join(folder, other)
            with contextlib.suppress(OSError):
                if other.startswith(name + ".sending-") and time.time() - os.lstat(path).st_mtime > STALE_AFTER:
                    candidates.append(path)
        for path in candidates:
            if not _is_own(path):
                continue
            taken = f"{os.path.join(folder, name)}.sending-{_new_id()}"
            with contextlib.suppress(OSError):
                os.rename(path, taken)
                os.utime(taken)
                yield taken

    # --- HTTP

    def _json(self, method, path, body=None, until=None):
        try:
            answer = json.loads(self._send(method, path, body, until=until))
        except (ValueError, RecursionError):
            raise Away("its answer is no JSON") from None
        if not isinstance(answer, dict):
            raise Away("its answer is no JSON object")
        return answer

    def _send(self, method, path, body=None, accept="application/json", until=None):
        """The answer's body. Raises Away for whatever is no answer by `until`, with the reason."""
        import functools
        import http.client
        from urllib.parse import urlsplit

        if not self.key:
            raise Away(f"no key was given: set {KEY_VARIABLE}")
        if not (self.key.isascii() and self.key.isprintable()):  # said here, for the error would show the key
            raise Away("what was given as the key is none")
        where = urlsplit(self.url)
        if where.scheme not in ("http", "https") or not where.hostname:
            raise Away(f"{self.url} is no address of a service")
        headers = {
            "Authorization": "Bearer " + self.key, "Accept": accept, "User-Agent": "tractatus-client/" + VERSION,
            "Content-Type": "application/json",
        }  # fmt: skip
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
        now = time.monotonic()
        until = now + self.timeout if until is None else min(until, now + self.timeout)
        link = None
        try:
            link = kind(where.hostname, where.port, timeout=max(until - now, 0.01))
            link.response_class = functools.partial(_answer_by, until)
            link.request(method, where.path.rstrip("/") + path, data, headers)
            response = link.getresponse()
            status, said = response.status, response.read(LONGEST_ANSWER + 1)
            if len(said) > LONGEST_ANSWER:
                raise Away("its answer is too long")
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Away(f"it cannot be reached at {self.url}: {error or type(error).__name__}") from None
        finally:
            if link is not None:
                link.close()
        if status in (200, 201, 202, 204):
            return said or b"{}"
        if status in (401, 403):
            raise Away(f"it does not accept the key: {_problem(said, status)}", status)
        raise Away(f"it answered {status}: {_problem(said, status)}", status)


def _answer_by(until, sock, **more):
    """The answer that comes through a socket, none of it later than `until`: one octet at a time is no way to stay."""
    import http.client
    import io
    import types

    class InTime(io.RawIOBase):
        def __init__(self, raw):
            self.raw = raw

        def readable(self):
            return True

        def readinto(self, buffer):
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError("its answer takes too long")
            sock.settimeout(left)
            return self.raw.readinto(buffer)

        def close(self):
            self.raw.close()
            super().close()

    def makefile(*_mode):
        return io.BufferedReader(InTime(sock.makefile("rb", buffering=0)))

    return http.client.HTTPResponse(types.SimpleNamespace(makefile=makefile), **more)


def spool_of(folder, url):
    """The file that keeps what is still to be reported from a folder to a service: the person's own, not the folder's.

    A folder may come from somebody else, and what lies in it would be sent with the person's key.
    """
    import hashlib

    state = os.environ.get("XDG_STATE_HOME") or ""
    if not os.path.isabs(state):
        state = os.environ.get("LOCALAPPDATA") or os.path.join(os.path.expanduser("~"), ".local", "state")
    named = "\n".join((os.path.realpath(folder), url.rstrip("/")))
    digest = hashlib.sha256(named.encode("utf-8", "surrogateescape")).hexdigest()
    return os.path.join(state, "tractatus", f"{digest[:32]}.jsonl")


def _is_own(path):
    """Whether this is a file that nobody but the person writes."""
    import stat

    try:
        found = os.lstat(path)
    except OSError:
        return False
    mine = not hasattr(os, "getuid") or found.st_uid == os.getuid()
    return stat.S_ISREG(found.st_mode) and mine and not found.st_mode & stat.S_IWOTH


def _read(line):
    """One report of the file; None for a line that a killed process left half."""
    try:
        told = json.loads(line)
    except ValueError:
        return None
    except RecursionError:
        return None
    return told if isinstance(told, dict) else None


def _problem(said, status):
    try:
        told = json.loads(said)
        words = told.get("detail") or told.get("title")
        return words[:500] if isinstance(words, str) and words else f"status {status}"
    except (ValueError, RecursionError, AttributeError):
        return f"status {status}"


def _refused(away):
    """Whether the service read what was sent and will not take it, now or later."""
    return away.status in (400, 404, 409, 413, 415, 422)


def _new_id():
    import uuid

    return f"{CALL_IDS}-{uuid.uuid4()}"


def _now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _quoted(text):
    from urllib.parse import quote

    return quote(str(text), safe="")


# --- Claude Code: one event of its hooks


def hook(client, text):
    """The answer to one hook event, as the text that goes to standard output; empty where there is nothing to say.

    SessionEnd and PreCompact write the handoff beside the project. Never raises for a service that does not answer.
    """
    event = json.loads(text)
    if not isinstance(event, dict):
        raise ValueError("an object is expected")
    name = event.get("hook_event_name")
    # What a call gave back is nobody's business but the agent's, and may be long.
    for one in (event, *_calls(event)):
        one.pop("tool_response", None)
    if name == "PostToolBatch":  # what the command line decided by itself, it decided by what stands in its settings
        event["tractatus_failure_mode"] = client.failure_mode
    try:
        client.deliver()
        answer = client._json("POST", "/hooks/claude-code/", event)
    except Away as away:
        return _hook_alone(client, event, name, away)
    if name in ("SessionEnd", "PreCompact"):
        with contextlib.suppress(Away, OSError):
            write_handoff(client, event.get("session_id"), event.get("cwd") or ".")
    return json.dumps(answer, ensure_ascii=False) if answer else ""


def _hook_alone(client, event, name, away):
    """What is answered when nobody judges. What could do something is kept for the report."""
    session = event.get("session_id")
    if name == "PreToolUse":
        client.keep_report(client.decided_here(_action(event), event.get("tool_use_id"), session, away.why))
        words = NOT_REACHED[client.failure_mode].format(why=away.why)
        if client.failure_mode == "allow":
            return json.dumps({"systemMessage": words})
        decided = {"permissionDecision": client.failure_mode, "permissionDecisionReason": words}
        return json.dumps({"hookSpecificOutput": {"hookEventName": "PreToolUse", **decided}})
    if name == "PostToolBatch":
        # The CLI has done by the failure mode that stands in its settings; the service knows those it judged.
        for call in _calls(event):
            client.keep_report(client.decided_here(_action(call), call.get("tool_use_id"), session, away.why))
    elif name in ("PostToolUse", "PostToolUseFailure"):
        told = "executed" if name == "PostToolUse" else "failed"
        client.keep_report(
            {"event": told, "tool_call_id": event.get("tool_use_id"), "session_id": session, "action": _action(event),
             "at": _now()}
        )  # fmt: skip
    elif name in ("SessionStart", "UserPromptSubmit"):
        return json.dumps({"systemMessage": f"Tractatus: the instructions cannot be fetched ({away.why})."})
    return ""


def _calls(event):
    """The calls of a batch, as far as they are shaped as such."""
    calls = event.get("tool_calls")
    return [one for one in calls if isinstance(one, dict)] if isinstance(calls, list) else []


def _action(event):
    given = event.get("tool_input")
    if event.get("tool_name") == "Bash" and isinstance(given, dict):
        # Shown to people only, and worded anew each time: the service leaves it out too.
        given = {name: value for name, value in given.items() if name != "description"}
    return {"tool_name": event.get("tool_name"), "tool_input": given}


def write_handoff(client, session_id, folder):
    """Write the newest handoff of a session to a folder's `.claude/sessions/`. Gives the file, None without one."""
    said = client.handoff_document(session_id) if session_id else None
    if not said:
        return None
    place = os.path.join(folder, ".claude", "sessions")
    os.makedirs(place, exist_ok=True)
    path = os.path.join(place, "handoff-{}.md".format(time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())))
    opened = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | NO_LINK, 0o644)
    with os.fdopen(opened, "w", encoding="utf-8") as file:
        file.write(said)
    return path


def status_line(client, text, then=None):
    """Post what the status line says of the context, and give the line to show: that of the command `then`, or ours."""
    shown = ""
    with contextlib.suppress(Away, ValueError):
        told = client._json("POST", "/hooks/claude-code/status/", text.encode())
        session = told.get("session")
        level = str(session.get("pressure_level") or "").lower() if isinstance(session, dict) else ""
        if level.isalpha():
            shown = f"Tractatus: {level[:20]}"
    if then:
        import subprocess

        own = subprocess.run(then, shell=True, input=text, capture_output=True, text=True, check=False)
        return own.stdout.rstrip("\n")
    return shown


# --- Claude Code: the installer

HTTP_SINCE = (2, 1, 295)
"""The version of the CLI from which a hook that fails may be told to stop the call; before it, a command does."""
MARK = "tractatus_client.py"
HOOKS = "/hooks/claude-code/"


def install(folder, url, *, failure_mode="ask", key=None, key_env=KEY_VARIABLE, claude="claude", say=print):
    """Write the hooks and the status line into a folder's `.claude/settings.json`, beside what is there.

    Raises Broken for a file that is not read as settings; nothing is written then.
    """
    import shutil

    place = os.path.join(folder, ".claude")
    path, local = os.path.join(place, "settings.json"), os.path.join(place, "settings.local.json")
    settings, secret = _settings(path), _settings(local)
    version = claude_version(claude)
    say("Claude Code {}.".format(".".join(map(str, version))) if version else NO_CLI.format(claude=claude))
    http = version is not None and version >= HTTP_SINCE
    os.makedirs(place, exist_ok=True)
    copy = os.path.join(place, MARK)
    if os.path.abspath(__file__) != os.path.abspath(copy):
        if os.path.islink(copy):
            os.unlink(copy)
        shutil.copyfile(__file__, copy)
        say(f"Copied {copy}.")
    _without_ours(settings)
    _with_ours(settings, url.rstrip("/"), failure_mode, key_env, http)
    _write(path, settings, say)
    say(HOW[http and failure_mode != "ask"].format(mode=failure_mode))
    if settings.get("disableAllHooks") or secret.get("disableAllHooks"):
        say("Warning: disableAllHooks is set, so that no hook runs.")
    if key:
        secret.setdefault("env", {})[key_env] = key
        _write(local, secret, say, mode=0o600, key_env=key_env)
        _keep_out_of_git(folder, [".claude/settings.local.json*"], say)
    else:
        say(f"The key is read from the variable {key_env}; it stands in no file.")
    if os.path.lexists(os.path.join(place, "tractatus-reports.jsonl")):
        say(f"tractatus-reports.jsonl in {place} is not read any more: it might come with the folder.")


NO_CLI = "The version of Claude Code is not known ({claude} --version said nothing), so every hook is a command."
HOW = {
    True: "If Tractatus is away: {mode}. Tool calls are asked about over HTTP, without a process of their own.",
    False: "If Tractatus is away: {mode}. Tool calls are asked about by a command.",
}


def uninstall(folder, *, say=print):
    """Take our hooks, status line and key out again, and leave the rest as it was."""
    place = os.path.join(folder, ".claude")
    path, local = os.path.join(place, "settings.json"), os.path.join(place, "settings.local.json")
    settings, secret = _settings(path), _settings(local)
    variable = _without_ours(settings) or KEY_VARIABLE
    if os.path.exists(path):
        _write(path, settings, say)
    if secret.get("env", {}).pop(variable, None) is not None:
        if not secret["env"]:
            del secret["env"]
        _write(local, secret, say, mode=0o600, key_env=variable)
    copy = os.path.join(place, MARK)
    if os.path.exists(copy) and os.path.abspath(copy) != os.path.abspath(__file__):
        os.unlink(copy)
        say(f"Removed {copy}.")


class Broken(Exception):
    """A settings file that cannot be merged with."""


def _settings(path):
    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise Broken(f"{path} is no JSON ({error}). Nothing was changed.") from None
    shaped = (
        isinstance(found, dict) and isinstance(found.get("hooks", {}), dict) and isinstance(found.get("env", {}), dict)
    )
    if not shaped or not all(isinstance(groups, list) for groups in found.get("hooks", {}).values()):
        raise Broken(f"{path} is not shaped as the settings of Claude Code are. Nothing was changed.")
    return found


def _is_ours(handler):
    return isinstance(handler, dict) and (MARK in str(handler.get("command")) or HOOKS in str(handler.get("url")))


def _without_ours(settings):
    """Take our handlers out of settings, and give the status line back. Gives the variable of the key, if named."""
    import shlex

    variable = None
    hooks = settings.get("hooks", {})
    for event in list(hooks):
        groups = []
        for group in hooks[event]:
            handlers = group.get("hooks", []) if isinstance(group, dict) else []
            for one in filter(_is_ours, handlers):
                words = shlex.split(str(one.get("command", "")))
                named = words[words.index("--key-env") + 1] if "--key-env" in words[:-1] else None
                variable = named or variable or (one.get("allowedEnvVars") or [None])[0]
            kept = [one for one in handlers if not _is_ours(one)]
            if len(kept) == len(handlers):
                groups.append(group)
            elif kept:
                groups.append({**group, "hooks": kept})
        hooks[event] = groups
        if not groups:
            del hooks[event]
    if not hooks:
        settings.pop("hooks", None)
    line = settings.get("statusLine")
    if _is_ours(line):
        words = shlex.split(line["command"])
        del settings["statusLine"]
        if "--then" in words[:-1]:
            settings["statusLine"] = {**line, "command": words[words.index("--then") + 1]}
    return variable


def _with_ours(settings, url, failure_mode, key_env, http):
    import shlex

    def command(verb, *more):
        words = ["--url", url, "--key-env", key_env, "--failure", failure_mode, *more]
        return 'python3 -IS "$CLAUDE_PROJECT_DIR/.claude/{}" {} {}'.format(
            MARK, verb, " ".join(map(shlex.quote, words))
        )

    def by_command():
        return {"type": "command", "command": command("hook"), "timeout": 20}

    def by_http(**more):
        return {
            "type": "http", "url": url + HOOKS, "timeout": 10, "headers": {"Authorization": "Bearer $" + key_env},
            "allowedEnvVars": [key_env], **more,
        }  # fmt: skip

    hooks = settings.setdefault("hooks", {})

    def add(event, handler, matcher=None):
        group = {"hooks": [handler]} if matcher is None else {"matcher": matcher, "hooks": [handler]}
        hooks.setdefault(event, []).append(group)

    block = {"onFailure": "block"} if failure_mode == "deny" else {}
    # To ask the person where nobody answers, a command has to say so; the CLI itself only goes on or stops.
    add("PreToolUse", by_http(**block) if http and failure_mode != "ask" else by_command(), "*")
    for event in ("PostToolUse", "PostToolUseFailure"):
        add(event, by_http() if http else by_command(), "*")
    if http and failure_mode != "ask":  # what the CLI decided while the service was away is known only afterwards
        add("PostToolBatch", by_command())
    add("UserPromptSubmit", by_http() if http else by_command())
    for event in ("SessionStart", "PreCompact", "SessionEnd"):
        add(event, by_command())
    line = settings.get("statusLine")
    if line is None:
        settings["statusLine"] = {"type": "command", "command": command("status-line")}
    elif isinstance(line, dict) and line.get("type") == "command" and line.get("command"):
        settings["statusLine"] = {**line, "command": command("status-line", "--then", line["command"])}


def _write(path, settings, say, mode=None, key_env=None):
    """Write settings in one step, with what stood there before beside them. Does nothing where nothing changes.

    With `key_env`, which holds the key, that is left out of what is kept: a copy of it would be forgotten.
    """
    import shutil

    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            before = json.loads(file.read())
        if before == settings:
            say(f"{path} is as it should be.")
            return
        backup = "{}.{}.backup".format(path, time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()))
        if before.get("env", {}).pop(key_env, None) is None:
            shutil.copy2(path, backup)
        else:
            _write_new(backup, before, mode or 0o644)
        say(f"Kept what stood in {path} as {os.path.basename(backup)}.")
    _write_new(path + ".new", settings, mode or 0o644)
    os.replace(path + ".new", path)
    say(f"Wrote {path}.")


def _write_new(path, settings, mode):
    """Write a file of our own, never through a link that lies in its place."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, mode)
    with os.fdopen(file, "w", encoding="utf-8") as out:
        out.write(json.dumps(settings, indent=2, ensure_ascii=False) + "\n")


def _keep_out_of_git(folder, paths, say):
    """Have git leave files alone in this copy, where it would not already: a key is never committed by accident."""
    import subprocess

    def git(*words):
        try:
            return subprocess.run(["git", "-C", folder, *words], capture_output=True, text=True, check=False)
        except OSError:
            return None

    asked = git("rev-parse", "--git-path", "info/exclude")
    if asked is None or asked.returncode:
        return
    exclude = os.path.join(folder, asked.stdout.strip())
    prefix = git("rev-parse", "--show-prefix").stdout.strip()
    for path in paths:
        if git("check-ignore", "-q", path.rstrip("*")).returncode:
            os.makedirs(os.path.dirname(exclude), exist_ok=True)
            with open(exclude, "a", encoding="utf-8") as file:
                file.write(f"/{prefix}{path}\n")
            say("git leaves {} alone from now on.".format(path.rstrip("*")))
        if git("ls-files", "--error-unmatch", path.rstrip("*")).returncode == 0:
            say(f"Warning: {path} is in the repository already. Take it out, and revoke the key if it was pushed.")


def claude_version(claude="claude"):
    """The version of the CLI as three numbers; None where it does not say."""
    import shutil
    import subprocess

    found = shutil.which(claude)
    if found is None:
        return None
    try:
        said = subprocess.run([found, "--version"], capture_output=True, text=True, timeout=30, check=False).stdout
        return tuple(int(part) for part in said.split()[0].split(".")[:3])
    except (OSError, ValueError, IndexError, subprocess.SubprocessError):
        return None


def doctor(client, say=print):
    """Say whether the service answers to this key, whether that holds, and how long it takes. Gives whether it does."""
    durations = []
    asked = {"action": {"tool_name": "Read", "tool_input": {"file_path": "README.md"}}, "dry_run": True}
    try:
        client.deliver()
        for _attempt in range(5):
            began = time.perf_counter()
            answer = client._json("POST", "/api/v1/checks/", asked)
            durations.append((time.perf_counter() - began) * 1000)
            if answer.get("decision") not in DECISIONS:
                raise Away("its answer is no verdict")
    except Away as away:
        say(f"Tractatus does not judge what is asked from here: {away.why}.")
        if client.spool and os.path.exists(client.spool):
            say(f"Some reports are still to be sent: {client.spool}")
        return False
    say("{} answers. {}".format(client.url, ENFORCED[bool(answer.get("enforced"))]))
    say(f"An answer takes {sorted(durations)[len(durations) // 2]:.0f} ms, at the median of {len(durations)}.")
    waiting = os.path.exists(client.spool) if client.spool else False
    say(f"Some reports are still to be sent: {client.spool}" if waiting else "Nothing is waiting to be reported.")
    return True


ENFORCED = {
    True: "What it says holds.",
    False: "This key observes: everything is recorded, and nothing is stopped but by a freeze.",
}


# --- The command line


def _arguments():
    import argparse

    parser = argparse.ArgumentParser(prog=MARK, description="Ask Tractatus before an agent acts.")
    verbs = parser.add_subparsers(dest="verb", required=True)

    def verb(name, says):
        one = verbs.add_parser(name, help=says, description=says)
        one.add_argument("--url", default=os.environ.get("TRACTATUS_URL"), help="where Tractatus is (or TRACTATUS_URL)")
        one.add_argument("--key-env", default=KEY_VARIABLE, help="the variable that holds the key")
        one.add_argument("--failure", choices=FAILURE_MODES, default="ask", help="what to do when it does not answer")
        one.add_argument("--timeout", type=float, default=5.0, help="seconds that an answer may take")
        one.add_argument("--spool", help="the file that keeps what is still to be reported")
        return one

    installing = verb("install", "Write the hooks of a coding assistant into a folder.")
    installing.add_argument("tool", choices=["claude-code"])
    installing.add_argument("folder", nargs="?", default=".")
    installing.add_argument("--key", help="the key itself, or - to read it; kept in .claude/settings.local.json")
    installing.add_argument("--claude", default="claude", help="the command of Claude Code")
    installing.add_argument("--uninstall", action="store_true", help="take it out again")
    verb("hook", "Answer one hook event, read from standard input.")
    verb("status-line", "Post what the status line says, read from standard input.").add_argument("--then")
    verb("doctor", "Say whether Tractatus answers.")
    return parser


def main(words=None):
    """What the command line asks for; gives the exit status."""
    parser = _arguments()
    given = parser.parse_args(words)
    if not given.url and not getattr(given, "uninstall", False):
        parser.error("where is Tractatus? Give --url, or set TRACTATUS_URL.")
    if given.verb == "install":
        return _install(given)
    folder = os.environ.get("CLAUDE_PROJECT_DIR") or "."
    spool = given.spool or spool_of(folder, given.url)
    client = Client(given.url, os.environ.get(given.key_env), given.failure, given.timeout, spool)
    if given.verb == "doctor":
        client.key = client.key or _kept_key(folder, given.key_env)
        return 0 if doctor(client) else 1
    text = sys.stdin.buffer.read().decode("utf-8", "replace")
    if given.verb == "status-line":
        print(status_line(client, text, given.then))
        return 0
    try:
        print(hook(client, text), end="")
    except Exception as error:  # whatever went wrong here must not let through what is not to go through
        print(f"Tractatus: this hook failed: {type(error).__name__}: {error}", file=sys.stderr)
        return 0 if given.failure == "allow" else 2
    return 0


def _kept_key(folder, key_env):
    """The key that the installer wrote into a folder, if it did."""
    try:
        return _settings(os.path.join(folder, ".claude", "settings.local.json")).get("env", {}).get(key_env)
    except (Broken, OSError):
        return None


def _typed_key():
    """The key, pasted without being shown, or read from a pipe."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    import getpass

    return getpass.getpass("The key: ").strip()


def _install(given):
    try:
        if given.uninstall:
            uninstall(given.folder)
        else:
            key = _typed_key() if given.key == "-" else given.key
            install(
                given.folder, given.url, failure_mode=given.failure, key=key, key_env=given.key_env, claude=given.claude
            )
            key = key or os.environ.get(given.key_env)
            if key:
                doctor(Client(given.url, key, given.failure, given.timeout))
    except Broken as broken:
        print(broken, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
