"""What a file of tests leaves in the database is seen, said, and gone before the next file."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from accounts.models import Organisation
from tests.cast import make_organisation
from tests.emptied import left_behind

# So that no transaction of the test's own is there to be ended.
pytestmark = pytest.mark.django_db(transaction=True)


def test_rows_that_were_left_are_named_and_gone() -> None:
    make_organisation()
    assert left_behind() == ["rows in accounts_organisation"]
    assert not Organisation.objects.exists()
    assert left_behind() == []


def test_a_transaction_that_was_left_open_is_named_and_rolled_back() -> None:
    outer, inner = transaction.atomic(), transaction.atomic()
    outer.__enter__()
    inner.__enter__()
    make_organisation()
    outer.__exit__(None, None, None)  # as when somebody is stopped at the end of the inner one: this ends that instead
    assert left_behind() == ["an open transaction"]
    assert not connection.in_atomic_block
    assert not Organisation.objects.exists()
