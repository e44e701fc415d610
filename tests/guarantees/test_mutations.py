"""Every guarantee is taken away once, and a test named for it must fail.

A guard of the database is left out while its tests run; a place in the code is changed in a copy of the tree. Two at a
time. `-s` prints the figures.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from django.db import connection

from accounts import guards
from tests.guarantees.held import ROOT, Guarantee, Mutation, for_good, guarantees
from tests.guarantees.test_every_table import missing, wanted

pytestmark = [pytest.mark.alone, pytest.mark.long]
AT_ONCE = 2


def environment(tree: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "PYTHONPATH": str(tree), "DATA_DIR": str(tree.parent / f"{tree.name}-data")}


def pytest_in(tree: Path, tests: Iterable[str], *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    named = [f"tests/{name.removesuffix('::*')}" for name in tests]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-m", "not long", *options, *named],
        cwd=tree, env=environment(tree) | variables, capture_output=True, text=True, check=False,
    )  # fmt: skip


def copies(folder: Path) -> list[Path]:
    """Copies of the tree, in which a file may be changed."""

    def unneeded(path: str, names: list[str]) -> list[str]:
        # What a site that runs here has kept stands in the tree's own `data`; one in a room belongs to the code.
        left = {"__pycache__", "docs", "training"} | ({"data"} if Path(path) == ROOT else set())
        return [name for name in names if name.startswith(".") or name in left]

    return [Path(shutil.copytree(ROOT, folder / f"tree{n}", ignore=unneeded)) for n in range(AT_ONCE)]


@pytest.mark.django_db
def test_a_family_of_guards_misses_each_of_its_own() -> None:
    """What every table has is compared with the models, so that one left out is named."""
    names = {one.name for one in guards.refusals(connection)}
    for name in wanted():
        assert missing(names - {name}) == {name}
    print(f"{len(wanted())} guards that every table has, each missed when it is left out")


@pytest.mark.django_db
def test_no_guard_of_the_database_is_left_out_unnoticed(tmp_path: Path) -> None:
    """Each guard by its own tests; those that every table has are tried in `test_every_table.py`."""
    families = wanted().keys() | for_good().keys()
    plan: dict[str, list[str]] = {}
    for name in sorted({one.name for one in guards.refusals(connection)} - families):
        plan[name] = [test for one in guarantees() if one.holds(name) for test in one.tests]
    halves = [dict(list(plan.items())[n::AT_ONCE]) for n in range(AT_ONCE)]

    def run(n: int) -> dict[str, Any]:
        file = tmp_path / f"plan{n}.json"
        file.write_text(json.dumps(halves[n]))
        tests = {test.split("::")[0] for names in halves[n].values() for test in names}
        ran = pytest_in(ROOT, sorted(tests), "-p", "tests.guarantees.left_out", "-p", "no:randomly", LEFT_OUT=str(file),
                        DATA_DIR=str(tmp_path / f"data{n}"))  # fmt: skip
        assert ran.returncode in {0, 5}, ran.stdout[-3000:] + ran.stderr[-3000:]
        found: dict[str, Any] = json.loads(file.read_text())
        assert found != halves[n], ran.stdout[-3000:]
        return found

    with ThreadPoolExecutor(AT_ONCE) as pool:
        caught = {name for found in pool.map(run, range(AT_ONCE)) for name in found}
    print(f"{len(plan)} guards left out, {len(plan) - len(caught)} not noticed")
    assert plan.keys() - caught == set()


def test_no_place_in_the_code_is_changed_unnoticed(tmp_path: Path) -> None:
    """Each by the tests named beside it: many in one process; what that cannot change, or not see, in a copy."""
    pairs = [(one, mutation) for one in guarantees() for mutation in one.without]
    noticed = _in_one_process(tmp_path, pairs)
    trees: Queue[Path] = Queue()
    for tree in copies(tmp_path):
        trees.put(tree)

    def survives(pair: tuple[Guarantee, Mutation]) -> str:
        one, mutation = pair
        tree = trees.get()
        file = tree / mutation.file
        whole = file.read_text()
        try:
            assert whole.count(mutation.old) == 1, mutation
            file.write_text(whole.replace(mutation.old, mutation.new))
            ran = pytest_in(tree, provable(one))
            assert ran.returncode in {0, 1}, ran.stdout[-3000:] + ran.stderr[-3000:]
            noticed = ran.returncode == 1
            assert not noticed or " failed" in ran.stdout or " error" in ran.stdout, ran.stdout[-3000:]
            print("noticed    " if noticed else "NOT NOTICED", mutation.file, mutation.old.strip()[:80], flush=True)
            return "" if noticed else f"{mutation.file}: {mutation.old}"
        finally:
            file.write_text(whole)
            trees.put(tree)

    others = [pair for number, pair in enumerate(pairs) if number not in noticed]
    print(f"{len(noticed)} places noticed in one process, {len(others)} to be tried in a copy", flush=True)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        left = [said for said in pool.map(survives, others) if said]
    print(f"{len(pairs)} places changed, {len(left)} not noticed")
    assert left == []


def provable(one: Guarantee) -> list[str]:
    """The tests that need neither a browser nor what other people publish."""
    return [test for test in one.tests if not test.startswith(("browser/", "adapters/", "endurance/"))]


def _in_one_process(folder: Path, pairs: list[tuple[Guarantee, Mutation]]) -> set[int]:
    """The places that were noticed, by their number, each half in a process of its own."""

    def run(n: int) -> set[int]:
        mine = {
            number: pair for number, pair in enumerate(pairs) if number % AT_ONCE == n and pair[1].file[-3:] == ".py"
        }
        file = folder / f"changes{n}.json"
        plan = {number: {"tests": provable(one), **vars(mutation)} for number, (one, mutation) in mine.items()}
        file.write_text(json.dumps(plan))
        tests = sorted({test.split("::")[0] for one, _mutation in mine.values() for test in provable(one)})
        ran = pytest_in(ROOT, tests, "-p", "tests.guarantees.changed", "-p", "no:randomly", CHANGED=str(file),
                        DATA_DIR=str(folder / f"data{n}"))  # fmt: skip
        assert ran.returncode in {0, 1, 5}, ran.stdout[-3000:] + ran.stderr[-3000:]
        return {int(number) for number in json.loads(file.read_text())}

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return set().union(*pool.map(run, range(AT_ONCE)))
