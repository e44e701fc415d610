"""A deliberation's export: whole, opening without a server, and holding what its reader may read and nothing else."""

import io
import json
import random
import re
import subprocess
import sys
import zipfile

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from audit import verify_record
from audit.archive import MANIFEST
from audit.check_export import faults
from audit.models import Entry
from audit.sequencer import sequence
from deliberation.domain.positions import submit_position
from deliberation.domain.review import sign_review
from deliberation.domain.standing import standing_of
from deliberation.domain.taking_part import leave
from deliberation.export import reading
from deliberation.export.one import of_record
from deliberation.export.reading import Reader, rows_for
from deliberation.models import Stakeholder
from deliberation.models.tenancy import OfDeliberation
from tests.cast import make_member
from tests.deliberation.pages import address, by_link, signed_in
from tests.deliberation.stages import (
    at_decided,
    at_drafted,
    at_review_prepared,
    at_round,
    at_stakeholders,
    seat_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside")]

ADDRESS = re.compile(r"""(?:href|src)="([^"#]*)""")


def fetched(browser, deliberation):
    response = browser.get(address("deliberation_export", deliberation))
    assert type(response["Content-Disposition"]) is str  # WSGI servers refuse a kind of string of their own
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def opened(browser, deliberation):
    archive = zipfile.ZipFile(io.BytesIO(fetched(browser, deliberation)))
    return {name: archive.read(name).decode() for name in archive.namelist()}


def everything(files):
    return "\n".join(files.values())


# --- That it is whole, and opens


def test_it_is_whole_and_leads_nowhere_but_into_itself(cast, tmp_path):
    path = tmp_path / "deliberation.zip"
    path.write_bytes(fetched(signed_in(cast.holder), at_decided(cast)))
    assert faults(path)[0] == []
    folder = tmp_path / "unpacked"
    zipfile.ZipFile(path).extractall(folder)
    done = subprocess.run([sys.executable, "check.py"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    pages = sorted(one.name for one in folder.glob("*.html"))
    rounds = ["round-1.html", "round-2.html", "round-3.html"]
    assert pages == ["index.html", "outcome.html", "review-1.html", *rounds, "stakeholders.html"]
    for page in pages:
        said = (folder / page).read_text()
        assert "<script" not in said
        for target in filter(None, ADDRESS.findall(said)):
            assert (folder / target).is_file() or target == MANIFEST, (page, target)


def test_decision_and_dissent_are_the_same_component_as_on_the_page(cast):
    files = opened(signed_in(cast.holder), at_decided(cast))
    assert files["outcome.html"].count('<article class="opinion"') == 2
    assert "The reading should go." in files["outcome.html"]
    assert "The reading should go." in files["outcome.md"]
    said = json.loads(files["deliberation.json"])
    assert said["outcome"]["precedent_binding"] is False
    assert said["outcome"]["dissenting_perspectives"][0]["objection"].startswith("One rule, audited")
    assert {"remainder", "commitment", "dissent", "dissentanswer", "terms"} <= set(said["rows"])


def test_rounds_are_pages_for_those_who_take_part(cast):
    deliberation = at_round(cast, 4)
    files = opened(signed_in(cast.facilitator), deliberation)
    assert {"round-1.html", "round-2.html", "round-3.html"} <= set(files)
    assert "What Stakeholder two thinks is right." in files["round-1.html"]
    assert "Two readers agree six times in ten." in files["round-2.html"]
    assert "It can, if it is the same for all." in files["round-3.html"]
    data = json.loads(files["deliberation.json"])["rows"]
    assert {row["right"] for row in data["position"]} >= {"What Stakeholder one thinks is right."}
    assert {row["answer"] for row in data["stance"]} == {"can_accept", "can_accept_if", "cannot_accept"}


def test_the_list_is_a_page_for_those_who_take_part(cast):
    deliberation = at_round(cast, 2)
    for browser in (signed_in(cast.facilitator), by_link(seat_of(deliberation, "Stakeholder one"))):
        files = opened(browser, deliberation)
        assert 'href="stakeholders.html"' in files["index.html"]
        for row in Stakeholder.objects.filter(deliberation=deliberation):
            assert row.title in files["stakeholders.html"]
            assert str(row.why) in files["stakeholders.html"]
        assert "approved by" in files["stakeholders.html"]
        assert "<form" not in everything(files)


def test_each_review_is_a_page_for_those_who_read_reviews(cast):
    first = at_review_prepared(cast)
    deliberation = first.deliberation
    sign_review(first, by=cast.second_holder, reason="It holds.", prepared_at=first.prepared_at, proposal="reaffirm")
    files = opened(signed_in(cast.holder), deliberation)
    assert ["review-1.html" in files, "review-2.html" in files, "review-3.html" in files] == [True, True, False]
    assert str(first.grounds) in files["review-1.html"]
    assert "It holds." in files["review-1.html"]
    assert 'href="review-2.html"' in files["index.html"]
    data = json.loads(files["deliberation.json"])["rows"]
    assert len(data["review"]) == 2
    # An editor reads the outcome and no reviews.
    assert not [name for name in opened(signed_in(cast.editor), deliberation) if name.startswith("review-")]


def test_every_table_is_exported_or_left_out_for_a_reason():
    listed = [
        *reading.BEFORE_THE_ROUNDS, *reading.IN_THE_ROUNDS, *reading.RUNNING_IT, *reading.OF_THE_OUTCOME,
        *reading.OF_REVIEWS, *reading.LEFT_OUT,
    ]  # fmt: skip
    assert len(listed) == len(set(listed))
    there = {model for model in apps.get_app_config("deliberation").get_models() if issubclass(model, OfDeliberation)}
    assert there <= set(listed)


# --- Who reads what


def test_open_blind_texts_are_their_authors_alone(cast):
    deliberation = at_round(cast, 1)
    one, two = seat_of(deliberation, "Stakeholder one"), seat_of(deliberation, "Stakeholder two")
    for seat in (one, two):
        submit_position(deliberation, by=seat, right=f"Secret of {seat.name}.", why="", lost="", need="")
    for browser in (signed_in(cast.facilitator), signed_in(cast.holder)):
        assert "Secret of" not in everything(opened(browser, deliberation))
    files = opened(by_link(one), deliberation)
    assert "Secret of Stakeholder one." in files["round-1.html"]
    assert "Secret of Stakeholder one." in files["deliberation.json"]
    assert "Secret of Stakeholder two." not in everything(files)


def test_while_it_is_open_its_entries_are_not_in_it(cast):
    deliberation = at_round(cast, 2)
    assert not [name for name in opened(signed_in(cast.facilitator), deliberation) if name.startswith("record/")]


def test_members_without_a_seat_have_the_outcome_and_no_round(cast):
    deliberation = at_decided(cast)
    files = opened(signed_in(cast.editor), deliberation)
    assert not [name for name in files if name.startswith("round-")]
    data = json.loads(files["deliberation.json"])
    assert data["decision_asked"] is None
    assert set(data["rows"]) <= {model._meta.model_name for model in reading.OF_THE_OUTCOME}
    assert data["rows"]["dissent"][0]["lead"] == "The reading should go."


@pytest.mark.parametrize("stage", [at_stakeholders, at_drafted])
def test_before_the_signature_only_those_who_take_part_have_one(cast, stage):
    deliberation = stage(cast)
    for user in (cast.editor, cast.administrator, cast.auditor, cast.outsider):
        assert signed_in(user).get(address("deliberation_export", deliberation)).status_code == 404
    draft = opened(signed_in(cast.facilitator), deliberation)
    assert "outcome.html" not in draft
    assert "outcomeversion" not in json.loads(draft["deliberation.json"])["rows"]


def test_how_to_reach_somebody_is_in_no_export(cast):
    deliberation = at_round(cast, 2)
    assert Stakeholder.objects.filter(deliberation=deliberation).exclude(email="").exists()
    for browser in (signed_in(cast.facilitator), by_link(seat_of(deliberation, "Stakeholder one"))):
        assert "@people.example" not in everything(opened(browser, deliberation))


def test_a_voice_that_left_reads_what_it_said_and_no_more(cast):
    deliberation = at_round(cast, 2)
    seat = seat_of(deliberation, "Stakeholder one")
    assert len(rows_for(Reader(deliberation, standing_of(seat, deliberation), seat))["position"]) == 4
    leave(deliberation, by=seat)
    seat.refresh_from_db()
    mine = rows_for(Reader(deliberation, standing_of(seat, deliberation), seat))
    assert [row["seat"] for row in mine["position"]] == ["Stakeholder one"]


# --- The record


def test_every_entry_about_it_is_in_it_and_none_of_another(cast):
    deliberation = at_decided(cast)
    expected = {one.pk: bytes(one.canonical) for one in Entry.objects.filter(event__startswith="deliberation.")}
    at_round(cast, 2)
    files = opened(signed_in(cast.holder), deliberation)
    assert files["record/entries.jsonl"].encode().splitlines() == [expected[pk] for pk in sorted(expected)]
    assert len(expected) > 5


def test_an_auditor_without_a_seat_has_the_entries_too(cast):
    auditor = make_member(cast.organisation, "Second auditor", Role.AUDITOR)
    assert "record/entries.jsonl" in opened(signed_in(auditor), at_decided(cast))


def test_each_entry_comes_with_a_proof_that_verifies_without_us(cast, tmp_path):
    deliberation = at_decided(cast)
    sequence(cast.organisation)
    # However many entries there are.
    with CaptureQueriesContext(connection) as asked:
        proved = [name for name, _said in of_record(deliberation) if "/proofs/" in name]
    assert len(proved) > 5
    for table in ("audit_leaf", "audit_node"):
        assert len([one for one in asked if f'FROM "{table}"' in one["sql"] or f"JOIN {table}" in one["sql"]]) == 1
    folder = tmp_path / "unpacked"
    path = tmp_path / "deliberation.zip"
    path.write_bytes(fetched(signed_in(cast.holder), deliberation))
    zipfile.ZipFile(path).extractall(folder)
    record = folder / "record"
    proofs = sorted((record / "proofs").iterdir())
    assert len(proofs) == len((record / "entries.jsonl").read_text().splitlines())

    def verified(*arguments):
        run = [sys.executable, "-S", "-I", "record/verify_record.py", *arguments]
        done = subprocess.run(run, cwd=folder, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    assert verified("--proof", str(proofs[-1]))[0] == 0, verified("--proof", str(proofs[-1]))
    assert verified("record") == (0, verified("record")[1])
    assert f"Each of the {len(proofs)} entries is the one that was signed" in verified("record")[1]
    (folder / "index.html").write_bytes((folder / "index.html").read_bytes()[:-1])
    assert faults(folder)[0] == ["index.html: was changed"]
    assert_every_changed_byte_is_found(record)


def assert_every_changed_byte_is_found(record):
    """One bit in each of many places of every file that is proved; a line or a proof that is missing, or twice."""
    key = (record / "log.vkey").read_text()
    proofs = sorted((record / "proofs").iterdir())
    assert verify_record.check_each(record, None) == verify_record.check_each(record, key)

    def is_found():
        try:
            verify_record.check_each(record, None)
        except (ValueError, KeyError, TypeError, AttributeError, OSError):
            return True
        return False

    place = random.Random(27027)
    for file, times in ((record / "entries.jsonl", 60), (record / "log.vkey", 30), (proofs[0], 60), (proofs[-1], 60)):
        exact = file.read_bytes()
        for _ in range(times):
            at, bit = place.randrange(len(exact)), 1 << place.randrange(8)
            file.write_bytes(exact[:at] + bytes([exact[at] ^ bit]) + exact[at + 1 :])
            assert is_found(), (file.name, at, bit)
        file.write_bytes(exact)
    lines = (record / "entries.jsonl").read_bytes().splitlines(keepends=True)
    for changed in (lines[1:], [*lines, lines[0]], [*lines[1:], lines[1]], [b'{"v":1}\n', *lines[1:]], lines[:-1]):
        (record / "entries.jsonl").write_bytes(b"".join(changed))
        assert is_found(), len(changed)
    (record / "entries.jsonl").write_bytes(b"".join(lines))
    proofs[0].rename(record / "proofs" / "elsewhere")
    assert not is_found()
    (record / "proofs" / "elsewhere").unlink()
    assert is_found()
