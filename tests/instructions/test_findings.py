"""The findings over a whole set: each kind is found, what is in order is not, and a long set is a job's."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts import clock
from accounts.ids import uuid7
from accounts.scope import open_organisation
from instructions import tasks
from instructions.domain.classification import Overruled, Wording
from instructions.domain.conflicts import Answered
from instructions.domain.findings import AT_ONCE, Finding, findings_of
from instructions.domain.instruction import clashes_of, propose_instruction, publish_instruction, retire_instruction
from instructions.models import Instruction, Reckoning
from tests.cast import Cast
from tests.copies import past_the_guards

TEXTS = {
    "port": "MongoDB runs on port 27017.",
    "other port": "Always use MongoDB on port 27027.",
    "push": "Never push directly to main.",
    "push again": "Please, never push DIRECTLY to main!",
    "upload": "Uploads must be at most 10 MB.",
    "smaller upload": "Uploads must be at most 5 MB.",
    "nowhere": "The log level is always `warn`.",
    "named": "Redis always listens on port ${CACHE_PORT}.",
    "unread": "The seminar on lighthouses was held in the annexe, and everybody must have signed the list.",
    "long": "Never commit secrets. " + "The reason for this stands in the handbook. " * 150,
    "by nobody": "Never change the files in vendor/.",
    "wish": "Ideally, name every new file in kebab-case.",
}
FACTS = {
    "nowhere": {"environment": "moonbase"},
    "by nobody": {"overrules": {"verification_required": Overruled("NONE", "We watch it ourselves.")}},
}


@pytest.fixture
def house(cast: Cast) -> Iterator[Cast]:
    with open_organisation(cast.organisation):
        yield cast


def put(house: Cast, text: str, **facts: object) -> Instruction:
    made = propose_instruction(house.organisation, Wording(text, **facts), by=house.editor, project=house.project)
    said = {clash.name: Answered("no_conflict", "Both hold.") for clash in clashes_of(made)}
    return publish_instruction(made, by=house.editor, answers=said)


def found(house: Cast) -> dict[str, set[tuple[str, ...]]]:
    """The codes of the findings, each with the keys of the instructions."""
    keys = {str(pk): key for pk, key in Instruction.objects.values_list("pk", "key")}
    codes: dict[str, set[tuple[str, ...]]] = {}
    for one in findings_of(house.organisation, house.project, by=house.editor).found:
        codes.setdefault(one.code, set()).add(tuple(keys[id] for id in (one.instruction, one.other) if id))
    return codes


@pytest.mark.django_db
def test_each_kind_is_found_and_nothing_else(house: Cast) -> None:
    made = {name: put(house, text, **FACTS.get(name, {})) for name, text in TEXTS.items()}
    ends = put(house, "Always use ruff for linting.", expires_at=clock.now() + timedelta(days=3))
    key = {name: one.key for name, one in made.items()}
    wanted = {
        "contradiction": {(key["other port"], key["port"])},
        "same": {(key["push again"], key["push"])},
        "stricter": {(key["upload"], key["smaller upload"])},
        "environment": {(key["nowhere"],)},
        "variable": {(key["named"],)},
        "unread": {(key["unread"],)},
        "long": {(key["long"],)},
        "unchecked": {(key["by nobody"],)},
        "hedged": {(key["wish"],)},
    }
    barely = {row.key for row in Instruction.objects.filter(current__explicitness__lt=0.7)}
    if barely:
        wanted["barely"] = {(one,) for one in barely}
    assert found(house) == wanted
    with time_machine.travel(clock.now() + timedelta(days=4), tick=False):
        assert found(house)["expired"] == {(ends.key,)}
    for one in findings_of(house.organisation, None, by=house.editor).found:
        assert one.says.endswith(".")
    retire_instruction(made["port"], by=house.editor, why="It moved.")
    assert "contradiction" not in found(house)


@pytest.mark.django_db
def test_page_filters_by_kind_and_links_to_what_to_do(house: Cast) -> None:
    put(house, TEXTS["port"])
    other = put(house, TEXTS["other port"])
    put(house, TEXTS["unread"])
    client = Client()
    client.force_login(house.editor, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("instruction_findings", args=["care"])
    page = client.get(address).content.decode()
    assert "They contradict each other (other value)." in page
    assert "Nothing in it can be compared with an action." in page
    assert reverse("instruction_revise", args=["care", other.pk]) in page
    page = client.get(address, {"kind": "idle", "project": str(house.project.pk)}).content.decode()
    assert "They contradict" not in page
    assert "Nothing in it can be compared" in page
    client.force_login(house.auditor, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(address).content.decode()
    assert reverse("instruction_revise", args=["care", other.pk]) not in page


@pytest.mark.django_db
def test_long_set_is_looked_through_by_a_job(house: Cast) -> None:
    """The page says how far it is; the result stands until the history changes."""
    first, second = put(house, TEXTS["port"]), put(house, TEXTS["other port"])
    copies = [copy(second) for _ in range(AT_ONCE)]
    for number, one in enumerate(copies, start=3):
        one.pk, one.key, one.number = uuid7(), f"inst_{number:03d}", number
    with past_the_guards():
        Instruction.objects.bulk_create(copies)
    running = findings_of(house.organisation, house.project, by=house.editor)
    assert (running.running, running.total) == (True, AT_ONCE + 2)
    client = Client()
    client.force_login(house.auditor, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("instruction_findings", args=["care"])
    assert (
        "The instructions are looked through"
        in client.get(address, {"project": str(house.project.pk)}).content.decode()
    )
    assert tasks.work_due(house.organisation) == 1
    known = findings_of(house.organisation, house.project, by=house.editor)
    assert (known.running, known.count("contradiction"), known.count("duplicate")) == (False, AT_ONCE + 1, AT_ONCE)
    assert Finding("contradiction", "contradiction", str(second.pk), str(first.pk), "other value") in known.found
    assert TEXTS["port"] not in str(Reckoning.objects.get().result)
    retire_instruction(first, by=house.editor, why="It moved.")
    assert findings_of(house.organisation, house.project, by=house.editor).running
