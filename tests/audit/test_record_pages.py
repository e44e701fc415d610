"""The pages of the record: the list, one entry, and what was found as a file."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from accounts.domain.keys import create_api_key
from accounts.models import User
from accounts.permissions import SYSTEM
from accounts.scope import open_organisation
from audit import verify_record
from audit.domain.metrics import count_new
from audit.models import Entry, Text
from audit.queries.proofs import inclusion_of
from audit.record import Actor, record
from audit.sequencer import sequence
from audit.texts import keep
from audit.verify_record import check_proof
from instructions.domain.classification import Wording
from instructions.domain.instruction import propose_instruction
from tests.audit.recorded import check
from tests.cast import Cast

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]


def page(browser: Client, name: str, *args: object, query: str = "") -> str:
    response = browser.get(reverse(name, args=["care", *args]) + query)
    assert response.status_code == 200, response.content
    return " ".join(response.content.decode().split())


def test_the_record_is_for_auditors_and_administrators(cast: Cast, sign_in: SignIn) -> None:
    entry = check(cast.organisation)
    for name, args in (("record", []), ("record_entry", [entry.pk]), ("record_file", ["csv"])):
        address = reverse(name, args=["care", *args])
        answers = {who: sign_in(getattr(cast, who)).get(address).status_code for who in ("auditor", "administrator")}
        answers |= {who: sign_in(getattr(cast, who)).get(address).status_code for who in ("editor", "outsider")}
        assert answers == {"auditor": 200, "administrator": 200, "editor": 403, "outsider": 404}, name
    assert "Record</a>" in page(sign_in(cast.auditor), "record")


def test_the_list_says_what_was_done_and_narrows(cast: Cast, sign_in: SignIn) -> None:
    key = create_api_key(cast.project, "Screening", by=SYSTEM).key
    check(cast.organisation, "deny", key=key, pressure="HIGH", boundary="12.1 values", project=cast.project)
    browser = sign_in(cast.auditor)
    everything = page(browser, "record")
    assert "<bdi>Screening</bdi> asked before an act.</td>" in everything
    assert "<bdi>The software itself</bdi> made an API key.</td>" in everything
    narrow = page(browser, "record", query="?decision=deny&pressure=HIGH&service=Gate")
    assert "</bdi> asked before an act." in narrow
    assert "</bdi> made an API key." not in narrow
    assert "No entry is like that." in page(browser, "record", query="?session=nowhere")


def test_a_filter_that_cannot_be_finds_nothing(cast: Cast, sign_in: SignIn) -> None:
    browser = sign_in(cast.auditor)
    for query in (
        "since=31-31-2027",
        "since=2027-01-02&until=2027-01-01",
        "until=9999-12-31",
        "subject=nothing",
        "service=%00",
        "decision=%00a",
        "session=%00",
        "project=x",
    ):
        response = browser.get(reverse("record", args=["care"]) + "?" + query)
        assert (query, response.status_code) == (query, 422)
        assert b"Nothing was looked for." in response.content
        assert browser.get(reverse("record_file", args=["care", "csv"]) + "?" + query).status_code == 404
    assert browser.get(reverse("record_file", args=["care", "exe"])).status_code == 404
    assert browser.get(reverse("record", args=["care"]) + "?after=no-id").status_code == 200


def test_more_than_a_page_is_led_through(cast: Cast, sign_in: SignIn) -> None:
    made = [check(cast.organisation) for _ in range(51)]
    browser = sign_in(cast.auditor)
    first = page(browser, "record", query="?service=Gate")
    assert first.count("</bdi> asked before an act.") == 50
    assert f"after={made[1].pk}" in first
    older = page(browser, "record", query=f"?service=Gate&after={made[1].pk}")
    assert str(made[0].pk) in older


def test_an_entry_says_how_the_services_worked_together(cast: Cast, sign_in: SignIn) -> None:
    asked = check(cast.organisation, "ask", boundary="12.1 values", outcome="human_approval_required")
    granted = check(cast.organisation, "allow", cause=asked)
    used = check(cast.organisation, "allow", cause=granted)
    shown = page(sign_in(cast.auditor), "record_entry", granted.pk)
    order = [shown.index(f"<strong>{name}</strong>") for name in (
        "Metacognitive verifier", "Cross-reference validator", "Boundary enforcer", "Deliberation orchestrator",
        "Context pressure monitor")]  # fmt: skip
    assert order == sorted(order)
    assert "34 µs" in shown
    assert "93 µs in all" in shown
    assert "not run" in shown
    chain = shown[shown.index('id="chain-h"') : shown.index('id="facts-h"')]
    assert chain.index(str(asked.pk)) < chain.index("this entry") < chain.index(str(used.pk))
    assert granted.leaf_hex in shown


def test_words_are_shown_only_to_who_may_read_them(cast: Cast, sign_in: SignIn) -> None:
    with open_organisation(cast.organisation):
        made = propose_instruction(
            cast.organisation, Wording("Always use port 27027."), by=cast.editor, project=cast.project
        )
        told = Entry.objects.get(event="instruction.propose", subject_id=str(made.pk))
        secret = keep(cast.organisation, "What I think is my own.")
        said = record(
            "deliberation.position.submit", actor=Actor("human"), organisation=cast.organisation,
            subject=("position", made.pk), decision="submitted", texts={"position": secret},
        )  # fmt: skip
    browser = sign_in(cast.auditor)
    assert "Always use port 27027." in page(browser, "record_entry", told.pk)
    hidden = page(browser, "record_entry", said.pk)
    assert secret.body not in hidden
    assert secret.commitment in hidden
    assert "What is kept and not shown here stands where it was written" in hidden
    with open_organisation(cast.organisation):
        Text.objects.filter(pk=secret.pk).update(body="", salt=b"", erased_at=said.timestamp)
    assert "erased on request" in page(browser, "record_entry", said.pk)


def test_files_hold_what_was_found_and_the_exact_bytes(cast: Cast, sign_in: SignIn) -> None:
    entry = check(cast.organisation, "deny", session="=1+1")
    check(cast.organisation, "allow")
    browser = sign_in(cast.auditor)
    response = browser.get(reverse("record_file", args=["care", "jsonl"]) + "?decision=deny")
    assert b"".join(response.streaming_content) == bytes(entry.canonical) + b"\n"
    response = browser.get(reverse("record_file", args=["care", "csv"]) + "?service=Gate")
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    assert [row["decision"] for row in rows] == ["allow", "deny"]
    assert rows[1]["session"] == "'=1+1"
    assert rows[1]["timestamp"] == json.loads(bytes(entry.canonical))["timestamp"]


def test_an_auditor_takes_the_record_and_its_checkpoint_along(
    cast: Cast, sign_in: SignIn, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    check(cast.organisation)
    browser = sign_in(cast.auditor)
    files = {form: reverse("record_file", args=["care", form]) for form in ("zip", "checkpoint")}
    assert [browser.get(address).status_code for address in files.values()] == [404, 404]
    assert 'id="check"' not in page(browser, "record")
    sequence(cast.organisation)
    kept = tmp_path / "checkpoint.txt"
    kept.write_bytes(b"".join(browser.get(files["checkpoint"]).streaming_content))
    check(cast.organisation, "deny")
    sequence(cast.organisation)
    shown = page(browser, "record", query="?decision=allow")
    assert all(address in shown for address in files.values())
    archive = b"".join(browser.get(files["zip"]).streaming_content)
    zipfile.ZipFile(io.BytesIO(archive)).extractall(tmp_path / "export")
    monkeypatch.setattr("sys.argv", ["verify_record.py", str(tmp_path / "export"), "--older", str(kept)])
    verify_record.main()
    size = Entry._base_manager.filter(organisation=cast.organisation).count()
    assert f"All {size} entries are those that were signed" in capsys.readouterr().out


def test_the_chart_counts_by_day_from_the_hours(cast: Cast, sign_in: SignIn) -> None:
    browser = sign_in(cast.auditor)
    assert "have not been counted yet" in page(browser, "record")
    for decision in ("deny", "deny", "ask", "allow"):
        check(cast.organisation, decision)
    count_new(cast.organisation)
    shown = page(browser, "record")
    assert "2 denials on" in shown
    assert "14 days" in shown
    assert "1 denial" not in shown
    of_one = page(browser, "record", query="?service=BoundaryEnforcer&since=2020-01-01")
    assert "4 entries, and nothing denied." in of_one  # what it said in them
    assert "Checks are in it by what the service said in them." in of_one
    unread = page(browser, "record", query="?service=InstructionPersistenceClassifier&since=2020-01-01")
    assert "Nothing was counted on these days." in unread
    assert "the last 31 are shown" in of_one


def test_an_entry_is_taken_along_with_its_proof(cast: Cast, sign_in: SignIn) -> None:
    entry = check(cast.organisation)
    browser = sign_in(cast.auditor)
    proof, receipt = (reverse("record_proof", args=["care", entry.pk, form]) for form in ("tlog", "receipt"))
    assert "It waits for its place" in page(browser, "record_entry", entry.pk)
    assert browser.get(proof).status_code == 404
    promised = browser.get(receipt).content.decode()
    assert promised.startswith("tractatus-receipt/v1\n")
    assert str(entry.pk) in promised
    sequence(cast.organisation)
    assert "up to the root of checkpoint" in page(browser, "record_entry", entry.pk)
    text = browser.get(proof).content.decode()
    assert text.startswith("c2sp.org/tlog-proof@v1\nindex ")
    with open_organisation(cast.organisation):
        proved = inclusion_of(entry)
    assert proved is not None
    assert text == proved.as_text()
    ours = browser.get(reverse("record_proof", args=["care", entry.pk, "proof"])).content.decode()
    assert ours == proved.as_file(entry)
    assert check_proof(json.loads(ours), proved.vkey).startswith(f"The entry is number {proved.index} of ")
    assert browser.get(reverse("record_proof", args=["care", entry.pk, "other"])).status_code == 404
