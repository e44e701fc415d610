"""What the readers have found so far of one action, with limits, and the `Reading` made of it."""

from __future__ import annotations

import re

from tractatus.actions import environments
from tractatus.actions.facts import Act, Fact, Passage, Place, Reading
from tractatus.actions.located import Located
from tractatus.actions.names import default_of, reading_verbs
from tractatus.actions.shell import Word

MOST_FACTS = 1_500
MOST_PASSAGES = 1_000
_WORD = re.compile(r"[^\W_]+(?:[._+#'-][^\W_]+)*+[+#]*")
_NOBODYS = frozenset({"branch", "environment", "message", "method", "remote", "path", "title", "labels", "task"})
_PART = re.compile(r"[^\W_]+")


class Findings:
    """Collected while an action is read. `dry` while what is read is only tried, shown or spoken about."""

    __slots__ = (
        "acts", "aliases", "cut", "depth", "dry", "environments", "facts", "group", "joined", "passages", "paths",
        "seen", "shells", "unread", "variables",
    )  # fmt: skip

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.acts: list[Act] = []
        self.passages: list[Passage] = []
        self.paths: dict[str, None] = {}
        self.environments: list[tuple[int, str]] = []
        self.seen: set[tuple[str, Place]] = set()
        self.cut = False
        self.unread = False
        self.dry = False
        self.depth = 0
        self.variables: dict[str, list[Word]] = {}  # what the commands so far set, and what loops go through
        self.aliases: dict[str, list[Word]] = {}
        self.joined = ""  # how the command that is read now is joined to the one before
        self.group: tuple[int, ...] = ()  # the shells that it runs in
        self.shells = 0  # how many have been met

    def fact(
        self, parameter: str, value: Located | str, subject: str = "", *, key: str = "", was: str | None = None
    ) -> None:
        """Note that `parameter` of `subject` is `value`, with its place where it has one."""
        if len(self.facts) >= MOST_FACTS:
            self.cut = True
            return
        if parameter in _NOBODYS:
            subject = ""
        if isinstance(value, str):
            self.facts.append(Fact(parameter, value, subject, None, False, was, key))
            text = value
        else:
            text, place = value.text, value.place()
            if place is not None:
                if (parameter, place) in self.seen:
                    return
                self.seen.add((parameter, place))
            self.facts.append(Fact(parameter, text, subject, place, False, was, key))
        if parameter in _TELLING:
            self.telling(parameter, text)

    def placed(self, parameter: str, value: str, place: Place | None, subject: str = "", *, key: str = "") -> None:
        """The same for a value that is no text: `place` is where the whole of it stands."""
        if len(self.facts) >= MOST_FACTS:
            self.cut = True
            return
        owner = "" if parameter in _NOBODYS else subject
        self.facts.append(Fact(parameter, value, owner, place, False, None, key))
        if parameter in _TELLING:
            self.telling(parameter, value)

    def implicit(self, parameter: str, subject: str, value: str | None = None) -> None:
        """Note the widely known default of `subject`, unless the action itself says another or there is none."""
        value = default_of(subject, parameter) if value is None else value
        if value is not None:
            self.facts.append(Fact(parameter, value, subject, None, True))

    def said(self, parameter: str, since: int) -> bool:
        """Whether one of the facts from the number `since` on says what `parameter` is."""
        return any(fact.parameter == parameter and not fact.implicit for fact in self.facts[since:])

    def act(
        self,
        verb: str,
        tool: str = "",
        object: str = "",
        place: Place | None = None,
        command: tuple[str, ...] = (),
        flags: tuple[str, ...] = (),
        *,
        dry: bool = False,
    ) -> None:
        if len(self.acts) >= MOST_FACTS:
            self.cut = self.unread = True
            return
        self.acts.append(Act(verb, tool, object, dry or self.dry, place, command, flags, self.joined, self.group))

    def passage(self, passage: Passage) -> None:
        if len(self.passages) >= MOST_PASSAGES:
            self.cut = True
        elif passage.text or passage.replaces:
            self.passages.append(passage)

    def path(self, path: str) -> None:
        """Note a file that is written or named."""
        if path and len(self.paths) < MOST_FACTS:
            self.paths[path] = None
            if named := environments.of_path(path):
                self.environments.append((2, named))

    def telling(self, parameter: str, value: str) -> None:
        """Note the environment that a value gives away: `--env staging` says it, a host or a database hints at it."""
        rank = _TELLING[parameter]
        named = environments.canonical(value) if rank == 0 else environments.within(value)
        if named:
            self.environments.append((rank, named))

    def reading(self, tool: str, description: str, texts: list[str]) -> Reading:
        reading = reading_verbs()
        named = tuple(dict.fromkeys(name for _, name in sorted(self.environments, key=_rank)))
        return Reading(
            facts=tuple(self.facts),
            acts=tuple(self.acts),
            passages=tuple(self.passages),
            paths=tuple(self.paths),
            environment=named[0] if named else None,
            read_only=bool(self.acts) and all(act.dry or act.verb in reading for act in self.acts),
            description=description,
            words=words_of(texts),
            tool=tool,
            cut=self.cut,
            environments=named,
            unread=self.unread,
            variables=tuple((name, values[0].text) for name, values in self.variables.items() if values),
        )


# how plainly a parameter tells the environment, the plainest first
_TELLING = {"environment": 0, "host": 1, "namespace": 1, "context": 1, "project": 1, "url": 1, "profile": 1, "stack": 1}
_TELLING |= {"settings": 1, "service": 2, "database": 3, "bucket": 3, "branch": 4}


def _rank(found: tuple[int, str]) -> tuple[int, bool]:
    """The plainest first; where several are as plain, production, where a mistake costs most."""
    return found[0], found[1] != "production"


def words_of(texts: list[str]) -> frozenset[str]:
    """The words of `texts` in lower case: whole (`a/x.py` has `a` and `x.py`) and in their parts (`x`, `py`)."""
    found: set[str] = set()
    for text in texts:
        lower = text.lower()
        found.update(_WORD.findall(lower))
        found.update(_PART.findall(lower))
    return frozenset(found)
