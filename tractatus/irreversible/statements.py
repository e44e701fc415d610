"""Statements to a database and HTTP requests: which cannot be undone on something real."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tractatus.actions import Passage, Reading
from tractatus.irreversible import rules, throwaway
from tractatus.irreversible.rules import Found, Rule

LONGEST_QUERY = 60_000
LONGEST_OF_ALL = 200_000  # as much as is read of an action
MOST_STATEMENTS = 1_000
MOST_LOOKED_AT = 200

_COMMENT = re.compile(r"--[^\n]*|/\*(?:[^*]|\*(?!/))*+\*/|^[ \t]*+#[^\n]*", re.MULTILINE)
_RUN_COMMENT = re.compile(r"/\*[!+]\d*((?:[^*]|\*(?!/))*+)(?:\*/|\Z)")  # MySQL runs what stands in it
_STRING = re.compile(r"'[^']*+'")
_SPACE = re.compile(r"\s+")
# A condition that always holds is none.
_ALWAYS = re.compile(
    r"\(*(?:true|not false|\d+|(\d+) ?(?:[<>=!]|<=|>=|<>|!=) ?\d+|'' ?= ?''|[\w.]+ is not null|[\w.]+ ?>=? ?-?[01]|"
    r"([\w.]+) ?= ?\2|[\w.]+ ?(?:<>|!=) ?(?:''|-?[01])|exists ?\( ?select [\w']+ ?\))\)*\Z"
)
_WITHIN = re.compile(r"\( ?((?:delete from|update|insert into) [^()]{1,2000})")
_WRAPPED = re.compile(
    r"(?:explain (?:analy[sz]e(?: verbose)?|\([^()]{0,100}\)) ?|do \$\w*\$ (?:declare .{0,200} )?)?"
    r"(?:begin |then |else |loop )?"
)
_DROPPED = re.compile(
    r"\A(alter table [^,]{1,200} drop )(?!column|constraint|index|primary|foreign|key\b|default|check|not |expression|"
    r"identity|partition|trigger|row|statistics)"
)
_MADE_UP = re.compile(r"\b(?:execute|prepare|exec|do|sp_executesql|from)\b")
_ONE = re.compile(r"\s*(?:drop|truncate|delete|update|alter|flushall|flushdb|with)\b", re.IGNORECASE)


def of_queries(reading: Reading) -> Iterator[Found]:
    run = any(act.command for act in reading.acts[:MOST_LOOKED_AT]) or runs(reading.tool)
    left = LONGEST_OF_ALL
    for passage in reading.passages:
        if left > 0 and not passage.path and (passage.kind == "query" or (passage.kind == "code" and run)):
            left -= len(passage.text)
            where = _places_of(passage, reading)
            yield from of_query(passage.text, reading, code=passage.kind == "code", where=where)


_RUNS = frozenset(
    {"python", "execute", "run", "eval", "repl", "code", "interpreter", "exec", "jupyter", "node", "script"}
)


def runs(tool: str) -> bool:
    """Whether a tool, by its name, runs the code that it is given."""
    return not _RUNS.isdisjoint(re.split(r"[^a-z]+", tool[:100].lower()))


def looks_like_one(text: str) -> bool:
    """Whether a text is a statement that may delete something."""
    return bool(_ONE.match(text))


def of_query(text: str, reading: Reading, *, code: bool, where: frozenset[str] = frozenset()) -> Iterator[Found]:
    """The rows of statements that a text falls under. `where` are the values that say to which database it goes."""
    if len(text) > LONGEST_QUERY:
        yield rules.unread(), "the query is too long to be read to its end"
    text = _RUN_COMMENT.sub(r" \1 ", text[:LONGEST_QUERY])
    if not code and _MADE_UP.search(text.lower()) and "'" in text:
        for literal in [one for one in _STRING.findall(text)[:50] if looks_like_one(one[1:-1])]:
            yield from of_query(literal[1:-1], reading, code=False, where=where)
    parts = _STRING.sub("''", _COMMENT.sub(" ", text)).split(";")
    if len(parts) > MOST_STATEMENTS:
        yield rules.unread(), "the query is too long to be read to its end"
    statements = [
        stripped.strip().lower() for part in parts[:MOST_STATEMENTS] if (stripped := _SPACE.sub(" ", part)).strip()
    ]
    production = throwaway.in_production(reading, where)
    spared = bool(throwaway.throw_away_named(throwaway.parts(where))) or any(map(throwaway.throw_away_path, where))
    for statement in _that_stay(statements):
        if statement.startswith("explain") and not re.match(r"explain \(?[^()]{0,60}analy[sz]e", statement):
            continue
        whole = _DROPPED.sub(r"\1column ", _WRAPPED.sub("", statement, count=1))
        for one in (whole, *_WITHIN.findall(statement)):
            for rule in rules.queries():
                if not _falls_under(one, rule, code):
                    continue
                if production if rule.on == "production" else not (spared or _temporary_table(one)):
                    yield rule, f"`{statement[:120]}`"


def _falls_under(statement: str, rule: Rule, code: bool) -> bool:
    if rule.starts and (code or not statement.startswith(rule.starts)):
        return False
    if rule.holds and not any(text in statement.replace(" ", "") for text in rule.holds):
        return False
    if rule.starts == ("update",) and " set " not in statement:
        return False
    return not (rule.without and _says(rule.without, statement))


def _says(word: str, statement: str) -> bool:
    """Whether it has the word, and a condition after it that leaves something out."""
    _, *found = re.split(rf"\b{re.escape(word)}\b", statement, maxsplit=1)
    return bool(found) and not any(_ALWAYS.match(part.strip()) for part in found[0].split(" or "))


def _that_stay(statements: list[str]) -> Iterator[str]:
    """Those that no rollback takes back."""
    waiting: list[str] | None = None
    for statement in statements:
        if statement in ("begin", "start transaction", "begin transaction", "begin work", "begin tran"):
            yield from waiting or ()
            waiting = []
        elif statement.startswith(("commit", "end")) or statement in ("go",):
            yield from waiting or ()
            waiting = None
        elif statement in ("rollback", "rollback transaction", "rollback work") and waiting is not None:
            waiting = None
        elif waiting is not None:
            waiting.append(statement)
        else:
            yield statement
    yield from waiting or ()


def _places_of(passage: Passage, reading: Reading) -> frozenset[str]:
    """The values that say to which database a statement goes: those of the command that it stands in. Where it stands
    in none, all that are said, if each database that is named is one for trying."""
    facts = [fact for fact in reading.facts[:MOST_LOOKED_AT] if fact.parameter in PLACES]
    at = passage.place.span if passage.place is not None else None
    if not any(act.command for act in reading.acts[:MOST_LOOKED_AT]):
        return frozenset(fact.value for fact in facts)
    for act in reading.acts[:MOST_LOOKED_AT] if at is not None else ():
        span = act.place.span if act.place is not None else None
        if act.command and act.command[0] in passage.text:  # the statement itself
            continue
        if span and at and act.command and act.tool not in _SPEAKING and span[0] <= at[0] and at[1] <= span[1] + 1:
            facts = [
                fact
                for fact in facts
                if fact.key.isupper()
                or (fact.place is not None and fact.place.span and span[0] <= fact.place.span[0] <= span[1])
            ]
            break
    else:  # it stands in none: what the commands only name besides says nothing of it
        if any(fact.parameter == "database" for fact in facts):
            facts = [fact for fact in facts if fact.parameter != "path"]
    databases = {fact.value for fact in facts if fact.parameter == "database"}
    if len(databases) < 2 or all(throwaway.throw_away_named(throwaway.parts([one])) for one in databases):
        return frozenset(fact.value for fact in facts)
    return frozenset(fact.value for fact in facts if throwaway.production_named(throwaway.parts([fact.value])))


_SPEAKING = frozenset({"echo", "printf", "cat", "tee"})


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
_FURTHER = re.compile(r",\s*[\"`\[]?(?:\w+\.)?(\w+)")


def _temporary_table(statement: str) -> bool:
    """Whether the table, and each that is named after it, is called one that is made for trying (`tmp_import`)."""
    tables = [match for match in _TABLE.findall(statement) if match not in ("if", "exists", "table", "only")]
    if statement.startswith(("drop", "truncate")):
        tables += _FURTHER.findall(statement)
    return bool(tables) and all(
        table.startswith(("tmp", "temp_", "test_", "scratch", "#")) or table.endswith(("_tmp", "_temp", "_test"))
        for table in tables
    )


def of_curl(command: tuple[str, ...]) -> Iterator[Found]:
    method, override, sends = "", "", False
    urls: list[str] = []
    words = command[1:]
    for number, word in enumerate(words):
        following = words[number + 1] if number + 1 < len(words) else ""
        if _METHOD.match(word) and following:
            method = following
        elif match := _METHOD_HERE.match(word):
            method = match[1]
        elif match := _OVERRIDE.match(word):
            override = match[1]
        elif word.startswith(("-d", "--data", "-F", "--form", "--json", "-T", "--upload-file", "--post")):
            sends = True
        elif word in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "post", "put", "patch", "delete"):
            method = method or word
        elif "://" in word or re.match(r"[\w-]+(\.[\w-]+)+(:\d+)?/", word):
            urls.append(word.partition("--url=")[2] or word)
    for url in urls[:100]:
        yield from of_url((override or method).upper() or ("POST" if sends else "GET"), url)


_METHOD = re.compile(r"-[a-zA-Z]*X\Z|--request\Z|--method\Z|-Method\Z")
_METHOD_HERE = re.compile(r"(?:-[a-zA-Z]*X|--request=|--method=)([A-Za-z]{1,10})\Z")
_OVERRIDE = re.compile(r"(?:-H)?X-(?:HTTP-)?Method(?:-Override)?:\s*([A-Za-z]{1,10})\s*\Z", re.IGNORECASE)


def of_request(reading: Reading) -> Iterator[Found]:
    said = {fact.parameter: fact.value for fact in reading.facts[:MOST_LOOKED_AT] if fact.parameter in _REQUEST_KEYS}
    method = said.get("method", said.get("http_method", ""))
    if method and (url := said.get("url", said.get("endpoint", said.get("uri", "")))):
        yield from of_url(method.upper(), url)


_REQUEST_KEYS = frozenset({"method", "http_method", "url", "endpoint", "uri"})
_URL = re.compile(r"(?:[a-z+]+://)?(?:[^/@\s?#\\]*@)?(\[[^\]]*\]|[^/:?#\s]+)(?::\d+)?([^?#\s]*)", re.IGNORECASE)


def of_url(method: str, url: str) -> Iterator[Found]:
    """The rows of requests that a method and an address fall under."""
    match = _URL.match(url[:500])
    if not match or method in ("GET", "HEAD", "OPTIONS"):
        return
    host, path = match.group(1), match.group(2)
    if throwaway.throw_away_host(host) or "." not in host or throwaway.throw_away_named(throwaway.parts([host])):
        return
    for rule in rules.requests():
        if method in rule.methods and rule.hosts and host in rule.hosts and rule.paths and path in rule.paths:
            yield rule, f"`{method} {host}{path[:80]}`"
