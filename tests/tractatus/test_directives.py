"""What is read in an instruction: values, limits, choices, prohibitions, scopes, and what is not understood."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tractatus.datafiles import DataError, Field, rows
from tractatus.directives import Force, Relation, parameters_of, read_instruction
from tractatus.directives import constraints as c
from tractatus.directives.knowledge import patterns, practices
from tractatus.directives.language import clauses_of, stem, tokens_of
from tractatus.directives.patterns import compiled
from tractatus.directives.wordlists import words


def only(text: str, kind: type) -> list:
    return [constraint for constraint in read_instruction(text).constraints if isinstance(constraint, kind)]


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ("Check MongoDB at port 27027", {"port": "27027"}),
        ("MongoDB runs on port 27017", {"port": "27017"}),
        ("Always use port 27017", {"port": "27017"}),
        ("The dashboard listens on 8123", {"port": "8123"}),
        ("Required Node.js version is >=20.11.0", {"node": ">=20.11.0"}),
        ("Kotlin 2.2.0 and JVM toolchain 21", {"kotlin": "2.2.0", "java": "21"}),
        ("LOG_LEVEL is `warn` in production", {"log_level": "warn"}),
        ("Keep the feature flag NEW_CART off", {"new_cart": "false"}),
        ("Telemetry stays off", {"telemetry": "false"}),
        ("Explore different approaches to caching", {}),
    ],
)
def test_an_instruction_gives_the_values_it_fixes(text, parameters):
    assert parameters_of(text) == parameters


def test_a_refused_value_is_not_a_wanted_one():
    wanted, refused = only("Services bind to 127.0.0.1, never to 0.0.0.0", c.Value)
    assert (wanted.relation, wanted.values) == (Relation.IS, ("127.0.0.1",))
    assert (refused.relation, refused.values, refused.instead) == (Relation.IS_NOT, ("0.0.0.0",), "127.0.0.1")


def test_each_environment_has_its_value():
    staging, production = only("The gateway listens on 9191 in staging; production stays on 443", c.Value)
    assert (staging.scope.environments, staging.values) == (frozenset({"staging"}), ("9191",))
    assert (production.scope.environments, production.values) == (frozenset({"production"}), ("443",))


def test_never_x_always_y_forbids_the_one_and_expects_the_other():
    (choice,) = only("Never npm, always pnpm", c.Choice)
    assert choice.refused == {"npm"}
    assert choice.allowed == {"pnpm"}


@pytest.mark.parametrize(
    ("text", "relation", "figure", "unit"),
    [
        ("Modules stay below 250 lines", Relation.AT_MOST, 250, ""),
        ("No query may take longer than 5 seconds", Relation.AT_MOST, 5, "s"),
        ("Keep at least 3 replicas", Relation.AT_LEAST, 3, ""),
        ("Aim for 85% coverage", Relation.AT_LEAST, 85, "%"),
        ("Images must not exceed 300 KB", Relation.AT_MOST, 300_000, "bytes"),
    ],
)
def test_limits_are_read_with_their_side_and_unit(text, relation, figure, unit):
    (limit,) = only(text, c.Limit)
    assert (limit.relation, limit.figure, limit.unit) == (relation, figure, unit)


def test_a_protected_folder_is_untouched():
    (untouched,) = only("Don't touch vendor/legacy/", c.Untouched)
    assert untouched.patterns == ("vendor/legacy/",)


def test_a_bound_on_the_work_is_within():
    (within,) = only("Only work in src/billing", c.Within)
    assert within.patterns == ("src/billing",)


def test_an_approval_lifts_a_prohibition():
    (deed,) = only("Ask me before you deploy the shop", c.Deed)
    assert deed.scope.approval
    assert "deploy" in deed.verbs


def test_an_exception_is_kept():
    (practice,) = only("No console.log except in tests", c.Practice)
    assert practice.scope.excepted == {"test"}


def test_a_job_is_no_rule():
    assert read_instruction("Add an opt-out page for the analytics").constraints == ()


def test_what_is_not_understood_is_said():
    directive = read_instruction("Treat the archive with the dignity it deserves")
    assert directive.constraints == ()
    assert directive.unread


@pytest.mark.parametrize(
    ("text", "force"), [("Never do that", Force.MUST), ("Prefer tea", Force.WISH), ("Use tea", Force.SHOULD)]
)
def test_the_wording_tells_the_force(text, force):
    assert read_instruction(text).force is force


def test_parameters_that_the_text_does_not_give_are_taken():
    (value,) = [
        x for x in read_instruction("MongoDB as agreed", {"port": "27027"}).constraints if isinstance(x, c.Value)
    ]
    assert (value.parameter, value.subject, value.values) == ("port", "mongodb", ("27027",))


def test_words_have_one_stem_in_all_forms():
    assert stem("deleting") == stem("deletes") == stem("deleted") == stem("delete")


def test_a_clause_knows_what_limits_it():
    (clause,) = clauses_of(tokens_of("Do not push until I have reviewed it"))
    assert clause.negative
    assert clause.approval


def test_a_very_long_instruction_says_what_was_not_read():
    assert any("6,000" in clause for clause in read_instruction("Use port 5439. " * 1000).unread)


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text):
    assert read_instruction(text) == read_instruction(text)


RUN = (
    "never always only not no do don't must should prefer unless except until while before by is are in on to "
    "for of and or , . : ; ( ) - without approval ask me between after use run send delete edit it them that "
    "`any` src/app/ *.png .env feature/* 27017 10:30 5 % KB 500 € v1.2.3 >=20 LOG_LEVEL = true off port "
    "localhost:80 0.0.0.0 kebab-case branch file lines node npm privacy friday --force @here 0x3D eu-west-1 "
    "gpt-4 read-only instead rather than over leave alone forbidden "
)
WORDS = tuple(RUN.split())


@settings(deadline=None, max_examples=400)
@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_no_run_of_telling_words_breaks_the_reader(text):
    read_instruction(text)


@pytest.mark.parametrize(
    "text", ["\0", "\ud800", "never " * 5000, "`" * 9000, "a/" * 9000, "(" * 9000, "1" * 9000, "x=" * 5000, "-" * 9000]
)
def test_odd_texts_are_read_in_bounded_time(text):
    read_instruction(text)


def test_every_practice_has_a_sign():
    assert all(kind.does or kind.breaks for kind in practices().values())


def test_a_pattern_that_cannot_be_read_is_named_with_its_line():
    (row,) = rows("own.toml", "practice", {"does": Field(list)}, text='[[practice]]\ndoes = ["("]\n')
    with pytest.raises(DataError, match=r"own.toml, line 2: does: '\(' is no pattern"):
        patterns(row, "does")


def test_a_word_list_that_is_missing_is_named():
    with pytest.raises(DataError, match="a list named 'nothing like it' is expected"):
        words("nothing like it")


@pytest.mark.parametrize("text", ["<img " * 1200, "A_" * 3000, "\n" * 6000, "0" * 6000, "def f(" * 1000])
def test_no_sign_of_a_practice_is_slow_on_any_text(text):
    for kind in practices().values():
        for pattern in (*kind.does, *kind.breaks):
            started = time.thread_time()
            pattern.search(text)
            assert time.thread_time() - started < 2, pattern.pattern


def test_repetitions_are_bounded_and_still_match():
    assert compiled(r"(?m)^\s*print\s*\(").search("x = 1\n    print (x)")
    assert compiled(r"<img\b(?![^>]*\balt=)[^>]*>").search('<img src="a.png" width="3">')
    assert compiled(r"a[+*]b\+c\*").search("a+b+c*")
