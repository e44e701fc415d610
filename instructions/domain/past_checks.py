"""The actions that were checked before, from wherever they are recorded.

This app records none. An app that does registers a provider when it is ready, and what a change of the instructions
would have changed is judged on what all providers give.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from accounts.models import Project
from tractatus import GateRequest

DAYS = 90
"""How far back past checks are judged again."""


@dataclass(frozen=True, slots=True)
class PastCheck:
    """One check. `key` is the same for two that asked the same (a digest of the request), `id` is its provider's."""

    id: str
    at: datetime
    key: str
    request: GateRequest


@dataclass(frozen=True, slots=True)
class Named:
    """How one check is shown: when it was, what the action was in a few words, and where it is read, if anywhere."""

    at: datetime
    action: str
    url: str = ""


class Provider(Protocol):
    """What an app that records checks gives. All of it is of one project, since a moment."""

    def count(self, project: Project, since: datetime) -> int:
        """How many checks there are."""

    def checks(self, project: Project, since: datetime) -> Iterable[PastCheck]:
        """The checks, the newest first. Those that asked the same may share one request."""

    def named(self, project: Project, ids: Sequence[str]) -> Mapping[str, Named]:
        """How the checks with these ids are shown; those that are gone are left out."""


_providers: dict[str, Provider] = {}


def register(name: str, provider: Provider) -> None:
    """Let a provider be asked, in the place of one of the same name."""
    _providers[name] = provider


def count(project: Project, since: datetime) -> int:
    """How many checks of a project all providers have."""
    return sum(provider.count(project, since) for provider in _providers.values())


def checks(project: Project, since: datetime) -> Iterator[PastCheck]:
    """The checks of a project from all providers, each under `provider:id`."""
    for name, provider in _providers.items():
        for check in provider.checks(project, since):
            yield PastCheck(f"{name}:{check.id}", check.at, check.key, check.request)


def named(project: Project, ids: Sequence[str]) -> dict[str, Named]:
    """How checks are shown, by the ids that `checks` gave them."""
    found: dict[str, Named] = {}
    for name, provider in _providers.items():
        own = [id.removeprefix(f"{name}:") for id in ids if id.startswith(f"{name}:")]
        if own:
            found |= {f"{name}:{id}": one for id, one in provider.named(project, own).items()}
    return found
