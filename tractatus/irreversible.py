"""Acts that cannot be undone on real things (core concepts, section 12.3), found in what was read of an action.

`irreversible_act` looks at each command, each statement to a database, each HTTP request and at the name of the tool,
compares them with the rows of irreversible.toml, and leaves out what is made to be thrown away. Nothing is learned
here: the same facts always give the same answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tractatus import irreversible_rules as rules
from tractatus import throwaway
from tractatus.actions import Act, Reading
from tractatus.irreversible_rules import Rule
from tractatus.results import Result

MOST_ACTS = 200
MOST_WORDS = 60
LONGEST_QUERY = 20_000
_CLOSE = 8  # how far from the program its words may stand


@dataclass(frozen=True)
class IrreversibleAct(Result):
    """An act that cannot be undone: of which `kind`, `what` it does and `why` that is final, the questions to answer
    before a person approves it, what an AI can do instead, and how sure it is that it is one, from 0 to 1."""

    kind: str
    what: str
    why: str
    safety_checks: tuple[str, ...]
    alternatives: tuple[str, ...]
    confidence: float
    reasons: tuple[str, ...]


def irreversible_act(reading: Reading) -> IrreversibleAct | None:
    """The act in the action that is most surely one that cannot be undone on something real, or None."""
    found: IrreversibleAct | None = None
    for act in _acts(reading):
        if found is None or act.confidence > found.confidence:
            found = act
    return found


def _acts(reading: Reading) -> Iterator[IrreversibleAct]:
    acts = reading.acts[:MOST_ACTS]
    before = _Before(reading)
    for act in acts:
        if act.command:
            if not act.dry:
                yield from _of_command(act, reading, before)
            before.take(act)
    if not acts or not all(act.dry for act in acts):
        yield from _of_queries(reading)
        yield from _of_request(reading)
        yield from _of_name(reading)


# ---- commands -------------------------------------------------------------------------------------------------------


class _Before:
    """What the commands before this one did that bears on it: where they went, and what they made themselves."""

    def __init__(self, reading: Reading) -> None:
        self.folder = ""
        self.last: tuple[str, ...] = ()
        self.made: set[str] = set()
        self.variables = {
            fact.key: fact.value for fact in reading.facts[:MOST_ACTS] if fact.key and fact.parameter != "tool"
        }
        self.temporary = any(act.command[:1] == ("mktemp",) for act in reading.acts[:MOST_ACTS])

    def take(self, act: Act) -> None:
        self.last = act.command
        tool = _program(act.command[0])
        if tool in ("cd", "pushd") and len(act.command) > 1:
            self.folder = _joined(self.folder, act.command[-1])
        elif tool in _MAKERS:
            self.made.update(word.rstrip("/") for word in act.command[1:MOST_WORDS] if not word.startswith("-"))

    def throw_away(self, path: str) -> bool:
        """Whether a path is made to be thrown away, seen from where the commands have gone. `{}` is what `find` finds,
        which is judged with the words of `find` itself."""
        if path.rstrip("/") in self.made or path == "{}":
            return True
        if path.startswith("$"):
            name, _, rest = path.lstrip("${").partition("/")
            name = name.rstrip("}").partition(":")[0]
            if self.temporary and name.isidentifier():
                return True
            if name in self.variables:
                path = f"{self.variables[name]}/{rest}"
        return throwaway.throw_away_path(_joined(self.folder, path))


_MAKERS = frozenset(
    {"mkdir", "git", "cp", "unzip", "tar", "wget", "curl", "touch", "mktemp", "ln", "python", "python3"}
)


def _joined(folder: str, path: str) -> str:
    if not folder or path.startswith(("/", "~", "$")) or path[1:3] in (":/", ":\\"):
        return path
    return f"{folder}/{path}"


@dataclass(frozen=True)
class _Called:
    """A command as the rules see it: its words without options (and without their values), and everything in it."""

    tool: str
    words: tuple[str, ...]
    options: tuple[str, ...]
    present: frozenset[str]


def _of_command(act: Act, reading: Reading, before: _Before) -> Iterator[IrreversibleAct]:
    command = _unwrapped(act.command[: MOST_WORDS + 4])
    if not command:
        return
    tool = _program(command[0])
    if tool in _REQUESTS:
        yield from _of_curl(command)
        return
    if tool in _INTERPRETERS:
        for word in command[1:MOST_WORDS]:
            if "." in word and ("(" in word or "_all" in word):
                yield from _of_query(word[:LONGEST_QUERY], reading, code=True)
    candidates = rules.commands().get(tool) or rules.commands().get(tool.partition(".")[0])
    if not candidates:
        return
    called = _called(tool, command, act.flags)
    if called.present & _ONLY_HELP:
        return
    for rule in candidates:
        if _fits(rule, called) and (object_ := _object(rule, called, reading, before)) is not None:
            if rule.kind.test_things and rule.on != "production" and _spared(reading, called.present):
                continue
            shown = " ".join(command)[:120]
            yield _made(rule, f"`{shown}`{object_}")


_ONLY_HELP = frozenset({"--help", "--version"})
_REQUESTS = frozenset({"curl", "wget", "http", "https", "xh", "httpie"})
# What runs a program that stands in the command itself.
_INTERPRETERS = frozenset({"python", "python3", "rails", "php", "artisan", "ruby", "mix", "iex"})
# What only starts another program, with how many words of its own it may have.
_STARTERS = frozenset(
    {"npx", "bunx", "pnpx", "uvx", "pipx", "nohup", "time", "sudo", "doas", "command", "exec", "nice", "xargs"}
)
_RUNNERS = {
    "pnpm": ("dlx", "exec"), "yarn": ("dlx", "exec"), "npm": ("exec", "x"), "bun": ("x",), "poetry": ("run",),
    "uv": ("run",), "pipenv": ("run",), "python": ("-m",), "python3": ("-m",), "bundle": ("exec",), "pdm": ("run",),
    "hatch": ("run",), "rye": ("run",), "pipx": ("run",),
}  # fmt: skip


def _unwrapped(command: tuple[str, ...]) -> tuple[str, ...]:
    """The command without a program that only starts it (`npx prisma …`, `bundle exec rails …`)."""
    for _ in range(3):
        if not command:
            break
        tool = _program(command[0])
        if tool in _STARTERS:
            command = command[1:]
        elif len(command) > 1 and command[1] in _RUNNERS.get(tool, ()):
            command = command[2:]
        else:
            break
        while command and command[0].startswith("-"):
            command = command[1:]
    return command


def _program(word: str) -> str:
    name = word.replace("\\", "/").rpartition("/")[2]
    return name.removesuffix(".exe")


def _called(tool: str, command: tuple[str, ...], flags: Sequence[str]) -> _Called:
    valued = rules.valued().get(tool, frozenset())
    words: list[str] = []
    options: list[str] = []
    present: set[str] = set(flags)
    skip = ended = False
    for word in command[1:MOST_WORDS]:
        present.add(word)
        if skip:
            skip = False
        elif word == "--":
            ended = True
        elif word.startswith("-") and len(word) > 1 and not ended:
            options.append(word)
            name, equals, _ = word.partition("=")
            present.add(name)
            skip = name in valued and not equals
            if word[1] != "-" and word[1:].isalpha() and len(word) <= 6:
                present.update(f"-{letter}" for letter in word[1:])
        else:
            words.append(word)
    return _Called(tool, tuple(words), tuple(options), frozenset(present))


def _fits(rule: Rule, called: _Called) -> bool:
    at = 0
    for place, names in enumerate(rule.words):
        if place == 0:
            if not called.words or called.words[0] not in names:
                return False
            at = 1
            continue
        while at < min(len(called.words), _CLOSE) and called.words[at] not in names:
            at += 1
        if at >= min(len(called.words), _CLOSE):
            return False
        at += 1
    if rule.unless is not None and any(word in rule.unless for word in called.present):
        return False
    return all(any(word in names for word in called.present) for names in rule.also)


def _object(rule: Rule, called: _Called, reading: Reading, before: _Before) -> str | None:
    """What the act is done to, in words; None where that is nothing that the row looks for."""
    on = rule.on
    if not on:
        return ""
    if on == "path":
        paths = called.words[len(rule.words) :]
        if not paths and called.tool == "rm":  # what comes through a pipe
            return None if any(map(before.throw_away, before.last[1:MOST_WORDS])) else ": what it is given"
        if not paths:
            return ": everything here" if rule.words and not before.throw_away(".") else None
        return _first(paths, lambda path: not before.throw_away(path))
    if on == "kept path":
        return _first(
            called.words,
            lambda path: (throwaway.kept_file(path) or throwaway.system_path(path)) and not before.throw_away(path),
        )
    if on == "found path":
        return _found_path(called, before)
    if on == "other machine":
        return _first(called.words[-1:], lambda path: ":" in path and not before.throw_away(path.partition(":")[2]))
    if on == "remote":
        return None if any(_local(word) for word in called.present) else ""
    if on == "whole tree":
        return None if before.throw_away(".") and before.folder else ""
    if on == "production":
        return "" if _in_production(reading, called.present) else None
    branches = _branches(called, rule)
    if on == "no branch":
        return "" if not branches else None
    of = "production" if on == "production branch" else ""
    return _first(branches, lambda branch: throwaway.shared_branch(branch, of))


def _first(among: Sequence[str], wanted: Callable[[str], bool]) -> str | None:
    found = next((item for item in among if wanted(item)), None)
    return None if found is None else f" ({found[:80]})"


def _found_path(called: _Called, before: _Before) -> str | None:
    """Of `find`: where it looks, unless that or what it looks for is throw-away, or what it runs deletes nothing."""
    if "-delete" not in called.present and not called.present & {"rm", "/bin/rm", "shred", "unlink"}:
        return None
    patterns = [word for word in called.words if word not in ("f", "d", "l", "rm", ";", "+", "{}")]
    everywhere = [word for word in patterns if throwaway.system_path(word) and not before.throw_away(word)]
    if not everywhere and any(before.throw_away(word) for word in patterns):
        return None
    return f" ({patterns[0][:80]})" if patterns else ": everything here"


def _local(word: str) -> bool:
    host = _HOST.search(word[:300])
    return bool(host and throwaway.throw_away_host(host.group(1)))


_HOST = re.compile(r"(?:^|=|//|@)(\[[^\]]*\]|[\w.-]+)(?::\d+)?(?:/|\Z)")


def _branches(called: _Called, rule: Rule) -> tuple[str, ...]:
    """The branches that a git command names. `HEAD` alone is the one at hand and names none."""
    words = called.words[1:]
    if called.words[:1] == ("push",):
        words = words[1:]  # the remote
        if called.present & {"--all", "--branches"}:
            return ("main",)
    found = (word.lstrip("+").rpartition(":")[2] for word in words)
    return tuple(branch for branch in found if branch and branch != "HEAD")


def _in_production(reading: Reading, words: frozenset[str]) -> bool:
    return reading.environment == "production" or throwaway.production_named(throwaway.parts(words))


def _spared(reading: Reading, words: frozenset[str]) -> str:
    """The word that says that it is done to something that is only for trying, empty where nothing says so."""
    named = throwaway.parts(words)
    if reading.environment:
        named |= {reading.environment}
    return throwaway.throw_away_named(named)


# ---- statements, requests, names ------------------------------------------------------------------------------------

_COMMENT = re.compile(r"--[^\n]*|/\*(?:[^*]|\*(?!/))*+\*/")
_STRING = re.compile(r"'[^']*+'")
_SPACE = re.compile(r"\s+")


def _of_queries(reading: Reading) -> Iterator[IrreversibleAct]:
    runs = any(act.command for act in reading.acts[:MOST_ACTS])
    for passage in reading.passages[:50]:
        if not passage.path and (passage.kind == "query" or (passage.kind == "code" and runs)):
            yield from _of_query(passage.text[:LONGEST_QUERY], reading, code=passage.kind == "code")


def _of_query(text: str, reading: Reading, *, code: bool) -> Iterator[IrreversibleAct]:
    statements = [
        stripped.strip().lower()
        for part in _STRING.sub("''", _COMMENT.sub(" ", text)).split(";")[:100]
        if (stripped := _SPACE.sub(" ", part)).strip()
    ]
    if "rollback" in statements or (statements and statements[0].startswith("explain") and len(statements) == 1):
        return
    where = frozenset(fact.value for fact in reading.facts[:MOST_ACTS] if fact.parameter in _PLACES)
    for statement in statements:
        close = statement.replace(" ", "")
        for rule in rules.queries():
            if rule.starts and (code or not statement.startswith(rule.starts)):
                continue
            if rule.holds and not any(text in close for text in rule.holds):
                continue
            if rule.without and re.search(rf"\b{rule.without}\b", statement):
                continue
            if rule.starts == ("update",) and " set " not in statement:
                continue
            if rule.on == "production":
                if not _in_production(reading, where):
                    continue
            elif _spared(reading, where) or _temporary_table(statement) or any(map(throwaway.throw_away_path, where)):
                continue
            yield _made(rule, f"`{statement[:120]}`")


_PLACES = frozenset(
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


def _of_curl(command: tuple[str, ...]) -> Iterator[IrreversibleAct]:
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


def _of_request(reading: Reading) -> Iterator[IrreversibleAct]:
    said = {fact.parameter: fact.value for fact in reading.facts[:MOST_ACTS] if fact.parameter in _REQUEST_KEYS}
    method = said.get("method", said.get("http_method", ""))
    if method and (url := said.get("url", said.get("endpoint", said.get("uri", "")))):
        yield from _of_url(method.upper(), url)


_REQUEST_KEYS = frozenset({"method", "http_method", "url", "endpoint", "uri"})
_URL = re.compile(r"(?:[a-z+]+://)?(?:[^/@\s]*@)?(\[[^\]]*\]|[^/:?#\s]+)(?::\d+)?([^?#\s]*)", re.IGNORECASE)


def _of_url(method: str, url: str) -> Iterator[IrreversibleAct]:
    match = _URL.match(url[:500])
    if not match or method in ("GET", "HEAD", "OPTIONS"):
        return
    host, path = match.group(1), match.group(2)
    if throwaway.throw_away_host(host) or "." not in host or throwaway.throw_away_named(throwaway.parts([host])):
        return
    for rule in rules.requests():
        if method in rule.methods and rule.hosts and host in rule.hosts and rule.paths and path in rule.paths:
            yield _made(rule, f"`{method} {host}{path[:80]}`")


_HUMPS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_ACTING = frozenset({"operation", "action", "op", "mutation", "procedure", "function", "verb", "intent"})


def _of_name(reading: Reading) -> Iterator[IrreversibleAct]:
    names = [reading.tool] + [
        fact.value for fact in reading.facts[:MOST_ACTS] if fact.parameter in _ACTING and len(fact.value) <= 40
    ]
    for name in names:
        own = _name_words(name.rpartition("__")[2] or name)
        if not own:
            continue
        every = _name_words(name)
        for rule in rules.calls():
            does, what_of = rule.also
            doing, things = own & does.plain, every & what_of.plain
            if not doing or not things or (len(doing | things) == 1 and len(own) > 1):
                continue
            if rule.unless is not None and not every.isdisjoint(rule.unless.plain):
                continue
            if rule.kind.test_things and _spared(reading, _places(reading)):
                continue
            if rule.on == "path" and all(map(throwaway.throw_away_path, reading.paths[:MOST_ACTS])):
                continue
            yield _made(rule, f"`{name[:80]}`")


@lru_cache(maxsize=2_048)
def _name_words(name: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _HUMPS.findall(name[:200]))


def _places(reading: Reading) -> frozenset[str]:
    return frozenset(fact.value for fact in reading.facts[:MOST_ACTS] if fact.parameter in _PLACES)


def _made(rule: Rule, shown: str) -> IrreversibleAct:
    kind = rule.kind
    reasons = (f"{rule.what}: {shown}.", f"{kind.why}.")
    return IrreversibleAct(kind.name, rule.what, kind.why, kind.checks, kind.alternatives, rule.confidence, reasons)
