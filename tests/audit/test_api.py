"""The record at the JSON interface: a key's own organisation's log, and proofs that the verifier takes as they come."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.domain.keys import create_api_key
from accounts.permissions import SYSTEM
from accounts.scope import open_organisation
from audit import verify_record
from audit.export import FILES
from audit.models import Entry
from audit.notes import Verifier
from audit.queries import search
from audit.receipts import read
from audit.sequencer import sequence
from tests.audit.entries import assert_whole, log_of, placed, write
from tests.audit.recorded import check
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside")]


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path


def with_key(project: Any) -> Client:
    secret = create_api_key(project, "Reader", by=SYSTEM).secret
    return Client(headers={"Authorization": f"Bearer {secret}"})


@pytest.fixture
def api(cast: Cast) -> Client:
    return with_key(cast.project)


def verified(folder: Path, *arguments: str) -> str:
    said = io.StringIO()
    patch = pytest.MonkeyPatch()
    patch.setattr(sys, "argv", ["verify_record.py", *arguments])
    patch.setattr(sys, "stdout", said)
    verify_record.main()
    patch.undo()
    return said.getvalue()


def test_entries_are_the_organisations_own_the_newest_first(cast: Cast, api: Client) -> None:
    written = write(cast.organisation, 3)
    write(None, 1)
    found = api.get("/api/v1/audit/entries/", {"page_size": 2}).json()
    assert [row["id"] for row in found["results"]] == [str(written[2].pk), str(written[1].pk)]
    assert found["results"][0]["envelope"] == json.loads(bytes(written[2].canonical))
    assert found["results"][0]["leaf_hash"] == written[2].leaf_hex
    ids = []
    address = "/api/v1/audit/entries/"
    while address:
        page = api.get(address).json()
        ids += [row["id"] for row in page["results"]]
        address = page["next"]
    assert set(ids) == {str(pk) for pk in Entry.objects.values_list("pk", flat=True)}


def test_entries_are_looked_for_by_what_they_say(cast: Cast, api: Client) -> None:
    write(cast.organisation, 2)
    found = api.get("/api/v1/audit/entries/", {"event": "check.decide", "decision": "deny"}).json()["results"]
    assert len(found) == 2
    assert api.get("/api/v1/audit/entries/", {"service": "Gate"}).json()["results"] == []
    assert api.get("/api/v1/audit/entries/", {"service": "Oracle"}).status_code == 422
    assert api.get("/api/v1/audit/entries/", {"session": "x" * 101}).status_code == 422


def test_several_filters_look_so_far_and_lead_on_both_ways(
    cast: Cast, api: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "LOOKED_THROUGH", 3)
    oldest = check(cast.organisation, "deny", session="a")
    for number in range(8):
        check(cast.organisation, "deny" if number % 2 else "allow", session="b" if number % 2 else "a")
    newest = check(cast.organisation, "deny", session="a")
    first = api.get("/api/v1/audit/entries/", {"decision": "deny", "session": "a"}).json()
    pages = [first]
    while pages[-1]["next"]:
        pages.append(api.get(pages[-1]["next"]).json())
    found = [row["id"] for page in pages for row in page["results"]]
    assert (found, len(pages) > 1) == ([str(newest.pk), str(oldest.pk)], True)
    back = [pages[-1]]
    while back[-1]["previous"]:
        back.append(api.get(back[-1]["previous"]).json())
    assert str(newest.pk) in [row["id"] for page in back for row in page["results"]]
    empty = next(page for page in [*pages, *back] if not page["results"])
    again = [row["id"] for way in ("next", "previous") if empty[way] for row in api.get(empty[way]).json()["results"]]
    assert set(again) <= set(found)


def test_proof_is_a_file_for_the_verifier(cast: Cast, api: Client, tmp_path: Path) -> None:
    [entry] = write(cast.organisation)
    waiting = api.get(f"/api/v1/audit/entries/{entry.pk}/proof/").json()
    assert (waiting["state"], waiting["index"], waiting["checkpoint"]) == ("waiting", None, None)
    key = Verifier.of(log_of(cast.organisation).vkey)
    assert read(waiting["receipt"], key).leaf == entry.leaf_hash
    sequence(cast.organisation)
    answer = api.get(f"/api/v1/audit/entries/{entry.pk}/proof/")
    assert answer.json()["state"] == "placed"
    (tmp_path / "proof.json").write_bytes(answer.content)
    index = placed(log_of(cast.organisation)).index(entry)
    assert f"The entry is number {index} of the {index + 1}" in verified(tmp_path, "--proof", f"{tmp_path}/proof.json")


def test_two_checkpoints_and_their_proof(cast: Cast, api: Client, tmp_path: Path) -> None:
    assert api.get("/api/v1/audit/checkpoint/").status_code == 404
    assert api.get("/api/v1/audit/consistency/", {"from": 1}).status_code == 404
    sequence(cast.organisation)
    older = api.get("/api/v1/audit/checkpoint/").json()
    write(cast.organisation, 5)
    sequence(cast.organisation)
    newer = api.get("/api/v1/audit/checkpoint/").json()
    answer = api.get("/api/v1/audit/consistency/", {"from": older["size"]})
    found = answer.json()
    assert (found["older"], found["checkpoint"]) == (older["checkpoint"], newer["checkpoint"])
    assert (found["from"], found["to"]) == (older["size"], newer["size"])
    (tmp_path / "proof.json").write_bytes(answer.content)
    assert "of the older checkpoint" in verified(tmp_path, "--proof", f"{tmp_path}/proof.json")
    between = api.get("/api/v1/audit/consistency/", {"from": older["size"], "to": older["size"] + 2}).json()
    assert between["checkpoint"] is None
    for wrong in (
        {},
        {"from": "0"},
        {"from": "x"},
        {"from": newer["size"] + 1},
        {"from": 3, "to": 2},
        {"from": 1, "to": 10**9},
        {"from": "٣"},
    ):
        assert api.get("/api/v1/audit/consistency/", wrong).status_code == 422, wrong


def test_export_is_a_zip_archive_that_verifies(cast: Cast, api: Client, tmp_path: Path) -> None:
    assert api.get("/api/v1/audit/export/").status_code == 404
    write(cast.organisation, 3)
    sequence(cast.organisation)
    assert_whole(cast.organisation)
    answer = api.get("/api/v1/audit/export/", headers={"Accept": "application/zip"})
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"] == 'attachment; filename="record-care.zip"'
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        assert tuple(archive.namelist()) == FILES
        archive.extractall(tmp_path / "export")
    assert verified(tmp_path, str(tmp_path / "export")).startswith("All ")


def test_nothing_of_another_organisation_is_given(cast: Cast, api: Client) -> None:
    [entry] = write(cast.organisation)
    sequence(cast.organisation)
    with open_organisation(cast.other):
        theirs = with_key(cast.other_project)
    assert theirs.get(f"/api/v1/audit/entries/{entry.pk}/proof/").status_code == 404
    rows = theirs.get("/api/v1/audit/entries/").json()["results"]
    assert {row["envelope"]["organisation"] for row in rows} <= {str(cast.other.pk)}
    assert theirs.get("/api/v1/audit/checkpoint/").status_code == 404
