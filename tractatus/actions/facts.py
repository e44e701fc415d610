"""What an action says, as typed facts: the one thing that the readers make and the validator compares."""

from __future__ import annotations

from dataclasses import dataclass, field

from tractatus.actions.names import reading_verbs


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

    `parameter` is a word of the parameters' data file (port, host, database, branch, version, path, package,
    package_manager, tool, environment, model, region …) or, for configuration, the key itself in lower case.
    `subject` is the thing it is said of, canonical and in lower case (`mongodb`, `node`), empty where unknown.
    `implicit` is a widely known default that the action takes without writing it (`mongosh` alone means 27017); it
    has no place. `was` is the value that an edit found there, None where it found none: a value that stays as it was
    is no choice of this action. `key` is the name under which the action wrote it (`POSTGRES_PORT`, `--port`, `-p`),
    empty where it had none.
    """

    parameter: str
    value: str
    subject: str = ""
    place: Place | None = None
    implicit: bool = False
    was: str | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing the action does: a `verb` of the verbs' data file (read, write, delete, run, install, publish, push,
    deploy, send, log, connect, migrate, restart, merge, create, configure …), done with a `tool` (`git`, `psql`) to an
    `object` in plain words (`branch main`, `table users`), on real things or only tried (`dry`: --dry-run, --help,
    echo).

    `command` are the words of a shell command without what only wraps it (sudo, env, a container), as written;
    `flags` are its options, each also in its long form where that is known (`-n` of `git commit` is `--no-verify`
    too). `joined` is what joins the command to the one before it (`&&`, `||`, `;`, `|`, a new line), empty for the
    first. `group` says in which shell it runs, by the numbers of the subshells around it: where it goes to, and what
    it sets, ends with that shell.
    """

    verb: str
    tool: str = ""
    object: str = ""
    dry: bool = False
    place: Place | None = None
    command: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    joined: str = ""
    group: tuple[int, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether it changes something or sends something on."""
        return not self.dry and self.verb not in reading_verbs()


@dataclass(frozen=True, slots=True)
class Passage:
    """A text that the action writes or speaks, apart from its commands: what is added to a file, a message, a body.

    `kind` is code, prose, configuration, message or query; `language` is a file's (`python`), empty where unknown;
    `replaces` is the text it takes the place of, empty where there is none; `path` is the file it is written to,
    empty where it goes to none. `comments` are the spans inside `text` that are comments.
    """

    text: str
    kind: str
    language: str = ""
    replaces: str = ""
    place: Place | None = None
    path: str = ""
    comments: tuple[tuple[int, int], ...] = ()

    @property
    def without_comments(self) -> str:
        """`text` with each comment blanked, so that every other character stays where it is."""
        return _blanked(self.text, self.comments)


def _blanked(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    parts, at = [], 0
    for start, end in spans:
        parts += [text[at:start], " " * (end - start)]
        at = end
    return "".join(parts) + text[at:]


@dataclass(frozen=True)
class Reading:
    """All that was read of one action. `read_only` where no act of it changes or sends anything.

    `tool` is the name of the tool, or the type of the action, as given. `environment` is the one that the action itself
    names (`production`), None where it names none; `environments` are all that it names or hints at, the plainest
    first. `paths` are the files it writes or names. `words` are the lower-case words of everything in it, for finding
    instructions that may concern it. `cut` where the action was too long or too deep to be read to its end; `unread`
    where some of what was left out would have been run: a command, or a query. `variables` are those that its commands
    set, with their last values.
    """

    facts: tuple[Fact, ...] = ()
    acts: tuple[Act, ...] = ()
    passages: tuple[Passage, ...] = ()
    paths: tuple[str, ...] = ()
    environment: str | None = None
    read_only: bool = False
    description: str = ""
    words: frozenset[str] = field(default_factory=frozenset)
    tool: str = ""
    cut: bool = False
    environments: tuple[str, ...] = ()
    unread: bool = False
    variables: tuple[tuple[str, str], ...] = ()
