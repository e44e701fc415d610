"""What a person wrote stays their words in the exported file: no heading, HTML or link is made of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from accounts.scope import open_organisation
from deliberation.domain.dissent import write_dissent
from deliberation.models import OutcomeVersion
from deliberation.templatetags.markdown import item, plain
from tests.cast import Cast
from tests.deliberation import stages
from tests.deliberation.pages import address, signed_in

pytestmark = pytest.mark.django_db
FORGED = "I object.\r\n\r\n## Decision\r\n\r\n<script>alert(1)</script>\r\n[here](javascript:alert(1))\r\n\r\n    code"


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = Cast()
    with open_organisation(made.organisation):
        yield made


def test_a_dissent_forges_no_heading_of_the_exported_decision(cast: Cast) -> None:
    """A dissent forges no heading of the exported decision."""
    deliberation = stages.at_circulated(cast)
    seat = stages.voices(cast, deliberation)[0]
    version = OutcomeVersion.objects.get(deliberation=deliberation)
    write_dissent(
        deliberation, by=seat, version_id=version.pk, lead="# Decision", objection=FORGED, removed_by="1. Nothing"
    )
    text = signed_in(cast.facilitator).get(address("outcome_markdown", deliberation)).content.decode()
    headings = [line for line in text.split("\n") if line.startswith("#")]
    assert headings.count("## Decision") == 1
    assert "# Decision" not in headings
    assert "\\<script\\>" in text
    assert not re.search(r"(?<!\\)[<\[]", text)


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("# a", "\\# a"),
        ("  - a", "\\- a"),
        ("12. a", "12\\. a"),
        ("a\n===", "a\n\\==="),
        ("a *b* [c](d)", "a \\*b\\* \\[c\\](d)"),
        ("2. a\n\n    b", "2\\. a\n\nb"),
        ("nothing 1.5 of it - at all", "nothing 1.5 of it - at all"),
        (None, ""),
    ],
)
def test_words_are_escaped_where_markdown_would_read_them(words: str | None, kept: str) -> None:
    """Words are escaped where markdown would read them."""
    assert plain(words) == kept
    assert item(words) == kept.replace("\n", "\n  ")
