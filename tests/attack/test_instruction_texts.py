"""Texts made to be slow to read, to compare or to find, and texts that are no text."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from instructions.queries.differences import MOST_EDITS, MOST_WORDS, differences

pytestmark = pytest.mark.alone


def lines_run(call: Callable[..., Any], *given: Any, of: str) -> int:
    """How many lines of the file `of` run: a measure of work that no busy machine changes."""
    ran = 0

    def count(frame: Any, event: str, _arg: Any) -> Any:
        nonlocal ran
        if not frame.f_code.co_filename.endswith(of):
            return None
        ran += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        call(*given)
    finally:
        sys.settrace(before)
    return ran


def test_two_texts_made_to_be_slow_to_compare_are_compared_in_bounds() -> None:
    """Two revisions of the same few words again and again cost no more steps than the square of what may differ."""
    before, after = "x " + "a " * (MOST_WORDS // 4), "y " + "a b " * (MOST_WORDS // 8) + "z"
    ran = lines_run(differences, before, after, of="differences.py")
    assert 1_000 < ran < 6 * MOST_EDITS**2
