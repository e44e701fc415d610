"""One program as it is run: its words, what is fed to it, where it stands, whose its parameters are."""

from __future__ import annotations

import re
from collections.abc import Callable

from tractatus.actions.expansion import echoed
from tractatus.actions.facts import Act, Place
from tractatus.actions.findings import Findings
from tractatus.actions.located import Located
from tractatus.actions.names import subject_kinds
from tractatus.actions.programs import Use, programs
from tractatus.actions.shell import Command, Word

_PYTHON = re.compile(r"python\d(?:\.\d{1,2})?\Z")
_OWNERLESS = frozenset(
    {"package manager", "infrastructure", "cloud", "runtime", "language"}
)  # what runs a thing is not the thing
_THEIRS = frozenset(
    {"region", "zone", "namespace", "context", "profile", "tag", "project", "cluster", "version", "service"}
)


class Invocation:
    """One program as it is run: its words after its name, what is piped into it, and where it stands."""

    __slots__ = (
        "command",
        "files_from",
        "findings",
        "fixed",
        "flags",
        "name",
        "operands",
        "piped",
        "place",
        "prefix",
        "program",
        "read",
        "run",
        "since",
        "use",
        "verb",
        "whole",
        "whole_name",
        "words",
    )

    def __init__(
        self,
        findings: Findings,
        command: Command,
        name: str,
        words: list[Word],
        piped: Command | None,
        run: Callable[[Findings, Command, list[Word], Command | None, tuple[str, ...]], None],
        read: Callable[[Findings, Located], None],
    ) -> None:
        """`words` begin with the program itself; `run` reads a command that this one runs, `read` a line of them."""
        self.findings = findings
        self.command = command
        self.name = name
        self.whole = words
        self.whole_name = name
        if _PYTHON.match(name):
            self.name = name = "python"
        self.words = words[1:]
        self.piped = piped
        self.run = run
        self.read = read
        self.program = self.use = programs().get(name) or Use(name)
        self.flags: list[str] = []
        self.operands: list[Word] = []
        self.files_from = -1
        self.verb = ""
        self.fixed = False
        self.since = len(findings.facts)
        self.place: Place | None = None
        self.prefix: tuple[str, ...] = ()

    def subject(self, parameter: str) -> str:
        """The thing that a parameter of this program speaks of: Docker's port is of what runs in it, not of Docker."""
        subject = self.use.subject
        if not subject:
            return ""
        return "" if subject_kinds().get(subject) in _OWNERLESS and parameter not in _THEIRS else subject

    def act(self, verb: str, thing: str = "", *, dry: bool = False, at: int | None = None) -> None:
        """Note what this program does; `at` is where among the acts it belongs."""
        findings = self.findings
        act = Act(
            verb,
            self.name,
            thing,
            dry or findings.dry,
            self.place,
            self.texts(),
            tuple(self.flags),
            findings.joined,
            findings.group,
        )
        findings.acts.insert(len(findings.acts) if at is None else at, act)

    def rest(self, words: list[Word]) -> None:
        """Read `words` as a command that this one runs."""
        if words and self.findings.depth < 8:
            self.findings.depth += 1
            if len(words) == 1 and (words[0].quoted or " " in words[0].text):
                self.read(self.findings, words[0])
            else:
                self.run(self.findings, self.command, words, None, ())
            self.findings.depth -= 1

    def texts(self) -> tuple[str, ...]:
        return (*self.prefix, *[word.text for word in self.whole])

    def fed(self) -> Located | None:
        """What the program is given to read by a heredoc, a here-string, or an echo before it."""
        if self.command.heredoc is not None:
            return self.command.heredoc
        for operator, word in self.command.redirects:
            if operator.lstrip("0") == "<<<":
                return word
        if self.piped is not None and self.piped.words and self.piped.words[0].text in ("echo", "printf", "cat"):
            if self.piped.heredoc is not None:
                return self.piped.heredoc
            if self.piped.words[0].text != "cat":
                return echoed(self.piped.words)
        return None
