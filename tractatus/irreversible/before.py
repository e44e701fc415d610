"""What the commands before one did that bears on it: where they went, what they made, moved, chose and wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tractatus.actions import Act, Reading
from tractatus.irreversible import throwaway

MOST_WORDS = 2_000
MOST_LOOKED_AT = 200
MOST_WRITTEN = 50
MOST_TEXTS = 200

# Both fail where there is something already: what they made is new, as long as nothing goes on after a failure.
_CLONE = ("git", "clone")
_CHAINS = frozenset({"", "&&", "|", "|&"})
_LEAVING = frozenset({"exit", "return", "die", "false", "break", "continue"})
_CHOOSING = frozenset({"use-context", "use", "select", "set", "switch"})
_PASSING = frozenset({"sort", "uniq", "head", "tail", "sed", "grep", "read"})
_MOVING = frozenset({"mv", "ln", "mount", "rename"})
_LISTING = frozenset(
    {"find", "fd", "gfind", "git", "rg", "grep", "ls", "locate", "cat", "head", "tail", "sort", "uniq"}
)


@dataclass
class _Shell:
    """One shell: where it is, and whether that is sure (a `cd` may fail, and what follows is done all the same)."""

    group: tuple[int, ...]
    folder: str = ""
    sure: bool = True
    came_from: list[str] = field(default_factory=list)


class Before:
    """Filled act by act; asked about each act before that act is taken."""

    def __init__(self, reading: Reading) -> None:
        self.last: tuple[str, ...] = ()
        self.stops = False  # set -e: nothing goes on after a failure
        self.variables = {
            fact.key: fact.value for fact in reading.facts[:MOST_LOOKED_AT] if fact.key and fact.parameter != "tool"
        } | dict(reading.variables)
        self.chosen: set[str] = set()
        self.made: dict[str, int] = {}
        self.moved: list[str] = []
        self.written = {
            passage.path: passage.text for passage in reading.passages[:MOST_WRITTEN] if passage.path and passage.text
        }
        self.texts = [MOST_TEXTS]  # how many texts within commands may still be read, counted together with theirs
        self._shells = [_Shell(())]
        self._chain = 0
        self._left: tuple[_Shell, str, bool] | None = None  # where a `cd` that may be undone by `||` came from

    def continues(self, before: Before) -> None:
        """Take over what is known before a text that one of the commands runs."""
        self.variables = before.variables | self.variables
        self.written = before.written | self.written
        self.chosen, self.moved, self.last, self.stops = (
            set(before.chosen),
            list(before.moved),
            before.last,
            before.stops,
        )
        self.made = {path: min(chain, 0) for path, chain in before.made.items() if chain in (before._chain, -1)}
        self.texts = before.texts
        at = before._shells[-1]
        self._shells = [_Shell((), at.folder, at.sure, list(at.came_from))]

    def enter(self, act: Act) -> None:
        """Come to an act: into its shell, and out of those that have ended."""
        while len(self._shells) > 1 and act.group[: len(self._shells[-1].group)] != self._shells[-1].group:
            self._shells.pop()
        at = self._shells[-1]
        if act.group != at.group:
            self._shells.append(at := _Shell(act.group, at.folder, at.sure, list(at.came_from)))
        if act.joined not in _CHAINS:
            self._chain += 1
            if act.joined in ("||", "&") and self._left is not None:
                shell, shell.folder, shell.sure = (self._left[0], *self._left[1:])
                self._left = None
            elif act.joined not in ("||", "&") and not self.stops and not self._certain(at):
                at.sure = False
        elif act.joined in ("|", "|&") and self._left is not None:
            shell, shell.folder, shell.sure = (self._left[0], *self._left[1:])
        self._left = None

    def _certain(self, at: _Shell) -> bool:
        return not at.folder or at.folder.rstrip("/") in self.made or throwaway.always_there(at.folder)

    def take(self, act: Act) -> None:
        """Note what an act does."""
        command = act.command
        if command[:1] == ("xargs",):
            command = command[1:]
        at = self._shells[-1]
        tool = command[0].rpartition("/")[2]
        others = [word for word in command[1:MOST_WORDS] if not word.startswith("-")]
        if act.joined == "||" and tool in _LEAVING:
            pass  # `cd x || exit`: what follows is done only there
        elif tool in ("cd", "pushd"):
            self._left = (at, at.folder, at.sure)
            at.came_from.append(at.folder)
            word = command[-1] if len(command) > 1 else "~"
            at.folder = (at.came_from[-2:-1] or [""])[0] if word == "-" else joined(at.folder, word)
            at.sure = True
        elif tool == "popd":
            at.folder = at.came_from.pop() if at.came_from else ""
        elif tool == "set" and any(word in ("-e", "errexit") or word[:2] == "-e" for word in command):
            self.stops = True
        elif tool == "mkdir" or command[:2] == _CLONE:
            new = tool != "mkdir" or not any(word.startswith("-") for word in command)
            for word in others:
                self.made.setdefault(joined(at.folder, word).rstrip("/"), self._chain if new else -1)
        elif tool in _MOVING and len(others) > 1 and not all(map(self.throw_away, others[:-1])):
            self.moved.append(joined(at.folder, others[-1]).rstrip("/"))
        if tool in ("mv", "cp", "install") and len(others) > 1 and others[0] in self.written:
            self.written[others[-1]] = self.written[others[0]]
        if any(word in _CHOOSING for word in command[1:4]):
            self.chosen.add(command[-1])
        if not (act.joined in ("|", "|&") and tool in _PASSING):
            self.last = command

    @property
    def folder(self) -> str:
        """Where the shell has gone, empty where nobody said."""
        return self._shells[-1].folder

    def throw_away(self, path: str) -> bool:
        """Whether a path is made to be thrown away, seen from where the commands have gone."""
        shell = self._shells[-1]
        path = self._filled(path)
        whole = joined(shell.folder, path)
        if self.moved and any(_within(whole, moved) for moved in self.moved):
            return False
        if (made := self.made.get(whole.rstrip("/"))) is not None and made >= 0 and (self.stops or made == self._chain):
            return True
        if not shell.sure and whole != path and not throwaway.throw_away_path(path):
            return False
        return throwaway.throw_away_path(whole)

    def _filled(self, path: str) -> str:
        if path.startswith("$"):
            name, _, rest = path.lstrip("${").partition("/")
            name = name.rstrip("}").partition(":")[0]
            if name in self.variables and self.variables[name] != path:
                return f"{self.variables[name]}/{rest}"
        return path

    def given(self) -> bool:
        """Whether what the last command writes, and this one is given by `xargs`, is made to be thrown away."""
        words = self.last[1:MOST_WORDS]
        if not words:
            return False
        if self.last[0].rpartition("/")[2] in ("find", "gfind"):
            return found_throw_away(self.last[1:MOST_WORDS], self)
        named = [word for word in words if not word.startswith("-")]
        if self.last[0].rpartition("/")[2] in _LISTING:
            return any(map(self.throw_away, named))
        return bool(named) and all(map(self.throw_away, named))


def joined(folder: str, path: str) -> str:
    """A path seen from a folder."""
    if not folder or path.startswith(("/", "~", "$")) or path[1:3] in (":/", ":\\"):
        return path
    return f"{folder}/{path}"


def _within(path: str, folder: str) -> bool:
    path, folder = path.rstrip("/") + "/", folder + "/"
    return path.startswith(folder) or folder.startswith(path)


_NAMED = frozenset({"-name", "-iname", "-path", "-ipath", "-wholename", "-iwholename", "-regex", "-iregex"})


def found_throw_away(words: Sequence[str], before: Before) -> bool:
    """Whether all that `find` finds is made to be thrown away: where it looks, or each of the names that it looks for.
    What it leaves out says nothing of what it finds."""
    roots: list[str] = []
    names: list[str] = []
    at = 0
    while at < len(words) and words[at] in ("-H", "-L", "-P"):
        at += 1
    while at < len(words) and not words[at].startswith(("-", "!", "(")):
        roots.append(words[at])
        at += 1
    excluding = False
    for number in range(at, len(words)):
        word = words[number]
        if word in ("!", "-not"):
            excluding = True
        elif word in _NAMED and number + 1 < len(words):
            if not excluding:
                names.append(words[number + 1])
            excluding = False
        elif word.startswith("-"):
            excluding = False
    if roots and all(map(before.throw_away, roots)):
        return True
    if any(throwaway.system_path(root) for root in roots):
        return False
    return bool(names) and all(map(before.throw_away, map(_bare, names)))


def _bare(pattern: str) -> str:
    """`*/node_modules/*`, as a path that `find` finds."""
    return pattern.strip("*").lstrip("/") if "/" in pattern else pattern
