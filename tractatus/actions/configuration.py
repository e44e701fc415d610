"""Settings in any text: `KEY=VALUE`, `"key": value`, `key: value`, sections and nesting, directives, prose.

One scanner for env files, JSON, YAML, TOML, INI and literals of code; it knows no grammar and fails on none. A key's
parents (`redis:` above `port:`) say what it is a setting of.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from tractatus.actions import values
from tractatus.actions.findings import MOST_FACTS, Findings
from tractatus.actions.located import Located
from tractatus.actions.names import key_of, parameter_names, parameter_of, subject_kinds, subject_of

_ITEM = re.compile(
    r"\n(?P<indent>[ \t]*+)(?:(?P<dash>-)[ \t]++)?"
    r"|(?P<close>\})"
    r"|(?P<open>\{)"
    r"|(?:(?<=\n)|\A)[ \t]*+\[{1,2}(?P<section>[\w.\"':/ -]{1,100})\]{1,2}[ \t]*+(?=\r?\n|\Z)"
    r"|(?<![\w.$@/-])(?P<quote>[\"']?)(?P<key>[A-Za-z_$@][\w.$@/-]{0,80}+)(?P=quote)\]?\??[ \t]*+"
    r"(?::[ \t]*+(?:str|int|bool|float|string|number|boolean|String|Int|Bool)[ \t]*+(?==))?"
    r"(?P<op>:=|=>|\?=|\+?=(?![=>~])|:(?![:=/]))[ \t]*+"
)
_VALUE = re.compile(
    r"(?:[rbuf]{0,2}|[A-Za-z_][\w.]{0,40}\()(?:\"(?P<double>[^\"\n\\]{0,400}+)\"|'(?P<single>[^'\n\\]{0,400}+)'|`(?P<back>[^`\n\\]{0,400}+)`)"
    r"|(?P<bare>[^\s,;(){}\[\]\"'`#&|>*!?][^\s,;(){}\[\]\"'`]{0,400}+)"
)
_END = re.compile(r"[ \t]*+(?:[#\r\n]|//|\Z|\|[ \t]*+[\r\n]|>-?[ \t]*+[\r\n])")
_LITERAL = re.compile(
    r"-?\d[\d_]*+(?:\.\d+)?(?:ms|s|m|h|px|rem|em|%|[kKMG]i?[bB]?)?\Z|true|false|null|none|nil|True|False|None|on|off|yes|no"
)
_REST = re.compile(r"(?P<rest>[ \t]+(?!#)[^\n,{}#\"'`]{0,200}+)(?=[ \t]*(?:#[^\n]*)?(?:\r?\n|\Z))")
_SUM = re.compile(r"(?:[ \t]*+[*+/-][ \t]*+\d[\d_.]*+){1,6}")
_FALLBACK = re.compile(
    r"(?:getenv|environ\.get|\benv|\bENV\.fetch|getProperty)\([ \t]*[\"'](?P<key>\w{1,80})[\"']"
    r"[ \t]*,[ \t]*(?:default[ \t]*=[ \t]*)?[\"']?(?P<value>[\w.:/@-]{1,200})"
    r"|process\.env\.(?P<js>\w{1,80})[ \t]*(?:\|\||\?\?)[ \t]*[\"'`]?(?P<other>[\w.:/@-]{1,200})"
)
_CALL = re.compile(
    r"\b(?P<key>[A-Za-z_][\w.]{1,60}+)\([ \t]*(?:[\"'](?P<text>[^\"'\n]{1,80})[\"']|(?P<number>\d[\w.]{0,20}))[ \t]*\)"
)
_DEFINE = re.compile(r"^[ \t]*+#[ \t]*define[ \t]++(?P<key>\w{1,80}+)[ \t]++(?P<value>[^\s/]\S{0,100}+)", re.MULTILINE)
_DEPENDENCIES = frozenset(
    [
        "dependencies",
        "devdependencies",
        "peerdependencies",
        "optionaldependencies",
        "dev_dependencies",
        "peer_dependencies",
        "require",
        "require_dev",
        "optional_dependencies",
        "build_dependencies",
        "dependency_overrides",
        "overrides",
        "resolutions",
        "requires",
        "extras",
    ]
)
_DIRECTIVE = re.compile(
    r"^[ \t]*+(?:export[ \t]++)?(?P<key>[A-Za-z][\w.-]{1,60}+)[ \t]++(?P<rest>[^\n=:{};][^\n{};]{0,300})", re.MULTILINE
)
_PROSE = re.compile(
    r"\bports?\b(?:[ \t]+(?:is|to|number|no\.?|of|at))?[ \t=:`\"']{0,4}(?P<port>\d{2,5})\b"
    r"|\b(?:listens?|listening|runs|running|served?|bound|binds?|expose[sd]?)"
    r"(?:[ \t]+(?:on|at|to))?(?:[ \t]+port)?[ \t:(`]{1,3}(?P<listen>\d{2,5})\b"
    r"|(?<=[\"'`])(?:\d{1,3}(?:\.\d{1,3}){3}|localhost)?:(?P<colon>\d{2,5})(?=[\"'`])"
    r"|(?<!\S)-p[ =]?(?P<flag>\d{4,5})\b"
    r"|\.listen\(\s*(?P<call>\d{2,5})\b"
    r"|(?<![\w.])(?:localhost|\d{1,3}(?:\.\d{1,3}){3}):(?P<local>\d{2,5})\b",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[A-Za-z][A-Za-z0-9.+-]{0,40}")
_NESTED = 40  # keys around a setting that are told; a file nested deeper, thousands of times, must not be slow
_PAIR = re.compile(r"([A-Za-z_][A-Za-z0-9_]{0,80})=(?=.)")
_NEAR = 60  # characters before a port in prose among which its subject is looked for


class Entry(NamedTuple):
    """One setting: its key, its value, where the value stands, and the keys around it, the outermost first."""

    key: str
    value: str
    start: int
    end: int
    parents: tuple[str, ...]


def entries(text: str, *, literal: bool = False) -> Iterator[Entry]:
    """The settings in `text`. With `literal`, as in code, only those whose value is written as a literal."""
    around: list[tuple[int, str]] = []  # (indentation, or -1 for a brace; key)
    at, waiting = 0, ""
    while match := _ITEM.search(text, at):
        at = match.end()
        if match["key"] is not None:
            parents = tuple(key for _, key in around[-_NESTED:] if key)
            key = match["key"]
            if text.startswith("{", at):
                waiting = key
            elif text.startswith("[", at):
                at = yield from _list(text, key, at + 1, parents, literal)
            elif match["op"].startswith(":") and _END.match(text, at):
                around.append((_indentation(text, match.start()), key))
            elif value := _value(text, at, literal):
                if not literal and match["op"] == ":" and value[1] == value[2]:
                    value = _whole_line(text, value)
                at = value[2]
                if value[0] != value[1]:
                    yield Entry(key, text[value[0] : value[1]], value[0], value[1], parents)
        elif match["indent"] is not None:
            if at < len(text) and text[at] not in "\r\n":
                depth, dash = len(match["indent"]), match["dash"] is not None
                while around and around[-1][0] >= (depth + 1 if dash else depth):
                    around.pop()
                if dash and around and (value := _value(text, at, False)) and _END.match(text, value[2]):
                    parents = tuple(key for _, key in around[:-1] if key)
                    yield Entry(around[-1][1], text[value[0] : value[1]], value[0], value[1], parents)
                    at = value[2]
        elif match["open"] is not None:
            around.append((-1, waiting))
            waiting = ""
        elif match["close"] is not None:
            while around and around.pop()[0] != -1:
                pass
        else:
            around = [(-2, match["section"].strip("\"' "))]


def _value(text: str, at: int, literal: bool) -> tuple[int, int, int] | None:
    """Start, end and what follows of the value at `at`."""
    match = _VALUE.match(text, at)
    if not match:
        return None
    kind = match.lastgroup or ""
    start, end = match.span(kind)
    if kind == "bare":
        if literal and not _LITERAL.match(match["bare"]):
            return None
        if literal and (sum_ := _SUM.match(text, end)):
            return start, sum_.end(), sum_.end()  # 20 * 60
        return start, end, match.end()
    return start, end, match.end()


def _whole_line(text: str, value: tuple[int, int, int]) -> tuple[int, int, int]:
    """A bare value that goes on to the end of its line, as YAML has it: `run: make check`."""
    match = _REST.match(text, value[1])
    if match is None:
        return value
    end = value[1] + len(match["rest"].rstrip())
    return value[0], end, end


def _list(text: str, key: str, at: int, parents: tuple[str, ...], literal: bool) -> Generator[Entry, None, int]:
    for _ in range(200):
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        value = _value(text, at, literal)
        if value is None:
            break
        yield Entry(key, text[value[0] : value[1]], value[0], value[1], parents)
        at = value[2]
    return at


def _indentation(text: str, at: int) -> int:
    line = text.rfind("\n", 0, at) + 1
    return len(text[line:at]) - len(text[line:at].lstrip(" \t-\"'"))


Known = Mapping[tuple[tuple[str, ...], str], list[str]]


def known(text: str, *, literal: bool = False) -> Known:
    """The settings in `text` by their parents and key, to find what an edit changed."""
    found: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for entry in islice(entries(text, literal=literal), MOST_FACTS):
        found.setdefault((entry.parents, entry.key), []).append(entry.value)
        if entry.parents:
            found.setdefault(((), entry.key), []).append(entry.value)
    return found


def configuration(
    findings: Findings,
    found: Located,
    *,
    literal: bool = False,
    subject: str = "",
    manifest: bool = False,
    was: Known | None = None,
) -> int:
    """Read the settings in `found` and give how many there were.

    `literal` for code, whose names are no values; `subject` is what the file is of; `manifest` where it lists packages.
    """
    named = Entry("", "", 0, 0, ())
    settings = list(islice(entries(found.text, literal=literal), MOST_FACTS))
    # the ports of a container are of what its image is
    images = {entry.parents: _owner(re.split(r"[:@]", entry.value)[0]) for entry in settings if entry.key == "image"}
    for entry in settings:
        if len(findings.facts) >= MOST_FACTS:
            findings.cut = True
            break
        before: str | None = None
        if was is not None and (old := was.get((entry.parents, entry.key)) or was.get(((), entry.key))):
            before = entry.value if entry.value in old else old[0]
        key = entry.key
        if key == "name":
            named = entry
        elif key == "value" and named.parents == entry.parents and named.value:
            key = named.value  # `name: PORT` and `value: "8080"`, as container platforms write it
        own = images.get(entry.parents) or subject or (_spoken_of(found.text, entry.start) if literal else "")
        setting(findings, key, found.part(entry.start, entry.end), entry.parents, own, manifest, before)
    return len(settings)


def _spoken_of(text: str, at: int) -> str:
    """The subject that is named in the line before `at`: `MongoClient(host, port=27017)`."""
    line = text[max(text.rfind("\n", 0, at) + 1, at - _NEAR) : at]
    for word in reversed(_WORDS.findall(line)):
        for name in (word, *key_of(word).split("_")):
            if found := subject_of(name):
                return found
    return ""


def setting(
    findings: Findings,
    key: str,
    value: Located,
    parents: tuple[str, ...] = (),
    subject: str = "",
    manifest: bool = False,
    was: str | None = None,
) -> None:
    """Read one setting, whatever syntax it was written in."""
    text = value.text
    if "$" in text and (text[0] == "$" or "${" in text):
        return
    near = key_of(parents[-1].rpartition(".")[2]) if parents else ""
    if key == "version" and len(parents) > 1 and key_of(parents[-2].rpartition(".")[2]) in _DEPENDENCIES:
        findings.fact("package", parents[-1], key=parents[-1])
        findings.fact("version", value, subject_of(near) or near, key=parents[-1], was=was)
        return
    itself = subject_of(key)
    parameter, owner = parameter_of(key)
    if near in _DEPENDENCIES or (manifest and not parents and _is_package(key, itself, parameter, text)):
        findings.fact("package", key, key=key)
        findings.fact("version", value, itself or key.lower(), key=key, was=was)
        return
    if itself and values.VERSION.match(text):
        is_port = text.isdigit() and len(text) >= 4
        findings.fact("port" if is_port else "version", value, itself, key=key, was=was)
        return
    owner = owner or next((name for parent in reversed(parents) if (name := _owner(parent))), "") or subject
    if "://" in text and values.url(findings, value, key=key, whole=parameter == "url"):
        if parameter != "url":
            findings.fact(parameter, value, owner, key=key, was=was)
        return
    if parameter == "image" and ("image" in key.lower() or ":" in text) and values.image(findings, value, key=key):
        return
    if parameter == "environment" and (match := _PAIR.match(text)):
        setting(findings, match[1], value.part(match.end()), parents, subject)
        return
    if parameter == "package" and values.package(findings, value, key=key):
        return
    if parameter == "port" and ":" in text:
        values.ports(findings, value, owner, key=key)
        return
    if parameter == "host" and ":" in text and values.host_port(findings, value, owner):
        return
    if parameter == "package_manager" and "@" in text:
        name, _, _ = text.partition("@")
        findings.fact("package_manager", value.part(0, len(name)), key=key, was=was)
        findings.fact("version", value.part(len(name) + 1), subject_of(name), key=key)
        return
    if parameter == "path":
        findings.path(text)
    findings.fact(parameter, value, owner, key=key, was=was)


def _is_package(key: str, itself: str, parameter: str, text: str) -> bool:
    """Whether a line of a manifest, seen without what is around it, asks for a package."""
    if text.isdigit() or not values.VERSION.match(text) or parameter in parameter_names().values():
        return False
    return subject_kinds().get(itself, "") not in ("runtime", "package manager", "platform")


def _owner(parent: str) -> str:
    for part in reversed(key_of(parent).split("_")):
        if name := subject_of(part):
            return name
    return ""


def directives(findings: Findings, found: Located, *, subject: str = "") -> None:
    """Read lines of the form `listen 8080;` and `EXPOSE 8080`, as nginx, Redis, ssh and container files have them."""
    for match in _DIRECTIVE.finditer(found.text):
        key, rest = match["key"].lower(), found.part(*match.span("rest"))
        first = rest.part(0, len(rest.text.split(None, 1)[0]))
        subject_itself = subject_of(key)
        if subject_itself and values.VERSION.match(first.text.strip("'\"")) and key not in ("image", "from"):
            bare = len(first.text) - len(first.text.lstrip("'\""))
            version = first.part(bare, len(first.text.rstrip("'\"")))
            findings.fact("version", version, subject_itself, key=match["key"])
        elif key == "from":
            values.image(findings, first, key="FROM")
        elif key in ("env", "arg", "label"):
            if "=" not in first.text and len(rest.text.split()) == 2:
                setting(findings, first.text, rest.part(rest.text.rindex(rest.text.split()[1])), subject=subject)
        elif key in ("expose", "listen", "port"):
            for item in re.finditer(r"[^\s;]+", rest.text):
                part = rest.part(*item.span())
                if re.fullmatch(r"\d{2,5}(?:/\w+)?", part.text):
                    digits = len(part.text.partition("/")[0])
                    findings.fact("port", part.part(0, digits), subject, key=match["key"])
                elif re.fullmatch(r"\S{0,60}:\d{2,5}", part.text):
                    values.bind(findings, part, subject, key=match["key"])
        elif key == "user":
            findings.fact("user", first, subject, key=match["key"])
        elif key in ("proxy_pass", "upstream", "server"):
            values.url(findings, first, key=match["key"]) or values.host_port(findings, first, subject)
        elif key in ("bind", "server_name", "hostname", "host"):
            findings.fact("host", first, subject, key=match["key"])
        elif key in _TIMED or key.endswith("_timeout"):
            findings.fact(key_of(key), first, subject, key=match["key"])


_TIMED = frozenset(
    {
        "client_max_body_size",
        "worker_processes",
        "worker_connections",
        "maxmemory",
        "maxclients",
        "timeout",
        "databases",
    }
)


def prose(findings: Findings, found: Located) -> None:
    """Read the ports and addresses that a sentence or a line of code speaks of: "listens on 27027"."""
    text = found.text
    for match in _PROSE.finditer(text):
        kind = match.lastgroup
        if kind is not None:
            before = text[max(0, match.start() - _NEAR) : match.start()]
            subject = next((name for word in reversed(_WORDS.findall(before)) if (name := subject_of(word))), "")
            findings.fact("port", found.part(*match.span(kind)), subject)


def addresses(findings: Findings, found: Located) -> None:
    """Read every address with a scheme in a text."""
    for match in values.URL.finditer(found.text):
        values.url_match(findings, found, match)


def spoken_in_code(findings: Findings, found: Located) -> None:
    """Read settings that only code has: a fallback for an environment variable, a call with one literal, a #define."""
    text = found.text
    for match in _FALLBACK.finditer(text):
        kind = "key" if match["key"] else "js"
        value = "value" if kind == "key" else "other"
        setting(findings, match[kind], found.part(*match.span(value)))
    for match in _CALL.finditer(text):
        words = [word for word in match["key"].split(".") if word not in ("of", "get", "valueOf", "from", "parse")]
        parameter, owner = parameter_of(_PUT.sub("", key_of(words[-1]))) if words else ("", "")
        kind = "text" if match["text"] is not None else "number"
        if parameter in _CALLED and (kind == "number" or parameter not in _COUNTED):
            findings.fact(parameter, found.part(*match.span(kind)), owner, key=words[-1])
    for match in _DEFINE.finditer(text):
        setting(findings, match["key"], found.part(*match.span("value")))


_PUT = re.compile(r"^(?:set|with|use)_")
_COUNTED = frozenset({"timeout", "seed", "retries", "replicas", "port", "limit", "temperature", "max_tokens"})
_CALLED = _COUNTED | {"host", "timezone", "version", "region", "model", "currency", "database", "encoding"}
