"""What people said is printed in Python where a page has a thousand texts: as words, whatever they are."""

from __future__ import annotations

from collections import namedtuple
from datetime import UTC, datetime

import pytest
from django.template import Context, Template

from deliberation.queries.abreast import text_in

pytestmark = pytest.mark.alone

Read = namedtuple("Read", "reason__body reason__erased_at")
MOMENT = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


def printed(*answers: dict[str, object]) -> str:
    return Template("{% answers given %}").render(Context({"given": answers}))


def test_an_answer_is_printed_with_everything_it_has() -> None:
    answer = {
        "stance": "Can accept if…",
        "text": "One <b>line</b>\nand another.\n\n “And” a paragraph.",
        "by": "Moana & sons",
        "how": "On paper.",
        "language": "ar",
    }
    assert printed(answer) == (
        '<div class="answer">\n'
        "<p><strong>Can accept if…</strong></p>\n"
        '<blockquote class="words" lang="ar" dir="rtl"><p dir="auto">One &lt;b&gt;line&lt;/b&gt;<br>and another.</p>\n'
        '<p dir="auto"> “And” a paragraph.</p></blockquote>\n'
        '<p class="by"><bdi>Moana &amp; sons</bdi>. On paper.</p>\n'
        "</div>"
    )


def test_of_a_position_only_what_was_answered_is_printed() -> None:
    parts = [{"heading": "Why", "text": "Because."}, {"heading": "What would be lost", "text": None}]
    assert printed({"parts": parts, "by": "", "how": "Spoken."}, {"by": "Tane"}) == (
        '<div class="answer">\n'
        '<p class="label">Why</p>\n'
        '<blockquote class="words"><p dir="auto">Because.</p></blockquote>\n'
        '<p class="by">Spoken.</p>\n'
        "</div>\n"
        '<div class="answer">\n'
        '<p class="by"><bdi>Tane</bdi></p>\n'
        "</div>"
    )


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (Read("Because.", None), '<p dir="auto">Because.</p>'),
        (Read("", MOMENT), '<p class="erased">erased on request, 4 March 2026</p>'),
    ],
)
def test_a_text_of_which_the_columns_were_read_prints_like_the_text(row: Read, words: str) -> None:
    assert printed({"text": text_in(row, "reason")}) == (
        f'<div class="answer">\n<blockquote class="words">{words}</blockquote>\n</div>'
    )


def test_an_answer_without_words_prints_none() -> None:
    assert "blockquote" not in printed({"text": text_in(Read(None, None), "reason"), "by": "Tane"})


def test_links_stand_above_columns_of_which_one_is_long() -> None:
    def above(*columns: dict[str, object]) -> bool:
        return "plain-links" in Template('{% include "components/abreast.html" %}').render(Context({"voices": columns}))

    few, many = [{"by": "Tane"}] * 12, [{"by": "Tane"}] * 13
    assert above({"key": "a", "title": "A", "answers": few}, {"key": "b", "title": "B", "answers": many})
    assert not above({"key": "a", "title": "A", "answers": few}, {"key": "b", "title": "B", "answers": few})
    assert not above({"key": "b", "title": "B", "answers": many})
