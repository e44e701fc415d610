"""Every verb, by everybody, in every state: it lets in whom the table names and refuses all others, writing nothing.

Generated from the table. A new verb is walked by itself; where something of it cannot be found, the test says where
it is to be added.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import APIKey, User
from accounts.permissions import ANY, TABLE, Rule, System
from accounts.refusals import NotAllowed, Refused, WrongState
from accounts.scope import open_organisation
from deliberation.models import Seat
from tests.walls.calls import arguments, at_the_door, verbs
from tests.walls.decided import OF_AGENTS
from tests.walls.history import HISTORY
from tests.walls.world import Actor, World

pytestmark = [pytest.mark.django_db, pytest.mark.alone]

VERBS = verbs()
WITHOUT_SEATS = {"installation", "organisation", "user", "log", "text"}
"""Machines whose verbs know people and the software, and neither seats nor keys."""
MADE_BY: dict[str, tuple[type, ...]] = {"convene": (User,), "propose_conflict": (APIKey,)}
ROWS = [row for row in TABLE.values() if not row.is_read]


def test_every_verb_of_the_table_is_a_function_of_its_name() -> None:
    missing = {row.verb for row in ROWS} - VERBS.keys()
    assert not missing, f"no function of a `domain` package is named for these verbs of the table: {sorted(missing)}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.verb)
def test_it_admits_whom_the_table_admits_and_nobody_else(row: Rule, world: World) -> None:
    things = world.at.get(row.machine)
    assert things, (
        f"{row.verb} moves the machine “{row.machine}”, of which tests/walls/world.py prepares nothing: "
        "give World.at a thing in each of its states."
    )
    with open_organisation(world.cast.organisation) if row.machine != "installation" else nullcontext():
        differences = list(_differences(row, world, things))
    assert not differences, "\n".join([row.verb, *differences])


def _differences(row: Rule, world: World, things: dict[str, Any]) -> Iterator[str]:
    verb = VERBS[row.verb]
    parameters = inspect.signature(verb).parameters
    # A verb that a key alone calls is about the key itself and its project: no other key could be named.
    takes = "by" if "by" in parameters else "key" if row.who == ("key",) else ""
    for state, thing in things.items():
        thing.refresh_from_db()  # a verb that is undone leaves its changes in what it was given
        given = arguments(verb, world, thing)
        here = getattr(thing, "deliberation", thing)
        for actor in _who_try(row, state, world):
            if not takes and actor.words != ("system",):
                continue  # it names nobody who does it: whoever is at the page, or the software
            by = actor.by if row.machine in WITHOUT_SEATS | HISTORY | OF_AGENTS else actor.in_(here)
            if takes == "key" and (not isinstance(by, APIKey) or actor.words != ("key",)):
                continue
            if not isinstance(by, _known_to(row)):
                continue  # no page and no request could name them
            called = partial(verb, **given | ({takes: by} if takes else {}))
            with transaction.atomic():
                world.bring(row.machine, state)
                found = _outcome(called)
                transaction.set_rollback(True)
            expected = _expected(row, state, actor)
            if not (found == expected or (expected == "refused" and found in {"not allowed", "wrong state"})):
                yield f"{actor.name}, in {state}: {found}, and the table says {expected}"
        if ANY in row.states:
            return


def _known_to(row: Rule) -> tuple[type, ...]:
    """What may stand for who acts: some verbs write it into a row that knows people alone, or keys alone."""
    if row.machine in WITHOUT_SEATS:
        return (User, System)
    if row.machine in HISTORY | OF_AGENTS:
        return (User, APIKey, System)
    return MADE_BY.get(row.verb, (User, Seat, APIKey, System))


def _who_try(row: Rule, state: str, world: World) -> list[Actor]:
    """Everybody, where the verb may be called; elsewhere one whom the table names, and one whom it does not."""
    if row.holds_in(state):
        return world.actors
    named = [actor for actor in world.actors if _expected(row, row.states[0], actor) == "let in"]
    others = [actor for actor in world.actors if actor not in named]
    return [*named[:1], *others[len(row.verb + state) % max(1, len(others)) :][:1]]


def _expected(row: Rule, state: str, actor: Actor) -> str:
    admitted = row.admits(actor.words) and not actor.barred.intersection(row.barred)
    if ANY in row.states or state in row.states:
        return "let in" if admitted else "not allowed"
    return "wrong state" if admitted else "refused"


def _outcome(call: Callable[[], Any]) -> str:
    """What became of a try; everything it did is undone. A refusal at the door has written nothing."""
    with _written() as written, transaction.atomic():
        try:
            call()
            said = "let in"
        except (NotAllowed, WrongState) as refusal:
            said = _refused(refusal)
            if said != "let in" and written:
                said = f"{said}, but wrote: {written[0]}"
        except (Refused, IntegrityError):
            said = "let in"
        transaction.set_rollback(True)
    return said


def _refused(refusal: Refused) -> str:
    if not at_the_door(refusal):
        return "let in"
    assert refusal.sentence, "a refusal says why"
    return "not allowed" if isinstance(refusal, NotAllowed) else "wrong state"


@contextmanager
def _written() -> Iterator[list[str]]:
    """The statements that write, in the order in which they were sent."""
    found: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            found.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found
