"""Full-text search: by the beginnings of words, in what an instruction says now, never in what was erased."""

from __future__ import annotations

import pytest

from accounts import clock
from accounts.scope import open_organisation
from audit.models import Text
from instructions.domain.classification import Wording
from instructions.domain.instruction import propose_instruction, revise_instruction
from instructions.models import Instruction, Searchable
from instructions.queries.search import matching
from tests.cast import Cast


def found(words: str) -> list[str]:
    return [row.key for row in matching(Instruction.objects.order_by("key"), words)]


@pytest.fixture
def told(cast: Cast):
    with open_organisation(cast.organisation):
        for text in ("Always use MongoDB on port 27027.", "Never push to the branch main.", "Das Café nie schließen."):
            propose_instruction(cast.organisation, Wording(text), by=cast.editor, project=cast.project)
        yield cast


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("mongo", ["inst_001"]),
        ("PORT 27027", ["inst_001"]),
        ("port main", []),
        ("push main", ["inst_002"]),
        ("ush", []),
        ("café", ["inst_003"]),
        ("inst_00", ["inst_001", "inst_002", "inst_003"]),
        ("", ["inst_001", "inst_002", "inst_003"]),
        ("' OR 1=1 --", []),
        ('"', ["inst_001", "inst_002", "inst_003"]),
        ("NEAR(a b) AND NOT main*", []),
        ("body:main", []),
        ("a & b | ! :* <->", []),
        ("\x00", ["inst_001", "inst_002", "inst_003"]),
    ],
)  # fmt: skip
def test_words_are_found_by_their_beginning(told: Cast, words: str, keys: list[str]) -> None:
    assert found(words) == keys


@pytest.mark.django_db
def test_revision_replaces_what_is_found(told: Cast) -> None:
    row = Instruction.objects.get(key="inst_001")
    revise_instruction(row, Wording("Always use MongoDB on port 27028."), by=told.editor, why="It moved.")
    assert (found("27027"), found("27028")) == ([], ["inst_001"])


@pytest.mark.django_db
def test_what_is_erased_is_not_found(told: Cast) -> None:
    """The database itself takes erased words out of the search."""
    row = Instruction.objects.get(key="inst_002")
    Text.objects.filter(pk=row.current.text_id).update(body="", salt=b"", erased_at=clock.now())
    assert found("push") == []
    assert not Searchable.objects.filter(instruction=row).exists()


@pytest.mark.django_db
def test_other_organisations_find_nothing(told: Cast) -> None:
    with open_organisation(told.other):
        assert found("mongo") == []
