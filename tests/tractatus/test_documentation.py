"""The examples of docs/framework.md say what the library answers, and its page knows every service and data file."""

import doctest
import re
from pathlib import Path

import pytest

import tractatus

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "framework.md"


def test_examples_of_the_page_are_what_is_answered():
    found = doctest.testfile(str(PAGE), module_relative=False, optionflags=doctest.ELLIPSIS, verbose=False)
    assert found.attempted > 30
    assert found.failed == 0


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in tractatus.__all__
        if name[0].isupper()
        and name.endswith(("Enforcer", "Monitor", "Orchestrator", "Validator", "Verifier", "Classifier"))
    ],
)
def test_page_shows_every_service(name):
    assert re.search(rf">>> .*\b{name}\b", PAGE.read_text(encoding="utf-8")), name
