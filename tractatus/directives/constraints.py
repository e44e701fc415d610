"""What an instruction asks, as typed constraints: what the reader of instructions makes and the validator compares."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Relation(StrEnum):
    """How a value of an action must stand to the one an instruction names."""

    IS = "is"
    IS_NOT = "is not"
    AT_LEAST = "at least"
    AT_MOST = "at most"
    COMPATIBLE = "compatible with"
    CLOSE_TO = "close to"


class Force(StrEnum):
    """How an instruction's own wording asks, the strongest first."""

    MUST = "must"
    SHOULD = "should"
    WISH = "wish"


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a constraint holds. Empty everywhere: always and everywhere.

    `environments` are canonical names (production, staging, development, test); `excepted` those it does not hold in.
    `languages` are the programming languages, `paths` the folders or files it is about. `unless` are the stems of what
    lifts it
    (an exception), `condition` those of what it waits for or depends on, `about` those of the purpose it is limited to.
    `approval` is true where a person's say lifts it. `hours` are the minutes of the day between which it holds (past
    midnight where
    the first is the later), `days` the days of the week. `areas` are the parts of the project it is about (areas.toml),
    `things` the named things with their kind (`bucket`, the stems of "document"), `machines` the stems of the machine
    that it is about. `changing` is true where it speaks of changes only, not of reading. `hosts` are those that a
    port is said of; `whose` are the stems that tell which of several such things is meant.
    """

    environments: frozenset[str] = frozenset()
    excepted: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    paths: tuple[str, ...] = ()
    unless: frozenset[str] = frozenset()
    until: frozenset[str] = frozenset()
    about: frozenset[str] = frozenset()
    approval: bool = False
    hours: tuple[int, int] | None = None
    days: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()
    things: tuple[tuple[str, frozenset[str]], ...] = ()
    machines: frozenset[str] = frozenset()
    changing: bool = False
    hosts: tuple[str, ...] = ()
    whose: frozenset[str] = frozenset()


EVERYWHERE = Scope()


@dataclass(frozen=True, slots=True)
class Value:
    """A parameter of a subject must stand in a relation to a value: port of mongodb is 27027, version of node at least
    20.11.

    `values` are the alternatives, any of which will do; of IS_NOT, all are refused. `unit` is canonical (s, bytes, %,
    or empty).
    `instead` is what the same instruction wants where a value is refused.
    """

    parameter: str
    relation: Relation
    values: tuple[str, ...]
    subject: str = ""
    unit: str = ""
    scope: Scope = EVERYWHERE
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """Of a family of things that do the same, only `allowed` may be used; or all but `refused`. Both may be given."""

    family: str
    allowed: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    scope: Scope = EVERYWHERE


@dataclass(frozen=True, slots=True)
class Name:
    """A tool, package, identifier or word, written as `name`, must not be used. `instead` is what takes its place.

    `exact` where the instruction wrote it as code, so that any identifier of this name counts, not only a tool or
    package.
    """

    name: str
    instead: str = ""
    exact: bool = False
    scope: Scope = EVERYWHERE


@dataclass(frozen=True, slots=True)
class Command:
    """A command that must not be run (`words` in their order, more words may stand between and after)."""

    words: tuple[str, ...]
    instead: str = ""
    scope: Scope = EVERYWHERE


@dataclass(frozen=True, slots=True)
class Flag:
    """A command must carry an option: `helm upgrade` with `--atomic`. `among` are the stems that say which command."""

    flag: str
    among: frozenset[str]
    scope: Scope = EVERYWHERE


@dataclass(frozen=True, slots=True)
class Deed:
    """Something must not be done: one of `verbs` (canonical) to what all of `objects` describe, each a group of stems
    of
    which one must be found. `instead` is the verb that takes its place."""

    verbs: frozenset[str]
    objects: tuple[frozenset[str], ...]
    instead: str = ""
    scope: Scope = EVERYWHERE


@dataclass(frozen=True, slots=True)
class Untouched:
    """Files matching one of `patterns` must not be changed."""

    patterns: tuple[str, ...]
    scope: Scope = EVERYWHERE


@dataclass(frozen=True, slots=True)
class Within:
    """Only files matching one of `patterns`, or files whose path holds one of the stems `topics`, may be changed."""

    patterns: tuple[str, ...] = ()
    topics: frozenset[str] = frozenset()
    scope: Scope = EVERYWHERE


@dataclass(frozen=True, slots=True)
class Practice:
    """A practice of the practices' data file must be followed (`wanted`) or must not be (`wanted` false).

    `where` are the places that the instruction limits it to (commit, prose, code, log), empty for all of the
    practice's.
    """

    name: str
    wanted: bool
    scope: Scope = EVERYWHERE
    where: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Limit:
    """A measure must stay at or under, or at or over, a figure: lines of a file, seconds of a timeout, share of
    coverage.

    `measure` is the stems of what is counted, `of` those of the thing that it is counted in.
    """

    measure: str
    relation: Relation
    figure: float
    unit: str = ""
    of: frozenset[str] = frozenset()
    scope: Scope = EVERYWHERE


@dataclass(frozen=True, slots=True)
class Naming:
    """Things of a kind (file, branch, function, table …) are named in a style (kebab-case) or by a pattern
    (`feature/*`)."""

    target: str
    style: str = ""
    pattern: str = ""
    scope: Scope = EVERYWHERE


@dataclass(frozen=True, slots=True)
class Commitment:
    """A value of the values' data file that the project has committed itself to."""

    name: str
    scope: Scope = EVERYWHERE


Constraint = Value | Choice | Name | Command | Flag | Deed | Untouched | Within | Practice | Limit | Naming | Commitment


@dataclass(frozen=True)
class Directive:
    """One instruction, read. `unread` are the clauses of which no constraint could be made, and so cannot be checked.

    `words` are the stems of its significant words: what it is about.
    """

    text: str
    constraints: tuple[Constraint, ...] = ()
    force: Force = Force.SHOULD
    environments: frozenset[str] = frozenset()
    unread: tuple[str, ...] = ()
    words: frozenset[str] = field(default_factory=frozenset)
