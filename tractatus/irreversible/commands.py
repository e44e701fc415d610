"""Commands of the shell: which cannot be undone on something real.

Each command is seen with what the commands before it did: where they went, and what they made themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tractatus.actions import Act, Reading
from tractatus.irreversible import rules, statements, throwaway
from tractatus.irreversible.rules import Found, Rule

MOST_WORDS = 2_000
MOST_LOOKED_AT = 200
_CLOSE = 8  # how far from the program its words may stand


class Before:
    """What the commands before this one did that bears on it: where they went, and what they made themselves."""

    def __init__(self, reading: Reading) -> None:
        self.folder = ""
        self.last: tuple[str, ...] = ()
        self.made: set[str] = set()
        self.variables = {
            fact.key: fact.value for fact in reading.facts[:MOST_LOOKED_AT] if fact.key and fact.parameter != "tool"
        }
        self.temporary = any(act.command[:1] == ("mktemp",) for act in reading.acts[:MOST_LOOKED_AT])

    def take(self, act: Act) -> None:
        self.last = act.command
        tool = _program(act.command[0])
        if tool in ("cd", "pushd") and len(act.command) > 1:
            self.folder = _joined(self.folder, act.command[-1])
        elif (tool == "mkdir" and not any(word.startswith("-") for word in act.command)) or act.command[:2] == _CLONE:
            self.made.update(word.rstrip("/") for word in act.command[1:MOST_WORDS])

    def throw_away(self, path: str) -> bool:
        """Whether a path is made to be thrown away, seen from where the commands have gone. `{}` is what `find` finds,
        which is judged with the words of `find` itself."""
        if path.rstrip("/") in self.made or path == "{}":
            return True
        if path.startswith("$"):
            name, _, rest = path.lstrip("${").partition("/")
            name = name.rstrip("}").partition(":")[0]
            if name in self.variables:
                path = f"{self.variables[name]}/{rest}"
            elif self.temporary and name.isidentifier() and name not in _OF_THE_SHELL:
                return True
        return throwaway.throw_away_path(_joined(self.folder, path))


# Both fail where there is something already: what they made is new.
_CLONE = ("git", "clone")
_OF_THE_SHELL = frozenset({"HOME", "PWD", "OLDPWD", "USER", "ROOT", "PATH"})


def _joined(folder: str, path: str) -> str:
    if not folder or path.startswith(("/", "~", "$")) or path[1:3] in (":/", ":\\"):
        return path
    return f"{folder}/{path}"


@dataclass(frozen=True)
class _Called:
    """A command as the rules see it: its words without options (and without their values), everything in it, and
    what of that may name a thing: not what it only says, as a message does."""

    tool: str
    words: tuple[str, ...]
    options: tuple[str, ...]
    present: frozenset[str]
    naming: frozenset[str]


def of_command(act: Act, reading: Reading, before: Before) -> Iterator[Found]:
    command = _unwrapped(act.command[: MOST_WORDS + 4])
    if not command:
        return
    tool = _program(command[0])
    if tool in _REQUESTS:
        yield from statements.of_curl(command)
        return
    if tool in _INTERPRETERS:
        for word in command[1:MOST_WORDS]:
            if "." in word and ("(" in word or "_all" in word):
                yield from statements.of_query(word, reading, code=True)
    candidates = rules.commands().get(tool) or rules.commands().get(tool.partition(".")[0])
    if not candidates:
        return
    called = _called(tool, command, act.flags)
    if called.present & _ONLY_HELP:
        return
    for rule in candidates:
        if _fits(rule, called) and (object_ := _object(rule, called, reading, before)) is not None:
            if rule.kind.test_things and rule.on != "production" and throwaway.spared(reading, called.naming):
                continue
            shown = " ".join(command)[:120]
            yield rule, f"`{shown}`{object_}"


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


_SAYING = frozenset(
    {"-m", "--message", "--reason", "--comment", "--description", "--notes", "--title", "--body", "--subject"}
)


def _called(tool: str, command: tuple[str, ...], flags: Sequence[str]) -> _Called:
    valued = rules.valued().get(tool, frozenset())
    words: list[str] = []
    options: list[str] = []
    present: set[str] = set(flags)
    said: set[str] = set()
    skip = ended = says = False
    for word in command[1:MOST_WORDS]:
        present.add(word)
        if says:
            said.add(word)
        says = word in _SAYING
        if "=" in word and word.partition("=")[0] in _SAYING:
            said.add(word)
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
    return _Called(tool, tuple(words), tuple(options), frozenset(present), frozenset(present - said))


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


def _object(rule: Rule, called: _Called, reading: Reading, before: Before) -> str | None:
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
        return "" if throwaway.in_production(reading, called.present) else None
    branches = _branches(called, rule)
    if on == "no branch":
        return "" if not branches else None
    of = "production" if on == "production branch" else ""
    return _first(branches, lambda branch: throwaway.shared_branch(branch, of))


def _first(among: Sequence[str], wanted: Callable[[str], bool]) -> str | None:
    found = next((item for item in among if wanted(item)), None)
    return None if found is None else f" ({found[:80]})"


def _found_path(called: _Called, before: Before) -> str | None:
    """Of `find`: where it looks, unless that or what it looks for is throw-away, or what it runs deletes nothing."""
    if "-delete" not in called.present and not called.present & {"rm", "/bin/rm", "shred", "unlink"}:
        return None
    patterns = [word for word in called.words if word not in ("f", "d", "l", "rm", ";", "+", "{}")]
    if called.tool == "fd":  # `-e pyc` stands for all `*.pyc`
        patterns += [f"any.{word}" for word in patterns]
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
