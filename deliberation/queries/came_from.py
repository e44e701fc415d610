"""What a question came from, where that is a thing of an app above this one, asked of the app that knows.

An app above registers how it finds what the questions of its origin came from:

    register(Deliberation.Origin.AGENT, request_of)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from accounts.roles import Role
from deliberation.models import Deliberation


@dataclass(frozen=True)
class CameFrom:
    """How it is called, what it is in a sentence, and where it is read; no address for whom it is not."""

    title: str
    says: str
    url: str = ""


Finder = Callable[[Deliberation, frozenset[Role]], CameFrom | None]

FINDERS: dict[str, Finder] = {}
"""By the origin of a deliberation, who knows what it came from."""


def register(origin: str, finder: Finder) -> None:
    """Have `finder` asked what every deliberation of this origin came from, for a reader in some roles."""
    FINDERS[str(origin)] = finder


def came_from(deliberation: Deliberation, roles: frozenset[Role]) -> CameFrom | None:
    """What this question came from; None where it simply was asked."""
    finder = FINDERS.get(deliberation.origin)
    return finder(deliberation, roles) if finder is not None else None
