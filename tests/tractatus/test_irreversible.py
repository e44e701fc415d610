"""Acts that cannot be undone: found on real things, not on what is made to be thrown away."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tractatus.tool_calls import IRREVERSIBLE, ORDINARY, call
from tractatus.actions import Act, Passage, Reading, read_action
from tractatus.datafiles import DataError
from tractatus.irreversible import irreversible_act, throwaway
from tractatus.irreversible import rules as irreversible_rules


def found(command: str):
    return irreversible_act(read_action(call(command)))


def test_ordinary_tool_calls_are_none():
    assert len(ORDINARY) >= 150
    assert [row for row in ORDINARY if irreversible_act(read_action(call(row)))] == []


def test_irreversible_tool_calls_are_found_with_their_kind():
    found = [(row, kind, irreversible_act(read_action(call(row)))) for row, kind in IRREVERSIBLE]
    assert [(row, kind) for row, kind, act in found if act is None or act.kind != kind] == []
    for _, _, act in found:
        assert 0 < act.confidence <= 1
        assert all(check.endswith("?") for check in act.safety_checks)
        assert len(act.safety_checks) >= 2
        assert len(act.alternatives) >= 2
        assert act.reasons


def test_data_deletion_has_the_safety_checks_of_core_concepts():
    act = found("psql shop -c 'DROP TABLE users'")
    assert act.why == "Data deletion cannot be undone"
    assert act.safety_checks[:3] == ("Backup exists?", "Legal requirements met?", "User consent obtained?")


def test_the_surest_act_of_several_is_given():
    act = found("git reset --hard && npm publish")
    assert act.kind == "publication"


def test_the_reasons_show_the_command_and_what_it_touches():
    act = found("git push --force origin release/2.4")
    assert act.reasons[0] == (
        "Overwrites a shared branch with another history: `git push --force origin release/2.4` (release/2.4)."
    )


@pytest.mark.parametrize(
    ("real", "tried"),
    [
        ("npm publish", "npm publish --dry-run"),
        ("terraform destroy", "terraform plan -destroy"),
        ("aws s3 rm s3://acme-invoices --recursive", "aws s3 rm s3://acme-invoices --recursive --dryrun"),
        ("kubectl delete ns shop", "kubectl delete ns shop --dry-run=client"),
        ("git clean -fd", "git clean -nd"),
        ("rm -rf data", "rm --help"),
    ],
)
def test_what_is_only_tried_is_not_one(real, tried):
    assert found(real) is not None
    assert found(tried) is None


@pytest.mark.parametrize(
    ("real", "thrown_away"),
    [
        ("rm -rf src", "rm -rf dist"),
        ("rm -rf /var/www", "rm -rf /tmp/www"),
        ("dropdb shop", "dropdb shop_test"),
        ("kubectl delete ns shop", "kubectl delete ns shop-preview"),
        ("terraform -chdir=envs/prod destroy", "terraform -chdir=envs/dev destroy"),
        ("git push -f origin main", "git push -f origin fix/main-menu"),
        ("git branch -D main", "git branch -D fix/menu"),
        ("docker volume rm shop_data", "docker volume rm shop_ci_data"),
    ],
)
def test_what_is_made_to_be_thrown_away_is_spared(real, thrown_away):
    assert found(real) is not None
    assert found(thrown_away) is None


def test_production_outweighs_a_throw_away_name():
    assert found("dropdb test_prod") is not None
    assert found("kubectl delete ns demo --context production") is not None


def test_the_caller_cannot_declare_itself_out():
    action = {
        "type": "delete_account",
        "description": "technical",
        "parameters": {
            "user_id": 3,
            "domain": "technical",
            "automatable": True,
            "approved": True,
            "requires_human": False,
        },
    }
    assert irreversible_act(read_action(action)).kind == "accounts"


@pytest.mark.parametrize(
    "command",
    [
        "mkdir -p data && rm -rf data",
        "git add src && rm -rf src",
        'T=$(mktemp -d); rm -rf "$HOME"',
        "aws ec2 terminate-instances --instance-ids i-1 --description 'only a test'",
        "rm -rf dist /srv/data",
        "rm -rf /tmp/../srv/data",
        "cd /tmp && rm -rf /srv/data",
        "echo test; dropdb shop",
        "dropdb shop # --dry-run",
        "git push --force origin feature/x main",
    ],
)
def test_a_harmless_looking_neighbour_spares_nothing(command):
    assert found(command) is not None


def test_an_operation_named_in_the_parameters_is_read():
    action = {
        "type": "admin_action",
        "description": "Tidy",
        "parameters": {"operation": "delete_account", "user_id": 3},
    }
    assert irreversible_act(read_action(action)).kind == "accounts"
    action["parameters"]["operation"] = "deactivate_account"
    assert irreversible_act(read_action(action)) is None


def test_a_statement_that_is_rolled_back_or_written_to_a_file_is_not_one():
    assert irreversible_act(Reading(passages=(Passage("BEGIN; DROP TABLE users; ROLLBACK;", "query"),))) is None
    assert irreversible_act(Reading(passages=(Passage("DROP TABLE users;", "query", path="db/9_drop.sql"),))) is None
    assert irreversible_act(Reading(passages=(Passage("DROP TABLE users;", "query"),))) is not None


@pytest.mark.parametrize(
    "statement",
    [
        "select 'drop table users'",
        "-- drop table users\nselect 1",
        "/* truncate users; */ select 1",
        "delete from users where id = 3",
        "update users set name = 'x' where id = 3",
        "insert into truncated values (1)",
        "drop index users_email",
    ],
)
def test_a_harmless_statement_is_not_one(statement):
    assert irreversible_act(Reading(passages=(Passage(statement, "query"),))) is None


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("node_modules", True),
        ("./packages/a/dist/", True),
        ("/tmp/x", True),
        ("~/shop/build", True),
        ("$TMPDIR/x", True),
        ("$(mktemp -d)/x", True),
        ("templates", False),
        ("tests", False),
        ("src", False),
        ("/usr/bin", False),
        ("/tmp/../etc", False),
        ("~", False),
        ("/", False),
        ("$HOME", False),
        (".", False),
    ],
)
def test_throw_away_path(path, expected):
    assert throwaway.throw_away_path(path) is expected


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.text(max_size=30), min_size=1, max_size=8), max_size=6), st.text(max_size=200))
def test_any_words_are_answered(commands, query):
    reading = Reading(
        acts=tuple(Act("run", command=tuple(words)) for words in commands),
        passages=(Passage(query, "query"),),
        tool=query,
    )
    first = irreversible_act(reading)
    assert first == irreversible_act(reading)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["git", "rm", "aws", "kubectl", "curl", "find", "npm", "psql"]), st.lists(st.text(max_size=30)))
def test_any_words_after_a_known_program_are_answered(tool, words):
    irreversible_act(Reading(acts=(Act("run", command=(tool, *words)),)))


def test_an_act_behind_many_others_is_found():
    assert found("ls; " * 1_000 + "dropdb shop") is not None
    assert found("rm -rf " + "dist " * 500 + "/srv/data") is not None


def test_long_input_is_answered_soon():
    words = ("rm", "-rf", *["a/" * 5_000 + str(i) for i in range(2_000)])
    query = "delete from " + "x " * 300_000 + "/*" * 100_000 + "'" * 100_000
    reading = Reading(
        acts=tuple(Act("run", command=words) for _ in range(500)),
        passages=tuple(Passage(query, "query") for _ in range(100)),
        tool="delete_" * 100_000,
    )
    start = time.thread_time()
    irreversible_act(reading)
    assert time.thread_time() - start < 2


def test_the_data_file_is_right():
    assert len(irreversible_rules.kinds()) >= 12
    throwaway.check_names()


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (
            '[[command]]\nkind = "files"\ntools = ["rm"]\nconfidence = 2\n',
            "irreversible.toml, line 4: confidence: a number from 0 to 1 is expected, not 2.",
        ),
        (
            '[[command]]\nkind = "filez"\ntools = ["rm"]\nconfidence = 0.5\n',
            "irreversible.toml, line 2: kind: one of data, ",
        ),
        (
            '\n[[command]]\nkind = "files"\ntools = ["rm"]\non = "paths"\nconfidence = 0.5\n',
            "irreversible.toml, line 5: on: one of path, ",
        ),
        ('[[command]]\nkind = "files"\nconfidence = 0.5\n', "irreversible.toml, line 1: tools: this is missing."),
    ],
)
def test_a_wrong_row_is_named_with_its_line(content, error, monkeypatch):
    def read(path: Path | str) -> tuple[str, str]:
        return "irreversible.toml", content

    kinds = irreversible_rules.kinds()
    monkeypatch.setattr(irreversible_rules, "kinds", lambda: kinds)
    monkeypatch.setattr("tractatus.datafiles.read", read)
    with pytest.raises(DataError) as raised:
        irreversible_rules.commands.__wrapped__()
    assert str(raised.value).startswith(error)
