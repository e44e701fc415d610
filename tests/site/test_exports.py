"""The export of an organisation: what an administrator may read and nothing else, whole or loudly not made."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.domain.keys import create_api_key
from accounts.refusals import NotAllowed, WrongState
from audit import export_job
from audit.domain.exports import start_export
from audit.export_job import end_old, make_waiting, place_of
from audit.models import Entry, Export
from deliberation.domain.positions import submit_position
from instructions.domain.classification import Wording
from instructions.domain.instruction import propose_instruction
from tests.cast import Cast
from tests.deliberation import stages
from tests.deliberation.pages import signed_in
from tractatus_site.exports import files_of
from tractatus_site.tasks import make_exports

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside")]


@pytest.fixture(autouse=True)
def kept_apart(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def asked(cast: Cast) -> Export:
    return start_export(cast.organisation, by=cast.administrator)


def made(cast: Cast) -> Export:
    row = asked(cast)
    make_exports()
    row.refresh_from_db()
    return row


def unpacked(row: Export, tmp_path: Path) -> Path:
    folder = tmp_path / "unpacked"
    zipfile.ZipFile(place_of(row)).extractall(folder)
    return folder


def test_it_is_whole_opens_without_a_server_and_verifies(cast: Cast, tmp_path: Path) -> None:
    decided = stages.at_decided(cast)
    open_one = stages.at_round(cast, 1)
    submit_position(
        open_one, by=stages.voices(cast, open_one)[0], right="A secret of round 1.", why="", lost="", need=""
    )
    propose_instruction(cast.organisation, Wording("Always use port 27027."), by=cast.editor, project=cast.project)
    secret = create_api_key(cast.project, "Screening", by=cast.administrator).secret
    row = made(cast)
    assert (row.state, row.tries, row.files > 10) == (Export.State.READY, 1, True)
    folder = unpacked(row, tmp_path)
    files = {one.relative_to(folder).as_posix(): one for one in folder.rglob("*") if one.is_file()}
    assert len(files) == row.files + 2  # the program that checks it, and the list
    for run in (["check.py"], ["record/verify_record.py", "record"]):
        done = subprocess.run([sys.executable, *run], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    for name, file in files.items():
        for target in re.findall(r'href="([^"#]+)"', file.read_text()) if name.endswith(".html") else []:
            assert (file.parent / target).is_file(), (name, target)
    said = "\n".join(file.read_text() for file in files.values())
    assert "The reading should go." in files[f"deliberations/{decided.number}/outcome.html"].read_text()
    assert "Always use port 27027." in files["instructions/all.jsonl"].read_text()
    assert {one["email"] for one in json.loads(files["accounts/members.json"].read_text())} >= {cast.holder.email}
    # What an administrator may not read: rounds, open or closed, and secrets.
    for hidden in ("A secret of round 1.", "What Stakeholder one thinks is right.", secret, cast.first.email):
        assert hidden not in said, hidden
    listed = {one["number"]: one["state"] for one in json.loads(files["deliberations/all.json"].read_text())}
    assert listed == {decided.number: "decided", open_one.number: "round_1"}
    assert not list((folder / "deliberations" / str(open_one.number)).glob("*"))


def test_nothing_of_another_organisation_is_in_it(cast: Cast, tmp_path: Path) -> None:
    folder = unpacked(made(cast), tmp_path)
    said = "\n".join(one.read_text() for one in folder.rglob("*") if one.is_file())
    assert "Harbour" not in said
    assert cast.outsider.email not in said


def test_administrators_alone_ask_for_it_and_fetch_it(cast: Cast) -> None:
    for user in (cast.editor, cast.auditor, cast.facilitator, cast.operator, cast.outsider):
        with pytest.raises(NotAllowed):
            start_export(cast.organisation, by=user)
    page = reverse("settings_export", args=["care"])
    browser = signed_in(cast.administrator)
    assert browser.post(page, follow=True).status_code == 200
    assert "waits for its turn" in browser.get(page).content.decode()
    make_exports()
    row = Export.objects.get()
    file = reverse("export_file", args=["care", row.pk])
    assert file in browser.get(page).content.decode()
    response = browser.get(file)
    assert b"".join(response.streaming_content) == place_of(row).read_bytes()
    assert [Client().get(file).status_code, signed_in(cast.auditor).get(file).status_code] == [302, 403]
    assert signed_in(cast.outsider).get(file).status_code == 404
    place_of(row).unlink()  # as after a restored backup
    assert file not in browser.get(page).content.decode()
    assert browser.get(file).status_code == 404
    events = list(Entry.objects.filter(subject_id=str(row.pk)).order_by("pk").values_list("event", "decision"))
    assert events == [("export.start", "asked"), ("export.finish", "ready")]


def test_one_is_made_at_a_time(cast: Cast) -> None:
    asked(cast)
    with pytest.raises(WrongState):
        asked(cast)
    assert make_waiting(cast.organisation, files_of) == 1
    assert make_waiting(cast.organisation, files_of) == 0
    asked(cast)


def test_after_a_week_the_file_is_deleted(cast: Cast) -> None:
    row = made(cast)
    assert end_old(cast.organisation) == 0
    with time_machine.travel(datetime.now(UTC) + timedelta(days=7, seconds=1)):
        make_exports()
    row.refresh_from_db()
    assert (row.state, place_of(row).exists()) == (Export.State.ENDED, False)
    assert signed_in(cast.administrator).get(reverse("export_file", args=["care", row.pk])).status_code == 404


def half(organisation: object) -> Iterator[Any]:
    yield "a.txt", b"x" * 100_000
    raise OSError("No space left on device")


def test_what_cannot_be_made_says_so_and_leaves_nothing(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    row = asked(cast)
    make_waiting(cast.organisation, half)
    row.refresh_from_db()
    assert (row.state, row.part) == (Export.State.FAILED, "OSError")
    assert list(place_of(row).parent.iterdir()) == []
    assert "No space left" in caplog.text
    assert Entry.objects.filter(event="export.finish", decision="failed").count() == 1
    page = signed_in(cast.administrator).get(reverse("settings_export", args=["care"])).content.decode()
    assert "Not made" in page
    assert "the disk may be full" in page


def test_a_job_that_was_killed_is_made_again_and_given_up_at_last(cast: Cast) -> None:
    row = asked(cast)
    # A kill takes no leave: what it had begun lies there.
    place_of(row).parent.mkdir()
    begun = place_of(row).with_suffix(".1.half")
    begun.write_bytes(b"PK")
    for tries in range(1, export_job.MOST_TRIES + 1):
        silent = datetime.now(UTC) - export_job.SILENT - timedelta(seconds=1)
        Export.objects.filter(pk=row.pk).update(state=Export.State.MAKING, heard_at=silent, tries=tries)
        if tries < export_job.MOST_TRIES:
            claimed = export_job._claimed(cast.organisation)
            assert claimed is not None
            assert claimed.tries == tries + 1
            assert export_job._claimed(cast.organisation) is None  # it is alive
    assert make_waiting(cast.organisation, files_of) == 0
    row.refresh_from_db()
    assert (row.state, row.part) == (Export.State.FAILED, "Killed")
    assert list(begun.parent.iterdir()) == []
    page = signed_in(cast.administrator).get(reverse("settings_export", args=["care"])).content.decode()
    assert "begun three times and stopped" in page
    assert make_waiting(cast.organisation, files_of) == 0
    asked(cast)  # and another may be asked for


def test_how_far_it_is_stands_on_the_page_while_it_is_made(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    asked(cast)
    monkeypatch.setattr(export_job, "EVERY", timedelta(0))
    browser, seen = signed_in(cast.administrator), []

    def files(organisation: object) -> Iterator[Any]:
        for part in ("accounts", "agents"):
            yield f"{part}/small.json", "{}"
            page = browser.get(reverse("settings_export", args=["care"])).content.decode()
            seen.append(re.search(r"It is being made: ([^.]+) so far", page))

    make_waiting(cast.organisation, files)
    assert [found and found[1] for found in seen] == ["accounts, 1 files", "agents, 2 files"]


def test_a_row_that_cannot_be_written_down_is_said_and_nothing_half_is_kept(cast: Cast) -> None:
    row = asked(cast)

    def files(organisation: object) -> Iterator[Any]:
        yield "a.json", json.dumps({"a": 1})
        yield "b.json", json.dumps({"moment": datetime.now(UTC)})

    make_waiting(cast.organisation, files)
    row.refresh_from_db()
    assert (row.state, row.part) == (Export.State.FAILED, "TypeError")
    assert list(place_of(row).parent.iterdir()) == []
    page = signed_in(cast.administrator).get(reverse("settings_export", args=["care"])).content.decode()
    assert "could not be written down (TypeError)" in page
