"""What tests begin with is made by its verbs once in a process; after that its statements are sent again.

A deliberation in its third round takes some three hundred acts, and hundreds of tests begin there. While the verbs make
it for the first time, what they write is noted, statement by statement. Whenever a later test asks for the same thing
from the same beginning, these statements are sent as they were: through every constraint and every guard, in the same
order, with the same ids and the same times. What is given back is a copy of what the verbs gave.

Every test begins with an empty database, so the beginning is the same when the same things were prepared in the same
order and nothing else was written. Where that cannot be known – a row written in between, a clock that was moved, a
setting changed for the test, another connection – the verbs make it anew, as if this file were not there.

A thing carries its time with it: once the cast is there a second time, the clock stands where it stood when the cast
was first made, and runs on. So a deadline is as far off as it was then, however late in the run a test comes.
"""

from __future__ import annotations

import io
import pickle
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
import time_machine
from django.conf import UserSettingsHolder, settings
from django.core import mail
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.backends.signals import connection_created
from django.db.models import Model
from django.utils import timezone, translation

from accounts import clock
from accounts.scope import current_organisation

if TYPE_CHECKING:
    from tests.cast import Cast

Key = tuple[object, ...]
T = TypeVar("T")

WRITES = ("INSERT", "UPDATE", "DELETE")
HARMLESS = ("SELECT", "SAVEPOINT", "RELEASE", "BEGIN", "SET CONSTRAINTS", "PRAGMA", "EXPLAIN")
PLAIN = (str, int, float, date, timedelta, type(None))
A_TICK = 0.001
"""Seconds from the end of one thing to the next, so that ids go on in order."""


@dataclass
class Recording:
    """What making a thing wrote, what it left for after the commit, what it gave, and when it was done."""

    statements: list[tuple[str, Any]] = field(default_factory=list)
    after_commit: list[tuple[Any, Any]] = field(default_factory=list)
    given: bytes = b""
    ended: int = 0
    spoilt: bool = False


class Journal:
    """What one test has prepared so far, or that it has written something else."""

    known: dict[Key, Recording] = {}

    def __init__(self, patches: pytest.MonkeyPatch) -> None:
        self.patches = patches
        self.so_far: Key | None = ()
        self.under_way: list[Recording] = []
        self.traveller: time_machine.Traveller | None = None
        self.at_the_end = ExitStack()
        # The wrapper of this thread, which outlives every connection it makes.
        self.watched = connections[DEFAULT_DB_ALIAS]

    # --- What the test sends to the database

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        done = execute(sql, params, many, context)
        begins = sql.lstrip("( \n")[:15].upper()
        if begins.startswith(WRITES):
            # An id the database counts up itself would be another one the next time.
            self._wrote([(sql, one) for one in params] if many else [(sql, params)], spoilt=" RETURNING " in sql)
        elif not begins.startswith(HARMLESS):
            self._wrote([], spoilt=True)
        return done

    def _wrote(self, statements: list[tuple[str, Any]], *, spoilt: bool = False) -> None:
        self.so_far = None
        for recording in self.under_way:
            recording.statements += statements
            recording.spoilt |= spoilt

    def another_connection(self, sender: object, connection: Any, **kwargs: Any) -> None:
        """Somebody else may write from now on."""
        if connection is not self.watched:
            self._wrote([], spoilt=True)

    # --- Making

    def make(self, what: Key, build: Callable[[], T], cast: Cast | None = None) -> T:
        key = self._key(what, cast)
        if key is None:
            return build()
        known = self.known.get(key)
        if known is None:
            # Outside a transaction what is left for after the commit is done at once, and not seen here.
            return self._record(key, build, cast) if connection.in_atomic_block else build()
        if known.after_commit and not connection.in_atomic_block:
            return build()
        return self._repeat(key, known, cast)

    def _key(self, what: Key, cast: Cast | None) -> Key | None:
        """Everything that what is made depends on; None if that is not known."""
        if self.so_far is None or bool(self.so_far) != (cast is not None) or not _is_plain(what):
            return None
        if self._changed() or not self._clock_is_ours():
            return None
        organisation = current_organisation()
        around = (translation.get_language(), timezone.get_current_timezone_name(), organisation and organisation.pk)
        return (*self.so_far, (what, around, _people(cast)))

    def _changed(self) -> bool:
        """Whether the test has changed settings or code."""
        return isinstance(settings._wrapped, UserSettingsHolder) or bool(self.patches._setattr or self.patches._setitem)

    def _clock_is_ours(self) -> bool:
        if clock._moment.get():
            return False
        if self.traveller is None:
            return not time_machine.escape_hatch.is_travelling()
        return abs(time.time_ns() - self.traveller.time_ns()) < 1_000_000

    def _record(self, key: Key, build: Callable[[], T], cast: Cast | None) -> T:
        recording = Recording()
        waiting, letters = len(connection.run_on_commit), len(getattr(mail, "outbox", ()))
        self.under_way.append(recording)
        try:
            given = build()
        finally:
            self.under_way.pop()
        if not recording.spoilt and letters == len(getattr(mail, "outbox", ())):
            recording.after_commit = [(do, robust) for _, do, robust in connection.run_on_commit[waiting:]]
            recording.given = _pickled(given, cast)
            recording.ended = time.time_ns()
            if connection.vendor == "postgresql":
                whole = ";\n".join(connection.ops.compose_sql(sql, params) for sql, params in recording.statements)
                recording.statements = [(whole, None)]
            self.known[key] = recording
            self.so_far = key
        return given

    def _repeat(self, key: Key, known: Recording, cast: Cast | None) -> Any:
        with transaction.atomic(savepoint=False), connection.cursor() as cursor:
            for sql, params in known.statements:
                cursor.cursor.execute(sql, params)
        for do, robust in known.after_commit:
            transaction.on_commit(do, robust=robust)
        for recording in self.under_way:
            recording.statements += known.statements
        behind = (known.ended - time.time_ns()) / 1_000_000_000
        if self.traveller is None:
            travel = time_machine.travel(known.ended / 1_000_000_000 + A_TICK)
            self.traveller = travel.start()
            self.at_the_end.callback(travel.stop)
        elif behind > 0:
            self.traveller.shift(behind + A_TICK)
        self.so_far = key
        return _unpickled(known.given, cast)


def _is_plain(value: object) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_plain, value))
    return isinstance(value, PLAIN)


def _people(cast: Cast | None) -> Key:
    return tuple(getattr(each, "pk", None) for each in vars(cast).values()) if cast else ()


# --- Copies of what was given. Where it names the cast's own people, the copy names those of the test that gets it.


def _pickled(given: object, cast: Cast | None) -> bytes:
    named = {id(each): name for name, each in vars(cast).items() if isinstance(each, Model)} if cast else {}

    class Pickler(pickle.Pickler):
        def persistent_id(self, one: object) -> str | None:
            return named.get(id(one))

    kept = io.BytesIO()
    Pickler(kept).dump(given)
    return kept.getvalue()


def _unpickled(kept: bytes, cast: Cast | None) -> Any:
    class Unpickler(pickle.Unpickler):
        def persistent_load(self, name: str) -> object:
            return getattr(cast, name)

    return Unpickler(io.BytesIO(kept)).load()


# --- For the tests

_journal: Journal | None = None


@contextmanager
def one_test(patches: pytest.MonkeyPatch) -> Iterator[None]:
    """While one test runs, which changes code by `patches` and not otherwise."""
    global _journal
    journal = Journal(patches)
    _journal, before = journal, _journal
    connection_created.connect(journal.another_connection)
    try:
        with journal.at_the_end, connection.execute_wrapper(journal):
            yield
    finally:
        connection_created.disconnect(journal.another_connection)
        _journal = before


def made_once(what: str, build: Callable[[], T]) -> T:
    """What `build` gives, which everything else is prepared on."""
    return _journal.make((what,), build) if _journal else build()


def prepared(stage: Callable[..., T]) -> Callable[..., T]:
    """`stage(cast, …)` is made once from each beginning."""

    @wraps(stage)
    def made(cast: Cast, *args: Any, **kwargs: Any) -> T:
        if _journal is None:
            return stage(cast, *args, **kwargs)
        what = (stage.__name__, args, tuple(sorted(kwargs.items())))
        return _journal.make(what, lambda: stage(cast, *args, **kwargs), cast)

    return made
