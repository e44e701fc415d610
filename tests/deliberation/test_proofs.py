"""Whoever signed, dissented or spoke finds on the page the proof that it is in the record."""

from __future__ import annotations

import html
import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.export import export
from audit.logs import current_log
from audit.models import Entry
from audit.notes import Verifier
from audit.queries.proofs import inclusion_of
from audit.receipts import read
from audit.sequencer import sequence
from deliberation.domain.accommodations import propose
from deliberation.domain.questions import put_question, reply
from deliberation.models import Deliberation, Position
from deliberation.queries.said import in_fours
from oversight.models import Check
from tests.cast import Cast
from tests.deliberation import stages
from tests.deliberation.pages import address, by_link, signed_in
from tests.oversight.house import ask, key_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside")]


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Any, settings: Any) -> None:
    settings.DATA_DIR = tmp_path


def proofs_on(browser: Client, where: str) -> list[str]:
    page = browser.get(where).content.decode()
    blocks = re.findall(r'<pre class="quote-machine" dir="ltr">(.*?)</pre>', page, re.S)
    return [
        html.unescape(one) for one in blocks if one.startswith(("tractatus-receipt/v1\n", "c2sp.org/tlog-proof@v1\n"))
    ]


def assert_proved(browser: Client, where: str, deliberation: Deliberation | Check, entry_id: object) -> None:
    """The receipt at once, and the proof when the entry has its place."""
    entry = Entry.objects.get(pk=entry_id)
    key = Verifier.of(current_log(deliberation.organisation).vkey)
    [receipt] = proofs_on(browser, where)
    assert (read(receipt, key).entry, read(receipt, key).leaf) == (str(entry.pk), bytes(entry.leaf_hash))
    sequence(deliberation.organisation)
    receipt, proof = proofs_on(browser, where)
    assert read(receipt, key).leaf == bytes(entry.leaf_hash)
    placed = inclusion_of(entry)
    assert placed is not None
    assert proof == placed.as_text()
    assert_checked_offline(deliberation, receipt)


def assert_checked_offline(deliberation: Deliberation | Check, receipt: str) -> None:
    """What the page tells to do, done: the receipt, an export, and a Python without any package."""
    with TemporaryDirectory() as folder:
        with zipfile.ZipFile(io.BytesIO(b"".join(export(deliberation.organisation)))) as archive:
            archive.extractall(folder)
        Path(folder, "receipt.txt").write_text(receipt, encoding="utf-8")
        run = [sys.executable, "-S", "-I", "verify_record.py", ".", "--receipt", "receipt.txt"]
        done = subprocess.run(run, cwd=folder, capture_output=True, text=True, check=False)
        assert (done.returncode, "of the receipt is number" in done.stdout) == (0, True), done.stdout + done.stderr


def test_a_signed_outcome_carries_its_proof(cast: Cast) -> None:
    deliberation = stages.at_decided(cast)
    outcome = stages.outcome_of(deliberation)
    entry = Entry.objects.get(event="deliberation.outcome.sign", subject_id=str(outcome.pk))
    assert_proved(signed_in(cast.holder), address("outcome", deliberation), deliberation, entry.pk)


def test_whoever_dissented_has_the_proof_of_their_dissent(cast: Cast) -> None:
    deliberation = stages.at_signing(cast)
    dissent = stages.dissent_of(deliberation)
    where = address("card_sent", deliberation, "dissent", dissent.pk)
    assert_proved(by_link(dissent.seat), where, deliberation, dissent.entry_id)


def test_whoever_stated_a_position_has_its_proof(cast: Cast) -> None:
    deliberation = stages.at_round(cast, 2)
    mine = Position.objects.filter(deliberation=deliberation).order_by("pk")[0]
    where = address("card_sent", deliberation, "position", mine.pk)
    assert_proved(by_link(mine.seat), where, deliberation, mine.entry_id)


def test_a_proposal_and_a_question_have_their_receipts_and_proofs(cast: Cast) -> None:
    deliberation = stages.at_round(cast, 2)
    one, two, *_ = stages.voices(cast, deliberation)
    browser, page = by_link(one), address("card", deliberation)
    proposed = propose(deliberation, by=one, text="Two nurses read together.")
    put = put_question(deliberation, by=one, to=two, text="Who reads on Sundays?")
    reply(deliberation, question=put, by=two, text="Nobody does.")
    for kind, row in (("question", put), ("proposal", proposed)):
        where = address("card_sent", deliberation, kind, row.pk)
        entry = Entry.objects.filter(subject_id=str(row.pk)).order_by("pk")[0]
        assert where in browser.get(page).content.decode()
        assert in_fours(entry.leaf_hex) in browser.get(where).content.decode()
        [receipt] = proofs_on(browser, where)
        assert str(entry.pk) in receipt
    assert_proved(browser, where, deliberation, entry.pk)


def test_a_check_carries_its_proof(cast: Cast) -> None:
    ask(key_of(cast.project, cast), session="one")
    check = Check.objects.get()
    where = reverse("agent_check", args=["care", check.pk])
    assert_proved(signed_in(cast.auditor), where, check, check.entry_id)
