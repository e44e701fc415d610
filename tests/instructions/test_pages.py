"""The pages of the instruction history: who comes in, what they show, what happens when something is wrong."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.scope import open_organisation
from instructions.domain.classification import Wording
from instructions.domain.instruction import propose_instruction, publish_instruction
from instructions.models import Instruction
from tests.cast import Cast

PORT = "Always use MongoDB on port 27027."
OTHER_PORT = "MongoDB runs on port 27017."


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def house(cast: Cast):
    with open_organisation(cast.organisation):
        yield cast


def proposed(house: Cast, text: str = PORT, **facts: object) -> Instruction:
    return propose_instruction(house.organisation, Wording(text), by=house.editor, project=house.project, **facts)


def in_force(house: Cast, text: str = PORT) -> Instruction:
    return publish_instruction(proposed(house, text), by=house.editor)


def at(name: str, *args: object) -> str:
    return reverse(name, args=["care", *args])


@pytest.mark.django_db
def test_members_read_and_strangers_find_nothing(house: Cast) -> None:
    """Every member reads; an outsider gets 404, whoever is signed out is sent to sign in."""
    made = in_force(house)
    for address in (at("instructions"), at("instruction", made.pk)):
        assert PORT in signed_in(house.auditor).get(address).content.decode()
        assert signed_in(house.outsider).get(address).status_code == 404
        assert signed_in(house.operator).get(address).status_code == 404
        assert Client().get(address).status_code == 302
    assert signed_in(house.auditor).get(at("instruction_new")).status_code == 403


@pytest.mark.django_db
def test_editor_writes_and_puts_in_force(house: Cast) -> None:
    client = signed_in(house.editor)
    sent = {"text": PORT, "project": str(house.project.pk), "do": "publish"}
    client.post(at("instruction_new"), sent)
    client.post(at("instruction_new"), sent | {"text": "Never commit to main without a review.", "do": "propose"})
    assert sorted(Instruction.objects.values_list("key", "state")) == [("inst_001", "active"), ("inst_002", "proposed")]
