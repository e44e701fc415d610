"""The pages by which files of instructions come in and go out."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.scope import open_organisation
from instructions.domain.history_file import LARGEST_FILE
from instructions.models import Import, Instruction
from tests.cast import Cast
from tests.instructions.test_import_export import ROW

RULES = b"# Rules\n\n- Always run `pytest` before every commit.\n- Never push to main.\n- Be nice.\n"


def page(cast: Cast, name: str = "instruction_import", **more: object) -> str:
    return reverse(name, args=[cast.organisation.slug, *more.values()])


def sends(cast: Cast, data: bytes, name: str, project: str = ""):
    client = Client()
    client.force_login(cast.editor)
    project = str(cast.project.pk) if project == "own" else project
    return client, client.post(page(cast), {"file": SimpleUploadedFile(name, data), "project": project})


@pytest.mark.django_db
def test_rules_file_is_read_decided_and_exported(cast: Cast) -> None:
    """Two of three lines become proposals; one is accepted, one rejected, and the export has the one."""
    client, answer = sends(cast, RULES, "CLAUDE.md", "own")
    assert (answer.status_code, b"Be nice" in answer.content) == (200, True)
    with open_organisation(cast.organisation):
        (row,) = Import.objects.all()
        first, second = Instruction.objects.order_by("id")
    here = page(cast, "instruction_import_decide", pk=row.pk)
    assert client.get(here).status_code == 200
    assert client.post(here, {"which": "ticked", "chosen": [first.pk], "do": "accept"}).status_code == 422
    taken = {"which": "ticked", "chosen": [first.pk, "x"], "why": "We do so.", "do": "accept"}
    assert client.post(here, taken).status_code == 302
    assert client.post(here, {"which": "all", "why": "Not here.", "do": "reject"}).status_code == 302
    with open_organisation(cast.organisation):
        assert [one.state for one in Instruction.objects.order_by("id")] == ["active", "rejected"]
    out = client.get(page(cast, "instruction_export"), {"project": cast.project.pk, "form": "json"})
    assert [one["id"] for one in json.loads(out.getvalue())] == [first.key]
    assert second.key not in client.get(here).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.json", b'[{"text": "x"},\n{]', "<span class=\"fig\">2</span>"),
        ("a.json", b" " * (LARGEST_FILE + 1), "the whole file"),
        ("a.json", b"", "the whole file"),
        ("CLAUDE.md", b"\xff\xfe", "UTF-8"),
    ],
)  # fmt: skip
def test_bad_file_is_answered_with_its_lines(cast: Cast, name: str, data: bytes, said: str) -> None:
    _client, answer = sends(cast, data, name, "own")
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    with open_organisation(cast.organisation):
        assert not Import.objects.exists()


@pytest.mark.django_db
def test_history_needs_a_project_and_a_file_is_asked_for(cast: Cast) -> None:
    client, answer = sends(cast, json.dumps([ROW]).encode(), "a.json")
    assert (answer.status_code, "Choose which" in answer.content.decode()) == (422, True)
    assert client.post(page(cast), {}).status_code == 422


@pytest.mark.django_db
def test_file_of_another_organisation_is_not_there(cast: Cast) -> None:
    _client, _answer = sends(cast, RULES, "AGENTS.md", "own")
    with open_organisation(cast.organisation):
        (row,) = Import.objects.all()
    outsider = Client()
    outsider.force_login(cast.outsider)
    assert outsider.get(reverse("instruction_import_decide", args=["harbour", row.pk])).status_code == 404
    assert outsider.get(page(cast, "instruction_import_decide", pk=row.pk)).status_code == 404
    export = reverse("instruction_export", args=["harbour"])
    assert (
        b"attachment"
        not in outsider.get(export, {"project": cast.project.pk, "form": "csv"})
        .headers.get("Content-Disposition", "")
        .encode()
    )
