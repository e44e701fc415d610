"""The small learned model: what it is given and gives, that it is bounded, always the same, and soon there."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tractatus.datafiles import DataError
from tractatus.textmodel import BUCKETS, FILE, SHAPES, Reader, TextModel, phrases_of, shapes_of, words_of

HEADS = {
    "quadrant": 5,
    "persistence": 4,
    "temporal_scope": 5,
    "verification": 4,
    "explicitness": 5,
    "boundary": 6,
    "requires_human": 2,
}


def test_every_head_answers_with_shares_that_add_up_to_one():
    read = TextModel.load().read("Check MongoDB at port 27027")
    assert {head: len(answers) for head, answers in read.items()} == HEADS
    for answers in read.values():
        assert sum(answers.values()) == pytest.approx(1)
        assert all(0 <= share <= 1 for share in answers.values())


def test_it_has_learned_what_the_heads_ask():
    model = TextModel.load()

    def first(head: str, text: str) -> str:
        likely = model.read(text)[head]
        return max(likely, key=lambda answer: likely[answer])

    assert first("quadrant", "The broker listens on port 1884") == "SYSTEM"
    assert first("quadrant", "Brainstorm a few ways to shorten the queue") == "STOCHASTIC"
    assert first("temporal_scope", "Just for this session, skip the slow tests") == "SESSION"
    assert first("boundary", "Sort the rows by date") == "none"
    assert first("requires_human", "Decide which of the two villages loses its only doctor") == "yes"


def test_a_file_that_is_no_model_is_named(tmp_path):
    other = tmp_path / "other.npz"
    other.write_bytes(b"PK no model")
    with pytest.raises(DataError, match=r"^other\.npz: this is no trained model: "):
        TextModel(other)
    with pytest.raises(DataError, match=r"^none\.npz: this is no trained model: "):
        TextModel(tmp_path / "none.npz")
    np.savez(other, format=np.int64(99), heads=np.frombuffer(b"{}", np.uint8))
    with pytest.raises(DataError, match=r"^other\.npz: format 1 is expected, not 99\.$"):
        TextModel(other)


def test_words_are_lower_case_without_accents():
    assert words_of("Don't ask Māori—NOW!") == ["don", "'", "t", "ask", "maori", "—", "now", "!"]


def test_a_word_that_is_not_known_is_split_into_its_longest_pieces():
    reader = Reader(["mongo", "##db", "##d", "m"])
    assert reader.features("mongodb").pieces == [0, 1]
    assert reader.features("mongodx").pieces == [0, 2]
    assert reader.features("xyz").pieces == []


def test_numbers_are_alike_as_phrases_and_each_phrase_has_a_bucket():
    assert phrases_of(["port", "27017"]) == phrases_of(["port", "27027"])
    assert phrases_of([]) == []
    assert all(0 <= bucket < BUCKETS for bucket in phrases_of(words_of("Never push to main without a review")))


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("at 27017", "number"),
        ("1 to 3", "two numbers"),
        ("Node 20.11", "version"),
        ("port 5439", "long number"),
        ("within 30 minutes", "unit"),
        ("10.0.0.7", "address"),
        ("edit src/app", "path"),
        ("edit parser.ts", "file name"),
        ("the `cnt`", "backtick"),
        ("the max_size", "snake_case"),
        ("the maxSize", "camelCase"),
        ("run it with --force", "flag"),
        ("Do NOT touch it", "emphasis in capitals"),
        ("as JSON", "other capitals"),
    ],
)
def test_a_shape_is_seen(text, shape):
    shapes = dict(zip(SHAPES, shapes_of(text, len(words_of(text))), strict=True))
    assert shapes[shape] == 1
    assert dict(zip(SHAPES, shapes_of("go on", 2), strict=True))[shape] == 0


@given(st.text(alphabet=st.characters(), max_size=300))
def test_any_text_is_read_and_always_the_same(text):
    model = TextModel.load()
    read = model.read(text)
    assert read == model.read(text)
    assert all(np.isfinite(share) for answers in read.values() for share in answers.values())


@pytest.mark.parametrize("one", ["a", "é", "\x00", "\ud800", "a b ", "1.", "_a", "/x", "-", "́", "字"])
def test_a_megabyte_is_answered_soon(one):
    text = one * (1_000_000 // len(one))
    start = time.thread_time()
    TextModel.load().read(text)
    assert time.thread_time() - start < 0.5


def test_threads_get_the_same_answer():
    texts = [f"Use port {number} for the queue of the {word}" for number, word in enumerate(("mill", "inn", "barn"))]
    expected, wrong = [TextModel.load().read(text) for text in texts], []

    def ask() -> None:
        for _ in range(50):
            wrong.extend(
                text for text, answer in zip(texts, expected, strict=True) if TextModel.load().read(text) != answer
            )

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_the_weights_are_small():
    assert FILE.stat().st_size < 12_000_000
