"""The JSON interface to the instruction history: a key reads and proposes; it decides nothing."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.domain.keys import create_api_key, revoke_api_key
from accounts.scope import open_organisation
from audit.models import Entry
from instructions.domain.classification import Overruled, Wording
from instructions.domain.instruction import propose_instruction, publish_instruction
from instructions.models import Instruction
from tests.cast import Cast, make_project

PORT = "Always use MongoDB on port 27027."


class Caller:
    def __init__(self, secret: str) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {secret}"})

    def get(self, name: str, *args: object, **query: object):
        return self.client.get(reverse(name, args=args), query)

    def post(self, name: str, body: object, **headers: str):
        return self.client.post(reverse(name), body, content_type="application/json", headers=headers)


@pytest.fixture
def caller(cast: Cast) -> Caller:
    return Caller(create_api_key(cast.project, "Agent", by=cast.administrator)[1])


def put(cast: Cast, text: str = PORT, *, everywhere: bool = False, **facts: object) -> Instruction:
    with open_organisation(cast.organisation):
        project = None if everywhere else cast.project
        made = propose_instruction(cast.organisation, Wording(text, **facts), by=cast.editor, project=project)
        return publish_instruction(made, by=cast.editor)


@pytest.mark.django_db
def test_classification_is_answered_and_nothing_kept(cast: Cast, caller: Caller) -> None:
    answer = caller.post("api_classifications", {"text": "MongoDB runs on port 27017"})
    assert answer.status_code == 200
    found = answer.json()
    assert [found[name] for name in ("quadrant", "persistence", "temporal_scope", "verification_required")] == [
        "SYSTEM", "HIGH", "PROJECT", "MANDATORY",
    ]  # fmt: skip
    with open_organisation(cast.organisation):
        assert not Instruction.objects.exists()
        assert not Entry.objects.filter(event__startswith="instruction").exists()


@pytest.mark.django_db
def test_proposal_waits_for_a_human(cast: Cast, caller: Caller) -> None:
    """A key proposes once, however often it sends; the proposal binds nobody and points to the page."""
    for _ in range(2):
        answer = caller.post("api_instructions", {"text": PORT, "why": "It was said."}, **{"Idempotency-Key": "one"})
        assert answer.status_code == 201
    found = answer.json()
    assert (found["id"], found["state"], found["active"]) == ("inst_001", "proposed", False)
    assert answer.headers["Location"].endswith("/api/v1/instructions/inst_001/")
    with open_organisation(cast.organisation):
        (row,) = Instruction.objects.all()
        entries = Entry.objects.filter(event="instruction.propose").values_list("actor_kind", flat=True)
        assert list(entries) == ["agent"]
        assert row.current.made_by is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"text": "Make it better"}, 422),
        ({"text": ""}, 422),
        ({}, 422),
        ([], 422),
        ({"text": 3}, 422),
        ({"text": "Never do x.\x00"}, 422),
        ({"text": "a" * 30_001}, 422),
        ({"text": PORT, "expires_at": "soon"}, 422),
        ({"text": PORT, "environment": "e" * 61}, 422),
    ],
)
def test_bad_proposal_is_refused_in_words(cast: Cast, caller: Caller, body: object, status: int) -> None:
    answer = caller.post("api_instructions", body)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    with open_organisation(cast.organisation):
        assert not Instruction.objects.exists()


@pytest.mark.django_db
def test_fields_that_only_people_decide_are_refused_by_name(cast: Cast, caller: Caller) -> None:
    extra = {"state": "active", "active": True, "quadrant": "STRATEGIC", "id": "org_001",
             "project": str(cast.other_project.pk), "published_by": str(cast.editor.pk)}  # fmt: skip
    answer = caller.post("api_instructions", {"text": PORT} | extra)
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert {error["field"] for error in answer.json()["errors"]} == extra.keys()
    with open_organisation(cast.organisation):
        assert not Instruction.objects.exists()


@pytest.mark.django_db
def test_history_is_the_projects_and_the_organisations(cast: Cast, caller: Caller) -> None:
    put(cast, overrules={"quadrant": Overruled("STRATEGIC", "It is who we are.")})
    put(cast, "Never share personal data of applicants.", everywhere=True)
    with open_organisation(cast.organisation):
        elsewhere = make_project(cast.organisation, "elsewhere", "Elsewhere")
        hidden = propose_instruction(cast.organisation, Wording("Never use Redis."), by=cast.editor, project=elsewhere)
    found = caller.get("api_instructions").json()
    assert [one["id"] for one in found["results"]] == ["org_001", "inst_001"]
    assert found["results"][1]["overruled"] == [{"field": "quadrant", "proposed": "SYSTEM", "chosen": "STRATEGIC"}]
    assert [one["id"] for one in caller.get("api_instructions", words="mongo").json()["results"]] == ["inst_001"]
    assert caller.get("api_instructions", state="retired").json()["results"] == []
    assert caller.get("api_instructions", state="nice").status_code == 422
    assert caller.get("api_instruction", "org_001").json()["universal"] is True
    assert hidden.key == "inst_001"
    assert caller.get("api_instruction", "inst_001").json()["text"] == PORT
    assert caller.get("api_instruction", "inst_002").status_code == 404


@pytest.mark.django_db
def test_the_27027_case_is_answered_with_what_is_expected(cast: Cast, caller: Caller) -> None:
    put(cast)
    action = {
        "type": "database_connect",
        "description": "Connect",
        "parameters": {"database": "mongodb", "port": 27017},
    }
    found = caller.post("api_validations", {"action": action}).json()
    assert (found["status"], found["expected"], found["actual"]) == ("REJECTED", "27027", "27017")
    assert (found["instruction_violated"], found["conflict_type"]) == ("inst_001", "training_pattern_override")
    assert [one["instruction_id"] for one in found["conflicts"]] == found["cited"] == ["inst_001"]
    with open_organisation(cast.organisation):
        assert str(Instruction.objects.get().pk) not in str(found)
    assert caller.post("api_validations", {"action": {}}).status_code == 422
    assert caller.post("api_validations", {"action": "x"}).status_code == 422


@pytest.mark.django_db
def test_without_a_current_key_nothing_is_answered(cast: Cast, caller: Caller) -> None:
    key, secret = create_api_key(cast.project, "Old", by=cast.administrator)
    revoke_api_key(key, by=cast.administrator)
    for one in (Caller(secret), Caller("nothing")):
        assert one.get("api_instructions").status_code == 401
        for name in ("api_instructions", "api_classifications", "api_validations"):
            assert one.post(name, {"text": PORT}).status_code == 401
