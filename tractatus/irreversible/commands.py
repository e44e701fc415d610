"""Commands of the shell: which cannot be undone on something real.

Each command is seen with what the commands before it did: where they went, and what they made themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tractatus.actions import Act, Place, Reading
from tractatus.irreversible import rules, statements, throwaway
from tractatus.irreversible.before import Before, found_throw_away
from tractatus.irreversible.rules import Found, Rule

MOST_WORDS = 20_000  # of one command, as many as are read
_CLOSE = 8  # how far from the program its words may stand


@dataclass(frozen=True)
class _Called:
    """A command as the rules see it: its words without options (and without their values), everything in it, and
    what of that may name a thing: not what it only says, as a message does."""

    tool: str
    words: tuple[str, ...]
    options: tuple[str, ...]
    present: frozenset[str]
    after: frozenset[str]
    naming: frozenset[str]
    given: tuple[str, ...]


def of_command(act: Act, reading: Reading, before: Before) -> Iterator[Found]:
    """The rows of commands that the act falls under, whatever only starts it."""
    command = unwrapped(act.command[: MOST_WORDS + 4])
    if not command:
        return
    tool = program(command[0])
    if tool in _REQUESTS:
        yield from statements.of_curl(command)
        return
    yield from of_program(tool, command, act, reading, before)


def of_program(
    tool: str, command: tuple[str, ...], act: Act, reading: Reading, before: Before, *, guessed: bool = False
) -> Iterator[Found]:
    """The rows that the command falls under if its program is `tool`; with `guessed` only those that look at words."""
    candidates = rules.commands().get(tool) or rules.commands().get(tool.lower().partition(".")[0])
    if not candidates:
        return
    called = _called(tool, command, act.flags)
    if called.present & _ONLY_HELP:
        return
    for rule in candidates:
        if guessed and not (rule.words or rule.also):
            continue
        if _fits(rule, called) and (object_ := _object(rule, called, act, reading, before)) is not None:
            if rule.kind.test_things and rule.on != "production" and _spared(tool, called, act, reading, before):
                continue
            shown = " ".join(command)[:120]
            yield rule, f"`{shown}`{object_}"


def _spared(tool: str, called: _Called, act: Act, reading: Reading, before: Before) -> str:
    """The word that says that the command is done to something that is only for trying. What stands in other commands
    says nothing of this one, but where they went, what they chose, and the variables that are set. A variable of a
    name that anybody uses says nothing to a program that does not look at it (`ENV=test dropdb shop`)."""
    words = {*called.naming, *before.chosen}
    deaf = tool in rules.lists()["deaf"]
    if not deaf or tool in rules.lists()["placed"]:
        words.add(before.folder)
    words.update(
        fact.value
        for fact in reading.facts[:MOST_FACTS]
        if fact.key.isupper() and not (deaf and fact.key in rules.lists()["claims"])
    )
    words.update(_around(act, reading))
    return throwaway.throw_away_named(throwaway.parts(words))


MOST_FACTS = 200


def _around(act: Act, reading: Reading) -> Iterator[str]:
    """What the commands say that this one is run by: the container, the machine, the namespace."""
    at = _span(act.place)
    for outer in reading.acts[:MOST_FACTS] if at else ():
        around = _span(outer.place)
        if not outer.command or not at or not around or not (around[0] < at[0] and at[1] <= around[1]):
            continue
        for fact in reading.facts[:MOST_FACTS]:
            span = _span(fact.place)
            if span and around[0] <= span[0] < at[0]:
                yield fact.value


def _span(place: Place | None) -> tuple[int, int] | None:
    return place.span if place is not None else None


_ONLY_HELP = frozenset({"--help", "--version"})
_REQUESTS = frozenset({"curl", "wget", "http", "https", "xh", "httpie"})
# What only starts another program, with how many words of its own it may have.
_STARTERS = frozenset(
    {"npx", "bunx", "pnpx", "uvx", "pipx", "nohup", "time", "sudo", "doas", "command", "exec", "nice", "xargs"}
)
_RUNNERS = {
    "pnpm": ("dlx", "exec"), "yarn": ("dlx", "exec"), "npm": ("exec", "x"), "bun": ("x",), "poetry": ("run",),
    "uv": ("run",), "pipenv": ("run",), "python": ("-m",), "python3": ("-m",), "bundle": ("exec",), "pdm": ("run",),
    "hatch": ("run",), "rye": ("run",), "pipx": ("run",),
}  # fmt: skip


def unwrapped(command: tuple[str, ...]) -> tuple[str, ...]:
    """The command without a program that only starts it (`npx prisma …`, `bundle exec rails …`)."""
    for _ in range(3):
        if not command:
            break
        tool = program(command[0])
        if tool in _STARTERS:
            command = command[1:]
        elif len(command) > 1 and command[1] in _RUNNERS.get(tool, ()):
            command = command[2:]
        else:
            break
        while command and command[0].startswith("-"):
            command = command[1:]
    return command


def program(word: str) -> str:
    name = word.replace("\\", "/").rpartition("/")[2]
    return name.removesuffix(".exe")


_OFF = frozenset({"false", "none", "no", "off"})
_TRYING = frozenset({"--dry-run", "--dryrun", "--help", "--version", "-n", "--draft"})
_SAYING = frozenset(
    {"-m", "--message", "--reason", "--comment", "--description", "--notes", "--title", "--body", "--subject"}
)


def _called(tool: str, command: tuple[str, ...], flags: Sequence[str]) -> _Called:
    valued = rules.valued().get(tool, frozenset())
    words: list[str] = []
    options: list[str] = []
    present: set[str] = set(flags)
    said: set[str] = set()
    off: set[str] = set()  # options that are switched off again
    after: set[str] = set()  # what stands after `--` is no option
    skip = ended = says = False
    for number, word in enumerate(command[1:MOST_WORDS], 2):
        if not skip or word.partition("=")[0] not in _TRYING:
            (after if ended else present).add(word)
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
            name, equals, value = word.partition("=")
            following = command[number] if number < len(command) else ""
            if (value if equals else following).lower() in _OFF:
                off |= {word, name}
            else:
                present.add(name)
            if name.startswith("--no-"):
                off.add(f"--{name[5:]}")
            skip = name in valued and not equals
            if word[1] != "-" and word[1:].isalpha() and len(word) <= 6:
                present.update(f"-{letter}" for letter in word[1:])
        else:
            words.append(word)
    if off:
        present = {word for word in present if word.partition("=")[0] not in off}
    return _Called(
        tool,
        tuple(words),
        tuple(options),
        frozenset(present),
        frozenset(after),
        frozenset((present | after) - said),
        command[1:],
    )


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
    return all(any(word in names for word in (*called.present, *called.after)) for names in rule.also)


def _object(rule: Rule, called: _Called, act: Act, reading: Reading, before: Before) -> str | None:
    """What the act is done to, in words; None where that is nothing that the row looks for."""
    on = rule.on
    if not on:
        return ""
    if on == "path":
        paths = _all_named(called.words[len(rule.words) :])
        if not paths and called.tool in _DELETING:  # what comes through a pipe
            return None if before.given() else ": what it is given"
        if not paths:
            return ": everything here" if rule.words and not before.throw_away(".") else None
        return _first(paths, lambda path: not _thrown_away(path, act, before))
    if on == "kept path":
        if not called.words and called.tool in _DELETING and act.joined in ("|", "|&"):
            return None if before.given() else ": what it is given"
        return _first(_all_named(called.words), lambda path: kept(path) and not _thrown_away(path, act, before))
    if on == "emptied path":
        return _first(called.words[-1:], lambda path: throwaway.kept_file(path) and not before.throw_away(path))
    if on == "written path":
        paths = [word[3:] for word in called.words if word.startswith("of=")]
        return _first(paths, lambda path: throwaway.kept_file(path) and not before.throw_away(path))
    if on == "store":
        return _first(called.words, lambda path: throwaway.kept_file(path, "store") and not before.throw_away(path))
    if on == "device":
        return _first(called.words, throwaway.device)
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
    if on == "unmarked branch":
        return _first(branches, lambda branch: not throwaway.own_branch(branch))
    of = "production" if on == "production branch" else ""
    return _first(branches, lambda branch: throwaway.shared_branch(branch, of))


def _first(among: Sequence[str], wanted: Callable[[str], bool]) -> str | None:
    found = next((item for item in among if wanted(item)), None)
    return None if found is None else f" ({found[:80]})"


_DELETING = frozenset({"rm", "unlink", "shred", "srm", "grm", "rimraf"})
_FINAL = frozenset({"rm", "/bin/rm", "shred", "unlink", "truncate", "wipe", "srm", "rimraf", "sh", "bash", "perl"})
_WHOLE = frozenset({"*", ".*", "*.*"})
_ALTERNATIVES = re.compile(r"([^{}]{0,200}+)\{([^{},]{0,200}+(?:,[^{},]{0,200}+){1,20}+)\}")
_MOST_NAMED = 500


def _all_named(paths: Sequence[str]) -> Sequence[str]:
    """The paths with each of the alternatives in braces: `{tmp,src}` are two."""
    if not any("{" in path for path in paths):
        return paths
    named: list[str] = []
    left = list(reversed(paths))
    while left and len(named) + len(left) < len(paths) + _MOST_NAMED:
        path = left.pop()
        if match := _ALTERNATIVES.search(path[:2_000]):
            before, after = path[: match.start(2) - 1], path[match.end() :]
            left += [f"{before}{middle}{after}" for middle in match[2].split(",")]
        else:
            named.append(path)
    return named + left


def _thrown_away(path: str, act: Act, before: Before) -> bool:
    """`{}` is what `find` finds, which is judged with the words of `find`, or what `xargs` is given."""
    if path == "$(read)":
        return before.given()
    if path.startswith("{}"):
        return "/.." not in path and (act.joined not in ("|", "|&") or before.given())
    return before.throw_away(path)


def kept(path: str) -> bool:
    """Whether a single file, or all files of a folder, hold what is not made again."""
    if len(path) > throwaway.LONGEST_PATH:  # no system takes it
        return False
    return throwaway.kept_file(path) or throwaway.system_path(path) or path.rpartition("/")[2] in (*_WHOLE, "$(read)")


def _found_path(called: _Called, before: Before) -> str | None:
    """Of `find`: where it looks, unless that or what it looks for is throw-away, or what it runs deletes nothing."""
    if "-delete" not in called.present and not called.present & _FINAL:
        return None
    everything = called.given
    if called.tool == "fd":  # `-e pyc` stands for all `*.pyc`
        patterns = [word for word in called.words if word not in ("f", "d", "l", "rm", ";", "+", "{}")]
        if any(before.throw_away(word) or before.throw_away(f"any.{word}") for word in patterns):
            return None
    elif found_throw_away(everything, before):
        return None
    return f" ({everything[0][:80]})" if everything and not everything[0].startswith("-") else ": everything here"


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
    return tuple(
        "main" if "*" in branch else branch for branch in found if branch and branch != "HEAD" and branch[0] not in "$`"
    )
