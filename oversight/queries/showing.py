"""How an act is shown to people: a command as code, an edit as what goes and what comes, and nothing hidden in it.

What an agent writes is another's text. Characters that a screen would not show, or that would turn the line round, are
written out by their numbers, so that what is read is what would be done.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from instructions.queries.differences import Piece, differences

LONGEST_LINE = 160
FOLDED_FROM = 1_200
"""Characters of one block from which it is folded."""
MOST_SHOWN = 40_000
"""Characters of one block that a page shows; the rest is said to be there."""
MOST_NAMED = 40
MOST_UNSEEN = 4
"""Unseen characters in a row that are written out one by one."""

_UNSEEN = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\xad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff"
    "\\ufff9-\\ufffb\\U000e0000-\\U000e0fff]+"
)
_PILED = re.compile(
    "([\\u0300-\\u036f\\u0483-\\u0489\\u1ab0-\\u1aff\\u20d0-\\u20ff]{2})[\\u0300-\\u036f\\u0483-\\u0489\\u1ab0-\\u1aff\\u20d0-\\u20ff]+"
)
"""More than two marks over one letter: a pile of them is as high as a page."""


@dataclass(frozen=True)
class Block:
    """A piece of an act under its label: `text`, or, for a change of a file, its `pieces`. `long` ones are folded."""

    label: str
    text: str = ""
    pieces: tuple[Piece, ...] = ()
    long: bool = False
    more: int = 0


@dataclass(frozen=True)
class Act:
    """An act in words: `says` is what is done, `thing` to what, in one line; `blocks` are the whole of it."""

    says: str
    thing: str = ""
    told: str = ""
    blocks: tuple[Block, ...] = ()
    erased: Any = None

    @property
    def line(self) -> str:
        """The act in one line: how the agent calls it, else what is done to what."""
        return str(self.erased) if self.erased is not None else self.told or f"{self.says} {self.thing}".strip()

    @property
    def further(self) -> tuple[Block, ...]:
        """The blocks that say more than the one line does."""
        return tuple(one for one in self.blocks if self.told or one.pieces or one.text != self.thing)


@dataclass(frozen=True)
class _Kind:
    """How the call of one tool is told: which of its inputs is its thing, which stand in blocks of their own."""

    says: Any
    thing: tuple[str, ...]
    whole: tuple[str, ...] = ()


def _kinds() -> dict[str, _Kind]:
    return {
        "bash": _Kind(_("Run"), ("command",), ("command",)),
        "shell": _Kind(_("Run"), ("command",), ("command",)),
        "read": _Kind(_("Read"), ("file_path", "path")),
        "notebookread": _Kind(_("Read"), ("notebook_path",)),
        "edit": _Kind(_("Change"), ("file_path", "path"), ("old_string", "new_string")),
        "multiedit": _Kind(_("Change"), ("file_path",), ("edits",)),
        "write": _Kind(_("Write"), ("file_path", "path"), ("content",)),
        "grep": _Kind(_("Search for"), ("pattern",)),
        "glob": _Kind(_("Look for files like"), ("pattern",)),
        "ls": _Kind(_("List"), ("path",)),
        "webfetch": _Kind(_("Fetch"), ("url",)),
        "websearch": _Kind(_("Search the web for"), ("query",)),
    }


def visible(text: object) -> str:
    """A text in which nothing is hidden: a character that prints nothing or turns the direction stands as ‹U+202E›."""
    return _UNSEEN.sub(_written_out, str(text).replace("\r\n", "\n"))


def _written_out(found: re.Match[str]) -> str:
    run = found[0]
    if len(run) <= MOST_UNSEEN:
        return "".join(f"‹U+{ord(one):04X}›" for one in run)
    more = _("%(count)s more that are not seen") % {"count": formats.number_format(len(run) - 1)}
    return f"‹U+{ord(run[0]):04X}, {more}›"


def one_line(text: object, longest: int = LONGEST_LINE) -> str:
    """The beginning of a text on one line, nothing hidden in it."""
    said = _PILED.sub(r"\1", " ".join(visible(str(text)[:MOST_SHOWN]).split()))
    return said if len(said) <= longest else said[: longest - 1].rstrip() + "…"


def act_of(action: object) -> Act:
    """An action as people read it, whatever JSON it is."""
    if isinstance(action, str):
        return Act(one_line(action), blocks=(_block("", action),) if len(action) > LONGEST_LINE else ())
    if not isinstance(action, Mapping):
        return Act(_("An act that is no object"), blocks=(_block("", _json(action)),))
    if isinstance(action.get("tool_name"), str) and action["tool_name"]:
        return _tool_call(action)
    said = action.get("description") or action.get("type") or ""
    rest = {key: value for key, value in action.items() if key not in {"description", "parameters"}}
    if "description" not in action or rest == {"type": action.get("type")}:
        rest.pop("type", None)
    parameters = action.get("parameters")
    named = dict(parameters) if isinstance(parameters, Mapping) else {"parameters": parameters} if parameters else {}
    whole = (_block("", said),) if isinstance(said, str) and len(said) > LONGEST_LINE else ()
    says = one_line(said) if isinstance(said, str) else ""
    return Act(says or _("An act without a description"), blocks=(*whole, *_named({**rest, **named})))


def _tool_call(action: Mapping[str, Any]) -> Act:
    tool = action["tool_name"]
    given = action.get("tool_input")
    if not isinstance(given, Mapping):
        return Act(one_line(tool, 80), blocks=(_block("", _json(given)),) if given not in (None, {}) else ())
    kind = _kinds().get(tool.lower())
    if kind is None:
        told = _told(given)
        rest = {key: value for key, value in given.items() if key != "description" or value != told}
        return Act(_("Use %(tool)s") % {"tool": one_line(tool, 80)}, told=told, blocks=tuple(_named(rest)))
    thing = next((given[name] for name in kind.thing if isinstance(given.get(name), str)), "")
    rest = {key: value for key, value in given.items() if key not in (*kind.thing[:1], *kind.whole, "description")}
    if not any(isinstance(given.get(name), str) for name in kind.thing[:1]):
        rest.pop(next((name for name in kind.thing if name in given), ""), None)
    blocks = [*_whole(kind, given), *_named(rest)]
    if "command" not in kind.whole and len(thing) > LONGEST_LINE:
        blocks.insert(0, _block(kind.thing[0], thing))
    return Act(kind.says, one_line(thing), _told(given), tuple(blocks))


def _told(given: Mapping[str, Any]) -> str:
    said = given.get("description")
    return one_line(said) if isinstance(said, str) else ""


def _whole(kind: _Kind, given: Mapping[str, Any]) -> Iterator[Block]:
    if kind.whole == ("old_string", "new_string"):
        yield _change(given.get("old_string"), given.get("new_string"))
    elif kind.whole == ("edits",) and isinstance(given.get("edits"), list):
        for one in given["edits"][:MOST_NAMED]:
            if isinstance(one, Mapping):
                yield _change(one.get("old_string"), one.get("new_string"))
            else:
                yield _block("", _json(one))
    else:
        for name in kind.whole:
            if name in given:
                value = given[name]
                yield _block("", value if isinstance(value, str) else _json(value))


def _change(before: object, after: object) -> Block:
    old, new = (visible(one if isinstance(one, str) else "" if one is None else _json(one)) for one in (before, after))
    if not old:
        return _block("", new)
    cut = max(len(old), len(new)) - MOST_SHOWN // 2
    pieces = tuple(differences(old[: MOST_SHOWN // 2], new[: MOST_SHOWN // 2]))
    return Block("", pieces=pieces, long=len(old) + len(new) > FOLDED_FROM, more=max(cut, 0))


def _named(values: Mapping[Any, Any]) -> Iterator[Block]:
    for key, value in list(values.items())[:MOST_NAMED]:
        yield _block(one_line(key, 60), value if isinstance(value, str) else _json(value))
    if len(values) > MOST_NAMED:
        yield _block("", _("%(count)s more values") % {"count": len(values) - MOST_NAMED})


def _block(label: str, text: str) -> Block:
    shown = visible(text[:MOST_SHOWN])
    return Block(label, shown, long=len(shown) > FOLDED_FROM, more=max(len(text) - MOST_SHOWN, 0))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) if isinstance(value, (dict, list)) else json.dumps(value)


def whole_of(value: object) -> Block | None:
    """Any JSON as it was sent, to be read; None where nothing was."""
    if value in (None, "", {}, []):
        return None
    return _block("", value if isinstance(value, str) else _json(value))


def apart(one: object, other: object) -> list[tuple[str, bool]]:
    """The characters of `one` in runs, each with whether it differs from `other`: 270 2 7 against 270 1 7."""
    mine, theirs = visible(one)[:200], visible(other)[:200]
    head = next((n for n, (a, b) in enumerate(zip(mine, theirs, strict=False)) if a != b), min(len(mine), len(theirs)))
    rest, other_rest = mine[head:], theirs[head:]
    tail = next(
        (n for n, (a, b) in enumerate(zip(rest[::-1], other_rest[::-1], strict=False)) if a != b),
        min(len(rest), len(other_rest)),
    )
    middle = rest[: len(rest) - tail]
    if 2 * len(middle) > len(mine) or mine == theirs:
        return [(mine, False)]
    # An accent stays with its letter.
    while tail and unicodedata.combining(rest[len(rest) - tail]):
        tail -= 1
        middle = rest[: len(rest) - tail]
    runs = ((mine[:head], False), (middle, True), (mine[len(mine) - tail :] if tail else "", False))
    return [run for run in runs if run[0]]
