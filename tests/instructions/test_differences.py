"""What changed between two wordings, word by word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructions.queries.differences import differences

pytestmark = pytest.mark.alone

TEXTS = st.text(alphabet="ab .\n", max_size=60)


def told(before: str, after: str) -> list[tuple[str, str]]:
    return [(piece.kind, piece.text) for piece in differences(before, after)]


def test_whole_words_change() -> None:
    assert told("within 10 working days.", "within 5 working days.") == [
        ("same", "within "), ("gone", "10"), ("new", "5"), ("same", " working days."),
    ]  # fmt: skip
    assert told("a person has looked at it", "a person has carefully read it") == [
        ("same", "a person has "), ("gone", "looked at"), ("new", "carefully read"), ("same", " it"),
    ]  # fmt: skip
    assert told("", "new") == [("new", "new")]
    assert told("same", "same") == [("same", "same")]


@given(TEXTS, TEXTS)
def test_pieces_are_both_texts(before: str, after: str) -> None:
    pieces = differences(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "new") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "gone") == after


def test_long_text_of_one_word_is_compared_by_lines() -> None:
    before, after = "no " * 9_000, "no " * 4_000 + "yes " + "no " * 4_999
    pieces = differences(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "gone") == after
