"""What a whole module walks through is built once, and everything done to it is undone after each test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from accounts.scope import open_organisation
from tests.emptied import empty
from tests.walls.world import World


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """An organisation with a deliberation in every state; the tables are emptied after the module.

    It is committed and not rolled back: where guards were lifted in the same transaction, SQLite would read its whole
    schema again after every step that is undone.
    """
    with django_db_blocker.unblock():
        try:
            made = World()
            with open_organisation(made.cast.organisation), transaction.atomic():
                made.prepare()
            yield made
        finally:
            empty()
