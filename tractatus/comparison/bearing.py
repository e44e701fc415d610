"""Whether a constraint bears on an action at all: the same thing, the same part of the project, the same machine.

A constraint that is said of one thing concerns actions on that thing, or on none that they name. These rules hold for
every kind of constraint, so that no kind has to ask again.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tractatus.comparison.doing import Doing
from tractatus.directives import constraints as c
from tractatus.directives import knowledge
from tractatus.directives.language import stem

_GENERATED = re.compile(
    r"(?i)(?:^|/)(?:node_modules|dist|build|out|target|vendor|third_party|generated|__generated__|\.next|\.venv)/"
    r"|\.min\.\w{1,4}$|_pb2(?:_grpc)?\.py$|\.(?:g|freezed)\.dart$|\.pb\.go$|\.generated\.\w{1,5}$|\.lock$|-lock\.\w{1,5}$"
)
_SETTINGS_OF_TOOLS = re.compile(
    r"(?:^|/)[\w.-]{1,60}\.(?:config|setup|stories)\.\w{1,4}$|(?:^|/)(?:gulpfile|gruntfile)\.\w{1,4}$"
)


def bears(constraint: c.Constraint, doing: Doing) -> bool:
    """Whether the constraint concerns what the action does."""
    scope = constraint.scope
    if scope.changing and doing.reading.read_only:
        return False
    if scope.areas and _elsewhere(scope.areas, doing):
        return False
    if scope.things and _of_another(scope.things, doing):
        return False
    if scope.hosts and _at_another_host(constraint, doing):
        return False
    if scope.whose and _anothers(scope.whose, doing):
        return False
    if scope.machines and _on_another(scope.machines, doing):
        return False
    if isinstance(constraint, c.Practice | c.Naming) and not constraint.scope.paths:
        return not _only_generated(constraint, doing)
    return True


def _only_generated(constraint: c.Practice | c.Naming, doing: Doing) -> bool:
    """Whether all that is written is made by a tool, or is the settings of one: no convention for code is meant."""
    paths = [passage.path for passage in doing.reading.passages if passage.path]
    if not paths or doing.commands:
        return False
    if all(_GENERATED.search(path) for path in paths):
        return True
    code = isinstance(constraint, c.Naming) or knowledge.practices()[constraint.name].where <= {"code"}
    return code and all(_SETTINGS_OF_TOOLS.search(path) for path in paths)


def _elsewhere(areas: frozenset[str], doing: Doing) -> bool:
    """Whether every file that is written lies in a part of the project that is known to be another."""
    paths = doing.written or tuple(p.path for p in doing.reading.passages if p.path)
    if not paths:
        return "files" in areas and bool(doing.raw_command) and not any(act.verb == "commit" for act in doing.acts)
    wanted = areas - {"files"}
    if not wanted:
        return False
    return all((found := area_of(path)) and found.isdisjoint(wanted) for path in paths[:40])


@lru_cache(maxsize=4096)
def area_of(path: str) -> frozenset[str]:
    """The parts of a project that a file belongs to by its path: `tests/unit/test_a.py` is test and unit."""
    parts = {part for part in re.split(r"[/._\-]", path.lower()[:300]) if part}
    return frozenset(area for area, kind in knowledge.areas().items() if not parts.isdisjoint(kind.paths))


def _of_another(things: tuple[tuple[str, frozenset[str]], ...], doing: Doing) -> bool:
    """Whether the action names a thing of the same kind, and by nothing that the instruction calls it."""
    for kind, names in things:
        wanted = frozenset(other for name in names for other in knowledge.alike().get(name, (name,)))
        if wanted & doing.about:
            continue
        if any(fact.parameter == kind for fact in doing.reading.facts) or any(
            key == kind for key, _ in doing.parameters
        ):
            return True
        if kind == "bucket" and any(scheme in doing.raw_command for scheme in ("gs://", "s3://", "az://")):
            return True
    return False


def _anothers(whose: frozenset[str], doing: Doing) -> bool:
    """Whether the action names a host or a database of its own, and nothing of what the instruction's is called."""
    if whose & doing.about:
        return False
    return any(
        (
            fact.parameter == "host"
            and fact.value not in ("localhost", "127.0.0.1", "::1", "0.0.0.0")
            and "." in fact.value
        )
        or (fact.parameter == "database" and not fact.value.isdigit() and len(fact.value) > 2)
        for fact in doing.reading.facts
    )


def _at_another_host(constraint: c.Constraint, doing: Doing) -> bool:
    """Whether every host that the action names for the thing is another one than the port is said of."""
    subject = getattr(constraint, "subject", "")
    named = {f.value.lower() for f in doing.reading.facts if f.parameter == "host" and f.subject in (subject, "")}
    same = {"127.0.0.1", "localhost", "::1"}
    hosts = set(constraint.scope.hosts)
    if hosts & same:
        hosts |= same
    return bool(named) and not named & hosts


def _on_another(machines: frozenset[str], doing: Doing) -> bool:
    """Whether the action says on which machine it runs, and that is none of those the instruction is for."""
    if machines & doing.about:
        return False
    named = {str(value) for key, value in doing.parameters if key in ("host", "machine", "server", "node", "device")}
    if any(value not in ("localhost", "127.0.0.1") for value in named if len(value) < 80):
        return True
    words = knowledge.machines()
    return bool({stem(word) for word in doing.description.lower().split()} & (words - machines)) and doing.structured
