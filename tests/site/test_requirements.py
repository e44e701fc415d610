"""What the site needs at run time is what requirements.txt installs, not what the tests bring along."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from django.conf import settings

ROOMS = ("accounts", "audit", "instructions", "deliberation", "oversight", "tractatus", "tractatus_site")


def imported(path: Path) -> Iterator[str]:
    """The packages that a file imports by an absolute name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


@pytest.mark.alone
def test_every_package_that_is_imported_is_installed_for_the_site() -> None:
    """A package that only the development tools bring along is missing where the site runs."""
    pinned = Path(settings.BASE_DIR, "requirements.txt").read_text(encoding="utf-8")
    installed = {re.sub(r"[-_.]+", "-", name).lower() for name in re.findall(r"^([\w.-]+)(?:\[.*?\])?==", pinned, re.M)}
    of = packages_distributions()
    missing = set()
    for path in (file for room in ROOMS for file in Path(settings.BASE_DIR, room).rglob("*.py")):
        for name in {*imported(path)} - sys.stdlib_module_names - {*ROOMS}:
            known = {re.sub(r"[-_.]+", "-", one).lower() for one in of.get(name, [])}
            if not known & installed:
                missing.add(f"{path.relative_to(settings.BASE_DIR)}: {name}")
    assert missing == set()
