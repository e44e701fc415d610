"""A plugin of pytest: runs tests again and again, each time with one guard left out of the database.

Reads from the file in LEFT_OUT which tests prove which guard, and writes into the same file by which of them each was
caught. The guard is dropped inside the test's own transaction, and is back at its end. Used by `test_mutations.py`.
"""

from __future__ import annotations

import inspect
import json
import os
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

now: dict[str, str] = {}

OTHER_WAYS = {"save", "update"}
"""What is tried through the models, through a queryset and by SQL reaches a guard as well by SQL alone."""


def ways_of(item: pytest.Item) -> set[str]:
    return set(re.split(r"[\[\]-]", item.nodeid))


def speaks_of(item: Any, guard: str) -> bool:
    """Whether a test names the guard: it is tried first, because it is the most likely to miss it."""
    given = getattr(item, "callspec", None)
    return guard in inspect.getsource(item.function) or guard in f"{item.nodeid} {given and given.params}"


def pytest_configure(config: pytest.Config) -> None:
    from accounts import guards

    whole = guards.refusals

    def without(connection: Any) -> list[Any]:
        return [one for one in whole(connection) if one.name != now.get("guard")]

    guards.refusals = without


def _drop() -> None:
    from django.db import connection

    from accounts import guards

    cursor = connection.cursor()
    cursor.execute(guards._INSTALLED[connection.vendor])
    for name, table in cursor.fetchall():
        plain = name.removeprefix(guards.PREFIX)
        if plain == now["guard"] or plain.rpartition("_")[0] == now["guard"]:
            cursor.execute(f'DROP TRIGGER "{name}"' + (f' ON "{table}"' if connection.vendor == "postgresql" else ""))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    if "django_db_setup" in getattr(item, "fixturenames", []) or item.get_closest_marker("django_db"):
        _drop()
    return (yield)


def pytest_runtestloop(session: pytest.Session) -> bool:
    plan = Path(os.environ["LEFT_OUT"])
    asked: dict[str, list[str]] = json.loads(plan.read_text())
    caught: dict[str, str] = {}
    runs = [
        (guard, item)
        for guard, names in asked.items()
        for item in sorted(
            (
                item for name in names for item in session.items
                if fnmatchcase(item.nodeid.split("[")[0], f"tests/{name}") and not OTHER_WAYS & ways_of(item)
            ),
            key=lambda item, guard=guard: not speaks_of(item, guard),
        )
    ]  # fmt: skip
    for guard, item in runs:
        if guard in caught:
            continue
        now["guard"] = guard
        # Nothing but the session stays up: the next may be this very test, which has to begin anew.
        reports = runtestprotocol(item, nextitem=session, log=False)  # type: ignore[arg-type]
        if any(one.failed and one.when == "call" for one in reports):
            caught[guard] = item.nodeid
            with plan.with_suffix(".caught").open("a") as told:
                told.write(f"{guard} {item.nodeid}\n")
        elif any(one.failed for one in reports):
            raise RuntimeError(f"{item.nodeid} without {guard}: {[str(one.longrepr) for one in reports]}")
    plan.write_text(json.dumps(caught))
    return True
