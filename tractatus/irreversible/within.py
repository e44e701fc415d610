"""Commands that stand within other commands: written to a script that is then run, given to a program that runs them,
put together in code, or hidden so that they cannot be read.

Each is read like a command of its own, and the rows of irreversible.toml are asked about it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from tractatus.actions import Act, Reading, read_action
from tractatus.irreversible import commands, rules, statements, throwaway
from tractatus.irreversible.before import Before
from tractatus.irreversible.rules import Found

DEEPEST = 4
LONGEST_CODE = 60_000
MOST_LITERALS = 300
MOST_ACTS = 3_000  # as many as are read
MOST_WORDS = 25_000  # of all commands together, more than are read
MOST_FACTS = 200
_MOST_EMBEDDED = 60  # words among which a program is looked for

_SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ksh", "fish", "ash", "mksh", "source", ".", "eval"})
_CLIENTS = frozenset({"psql", "mysql", "mariadb", "sqlite3", "duckdb", "cqlsh", "sqlcmd", "clickhouse-client"})
_LEADING = re.compile(r"\A[\s:!&;]*(?:(?:commands?|cmd|args)=)?[\s\['\"]*")
_WORD = re.compile(r"[\w./-]{1,80}")


def of_acts(reading: Reading, before: Before, depth: int = 0) -> Iterator[Found]:
    """What each act of a reading falls under, in their order."""
    left = MOST_WORDS
    for fact in reading.facts[:MOST_FACTS]:
        if fact.key.isupper() and " " in fact.value and _RUN_LATER.search(fact.key):
            yield from of_text(fact.value.lstrip("|"), before, depth)
    for act in reading.acts[:MOST_ACTS]:
        left -= len(act.command)
        before.enter(act)
        if left <= 0:
            yield rules.unread(), "so many words are not all read"
            return
        if act.command:
            if not act.dry:
                yield from commands.of_command(act, reading, before)
                yield from _inside(act, reading, before, depth)
            before.take(act)
        elif act.verb == "write" and act.flags in ((">",), (">|",)):
            yield from _emptied(act, before)
        elif act.flags == ("<",) and before.last:
            path = act.object.removeprefix("path ")
            yield from _planted(commands.program(before.last[0]), (before.last[0], path), before, depth)
    if reading.unread or len(reading.acts) > MOST_ACTS:
        yield rules.unread(), "the action is too long or too deep to be read to its end"


def of_passages(reading: Reading, before: Before) -> Iterator[Found]:
    """Code that is run, and written to no file: `python -c`, a tool that runs code."""
    if any(act.command for act in reading.acts) or statements.runs(reading.tool):
        for passage in reading.passages:
            if passage.kind == "code" and not passage.path:
                yield from of_code(passage.without_comments, reading, before, 0)


def of_text(text: str, before: Before, depth: int) -> Iterator[Found]:
    """A text as the shell would run it, after the commands that were before it."""
    before.texts[0] -= 1
    if depth >= DEEPEST or before.texts[0] < 0:
        yield rules.unread(), "commands within commands within commands"
    elif _speaks_of_one(text):
        reading = read_action({"tool_name": "Bash", "tool_input": {"command": text}})
        inner = Before(reading)
        inner.continues(before)
        yield from of_acts(reading, inner, depth + 1)
        yield from statements.of_queries(reading)


def _speaks_of_one(text: str) -> bool:
    """Whether one of the words is a program that a row is about, or something that only the shell reads."""
    programs = rules.commands()
    return any(
        word.rpartition("/")[2] in programs or word.rpartition("/")[2] in _ALSO for word in _WORD.findall(text)
    ) or any(mark in text for mark in ("$", "`", ">"))


_ALSO = (
    _SHELLS | _CLIENTS | frozenset({"curl", "wget", "perl", "node", "awk", "xargs", "sudo", "Remove-Item", "mongosh"})
)


def _inside(act: Act, reading: Reading, before: Before, depth: int) -> Iterator[Found]:
    command = commands.unwrapped(act.command)
    if not command:
        return
    lists = rules.lists()
    first = command[0]
    tool = commands.program(first)
    if " " in first.strip() and not first.startswith(_READ_APART):  # a whole line in quotes
        yield from of_text(first, before, depth)
    elif first.startswith("{}") and act.joined in ("|", "|&"):
        yield rules.unread(), "what `xargs` is given is run"
    elif any(mark in tool for mark in "$`?*[") or first.startswith(("$", "`")):
        yield from _unknown(command, act, reading, before)
    yield from _planted(tool, command, before, depth)
    if tool in _SHELLS or tool in lists["interpreting"] or tool in _CLIENTS:
        yield from _fed(tool, command, act, before)
    if tool in lists["interpreting"]:
        for word in command[1:50]:
            if "(" in word or " " in word or "`" in word or "." in word:
                yield from of_code(word, reading, before, depth, runs=bool(_PIPES.search(word)))
        if tool != "expect":
            return
    for word in command[1:_MOST_EMBEDDED]:
        if match := _CARRIED.match(word):
            yield from of_text(match[1], before, depth)
    if tool in lists["speaking"]:
        return
    yield from _embedded(tool, command, act, reading, before, depth)


# `--to-command=…`, `-c core.pager=…`, `ProxyCommand=…`: options and settings that hold a command
_CARRIED = re.compile(
    r"[\w.=-]{0,60}(?:command|exec|shell|pager|editor|askpass|rsh|proxy)[\w.-]{0,20}=(.+)", re.IGNORECASE | re.DOTALL
)
_RUN_LATER = re.compile(r"COMMAND|EDITOR|PAGER|LESSOPEN|BROWSER|VISUAL|ASKPASS|SHELL")
_READ_APART = ("$(", "<(", ">(", "`")  # its commands are acts of their own
_PIPED = re.compile(r"(?:\$\(|\||`)\s*([\w.-]{1,40})")
_OF_RM = re.compile(r"-[rRfvidI]{1,7}\Z|--(?:recursive|force|dir|verbose|no-preserve-root)\Z")


def _unknown(command: tuple[str, ...], act: Act, reading: Reading, before: Before) -> Iterator[Found]:
    """A program whose name only the machine knows: what it would be if it were one of those that delete."""
    if any(word in rules.lists()["decoding"] for word in _PIPED.findall(command[0][:600])):
        yield rules.unread(), f"`{' '.join(command)[:120]}`"
    for tool in sorted(rules.lists()["guessed"]):
        if tool == "rm" and not all(_OF_RM.match(word) for word in command[1:] if word.startswith("-")):
            continue
        yield from commands.of_program(tool, command, act, reading, before, guessed=True)


def _fed(tool: str, command: tuple[str, ...], act: Act, before: Before) -> Iterator[Found]:
    """What runs the output of a program that makes it readable only then: `base64 -d | sh`."""
    decoding = rules.lists()["decoding"]
    if any(word.startswith("<(") and decoding & set(_WORD.findall(word[:600])) for word in command[1:20]):
        yield rules.unread(), f"`{' '.join(command)[:120]}`"
    alone = act.object in ("shell", "code") or all(word.startswith("-") for word in command[1:])
    if not (alone and act.joined in ("|", "|&") and before.last):
        return
    if commands.program(before.last[0]) in decoding or before.last == ("cat",):
        yield rules.unread(), f"`{' '.join(before.last)[:80]} | {tool}`"


def _planted(tool: str, command: tuple[str, ...], before: Before, depth: int) -> Iterator[Found]:
    """A script that the same action has written, and runs."""
    for path, text in before.written.items():
        name = path.rpartition("/")[2]
        if tool in ("make", "gmake") and name.lower() in ("makefile", "gnumakefile"):
            yield from of_text(text, before, depth)
        elif tool in ("npm", "pnpm", "yarn", "bun") and name == "package.json":
            for _, _, value in _literals(text):
                yield from of_text(value, before, depth)
    for word in command[:50] if before.written else ():
        name = word.partition("=")[2] if word.startswith("--") else word
        names = (name, name.removeprefix("./"), f"./{name}")
        text = next((before.written[one] for one in names if one in before.written), "")
        if not text or tool in ("cat", "chmod", "cp", "mv", "git", "ls", "rm", "grep", "echo", "vim", "code"):
            continue
        if tool in _CLIENTS:
            yield from statements.of_query(text, Reading(), code=False)
        elif tool in rules.lists()["interpreting"]:
            yield from of_code(text, Reading(), before, depth)
        else:
            yield from of_text(text, before, depth)


def _embedded(
    tool: str, command: tuple[str, ...], act: Act, reading: Reading, before: Before, depth: int
) -> Iterator[Found]:
    """Words that are a command of their own: `busybox rm -rf src`, `tmux send-keys 'rm -rf src'`."""
    programs = rules.commands()
    known = tool in programs or tool in ("curl", "wget")
    running = rules.lists()["running"]
    for number, word in enumerate(command[1:_MOST_EMBEDDED], 1):
        before_it = command[number - 1]
        if word.startswith(_READ_APART):
            continue
        if " " in word:
            if word.lstrip().startswith("!") or before_it in running or not known or word.startswith("commands="):
                yield from of_text(_LEADING.sub("", word, count=1), before, depth)
            elif tool == "git" and word.startswith("alias.") and "=" in word:
                text = word.partition("=")[2]
                yield from of_text(text[1:] if text.startswith("!") else f"git {text}", before, depth)
            continue
        name = commands.program(word)
        if name not in programs or name in rules.lists()["speaking"] or name in rules.lists()["interpreting"]:
            continue
        if known and before_it not in running:
            continue
        yield from commands.of_program(name, command[number:], act, reading, before, guessed=True)


def _emptied(act: Act, before: Before) -> Iterator[Found]:
    """A file that a redirection empties or overwrites: a device, or a store of data."""
    yield from commands.of_program(">", (">", act.object.removeprefix("path ")), act, Reading(), before)


# ---- code -----------------------------------------------------------------------------------------------------------

_CALL = re.compile(r"([A-Za-z_]\w{0,60})(?:!|\?\.)?(?:[ \t]{0,3}\(|[ \t]{1,3}(?=[\"'`<]))")
_MAGIC = re.compile(r"^[ \t]*+(?:!|%sx |%%(?:bash|sh)\b)(\S?.{1,2000})", re.MULTILINE)
_RENAMED = re.compile(r"\b([A-Za-z_]\w{0,60}) as ([A-Za-z_]\w{0,60})")
_PIPES = re.compile(r"\|\s*getline|\|\s*\"|do shell script")
_ASSIGNED = re.compile(r"([A-Za-z_]\w{0,60})[ \t]{0,3}(?::=|=)[ \t]{0,3}(?:[A-Za-z_.]{0,30}\([ \t]{0,3})?[rbuf]{0,2}\Z")
_NAME = re.compile(r"[\s(]*([A-Za-z_$]\w{0,60})")
_REQUEST = re.compile(r"\b(delete|post|put|patch)\Z", re.IGNORECASE)
_JOINED = re.compile(r"[\s+.]*\Z")
_LOOPS = ("glob", "walk(", "listdir", "scandir", "iterdir", "readdir", "Dir[", "Dir.", "<*")


def of_code(text: str, reading: Reading, before: Before, depth: int, *, runs: bool = False) -> Iterator[Found]:
    """Calls in code that delete, send, or run a command."""
    if len(text) > LONGEST_CODE:
        yield rules.unread(), "the code is too long to be read to its end"
        text = text[:LONGEST_CODE]
    yield from statements.of_query(text, reading, code=True)
    lists = rules.lists()
    literals = _literals(text)
    assigned = {
        match[1]: value
        for start, _, value in literals
        if (match := _ASSIGNED.search(text, max(0, start - 100), start)) is not None
    }
    for line in _MAGIC.findall(text)[:MOST_LITERALS] if "!" in text or "%" in text else ():
        yield from of_text(line, before, depth)
    renamed: dict[str, str] = {new: old for old, new in _RENAMED.findall(text)}
    sends = False
    seen = 0
    for match in _CALL.finditer(text):
        seen += 1
        name = renamed.get(match[1], match[1])
        if seen > 2_000:
            yield rules.unread(), "the code is too long to be read to its end"
            break
        if name in lists["run by code"]:
            runs = True
        for rule in rules.code():
            if name not in rule.starts or (rule.holds and not any(need in text for need in rule.holds)):
                continue
            inside = _inside_call(text, match.end(), literals)
            paths = [value for _, _, value in inside]
            named = _NAME.match(text, match.end())
            if not paths and named is not None:
                paths = [assigned.get(named[1], f"${named[1]}")]
            if not rule.on:
                sends = True
                yield rule, f"`{text[match.start() : match.end() + 60].strip()}`"
            elif rule.on == "path" and paths and any(not before.throw_away(path) for path in paths[:1]):
                yield rule, f"`{name}({paths[0][:80]})`"
            elif rule.on == "store":
                if any(throwaway.kept_file(path, "store") and not before.throw_away(path) for path in paths[:1]):
                    yield rule, f"`{name}({paths[0][:80]})`"
            elif rule.on == "kept path":
                if any(commands.kept(path) and not before.throw_away(path) for path in paths):
                    yield rule, f"`{name}({paths[0][:80]})`"
                elif any(loop in text for loop in _LOOPS) and not any(
                    before.throw_away(value) for _, _, value in literals
                ):
                    yield rule, f"`{name}(…)` for each file that is found"
        if _REQUEST.match(match[1]):
            for _, _, value in _inside_call(text, match.end(), literals):
                yield from statements.of_url(match[1].upper(), value)
    if runs or "`" in text or "%x" in text or "qx" in text:
        yield from _run_by_code(text, literals, before, depth)
        if any(name in text for name in lists["decoded by code"]):
            yield rules.unread(), "the code puts together what it runs"
    elif sends:
        return
    for _, _, value in literals:
        if " " in value and statements.looks_like_one(value):
            yield from statements.of_query(value, reading, code=False)


def _run_by_code(text: str, literals: list[tuple[int, int, str]], before: Before, depth: int) -> Iterator[Found]:
    """Each text of the code as a command; those that are joined as one text, those in a list as one command."""
    listed: list[str] = []
    whole = ""
    for number, (_, end, value) in enumerate(literals):
        whole += value
        following = literals[number + 1][0] if number + 1 < len(literals) else end
        between = text[end:following].strip()
        if number + 1 < len(literals) and following - end < 20 and _JOINED.match(between):
            continue
        listed.append(whole)
        yield from of_text(whole, before, depth)
        whole = ""
        if between.strip("[]() \n") != ",":
            if len(listed) > 1:
                yield from of_text(" ".join(map(shlex.quote, listed[:50])), before, depth)
            listed = []


def _inside_call(text: str, at: int, literals: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """The texts that a call is given: those before its parenthesis closes."""
    given = []
    for start, end, value in literals:
        if start < at - 1:
            continue
        between = text[at:start]
        if start - at > 300 or between.count(")") > between.count("(") or "\n" in between.strip() or ";" in between:
            break
        given.append((start, end, value))
        if len(given) > 10:
            break
    return given


def _literals(text: str) -> list[tuple[int, int, str]]:
    """The texts in quotes: where each begins and ends, and what it says."""
    found: list[tuple[int, int, str]] = []
    open_ended: set[str] = set()
    at = 0
    while len(found) < MOST_LITERALS and (match := _QUOTE.search(text, at)):
        quote = match.group()
        end = at = match.end()
        if quote in open_ended:
            continue
        while (end := text.find(quote, end)) >= 0 and text[end - 1] == "\\" and text[end - 2] != "\\":
            end += 1
        if end < 0:
            open_ended.add(quote)
            continue
        found.append((match.start(), end + len(quote), text[at:end]))
        at = end + len(quote)
    return found


_QUOTE = re.compile(r"\"\"\"|'''|\"|'|`")
