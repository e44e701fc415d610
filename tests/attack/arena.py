"""Two or more callers at one verb, or at a verb and its rival, in the same moment.

    arena.race(act(take_up, conflict, by=one), act(take_up, conflict, by=other))

Each caller is a thread with a connection of its own, and reads everything anew, as two browsers would. Before its
first write each waits until the others have come as far, or a moment: whoever is held by a lock does not come. So
without the lock both have read before either writes, every time and not by chance.

After each race: so many have done it as the table lets, the others were refused in words, each act done has one entry
and nothing else has, and no word is stored that no entry commits to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime
from threading import Barrier, BrokenBarrierError
from typing import Any, NamedTuple

import time_machine
from django.db import connection
from django.db.models import Model

from accounts.models import Organisation
from accounts.permissions import TABLE
from accounts.refusals import Refused
from accounts.scope import open_organisation
from audit.models import Entry, Text
from tests.cast import Cast

HELD = 0.05
"""Seconds after which whoever is not there is taken to be held by a lock."""


class Act(NamedTuple):
    """A verb, and with what it is called."""

    verb: str
    call: Callable[..., Any]
    things: tuple[Any, ...]
    facts: dict[str, Any]


def act(call: Callable[..., Any], *things: Any, **facts: Any) -> Act:
    return Act(call.__name__, call, things, facts)


def anew(thing: Any) -> Any:
    """The row as this caller's own connection reads it; what is no row, as it is."""
    if isinstance(thing, Model):
        return type(thing)._base_manager.get(pk=thing.pk)
    if isinstance(thing, list) and thing and isinstance(thing[0], Model):
        return [anew(one) for one in thing]
    return thing


class FirstWrites:
    """Where each caller waits once, before its first write."""

    def __init__(self, callers: int) -> None:
        self.barrier = Barrier(callers)

    @contextmanager
    def met(self) -> Iterator[None]:
        written = False

        def wait(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            nonlocal written
            if not written and sql.lstrip().startswith(("INSERT", "UPDATE", "DELETE")):
                written = True
                with suppress(BrokenBarrierError):
                    self.barrier.wait(HELD)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(wait):
            yield


def together(organisation: Organisation | None, *calls: Callable[[], Any]) -> list[Any]:
    """Run the calls at once, each in a thread with its own connection; gives each result, or the refusal.

    Inside `organisation`, or outside of any.
    """
    start, writes = Barrier(len(calls)), FirstWrites(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            with open_organisation(organisation) if organisation else nullcontext(), writes.met():
                start.wait(timeout=20)
                return call()
        except Refused as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@dataclass
class Arena:
    """Where races are run, and which verbs have been in one."""

    cast: Cast
    inside: bool = True
    """Whether the callers are inside the cast's organisation."""
    raced: set[str] = field(default_factory=set)

    def race(
        self,
        *acts: Act,
        wins: int | Container[int] = 1,
        also: dict[str, int] | Callable[[list[str]], dict[str, int]] | None = None,
        at: datetime | None = None,
    ) -> list[Any]:
        """Run the acts at once and check. `wins`: how many are done, or which numbers are right where the order
        decides. `also`: entries that one act done writes besides its own, by event, or that from the verbs done.
        Gives each result."""
        self.raced |= {one.verb for one in acts}
        entries, texts = _ids(Entry), _ids(Text)
        if at is None:
            results = self._run(acts)
        else:
            with time_machine.travel(at, tick=True):
                results = self._run(acts)
        done = [one for one, result in zip(acts, results, strict=True) if not isinstance(result, Refused)]
        said = [f"{one.verb}: {result!r}" for one, result in zip(acts, results, strict=True)]
        allowed = {wins} if isinstance(wins, int) else wins
        assert len(done) in allowed, said
        assert all(str(result).strip() for result in results if isinstance(result, Refused)), said
        new = list(Entry._base_manager.exclude(pk__in=entries))
        events = Counter(TABLE[one.verb].event for one in done)
        besides = also([one.verb for one in done]) if callable(also) else also or {}
        assert Counter(one.event for one in new) == events + Counter(besides), said
        committed = b"".join(bytes(one.canonical) for one in new).decode()
        kept = Text._base_manager.exclude(pk__in=texts)
        # An imported file's entry commits to a list, and the list to each of its texts.
        committed += "".join(text.body for text in kept if text.commitment in committed)
        for text in kept:
            assert text.commitment in committed, (said, text.body)
        connection.check_constraints()
        return results

    def _run(self, acts: tuple[Act, ...]) -> list[Any]:
        def called(one: Act) -> Callable[[], Any]:
            things = [anew(thing) for thing in one.things]
            facts = {name: anew(value) for name, value in one.facts.items()}
            return lambda: one.call(*things, **facts)

        return together(self.cast.organisation if self.inside else None, *[called(one) for one in acts])


def _ids(model: type[Model]) -> list[Any]:
    return list(model._base_manager.values_list("pk", flat=True))


Stage = Callable[[Arena], None]
STAGES: dict[str, tuple[Stage, frozenset[str]]] = {}
"""Every stage that is raced, by name: what it does, and the verbs it puts to it."""


def stage(*verbs: str) -> Callable[[Stage], Stage]:
    """A function that takes an arena to one stage and races these verbs there."""

    def declared(function: Stage) -> Stage:
        STAGES[function.__name__] = (function, frozenset(verbs))
        return function

    return declared
