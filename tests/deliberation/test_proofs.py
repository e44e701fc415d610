"""Whoever signed, dissented or spoke finds on the page the proof that it is in the record."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client

from audit.logs import current_log
from audit.models import Entry
from audit.notes import Verifier
from audit.queries.proofs import inclusion_of
from audit.receipts import read
from audit.sequencer import sequence
from deliberation.models import Deliberation
from tests.cast import Cast
from tests.deliberation import stages
from tests.deliberation.pages import address, by_link, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside")]


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Any, settings: Any) -> None:
    settings.DATA_DIR = tmp_path


def proofs_on(browser: Client, where: str) -> list[str]:
    page = browser.get(where).content.decode()
    return [
        html.unescape(found) for found in re.findall(r'<pre class="quote-machine" dir="ltr">(.*?)</pre>', page, re.S)
    ]


def assert_proved(browser: Client, where: str, deliberation: Deliberation, entry_id: object) -> None:
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
