"""The list of what is guaranteed is whole: every guard stands in it, and every test and guard it names is there."""

from __future__ import annotations

import ast
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from django.db import connection

from accounts import guards
from tests.guarantees.held import PAGE, ROOT, Guarantee, guarantees, page

pytestmark = pytest.mark.alone

ALL = guarantees()


def collected_from(path: Path) -> set[str]:
    """The tests that pytest finds in this file."""
    assert path.name.startswith("test_"), path
    tree = ast.parse(path.read_text()).body
    return {one.name for one in tree if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")}


def test_every_guarantee_is_held_and_proved_or_said_to_wait() -> None:
    for one in ALL:
        assert bool(one.later) != bool(one.tests), one.says
        assert bool(one.later) != bool(one.guards or one.code), one.says


@pytest.mark.parametrize("one", [one for one in ALL if one.tests], ids=lambda one: one.says[:50])
def test_every_test_named_is_there(one: Guarantee) -> None:
    for name in one.tests:
        path, test = name.split("::")
        found = collected_from(ROOT / "tests" / path)
        assert any(fnmatchcase(each, test) for each in found), name


def test_every_place_in_the_code_is_there() -> None:
    for one in ALL:
        for place in one.code:
            path, _colon, name = place.partition(": ")
            assert (ROOT / path).is_file(), place
            last = name.rpartition(".")[2]
            assert not last or last in (ROOT / path).read_text(), place
        for mutation in one.without:
            assert (ROOT / mutation.file).read_text().count(mutation.old) == 1, mutation


@pytest.mark.django_db
def test_every_guard_stands_under_a_guarantee_and_every_one_named_is_there() -> None:
    names = {one.name for one in guards.refusals(connection)}
    assert {name for name in names if not any(one.holds(name) for one in ALL)} == set()
    patterns = {pattern for one in ALL for pattern in one.guards}
    assert {pattern for pattern in patterns if not any(fnmatchcase(name, pattern) for name in names)} == set()


def test_page_is_written_from_the_list() -> None:
    assert PAGE.read_text() == page()
