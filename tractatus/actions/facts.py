"""What an action says, as typed facts: the one thing that the readers make and the validator compares."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the action a value was written: the keys down to a text or value, and the span in that text.

    `path` is for example `("tool_input", "command")`; `span` is None where the whole value at `path` is meant. What a
    corrected action is rewritten by.
    """

    path: tuple[str | int, ...]
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One parameter with its value: `port` of `mongodb` is `27017`.

    `parameter` is a word of the parameters' data file (port, host, database, branch, version, path, package, package_manager,
    tool, environment, model, region …) or, for configuration, the key itself in lower case. `subject` is the thing it is
    said of, canonical and in lower case (`mongodb`, `node`), empty where unknown. `implicit` is a widely known default that
    the action takes without writing it (`mongosh` alone means 27017); it has no place.
    """

    parameter: str
    value: str
    subject: str = ""
    place: Place | None = None
    implicit: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """One thing the action does: a `verb` of the verbs' data file (read, write, delete, run, install, publish, push,
    deploy, send, log, connect, migrate, restart, merge, create, configure …), done with a `tool` (`git`, `psql`) to an
    `object` in plain words (`branch main`, `table users`), on real things or only tried (`dry`: --dry-run, --help, echo)."""

    verb: str
    tool: str = ""
    object: str = ""
    dry: bool = False
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A text that the action writes or speaks, apart from its commands: what is added to a file, a message, a body.

    `kind` is code, prose, configuration, message or query; `language` is a file's (`python`), empty where unknown;
    `replaces` is the text it takes the place of, empty where there is none; `comment` spans are inside `text`.
    """

    text: str
    kind: str
    language: str = ""
    replaces: str = ""
    place: Place | None = None


@dataclass(frozen=True)
class Reading:
    """All that was read of one action. `read_only` where no act of it changes or sends anything.

    `environment` is the one that the action itself names (`production`), None where it names none. `paths` are the files it
    writes or names. `words` are the lower-case words of everything in it, for finding instructions that may concern it.
    """

    facts: tuple[Fact, ...] = ()
    acts: tuple[Act, ...] = ()
    passages: tuple[Passage, ...] = ()
    paths: tuple[str, ...] = ()
    environment: str | None = None
    read_only: bool = False
    description: str = ""
    words: frozenset[str] = field(default_factory=frozenset)
