"""Who may do what, in which state: one table that verbs, pages, docs and tests read.

Each app adds its own rows from `<app>/permissions.py`. A row is a verb, or a read (`read_<what>`); the URL names
that lead to it stand in `routes`, and a route that no row names fails the tests.

Besides roles and parts, `who` knows these words:
    system    the software itself: a task, a command
    key       an API key of the project
    member    anybody with a current membership
    operator  the platform operator
    anyone    signed in or not
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.refusals import NotAllowed, WrongState
from accounts.roles import Part, Role

if TYPE_CHECKING:
    from accounts.models import APIKey, Membership, Organisation, User

ANY: Final = "*"
WORDS: Final = frozenset({"system", "key", "member", "operator", "anyone"})


class System:
    """The software acting by itself. There is one: `SYSTEM`."""

    def __repr__(self) -> str:
        return "SYSTEM"


SYSTEM: Final = System()


@dataclass(frozen=True)
class Rule:
    """One row of the table."""

    verb: str
    machine: str
    states: tuple[str, ...]
    to: str | None
    who: tuple[Role | Part | str, ...]
    barred: tuple[str, ...] = ()
    event: str = ""
    routes: tuple[str, ...] = ()
    says: str | Promise = ""

    @property
    def is_read(self) -> bool:
        return self.verb.startswith("read_")

    def holds_in(self, state: str) -> bool:
        return ANY in self.states or state in self.states

    def admits(self, standing: Iterable[Role | Part | str]) -> bool:
        """Whether one of these roles, parts or words is among those the row names.

        A role and a part that share a name ("facilitator") are told apart: a role makes eligible, a part acts.
        """
        mine = {(type(one), str(one)) for one in standing}
        return "anyone" in self.who or any((type(one), str(one)) in mine for one in self.who)


TABLE: dict[str, Rule] = {}


def add(*rules: Rule) -> None:
    """Put rows into the table. A verb has one row; a second one is a mistake and raises ValueError."""
    for row in rules:
        if TABLE.get(row.verb, row) != row:
            raise ValueError(f"{row.verb} has a row already.")
        unknown = {one for one in row.who if type(one) is str and one not in WORDS}
        if unknown:
            raise ValueError(f"{row.verb}: {', '.join(sorted(unknown))} is nobody the table knows.")
        TABLE[row.verb] = row


def rule(verb: str) -> Rule:
    """The row of a verb. Raises LookupError where there is none: no verb acts without a row."""
    try:
        return TABLE[verb]
    except KeyError:
        raise LookupError(f"{verb} has no row in the table of permissions.") from None


@dataclass(frozen=True)
class Caller:
    """Who asks, and how they stand in one organisation.

    `seats` maps the deliberation that is asked about to the seat in it that this browser's mailed link or the user's
    own seat opens. Where none is asked about it holds one of the user's seats, if there is any.
    """

    user: "User | None" = None
    key: "APIKey | None" = None
    organisation: "Organisation | None" = None
    membership: "Membership | None" = None
    seats: dict[UUID, UUID] = field(default_factory=dict)
    parts: frozenset[Part] = frozenset()

    @property
    def roles(self) -> frozenset[Role]:
        return self.membership.roles if self.membership else frozenset()

    @property
    def standing(self) -> tuple[Role | Part | str, ...]:
        """Every word of the table that is true of this caller.

        A tuple: a role and a part of the same name are equal as texts, and a set would keep one of them.
        """
        words: list[Role | Part | str] = ["anyone", *self.parts]
        if self.key is not None and self.key.is_current:
            words.append("key")
        if self.user is not None and self.user.is_active:
            if self.user.is_operator:
                words.append("operator")
            elif self.membership is not None and self.membership.is_current:
                words += ["member", *self.roles]
        return tuple(words)


def may(caller: "Caller | System", verb: str, state: str = ANY) -> bool:
    """Whether the table lets `caller` call `verb` in `state`. Persons barred by a gate are the verb's own check."""
    row = rule(verb)
    standing = ("system",) if isinstance(caller, System) else caller.standing
    return row.admits(standing) and (state == ANY or row.holds_in(state))


def require(caller: "Caller | System", verb: str, state: str = ANY) -> Rule:
    """The row of `verb`, or NotAllowed, or WrongState where only the state stands against it."""
    row = rule(verb)
    if not may(caller, verb):
        raise NotAllowed(row.says or _("This is not yours to do."))
    if not may(caller, verb, state):
        raise WrongState(_("This cannot be done any more, or not yet."))
    return row
