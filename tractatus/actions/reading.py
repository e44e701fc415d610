"""`read_action`: what an agent is about to do, read into typed facts, acts and passages, whatever its tool."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tractatus import arguments
from tractatus.actions import commands, configuration, edits, environments
from tractatus.actions.facts import Passage, Place, Reading
from tractatus.actions.findings import Findings
from tractatus.actions.located import Located
from tractatus.actions.names import key_of, parameter_of, reading_verbs, subject_of, verb_of

LONGEST_TEXT = 60_000  # characters of one text that are read
LONGEST_ACTION = 200_000  # of all its texts together
DEEPEST = 12
MOST_VALUES = 2_000
DEEPEST_COPY = 100  # levels of an action that is rewritten


def read_action(action: Mapping[str, Any]) -> Reading:
    """Read `{"type", "description", "parameters"}` or `{"tool_name", "tool_input"}`.

    Any JSON in them is read as far as it can be; what is too long or too deep is left out, and `cut` says so. Raises
    `TypeError` where `action` is no object.
    """
    arguments.mapping(action, "action")
    return _Reader(action).read()


class _Reader:
    def __init__(self, action: Mapping[str, Any]) -> None:
        self.action = action
        self.findings = Findings()
        self.texts: list[str] = []
        self.left = LONGEST_ACTION
        self.values = 0

    def read(self) -> Reading:
        action, findings = self.action, self.findings
        if "tool_name" in action or "tool_input" in action:
            name, given, root = action.get("tool_name"), action.get("tool_input"), "tool_input"
        elif "parameters" not in action and (other := next((key for key in _GIVEN if key in action), None)):
            name, given, root = action.get("name", action.get("tool", action.get("type"))), action[other], other
        else:
            name, given, root = action.get("type"), action.get("parameters"), "parameters"
        tool = name if isinstance(name, str) else ""
        description = action.get("description")
        said = description if isinstance(description, str) else ""
        if not said and isinstance(given, Mapping) and root == "tool_input":
            inner = given.get("description")
            said = inner if isinstance(inner, str) and "command" in given else ""
        self.texts.append(tool[:200])
        located = self._text(said, ("description",)) if said else None
        if given is not None:
            self._given(tool, given, root, said)
        if located is not None and root == "parameters":
            self._description(located)
        return findings.reading(tool, said, self.texts)

    def _text(self, text: str, path: tuple[str | int, ...], *, runs: bool = False) -> Located:
        """A text of the action, cut to what is read. `runs` for a command or a query."""
        most = min(LONGEST_TEXT, max(self.left, 0))
        if len(text) > most:
            text = text[:most]
            self.findings.cut = True
            self.findings.unread = self.findings.unread or runs
        self.left -= len(text)
        self.texts.append(text)
        return Located(text, path)

    def _given(self, tool: str, given: Any, root: str, said: str) -> None:
        kind = key_of(tool)
        if isinstance(given, str) and kind in _SHELLS:
            commands.read(self.findings, self._text(given, (root,), runs=True))
            return
        if isinstance(given, str):  # some tools take one text
            self._generic(tool, kind, {"input": given}, (root,), bare=True)
            return
        if not isinstance(given, Mapping):
            self._value("value", given, (root,), 0)
            return
        command = given.get("command", given.get("cmd", given.get("script")))
        if (argv := _argv(given)) is not None:
            commands.read(self.findings, self._text(argv, (root,), runs=True).unplaced())
            self._others(given, root, {"description", "timeout"})
            return
        if isinstance(command, str) and (kind in _SHELLS or "command" in given):
            key = next(key for key in ("command", "cmd", "script") if given.get(key) is command)
            commands.read(self.findings, self._text(command, (root, key), runs=True))
            self._others(given, root, {key, "description", "timeout"})
        elif kind in edits.TOOLS or edits.looks_like_edit(given):
            taken = edits.read(self.findings, kind, given, root, self._text)
            self._others(given, root, taken)
        else:
            self._generic(tool, kind, given, (root,))

    def _others(self, given: Mapping[Any, Any], root: str, taken: set[str]) -> None:
        for key, value in given.items():
            if isinstance(key, str) and key not in taken:
                self._value(key, value, (root, key), 0)

    def _generic(
        self, tool: str, kind: str, given: Mapping[Any, Any], path: tuple[str | int, ...], bare: bool = False
    ) -> None:
        """A tool or a type that is known by its words alone: `mcp__github__create_issue`, `deploy_config`."""
        words = [word for word in kind.split("_") if word and word != "mcp"]
        verbs = [(word, verb) for word in words if (verb := verb_of(word))]
        subject = next((name for word in words if (name := subject_of(word))), "")
        verb = verbs[0][1] if verbs else "run"
        if verb in reading_verbs() and not {"and", "or"}.isdisjoint(words):  # get_and_delete
            verb = next((other for _, other in verbs if other not in reading_verbs()), verb)
        mark = len(self.findings.acts)
        rest = [word for word in words if word not in (verbs[0][0] if verbs else "",)]
        self.findings.act(verb, subject or tool, " ".join(rest))
        if bare:
            self._value("input", given["input"], path, 0, subject)
            return
        for key, value in given.items():
            if isinstance(key, str) and (verb != "search" or key not in _SOUGHT):
                self._value(key, value, (*path, key), 0, subject)
        self._named_value(given, path)
        if verb in ("run", "search") and any(passage.kind == "query" for passage in self.findings.passages):
            self.findings.acts[mark] = replace(self.findings.acts[mark], verb="connect")  # the query says what is done
        said = {fact.parameter for fact in self.findings.facts}
        if verb == "connect" and subject and not said & {"port", "url"}:
            self.findings.implicit("port", subject)

    def _named_value(self, given: Mapping[Any, Any], path: tuple[str | int, ...]) -> None:
        """`{"setting": "timeout", "value": 8}` and `{"flag": "x", "enabled": true}` are settings of that name."""
        name = next((given[key] for key in _NAMES if isinstance(given.get(key), str)), None)
        key = next((key for key in _VALUES if isinstance(given.get(key), (str, int, float))), None)
        if name is not None and key is not None and len(name) <= 100:
            self._value(name, given[key], (*path, key), 0)

    def _value(self, key: str, value: Any, path: tuple[str | int, ...], depth: int, subject: str = "") -> None:
        """One parameter, of any type, under any name."""
        self.values += 1
        if depth > DEEPEST or self.values > MOST_VALUES:
            self.findings.cut = self.findings.unread = True  # any of it may be a command
            return
        if isinstance(value, str):
            self._text_value(key, value, path, subject)
        elif isinstance(value, bool) or value is None:
            parameter, owner = parameter_of(key)
            self.findings.placed(
                parameter, "null" if value is None else str(value).lower(), Place(path), owner or subject, key=key
            )
        elif isinstance(value, (int, float)):
            parameter, owner = parameter_of(key)
            parameter = key_of(key) if parameter in _TEXTS else parameter  # {"files": 4} is no file
            self.findings.placed(parameter, _number(value), Place(path), owner or subject, key=key)
        elif isinstance(value, Mapping):
            inner = subject_of(key) or subject
            self.texts.append(key[:200])
            for name, item in value.items():
                self._value(str(name)[:200], item, (*path, name), depth + 1, inner)
        elif isinstance(value, (list, tuple)):
            for number, item in enumerate(value):
                self._value(key, item, (*path, number), depth + 1, subject)
                if self.values > MOST_VALUES:
                    return

    def _text_value(self, key: str, value: str, path: tuple[str | int, ...], subject: str) -> None:
        self.texts.append(key[:200])
        name = key_of(key)
        parameter, owner = parameter_of(key)
        found = self._text(value, path, runs=name in _COMMANDS or parameter == "query")
        owner = owner or subject
        findings = self.findings
        if name in _COMMANDS:
            commands.read(findings, found)
        elif name in _TALK or ("\n" in value or len(value) > 120):
            kind = "query" if parameter == "query" else "code" if name in _CODE else "message"
            if kind == "query":
                commands.query(findings, found, subject)
            findings.passage(Passage(found.text, kind, place=Place(path)))
            configuration.addresses(findings, found)
            if kind != "query":
                configuration.prose(findings, found)
        elif parameter == "query":
            commands.query(findings, found, subject)
            findings.passage(Passage(found.text, "query", place=Place(path)))
        elif value.strip():
            configuration.setting(findings, key, found, (), owner)
            if "/" in value and parameter != "path" and _FILE.match(value):
                findings.path(value)

    def _description(self, found: Located) -> None:
        """What a described action says of itself in words."""
        configuration.addresses(self.findings, found)
        configuration.prose(self.findings, found)
        named = environments.spoken(found.text)
        # Where a command stands beside it, that says where it is done: a description that lies makes nothing a test.
        if named and (named == "production" or not any(act.command for act in self.findings.acts)):
            self.findings.environments.append((5, named))


_SHELLS = frozenset({"bash", "shell", "sh", "terminal", "run_command", "execute_command", "exec", "run_shell_command"})
_COMMANDS = frozenset(
    [
        "command",
        "commands",
        "cmd",
        "cmdline",
        "script",
        "shell_command",
        "bash_command",
        "terminal_command",
        "command_line",
        "bash",
        "shell",
    ]
)
_GIVEN = ("input", "arguments", "args")  # as other protocols name what a tool is given


def _argv(given: Mapping[Any, Any]) -> str | None:
    """A command that is given as a list of words, or as a program and its arguments, as a line."""
    program = next((given[key] for key in ("command", "cmd", "argv", "program", "executable") if key in given), None)
    words = next((given[key] for key in ("args", "arguments", "argv") if key in given), None)
    if isinstance(program, (list, tuple)):
        words, program = program, None
    if not isinstance(words, (list, tuple)) or not all(isinstance(word, str) for word in words[:MOST_VALUES]):
        return None
    line = " ".join(map(shlex.quote, words[:MOST_VALUES]))
    return f"{program} {line}" if isinstance(program, str) else line if program is None else None


_TALK = frozenset(
    [
        "message",
        "text",
        "body",
        "content",
        "prompt",
        "comment",
        "note",
        "caption",
        "description",
        "instructions",
        "commit_message",
        "msg",
        "title",
        "summary",
        "reply",
        "html",
        "markdown",
        "code",
        "new_string",
    ]
)
_TEXTS = frozenset({"path", "host", "url", "branch", "package", "image", "message", "tool", "service", "recipient"})
_NAMES = ("setting", "key", "name", "variable", "option", "parameter", "property", "flag", "feature", "field")
_VALUES = ("value", "new_value", "enabled", "to")
_SOUGHT = frozenset({"pattern", "glob", "regex", "query", "type", "output_mode"})  # what is looked for is not done
_CODE = frozenset({"code", "new_string", "source"})


def _number(value: int | float) -> str:
    """A number as people write it: 8080.0 is 8080."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value) if abs(value) < 10**300 else f"{value:#x}"[:300]


def rewrite(action: Mapping[str, Any], changes: Mapping[Place, Any]) -> dict[str, Any]:
    """A deep copy of `action` with new values put in the places. Where a place has a span, that part of the text is
    replaced; else the whole value, and a number stays a number where the new one can be read as one.

    Raises `KeyError`, naming the place, where the action has no such place, and `ValueError` where it is nested deeper
    than 100 levels.
    """
    new: dict[str, Any] = _copied(action)
    spans: dict[tuple[str | int, ...], list[tuple[int, int, str]]] = {}
    for place, value in changes.items():
        if place.span is None:
            holder, key = _holder(new, place)
            holder[key] = _like(holder[key], value)
        else:
            spans.setdefault(place.path, []).append((*place.span, str(value)))
    for path, parts in spans.items():
        holder, key = _holder(new, Place(path))
        text = holder[key]
        if not isinstance(text, str):
            raise KeyError(f"{'.'.join(map(str, path))}: a text is expected there.")
        for start, end, value in sorted(parts, reverse=True):
            text = text[:start] + value + text[end:]
        holder[key] = text
    return new


def _copied(value: Any, deepest: int = DEEPEST_COPY) -> Any:
    """A deep copy of JSON. One that shares anything with the action would change the action itself."""
    if not isinstance(value, (Mapping, list, tuple)):
        return value
    if not deepest:
        raise ValueError("action: it is nested too deeply to be rewritten.")
    if isinstance(value, Mapping):
        return {key: _copied(item, deepest - 1) for key, item in value.items()}
    return [_copied(item, deepest - 1) for item in value]


def _holder(action: Any, place: Place) -> tuple[Any, Any]:
    holder = action
    try:
        for key in place.path[:-1]:
            holder = holder[key]
        holder[place.path[-1]]
    except (LookupError, TypeError):
        raise KeyError(f"{'.'.join(map(str, place.path))}: the action has no such place.") from None
    return holder, place.path[-1]


_FILE = re.compile(r"(?:[~.]|\.\.)?/?[\w@.+-]+(?:/[\w@.+-]+)+\.[A-Za-z0-9]{1,8}\Z|/[\w@.+-]+(?:/[\w@.+-]+)*\Z")
_WHOLE = re.compile(r"-?\d{1,18}\Z")


def _like(old: Any, new: Any) -> Any:
    if isinstance(new, str) and isinstance(old, bool):
        return {"true": True, "false": False}.get(new.lower(), new)
    if isinstance(new, str) and isinstance(old, (int, float)) and _WHOLE.match(new):
        return int(new)
    return new
