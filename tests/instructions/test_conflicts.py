"""What of the instructions in force a new one goes against, as it is shown before it binds."""

from __future__ import annotations

import pytest
from django.db import transaction

from accounts.scope import open_organisation
from instructions.domain import standing
from instructions.domain.classification import Overruled, Wording
from instructions.domain.conflicts import clashes_with
from instructions.domain.instruction import (
    propose_instruction,
    publish_instruction,
    retire_instruction,
    revise_instruction,
)
from instructions.models import Instruction
from tests.cast import Cast

PORT, OTHER_PORT = "Always use MongoDB on port 27027.", "MongoDB runs on port 27017."
TABS, SPACES = "Always use tabs for indentation in every file.", "Indent every file with 4 spaces."


def put(cast: Cast, text: str, **facts: object) -> Instruction:
    made = propose_instruction(cast.organisation, Wording(text, **facts), by=cast.editor, project=cast.project)
    return publish_instruction(made, by=cast.editor)


def keys(cast: Cast, text: str, **facts: object) -> list[str]:
    return [clash.against.key for clash in clashes_with(text, cast.project, **facts)]


@pytest.mark.django_db
def test_clash_says_in_what_and_marks_the_words(cast: Cast) -> None:
    with open_organisation(cast.organisation):
        put(cast, PORT)
        (clash,) = clashes_with(OTHER_PORT, cast.project)
        assert (clash.against.key, clash.kind, clash.is_narrower) == ("inst_001", "other value", False)
        assert clash.reason == "They give different values for port of mongodb: 27017 and 27027."
        assert clash.said == (("MongoDB runs on port ", False), ("27017", True), (".", False))
        assert clash.other_said == (("Always use MongoDB on port ", False), ("27027", True), (".", False))


@pytest.mark.django_db
def test_what_is_kept_of_a_project_follows_every_change(cast: Cast) -> None:
    """Published, revised, retired, a variable set: what a process keeps is what a process that begins anew reads."""
    with open_organisation(cast.organisation):
        assert keys(cast, OTHER_PORT) == []
        first = put(cast, PORT)
        assert keys(cast, OTHER_PORT) == ["inst_001"]
        put(cast, TABS)
        assert keys(cast, SPACES) == ["inst_002"]
        assert keys(cast, SPACES, temporal_scope="TASK") == ["inst_002"]
        revise_instruction(first, Wording(OTHER_PORT), by=cast.editor, why="It moved.")
        assert (keys(cast, OTHER_PORT), keys(cast, PORT)) == ([], ["inst_001"])
        with transaction.atomic():
            retire_instruction(first, by=cast.editor, why="Not any more.")
            assert keys(cast, PORT) == []
            transaction.set_rollback(True)
        assert keys(cast, PORT) == ["inst_001"]
        first.refresh_from_db()
        retire_instruction(first, by=cast.editor, why="Not any more.")
        assert keys(cast, PORT) == []
        here = [clash.against.key for clash in clashes_with(SPACES, cast.project)]
        standing.forget()
        assert [clash.against.key for clash in clashes_with(SPACES, cast.project)] == here == ["inst_002"]


@pytest.mark.django_db
def test_environment_keeps_two_apart_and_a_task_is_narrower(cast: Cast) -> None:
    with open_organisation(cast.organisation):
        put(cast, "The log level is `warn`.", environment="production")
        assert keys(cast, "The log level is `debug`.", environment="development") == []
        assert keys(cast, "The log level is `debug`.") == ["inst_001"]
        overruled = {"temporal_scope": Overruled("TASK", "Only for this report.")}
        made = propose_instruction(
            cast.organisation, Wording("The log level is `debug`.", overrules=overruled), by=cast.editor,
            project=cast.project,
        )  # fmt: skip
        (clash,) = clashes_with("The log level is `debug`.", cast.project, besides=made)
        assert clash.is_narrower


@pytest.mark.django_db(transaction=True)
def test_unchanged_history_is_not_read_again(cast: Cast, django_assert_num_queries) -> None:
    """Outside a transaction one look at the version is all that is asked where nothing has changed."""
    with open_organisation(cast.organisation):
        put(cast, TABS)
        assert keys(cast, PORT) == []
        with django_assert_num_queries(1):
            assert keys(cast, PORT) == []
        put(cast, PORT)
        assert keys(cast, OTHER_PORT) == ["inst_002"]
