"""What was tried stands in words on a page of the documentation."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from tests.attack.sentences import page, sentences

pytestmark = pytest.mark.alone


def test_each_way_that_was_tried_says_what_it_proves() -> None:
    """Every attack says in one sentence what it proves, and no two say the same."""
    said = [(f"{file}::{name}", words) for file, tests in sentences().items() for name, words in tests.items() if name]
    silent = [where for where, words in said if not words.endswith(".")]
    assert not silent, f"give these a docstring, the sentence they prove: {silent}"
    assert len({words for _where, words in said}) == len(said) > 60


def test_the_page_of_attacks_is_written_from_the_tests() -> None:
    """The page of attacks lists exactly what is tried."""
    written = (Path(settings.BASE_DIR) / "docs" / "attacks.md").read_text(encoding="utf-8")
    assert written == page(), "run python -m tests.attack.sentences > docs/attacks.md"
