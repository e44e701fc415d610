"""How the value of an option or a word of a command is read, by the kind that programs.toml gives it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from itertools import islice

from tractatus.actions import configuration, edits, environments, sql, values
from tractatus.actions.facts import Passage
from tractatus.actions.invocation import Invocation
from tractatus.actions.located import Located
from tractatus.actions.names import subject_of, verb_of

_SETTING = re.compile(r"([A-Za-z_][\w.-]{0,60})=")
_MESSAGE_HEREDOC = re.compile(r"\$\(cat <<-?\s*['\"]?(\w+)['\"]?\n")
FILE = re.compile(
    r"[\w@~.+-]*(?:/[\w@~.+*{},\[\]-]+)+/?\Z|[\w@+-][\w@.+-]*\.[A-Za-z][A-Za-z0-9]{0,9}\Z|\.[A-Za-z][\w.-]*\Z"
)
LANGUAGES = {"node": "javascript", "python": "python", "ruby": "ruby", "perl": "perl", "php": "php"}
_METHODS = {"GET": "download", "HEAD": "read", "OPTIONS": "read", "DELETE": "delete", "PUT": "write", "PATCH": "write"}
_RUN = re.compile(
    r"\b(?:system|popen|Popen|run|call|check_call|check_output|getoutput|exec|execSync|spawnSync|shell_exec|passthru)"
    r"\s{0,3}\(\s{0,3}(?:[rb]?(?P<quote>[\"'`])(?P<text>(?:(?!(?P=quote))[^\\\n]){1,500}+)(?P=quote)"
    r"|\[(?P<list>[^\[\]\n]{1,500}+)\])"
)
_ITEM = re.compile(r"\"([^\"]{0,200})\"|'([^']{0,200})'")
_SHA = re.compile(r"[0-9a-f]{7,40}\Z")


def read_value(call: Invocation, kind: str, value: Located, key: str = "") -> str:
    """Read the value of an option or a word as its kind says; gives it in words, for the act's object."""
    findings, text = call.findings, value.text
    if kind == "value" or not text:
        return ""
    reader = _VALUES.get(kind)
    if reader is not None:
        return reader(call, value, key) or ""
    if text.startswith("$"):
        return f"{kind} {text}"
    if "://" in text and values.url(findings, value, key=key, whole=kind == "url"):
        return f"{kind} {text}"[:200]
    if kind == "host" and text.isdigit():
        kind = "port"
    findings.fact(kind, value, call.subject(kind), key=key)
    return f"{kind} {text}"[:200]


def _url(call: Invocation, value: Located, key: str) -> str:
    findings, subject = call.findings, call.use.subject
    found = values.url(findings, value, key=key) or values.host_port(findings, value, subject)
    if not found and values.HOST.match(value.text):
        findings.fact("host", value, subject, key=key)
    return f"url {value.text}"[:300]


def _server(call: Invocation, value: Located, key: str) -> str:
    """A connection string, `host:port/database`, or the bare name of a database."""
    findings, subject = call.findings, call.use.subject
    if not values.url(findings, value, key=key):
        if "=" in value.text:
            configuration.configuration(findings, value, subject=subject)
        elif value.text.isdigit():
            findings.fact("port", value, subject, key=key)
        elif not values.host_port(findings, value, subject):
            findings.fact("database", value, subject, key=key)
    return f"database {value.text}"[:200]


def _query(call: Invocation, value: Located, key: str) -> str:
    sql.read(call.findings, value, call.use.subject, tool=call.name)
    say(call, value, "query")
    return ""


def say(call: Invocation, value: Located, kind: str, language: str = "") -> None:
    text = value.text
    call.findings.passage(Passage(text, kind, language, place=value.place()))


def _message(call: Invocation, value: Located, key: str) -> str:
    if match := _MESSAGE_HEREDOC.match(value.text):  # -m "$(cat <<'EOF' …
        end = value.text.rfind(f"\n{match.group(1)}")
        value = value.part(match.end(), end if end > match.end() else len(value.text))
    say(call, value, "message")
    call.findings.fact("message", value, key=key)
    return ""


def _body(call: Invocation, value: Located, key: str) -> str:
    if value.text.startswith("@"):
        values.path(call.findings, value.part(1), key=key)
        return ""
    say(call, value, "message")
    configuration.configuration(call.findings, value, literal=False)
    return ""


def _code(call: Invocation, value: Located, key: str) -> str:
    edits.code(call.findings, value, LANGUAGES.get(call.name, call.use.subject))
    run_by_code(call, value)
    return ""


def run_by_code(call: Invocation, code: Located) -> None:
    """Read the commands that code gives to the shell: `os.system("…")`, `subprocess.run(["git", "push"])`."""
    for match in islice(_RUN.finditer(code.text), 20):
        if match["text"]:
            call.read(call.findings, code.part(*match.span("text")))
        else:
            words = [item[1] or item[2] for item in _ITEM.finditer(match["list"])]
            call.read(call.findings, Located(" ".join(map(shlex.quote, words)), code.path, None))


def _nested(call: Invocation, value: Located, key: str) -> str:
    call.read(call.findings, value)
    return ""


def _method(call: Invocation, value: Located, key: str) -> str:
    method = value.text.upper()
    call.findings.fact("method", value, key=key)
    call.verb = _METHODS.get(method, "send")
    call.fixed = True
    return ""


def _of(call: Invocation, value: Located, key: str) -> str:
    """The name of the thing that the next word is a version of."""
    call.use = replace(call.use, subject=subject_of(value.text) or value.text.lower())
    return value.text[:100]


def _definition(call: Invocation, value: Located, key: str) -> str:
    """`KEY=VALUE`, or several with commas between them."""
    if call.use.words == "set image":
        return f"image {values.image(call.findings, value.part(value.text.find('=') + 1), key=key)}"
    for match in re.finditer(r"([A-Za-z_][\w.\[\]-]{0,80})=([^,]{1,500})", value.text):
        configuration.setting(call.findings, match[1], value.part(*match.span(2)), (), call.subject("port"))
    return ""


def read_path(call: Invocation, value: Located, key: str) -> str:
    values.path(call.findings, value, key=key)
    return f"path {value.text}"[:300]


def _output(call: Invocation, value: Located, key: str) -> str:
    if value.text not in ("-", "/dev/null"):
        call.findings.act("write", call.name, f"path {value.text}"[:300], value.place())
        values.path(call.findings, value, key=key)
    return ""


def _ref(call: Invocation, value: Located, key: str) -> str:
    """A branch, a tag or a commit of a repository, or a file there."""
    text = value.text
    base = re.split(r"[~^@]", text, maxsplit=1)[0]
    if _SHA.match(base) or base in ("HEAD", "", "-", "FETCH_HEAD"):
        return f"commit {text}"[:200]
    if ("." in base and not base.startswith(("v", "release")) and FILE.match(base) and "/" not in base) or base == ".":
        return read_path(call, value, key)
    if base.startswith(("origin/", "upstream/")):
        value, base = value.part(base.index("/") + 1), base[base.index("/") + 1 :]
    for dots in ("...", ".."):
        if dots in base:
            base = base.partition(dots)[0]
            return f"commits {text}"[:200]
    call.findings.fact("branch", value.part(0, len(base)), key=key)
    return f"branch {base}"


def _refspec(call: Invocation, value: Located, key: str) -> str:
    text = value.text
    if text.startswith("+"):
        call.flags.append("--force")
        value, text = value.part(1), text[1:]
    source, colon, target = text.partition(":")
    if not colon:
        return _ref(call, value, key)
    if not source:
        call.verb = "delete"
    name = target.removeprefix("refs/heads/")
    call.findings.fact("branch", value.part(len(text) - len(name)), key=key)
    return f"branch {name}"


def _package(call: Invocation, value: Located, key: str) -> str:
    text = value.text
    if text.startswith((".", "/", "-")) and not text.startswith("@"):
        return read_path(call, value, key)
    if "://" in text:
        return _url(call, value, key)
    name = values.package(call.findings, value, call.name if call.use.manages else "", key=key)
    return f"package {name}"


def _script(call: Invocation, value: Located, key: str) -> str:
    values.path(call.findings, value, key=key)
    return f"script {value.text}"[:200]


def _task(call: Invocation, value: Located, key: str) -> str:
    if "=" in value.text or value.text.startswith("-"):
        return plain(call, value)
    call.findings.fact("task", value, key=key)
    call.verb = call.verb or next(
        (verb for part in re.split(r"[^a-z]+", value.text.lower()) if (verb := verb_of(part))), ""
    )
    named = environments.within(value.text)
    if named and named != "test":
        call.findings.environments.append((1, named))
    return f"task {value.text}"[:200]


def _header(call: Invocation, value: Located, key: str) -> str:
    return ""


def _ports(call: Invocation, value: Located, key: str) -> str:
    values.ports(call.findings, value, call.subject("port"), key=key)
    return f"port {value.text}"[:80]


def _bind(call: Invocation, value: Located, key: str) -> str:
    values.bind(call.findings, value, call.subject("port"), key=key)
    return f"host {value.text}"[:200]


def _image(call: Invocation, value: Located, key: str) -> str:
    return f"image {values.image(call.findings, value, key=key)}"


def _target(call: Invocation, value: Located, key: str) -> str:
    if call.name in ("scp", "rsync") and ":" not in value.text and "@" not in value.text:
        return read_path(call, value, key)
    values.target(call.findings, value, call.use.subject, key=key)
    return f"host {value.text}"[:200]


def _module(call: Invocation, value: Located, key: str) -> str:
    return f"module {value.text}"[:200]


def _word(call: Invocation, value: Located, key: str) -> str:
    text = value.text
    if "://" in text:
        values.url(call.findings, value, key=key)
    elif "=" in text and (match := _SETTING.match(text)) and match[1].isupper():
        configuration.setting(call.findings, match[1], value.part(match.end()))
    return text[:200]


def plain(call: Invocation, word: Located) -> str:
    """A word that no row explains: an address, a setting, a file, or just a word."""
    text, findings = word.text, call.findings
    if not text or len(text) > 2_000 or text.startswith("$"):
        return text[:200]
    if "://" in text and values.url(findings, word):
        return f"url {text}"[:300]
    if match := _SETTING.match(text):
        configuration.setting(findings, match[1], word.part(match.end()), (), call.subject("port"))
        return ""
    if ":" in text and values.host_port(findings, word, call.subject("port")):
        return f"host {text}"
    if text in environments.names():
        findings.fact("environment", word)
        return text
    if "\n" not in text and FILE.match(text):
        findings.path(text)
        findings.fact("path", word)
        return f"path {text}"[:300]
    return text[:200]


_VALUES: dict[str, Callable[[Invocation, Located, str], str]] = {
    "url": _url,
    "server": _server,
    "query": _query,
    "message": _message,
    "body": _body,
    "code": _code,
    "command": _nested,
    "definition": _definition,
    "assignment": _definition,
    "path": read_path,
    "input": read_path,
    "output": _output,
    "ref": _ref,
    "refspec": _refspec,
    "package": _package,
    "script": _script,
    "task": _task,
    "header": _header,
    "ports": _ports,
    "bind": _bind,
    "image": _image,
    "target": _target,
    "module": _module,
    "word": _word,
    "method": _method,
    "of": _of,
}
