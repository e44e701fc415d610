"""Instructions against each other: what contradicts, what only refines, and that a long history changes nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import pytest

from tractatus import ContradictionKind, Contradictions, Instruction

ROWS = [
    json.loads(line) for line in Path(__file__).with_name("contradicting.jsonl").read_text("utf-8").splitlines() if line
]


def told(text: str, id: str = "new", **fields: object) -> Instruction:
    classified = {
        "quadrant": "SYSTEM",
        "persistence": "HIGH",
        "temporal_scope": "PERMANENT",
        "verification_required": "MANDATORY",
        "explicitness": 0.9,
    }
    return Instruction(id=id, text=text, **(classified | fields))


def between(first: str, second: str, **fields: object):
    return Contradictions([told(first, "old")]).with_(told(second, **fields))


def test_labelled_pairs_are_told_apart():
    """The pairs that it was developed with: nothing that agrees is shown, and either way round gives the same."""
    found = {row["id"]: bool(between(row["first"], row["second"])) for row in ROWS}
    turned = {row["id"]: bool(between(row["second"], row["first"])) for row in ROWS}
    assert found == turned
    assert [row["id"] for row in ROWS if found[row["id"]] and not row["contradict"]] == []
    contradicting = [row["id"] for row in ROWS if row["contradict"]]
    assert len(contradicting) == 32
    assert sum(found[id] for id in contradicting) >= 29


@pytest.mark.parametrize(
    ("first", "second", "kind", "in_first", "in_second"),
    [
        ("The retry limit is 3.", "Set the retry limit to 10.", "other limit", ["3"], ["10"]),
        ("Use Python 3.11.", "Use Python 3.8.", "other value", ["3.11"], ["3.8"]),
        ("Use pnpm for all packages.", "Always install packages with npm.", "other choice", ["pnpm"], ["npm"]),
        ("The default theme is dark.", "The default theme is light.", "contrary words", ["dark"], ["light"]),
        ("Name files in kebab-case.", "Name files in PascalCase.", "other naming", ["kebab-case"], ["PascalCase"]),
        ("Never force push.", "Force push after a rebase.", "opposite practice", ["force", "push"], ["Force", "push"]),
        ("Never cache responses.", "Cache responses for a day.", "forbidden and asked",
         ["Never", "cache", "responses"], ["Cache", "responses"]),
    ],
)  # fmt: skip
def test_kind_reason_and_the_words_that_clash(first, second, kind, in_first, in_second):
    (found,) = between(first, second)
    assert found.kind == ContradictionKind(kind)
    assert found.reason.endswith(".")
    assert [second[start:end] for start, end in found.words] == in_second
    assert [first[start:end] for start, end in found.other_words] == in_first


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Python 3.11 or later is required.", "Use Python 3.12."),
        ("Use Python 3.11.", "Use Python 3.11.4."),
        ("Test coverage must be at least 80%.", "Test coverage must be at least 90%."),
        ("Never force push to main.", "Force push to your own feature branch after a rebase."),
        ("Never run migrations without asking.", "Run migrations before the tests."),
        ("Never print debug output.", "Remove all debug output that is printed."),
        ("Never copy production data to staging.", "Copy staging data to production."),
    ],
)
def test_refinement_is_no_contradiction(first, second):
    assert between(first, second) == between(second, first) == ()


def test_other_environment_time_or_place_in_line_is_no_contradiction():
    old, new = "The log level is `warn`.", "The log level is `debug`."
    assert between(old, new)
    here = told(old, "old", environment="production")
    assert not Contradictions([here]).with_(told(new, environment="development"))
    assert Contradictions([here]).with_(told(new, environment="prod"))
    assert not between(old, new, supersedes="old")
    assert not Contradictions([told(old, "old", active=False)]).with_(told(new))
    ended = told(old, "old", expires_at=datetime(2027, 3, 1, tzinfo=UTC))
    assert not Contradictions([ended]).with_(told(new), now=datetime(2027, 3, 2, tzinfo=UTC))
    assert Contradictions([ended]).with_(told(new), now=datetime(2027, 2, 28, tzinfo=UTC))


def test_narrower_one_is_shown_as_narrower():
    (found,) = between("Always use tabs for indentation.", "Indent with 4 spaces.", temporal_scope="TASK")
    assert found.narrower
    assert "This one is narrower: it only holds for a task" in found.reason
    (found,) = between("Always use tabs for indentation.", "Indent with 4 spaces.")
    assert not found.narrower


def test_variables_have_their_values_put_in():
    old, new = told("The API listens on port ${API_PORT}.", "old"), told("The API listens on port 8080.")
    assert not Contradictions([old], variables={"API_PORT": "8080"}).with_(new)
    assert Contradictions([old], variables={"API_PORT": "9000"}).with_(new)


def test_history_of_any_order_gives_what_each_two_give():
    """The index leaves nothing out: every pair that is found alone is found among all, once, and nothing else is."""
    texts = sorted({row[which] for row in ROWS for which in ("first", "second")})
    all_of_them = [told(text, f"i{number:03d}") for number, text in enumerate(texts)]
    alone = {
        frozenset((one.id, other.id))
        for one, other in combinations(all_of_them, 2)
        if Contradictions([one]).with_(other)
    }
    for order in (all_of_them, all_of_them[::-1]):
        together = [frozenset((id, found.instruction_id)) for id, found in Contradictions(order).pairs()]
        assert set(together) == alone
        assert len(together) == len(alone) > 30


def test_what_is_taken_out_is_no_longer_found():
    history = Contradictions([told("Use Python 3.11.", "a"), told("Use Python 3.11.", "b")])
    new = told("Use Python 3.8.")
    assert [found.instruction_id for found in history.with_(new)] == ["a", "b"]
    history.remove("a")
    assert [found.instruction_id for found in history.with_(new)] == ["b"]
    history.add(told("Use Python 3.8.", "b"))
    assert history.with_(new) == ()
    assert len(history) == 1
    history.remove("b")
    with pytest.raises(KeyError, match="no instruction has the id 'b'"):
        history.remove("b")
    assert (history._meeting, history._telling, history._forbidding) == ({}, {}, {})


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match="there twice"):
        Contradictions([told("Use Python 3.11.", "a"), told("Use Python 3.8.", "a")])
    with pytest.raises(TypeError, match="instruction"):
        Contradictions().with_("Use Python")  # type: ignore[arg-type]


def test_what_is_compared_does_not_grow_with_the_history():
    """Of 3,000 more instructions about other things, none is looked at."""
    history = Contradictions([told("MongoDB runs on port 27017.", "old")])
    new = told("Always use MongoDB on port 27027.")
    assert len(history.with_(new)) == 1
    from tractatus.contradictions.service import _read

    before = len(history._candidates(_read(new.text), None))
    for number in range(3_000):
        history.add(told(f"Never print the badge of visitor{number} in room{number}.", f"i{number}"))
    assert len(history._candidates(_read(new.text), None)) == before
    assert len(history.with_(new)) == 1
