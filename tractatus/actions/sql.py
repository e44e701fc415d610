"""Queries: SQL statements, and what is called on a document store or said to a key-value store."""

from __future__ import annotations

import re
from itertools import islice

from tractatus.actions import configuration
from tractatus.actions.facts import Place
from tractatus.actions.findings import Findings
from tractatus.actions.located import Located

_STATEMENT = re.compile(
    r"(?:(?:\A|;|\(|\bAS\b|\bBEGIN\b)\s*+|\n[ \t]*+)"
    r"(?P<verb>select|insert|update|delete|drop|truncate|alter|create|grant|revoke|replace|merge|upsert"
    r"|show|describe|desc|explain|with|copy|vacuum|analyze|reindex|rename|call|exec"
    r"|execute|use|set|lock|load|pragma|comment|begin|commit|rollback)\b",
    re.IGNORECASE,
)
_WORD = r"[\"`\[]?[A-Za-z_][\w$]{0,80}[\"`\]]?"
_NAME = rf"(?:if\s+(?:not\s+)?exists\s+)?(?:only\s+)?(?P<name>{_WORD}(?:\.{_WORD}){{0,2}})"
_TABLE = re.compile(
    rf"\b(?:from|join|into|update|table|truncate|describe|on)\s+(?!select\b|table\b|set\b|delete\b){_NAME}",
    re.IGNORECASE,
)
_THING = re.compile(
    r"\b(?:drop|alter|create(?:\s+or\s+replace)?(?:\s+unique)?)\s+(?P<kind>table|database|schema|index|view|user|role"
    rf"|column|extension|function|materialized\s+view)\s+(?:concurrently\s+)?{_NAME}",
    re.IGNORECASE,
)
_COLUMN = re.compile(
    r"\b(?:add|drop|alter|rename)\s+column\s+(?:if\s+(?:not\s+)?exists\s+)?[\"`]?(?P<name>[A-Za-z_]\w{0,80})",
    re.IGNORECASE,
)
_SET = re.compile(
    r"\b(?:alter\s+system\s+set|set\s+global|config\s+set|pragma)\s+(?P<key>[\w.-]{1,80})"
    r"\s*(?:=|\bto\b|\s)\s*['\"]?(?P<value>[\w.-]{1,80})",
    re.IGNORECASE,
)
_WHERE = re.compile(r"\bwhere\b|\blimit\b", re.IGNORECASE)
_COLUMNS = re.compile(r"\bselect\s+(?:distinct\s+)?(?P<list>[^;()]{1,500}?)\s+from\b", re.IGNORECASE)
_CALL = re.compile(
    r"\bdb(?:\.(?P<table>[A-Za-z_]\w{0,60})|\.getCollection\(['\"](?P<got>\w{1,60})['\"]\))?\.(?P<verb>[A-Za-z]{2,40})\("
)
_DEFINED = re.compile(
    r"(?:[(,]|\badd\s+column)\s*(?:if\s+not\s+exists\s+)?[\"`\[]?(?P<name>[A-Za-z_]\w{0,60}+)[\"`\]]?\s+"
    r"(?P<type>[A-Za-z]\w{1,30}(?:\s+(?:precision|varying|unsigned))?(?:\(\d{1,5}(?:,\s?\d{1,5})?\))?)"
    r"(?:[^,()]{0,100}?\bdefault\s+'?(?P<default>[\w.:-]{1,60}))?",
    re.IGNORECASE,
)
_NO_COLUMNS = frozenset(
    ["primary", "constraint", "foreign", "unique", "check", "key", "index", "exclude", "like", "select", "values"]
)
_TEXT = re.compile(r"'[^']*+'")
_VERBS = {
    "select": "read", "show": "read", "describe": "read", "desc": "read", "explain": "read", "with": "read",
    "use": "connect",
    "insert": "write", "update": "write", "replace": "write", "merge": "write", "upsert": "write", "copy": "write",
    "load": "write", "delete": "delete", "drop": "delete", "truncate": "delete", "alter": "migrate", "create": "create",
    "grant": "grant", "revoke": "revoke", "vacuum": "run", "analyze": "run", "reindex": "run", "rename": "migrate",
    "call": "run", "exec": "run", "execute": "run", "comment": "write", "lock": "run",
}  # fmt: skip
_CALLS = (
    ("find count aggregate distinct stats get explain list show server version help watch", "read"),
    ("insert save update replace bulk set rename modify", "write"),
    ("delete remove drop", "delete"),
    ("create ensure", "create"),
    ("grant", "grant"),
    ("shutdown", "stop"),
)
_KEYED = {
    "delete": "flushall flushdb del unlink expire hdel srem zrem lpop rpop ltrim",
    "write": "set mset hset lpush rpush sadd zadd incr decr setex append rename publish",
    "configure": "config",
    "read": "get mget hget hgetall keys scan info ping llen lrange smembers ttl type exists dbsize monitor slowlog",
}
_KEYED_VERBS = {word: verb for verb, words in _KEYED.items() for word in words.split()}
MOST = 200


def keyed_verb(word: str) -> str:
    """What a command of a key-value store does, empty where the word is none that is known."""
    return _KEYED_VERBS.get(word.lower(), "")


def read(findings: Findings, found: Located, subject: str = "", *, tool: str = "") -> None:
    """Read a query into acts and tables. What it does to every row, because it has no condition, is said so."""
    text, place = found.text, found.place()
    if subject == "mongodb" or "db." in text[:200]:
        _calls(findings, text, subject, tool, place)
        return
    for match in _SET.finditer(text):
        configuration.setting(findings, match["key"], found.part(*match.span("value")), (), subject)
    spoken = _TEXT.sub(_blanked, text)  # what a text in quotes says is not done
    matches = list(islice(_STATEMENT.finditer(spoken), MOST))
    for number, match in enumerate(matches):
        word = match["verb"].lower()
        verb = _VERBS.get(word)
        if verb is None:
            continue
        end = matches[number + 1].start() if number + 1 < len(matches) else len(text)
        body = spoken[match.start("verb") : end]
        tables = list(dict.fromkeys(_bare(name["name"]) for name in _TABLE.finditer(body)))[:20]
        things = [
            f"{' '.join(thing['kind'].lower().split())} {_bare(thing['name'])}" for thing in _THING.finditer(body)
        ][:20]
        thing = ", ".join(things or [f"table {name}" for name in tables])
        if word in ("delete", "update") and not _WHERE.search(body):
            thing += " every row"
        findings.act(verb, tool or "sql", thing, place, (text[match.start("verb") : end].strip()[:300],))
        start = match.start("verb")
        for name in _TABLE.finditer(body):
            _named(findings, found, "table", start + name.start("name"), name["name"], subject)
        for name in _THING.finditer(body):
            kind = "database" if name["kind"].lower() in ("database", "schema") else name["kind"].lower()
            if kind == "database":
                _named(findings, found, kind, start + name.start("name"), name["name"], subject)
        if word in ("create", "alter"):
            _columns(findings, found.part(start, start + len(body)))
        for name in _COLUMN.finditer(body):
            _named(findings, found, "column", start + name.start("name"), name["name"], subject)
        if columns := _COLUMNS.search(body):
            at = start + columns.start("list")
            for item in re.finditer(
                r"(?:[A-Za-z_]\w{0,60}\.)?(\*|[A-Za-z_]\w{0,60})(?=\s*(?:,|\Z|\bas\b))", columns["list"], re.IGNORECASE
            ):
                _named(findings, found, "column", at + item.start(1), item[1], subject)
    if not matches and subject == "redis":
        word = text.split(None, 1)[0].lower() if text.strip() else ""
        findings.act(_KEYED_VERBS.get(word, "read"), tool, text[:200], place)


def _blanked(match: re.Match[str]) -> str:
    return "'" + " " * (len(match.group()) - 2) + "'"


def _columns(findings: Findings, found: Located) -> None:
    """The columns that a table gets: the name is the parameter, its type and its default are values of it."""
    for count, match in enumerate(_DEFINED.finditer(found.text)):
        name = match["name"].lower()
        if count >= MOST or name in _NO_COLUMNS:
            continue
        findings.fact(name, found.part(*match.span("type")), key="column type")
        if match["default"]:
            findings.fact(name, found.part(*match.span("default")), key="column default")


def _named(findings: Findings, found: Located, parameter: str, start: int, name: str, subject: str) -> None:
    bare = name.strip('"`[]')
    offset = name.find(bare)
    findings.fact(parameter, found.part(start + offset, start + offset + len(bare)), subject)


def _bare(name: str) -> str:
    return name.translate({ord(mark): None for mark in '"`[]'})


def _calls(findings: Findings, text: str, subject: str, tool: str, place: Place | None) -> None:
    for number, match in enumerate(_CALL.finditer(text)):
        if number >= MOST:
            break
        word = match["verb"].lower()
        verb = next((verb for starts, verb in _CALLS if word.startswith(tuple(starts.split()))), "run")
        table = match["table"] or match["got"] or ""
        thing = f"table {table}" if table else "database" if "database" in word else ""
        if verb in ("delete", "write") and text.startswith("({})", match.end() - 1):
            thing += " every row"
        findings.act(verb, tool, thing, place, (text[match.start() : match.end() + 80],))
        if table:
            findings.fact("table", table, subject)
