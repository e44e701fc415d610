"""Statements to a database and HTTP requests: which cannot be undone on something real."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tractatus.actions import Reading
from tractatus.irreversible import rules, throwaway
from tractatus.irreversible.rules import Found

LONGEST_QUERY = 20_000
MOST_LOOKED_AT = 200

_COMMENT = re.compile(r"--[^\n]*|/\*(?:[^*]|\*(?!/))*+\*/")
# A condition that always holds is none.
_ALWAYS = re.compile(r"\bwhere (?:true|1|1 ?= ?1|'' ?= ?'')$")
_STRING = re.compile(r"'[^']*+'")
_SPACE = re.compile(r"\s+")


def of_queries(reading: Reading) -> Iterator[Found]:
    runs = any(act.command for act in reading.acts[:MOST_LOOKED_AT])
    for passage in reading.passages[:200]:
        if not passage.path and (passage.kind == "query" or (passage.kind == "code" and runs)):
            yield from of_query(passage.text, reading, code=passage.kind == "code")


def of_query(text: str, reading: Reading, *, code: bool) -> Iterator[Found]:
    statements = [
        stripped.strip().lower()
        for part in _STRING.sub("''", _COMMENT.sub(" ", text[:LONGEST_QUERY])).split(";")[:100]
        if (stripped := _SPACE.sub(" ", part)).strip()
    ]
    if "rollback" in statements or (statements and statements[0].startswith("explain") and len(statements) == 1):
        return
    where = frozenset(fact.value for fact in reading.facts[:MOST_LOOKED_AT] if fact.parameter in PLACES)
    for statement in statements:
        close = statement.replace(" ", "")
        for rule in rules.queries():
            if rule.starts and (code or not statement.startswith(rule.starts)):
                continue
            if rule.holds and not any(text in close for text in rule.holds):
                continue
            if rule.without and re.search(rf"\b{re.escape(rule.without)}\b", _ALWAYS.sub("", statement)):
                continue
            if rule.starts == ("update",) and " set " not in statement:
                continue
            if rule.on == "production":
                if not throwaway.in_production(reading, where):
                    continue
            elif (
                throwaway.spared(reading, where)
                or _temporary_table(statement)
                or any(map(throwaway.throw_away_path, where))
            ):
                continue
            yield rule, f"`{statement[:120]}`"


PLACES = frozenset(
    {
        "database",
        "host",
        "environment",
        "schema",
        "url",
        "project",
        "namespace",
        "container",
        "service",
        "dbname",
        "path",
    }
)
_TABLE = re.compile(r"(?:table|from|schema|database|truncate|update|exists|collection)\s+[\"`\[]?(?:\w+\.)?(\w+)")


def _temporary_table(statement: str) -> bool:
    """Whether the table is called one that is made for trying (`tmp_import`, `test_users`)."""
    tables = [match for match in _TABLE.findall(statement) if match not in ("if", "exists", "table", "only")]
    return bool(tables) and all(
        table.startswith(("tmp", "temp_", "test_", "scratch", "#")) or table.endswith(("_tmp", "_temp", "_test"))
        for table in tables
    )


def of_curl(command: tuple[str, ...]) -> Iterator[Found]:
    method, url, sends = "", "", False
    words = command[1:]
    for number, word in enumerate(words):
        following = words[number + 1] if number + 1 < len(words) else ""
        if word in ("-X", "--request", "--method"):
            method = following
        elif word.startswith(("-X", "--request=", "--method=")):
            method = word.partition("=")[2] or word[2:]
        elif word.startswith(("-d", "--data", "-F", "--form", "--json", "-T", "--upload-file")):
            sends = True
        elif word in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "post", "put", "patch", "delete"):
            method = method or word
        elif not url and ("://" in word or re.match(r"[\w-]+(\.[\w-]+)+(:\d+)?/", word)):
            url = word
    yield from _of_url(method.upper() or ("POST" if sends else "GET"), url)


def of_request(reading: Reading) -> Iterator[Found]:
    said = {fact.parameter: fact.value for fact in reading.facts[:MOST_LOOKED_AT] if fact.parameter in _REQUEST_KEYS}
    method = said.get("method", said.get("http_method", ""))
    if method and (url := said.get("url", said.get("endpoint", said.get("uri", "")))):
        yield from _of_url(method.upper(), url)


_REQUEST_KEYS = frozenset({"method", "http_method", "url", "endpoint", "uri"})
_URL = re.compile(r"(?:[a-z+]+://)?(?:[^/@\s]*@)?(\[[^\]]*\]|[^/:?#\s]+)(?::\d+)?([^?#\s]*)", re.IGNORECASE)


def _of_url(method: str, url: str) -> Iterator[Found]:
    match = _URL.match(url[:500])
    if not match or method in ("GET", "HEAD", "OPTIONS"):
        return
    host, path = match.group(1), match.group(2)
    if throwaway.throw_away_host(host) or "." not in host or throwaway.throw_away_named(throwaway.parts([host])):
        return
    for rule in rules.requests():
        if method in rule.methods and rule.hosts and host in rule.hosts and rule.paths and path in rule.paths:
            yield rule, f"`{method} {host}{path[:80]}`"
