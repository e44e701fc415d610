"""Customisation, verb by verb: what an administrator sets, what the framework then does, and what is refused."""

from __future__ import annotations

import json

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import APIKey
from accounts.permissions import NotAllowed
from accounts.refusals import Invalid, Stale
from accounts.scope import open_organisation
from audit.models import Entry
from instructions.domain.classification import classify
from instructions.domain.gate import binding
from instructions.domain.policy import (
    boundaries_of,
    communication_of,
    content_of,
    current,
    orchestrator_of,
    registers_of,
    restore_policy,
    set_policy,
    thresholds_of,
    verbosity_of,
)
from instructions.domain.policy_parts import as_text, default_of, rows_of_text
from instructions.domain.standing import version_of
from instructions.models import History, Policy
from tests.cast import Cast
from tractatus import Gate, GateRequest, Thresholds, Verbosity, packs
from tractatus.boundaries.organisation import read_pack

PRICES = {"name": "Prices", "domain": "values", "reason": "Prices are decided by the board", "cues": ["price list"]}
PEOPLE = {
    "key": "own_tikanga_of_the_house", "title": "Ethics of the river people", "of_a_people": True,
    "cues": ["the river"], "speakers": ["Somebody the river people name"],
}  # fmt: skip
REGISTER = """
[[register]]
name = "house"
language = "en"
of_a_people = false
author = "The house's own writer"
greeting = ["Good day {name}", "Good day"]
closing = ["Until then"]
also = "Besides:"
yes = "yes"
no = "no"

[[message]]
kind = "reminder"
subject = ["Still open"]
lines = ["The question: {question}"]
easy = ["The question: {question}"]
"""


@pytest.fixture
def house(cast: Cast):
    with open_organisation(cast.organisation):
        yield cast


def put(house: Cast, part: str, content: dict, **facts: object) -> Policy:
    return set_policy(house.organisation, part, content, by=house.administrator, why="We agreed on it.", **facts)


def strict() -> dict:
    return {"persistence": {"high": 0.99, "medium": 0.98, "low": 0.97}}


@pytest.mark.django_db
def test_what_was_set_holds_and_every_version_stays(house: Cast) -> None:
    before = classify("Always use MongoDB on port 27027.", house.organisation)
    assert thresholds_of(house.organisation) == Thresholds()
    first = put(house, "thresholds", strict(), after=0)
    version = History.objects.get().version
    assert thresholds_of(house.organisation).persistence.high == 0.99
    after = classify("Always use MongoDB on port 27027.", house.organisation)
    assert (before.persistence, after.persistence) == ("HIGH", "VARIABLE")
    with pytest.raises(Stale):
        put(house, "thresholds", {}, after=0)
    back = restore_policy(house.organisation, "thresholds", 0, by=house.administrator, why="Too strict.", after=1)
    assert (first.number, back.number) == (1, 2)
    assert thresholds_of(house.organisation) == Thresholds()
    again = restore_policy(house.organisation, "thresholds", 1, by=house.administrator, why="No, it was right.")
    assert again.content == first.content
    assert History.objects.get().version == version + 2
    entries = Entry.objects.filter(event__startswith="instruction.policy").order_by("timestamp")
    assert list(entries.values_list("event", "decision")) == [
        ("instruction.policy.set", "set"), ("instruction.policy.restore", "restored"),
        ("instruction.policy.restore", "restored"),
    ]  # fmt: skip
    said = [json.loads(bytes(entry.canonical))["policy"] for entry in entries]
    assert said[0] == said[2] != said[1]


@pytest.mark.django_db
def test_only_administrators_of_the_house_set_it(house: Cast) -> None:
    for nobody in (house.editor, house.facilitator, house.holder, house.auditor, house.outsider, house.operator):
        with pytest.raises(NotAllowed):
            set_policy(house.organisation, "thresholds", strict(), by=nobody, why="x")
        with pytest.raises(NotAllowed):
            restore_policy(house.organisation, "thresholds", 0, by=nobody, why="x")
    key = APIKey(organisation=house.organisation, project=house.project, name="Agent", prefix="abcdefgh")
    key.digest = "0" * 64
    key.save(force_insert=True)
    with pytest.raises(NotAllowed):
        set_policy(house.organisation, "packs", {"packs": {}}, by=key, why="x")  # type: ignore[arg-type]
    with pytest.raises(Invalid):
        put(house, "verbosity", {"verbosity": "DEBUG"}, project=house.other_project)
    with pytest.raises(Invalid):
        put(house, "thresholds", strict(), project=house.project)
    with pytest.raises(Invalid):
        put(house, "verbosity", {"verbosity": "DEBUG"})
    assert not Policy.objects.exists()
    with open_organisation(house.other):
        theirs = set_policy(house.other, "thresholds", strict(), by=house.outsider, why="Theirs.")
    assert thresholds_of(house.organisation) == Thresholds()
    with pytest.raises(Invalid):
        restore_policy(house.organisation, "thresholds", theirs.number, by=house.administrator, why="Theirs.")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("part", "content", "field"),
    [
        ("thresholds", {"pressure": {"high": 0.2}}, "pressure_high"),
        ("thresholds", {"verification": {"require_review": 2}}, "verification_require_review"),
        ("thresholds", {"verification": {"unheard_of": 0.2}}, ""),
        ("boundaries", {"boundaries": [PRICES | {"cues": ["a*"]}]}, "cues"),
        ("boundaries", {"boundaries": [PRICES | {"domain": "money"}]}, "domain"),
        ("boundaries", {"boundaries": [PRICES | {"cues": []}]}, "cues"),
        ("boundaries", {"boundaries": [PRICES | {"reason": " "}]}, "reason"),
        ("boundaries", {"boundaries": [PRICES | {"environments": ["the moon!"]}]}, "environments"),
        ("boundaries", {"boundaries": [PRICES, PRICES | {"name": "PRICES "}]}, "name"),
        ("boundaries", {"boundaries": [PRICES | {"reason": "a\x00b"}]}, ""),
        ("boundaries", {"rows": []}, ""),
        ("boundaries", {"boundaries": "all"}, ""),
        ("frameworks", {"frameworks": [PEOPLE | {"speakers": []}]}, "speakers"),
        ("frameworks", {"frameworks": [PEOPLE | {"position": "They hold that …"}]}, "position"),
        ("frameworks", {"frameworks": [PEOPLE | {"title": "Care"}]}, "title"),
        ("frameworks", {"frameworks": [PEOPLE | {"cues": []}]}, "cues"),
        ("frameworks", {"frameworks": [PEOPLE | {"key": "care"}]}, "key"),
        ("frameworks", {"frameworks": [PEOPLE | {"of_a_people": False}]}, "position"),
        ("registers", {"registers": [REGISTER.replace('author = "The house\'s own writer"\n', "")]}, "toml"),
        ("registers", {"registers": [REGISTER, REGISTER]}, "toml"),
        ("registers", {"registers": [REGISTER.replace("Until then", "As you should know, my dear")]}, "toml"),
        ("registers", {"registers": ["[[register"]}, "toml"),
        ("anything", {}, "part"),
    ],
)
def test_what_the_framework_would_not_take_is_refused_at_its_field(
    house: Cast, part: str, content: dict, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        put(house, part, content)
    assert list(refused.value.errors) == [field], refused.value.errors
    assert not Policy.objects.exists()
    assert not Entry.objects.filter(event__startswith="instruction.policy").exists()


def gate_of(house: Cast) -> Gate:
    with binding(house.project, version_of(house.project)) as bound:
        return bound.gate


@pytest.mark.django_db
def test_gate_works_as_it_was_set(house: Cast) -> None:
    """Own boundaries, an adopted pack, thresholds and verbosity all come to bear on the next check."""
    price = GateRequest({"tool_name": "update_plan", "tool_input": {"note": "Put 3 % on the price list"}})
    dose = GateRequest({"tool_name": "update_plan", "tool_input": {"note": "raise the dose by 5 mg"}})
    assert [gate_of(house).check(one).decision for one in (price, dose)] == ["allow", "allow"]
    put(house, "boundaries", {"boundaries": [PRICES]})
    put(house, "packs", {"packs": {"health": [one.to_dict() for one in read_pack("health")]}})
    assert [gate_of(house).check(one).decision for one in (price, dose)] == ["ask", "ask"]
    assert boundaries_of(house.organisation)[0].name == "Prices"
    assert boundaries_of(house.organisation)[1:] == read_pack("health")
    assert gate_of(house).check(price).explanation
    put(house, "verbosity", {"verbosity": "SILENT"}, project=house.project)
    assert verbosity_of(house.project) is Verbosity.SILENT
    assert not gate_of(house).check(price).explanation
    put(house, "thresholds", strict())
    assert gate_of(house).verifier.thresholds == thresholds_of(house.organisation).verification
    put(house, "packs", {"packs": {}})
    assert gate_of(house).check(dose).decision == "allow"


@pytest.mark.django_db
def test_own_framework_is_suggested_with_whom_to_ask_and_without_a_position(house: Cast) -> None:
    put(house, "frameworks", {"frameworks": [PEOPLE]})
    ours = orchestrator_of(house.organisation)
    found = ours.analyze_conflict("May the river be dammed?")
    one = next(one for one in found.moral_frameworks_in_tension if one.framework == PEOPLE["title"])
    assert one.position is None
    assert PEOPLE["speakers"][0] in [who.title for who in ours.suggest_stakeholders(found)]
    with open_organisation(house.other):
        assert orchestrator_of(house.other).catalogue.framework(PEOPLE["key"]) is None


@pytest.mark.django_db
def test_own_register_words_a_message(house: Cast) -> None:
    put(house, "registers", {"registers": [REGISTER]})
    assert [one.name for one in registers_of(house.organisation)] == ["house"]
    said = communication_of(house.organisation).compose(
        {"kind": "reminder", "facts": {"question": "May it?"}}, {"register": "house"}
    )
    assert "Good day" in said.body


@pytest.mark.django_db
def test_database_refuses_what_goes_past_the_verb(house: Cast) -> None:
    """Direct SQL: no version is changed, removed, slipped in twice, or set for another's project."""
    made = put(house, "thresholds", strict())
    mine, part = f"id = '{made.pk.hex if connection.vendor == 'sqlite' else made.pk}'", "part, number, content"
    copy = (
        "INSERT INTO instructions_policy (id, organisation_id, project_id, {0}, set_at, entry_id) "
        "SELECT entry_id, organisation_id, {1}, set_at, entry_id FROM instructions_policy"
    )
    other = house.other_project.pk
    project = f"'{other.hex if connection.vendor == 'sqlite' else other}'"
    for sql in (
        f"UPDATE instructions_policy SET number = 9 WHERE {mine}",
        f"UPDATE instructions_policy SET content = '{{}}' WHERE {mine}",
        f"DELETE FROM instructions_policy WHERE {mine}",
        copy.format(part, "NULL, part, number, content"),
        copy.format(part, "NULL, 'everything', 2, content"),
        copy.format(part, f"{project}, 'verbosity', 1, content"),
        copy.format(part, f"{project}, 'thresholds', 2, content"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert current(house.organisation, "thresholds") == made


@pytest.mark.django_db
def test_what_was_set_is_read_back_from_its_own_text(house: Cast) -> None:
    """Every pack that ships, written as TOML and read again, is the same: what is exported can be imported."""
    for name in packs():
        rows = [one.to_dict() for one in read_pack(name)]
        assert rows_of_text(as_text("boundaries", {"boundaries": rows})) == rows
    odd = PRICES | {"reason": 'A "quoted" \\ line\nand \u007f another', "cues": ["price list"] * 60}
    put(house, "boundaries", {"boundaries": [odd]})
    kept = content_of(house.organisation, "boundaries")
    assert rows_of_text(as_text("boundaries", kept)) == kept["boundaries"]
    with pytest.raises(Invalid) as refused:
        rows_of_text('[[boundary]]\nname = "a"\n')
    assert "line 1" in refused.value.errors["toml"]
    for part in ("thresholds", "boundaries", "packs", "frameworks", "registers", "verbosity"):
        assert isinstance(as_text(part, default_of(part)), str)
