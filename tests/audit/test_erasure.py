"""Words are erased by whoever wrote them or by an administrator for them; what refers to them stands."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from accounts.ids import uuid7
from accounts.models import Organisation, User
from accounts.permissions import SYSTEM
from accounts.refusals import Invalid, NotAllowed, WrongState
from accounts.scope import open_organisation
from audit import tree
from audit.domain.erasure import erase_text
from audit.envelope import Actor
from audit.models import Entry, Text
from audit.queries.proofs import inclusion_of
from audit.queries.wording import event_in_words
from audit.receivers import actor_of
from audit.record import record
from audit.sequencer import sequence
from audit.texts import commitment, keep
from instructions.domain.act import held
from instructions.models import History
from tests.audit.entries import assert_whole
from tests.cast import Cast
from tests.deliberation.pages import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside")]

WORDS = "What I should never have written."


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Any, settings: Any) -> None:
    settings.DATA_DIR = tmp_path


def said(organisation: Organisation, by: User | Actor) -> Entry:
    actor = by if isinstance(by, Actor) else actor_of(by, organisation)
    with transaction.atomic():
        return record(
            "deliberation.position.submit", actor=actor, organisation=organisation, subject=("position", uuid7()),
            decision="submitted", texts={"right": keep(organisation, WORDS)},
        )  # fmt: skip


def words_of(entry: Entry) -> Text:
    return Text.objects.get(commitment=json.loads(bytes(entry.canonical))["commitments"]["right"])


def test_author_erases_their_words_and_the_record_says_so(cast: Cast) -> None:
    entry = said(cast.organisation, cast.facilitator)
    before = words_of(entry)
    erased = erase_text(entry, "right", by=cast.facilitator, reason="I named somebody.")
    text = words_of(entry)
    assert (text.body, bytes(text.salt), text.is_erased) == ("", b"", True)
    assert commitment(bytes(before.salt), WORDS) == text.commitment
    found = json.loads(bytes(erased.canonical))
    assert (found["event"], found["decision"], found["cause"]) == ("erasure", "erased", str(entry.pk))
    assert found["subject"] == {"kind": "commitment", "id": text.commitment}
    assert WORDS not in "".join(Text.objects.values_list("body", flat=True))
    assert "I named somebody." in Text.objects.values_list("body", flat=True)


def test_every_proof_still_holds(cast: Cast) -> None:
    entry = said(cast.organisation, cast.facilitator)
    sequence(cast.organisation)
    erase_text(entry, "right", by=cast.facilitator, reason="I named somebody.")
    sequence(cast.organisation)
    assert_whole(cast.organisation)
    fresh = Entry.objects.get(pk=entry.pk)
    proof = inclusion_of(fresh)
    assert proof is not None
    assert tree.includes(proof.index, proof.size, tree.leaf_hash(bytes(fresh.canonical)), proof.hashes, proof.root)


def test_administrator_erases_for_the_author_and_nobody_else_does(cast: Cast) -> None:
    seat = uuid7()
    entry = said(cast.organisation, Actor("human", seat.hex, "participant"))
    for other in (cast.facilitator, cast.auditor, cast.holder, uuid7(), SYSTEM, cast.outsider):
        with pytest.raises(NotAllowed):
            erase_text(entry, "right", by=other, reason="No.")
    assert words_of(entry).body == WORDS
    erase_text(entry, "right", by=cast.administrator, reason="They asked me to.")
    assert words_of(entry).is_erased


def test_whoever_takes_part_erases_their_own_from_their_seat(cast: Cast) -> None:
    seat = uuid7()
    entry = said(cast.organisation, Actor("human", seat.hex, "participant"))
    erased = erase_text(entry, "right", by=seat, reason="I was mistaken.")
    assert erased.actor_ref == seat.hex
    assert erased.actor_role == "participant"
    with pytest.raises(WrongState):
        erase_text(entry, "right", by=seat, reason="Again.")


def test_erasing_wants_a_reason_and_words_that_are_there(cast: Cast) -> None:
    entry = said(cast.organisation, cast.facilitator)
    with pytest.raises(Invalid):
        erase_text(entry, "right", by=cast.facilitator, reason="  ")
    with pytest.raises(Invalid):
        erase_text(entry, "wrong", by=cast.facilitator, reason="Because.")
    assert words_of(entry).body == WORDS


def test_what_is_kept_of_the_instructions_is_read_anew(cast: Cast) -> None:
    version = held(cast.organisation).version
    entry = said(cast.organisation, cast.editor)
    erase_text(entry, "right", by=cast.editor, reason="I named somebody.")
    assert History.objects.get(organisation=cast.organisation).version == version + 1


def test_page_asks_once_more_and_says_who_may(cast: Cast) -> None:
    entry = said(cast.organisation, cast.facilitator)
    address = reverse("words_erase", args=["care", entry.pk, "right"])
    administrator = signed_in(cast.administrator)
    page = administrator.get(address).content.decode()
    assert "Erase these words?" in page
    assert "“Right”" in page  # which words, and of which entry
    assert event_in_words(entry.event) in page
    assert WORDS not in page
    assert WORDS in signed_in(cast.facilitator).get(address).content.decode()  # whose own they are
    assert administrator.post(address, {"reason": ""}).status_code == 422
    assert signed_in(cast.auditor).post(address, {"reason": "No."}).status_code == 403
    assert words_of(entry).body == WORDS
    assert administrator.post(address, {"reason": "They asked."}).status_code == 302
    assert words_of(entry).is_erased
    assert administrator.post(address, {"reason": "They asked."}).status_code == 409
    other = reverse("words_erase", args=["care", uuid7(), "right"])
    assert administrator.get(other).status_code == 404


def test_words_of_another_organisation_are_out_of_reach(cast: Cast) -> None:
    with open_organisation(cast.other):
        entry = said(cast.other, cast.outsider)
    with pytest.raises((NotAllowed, Invalid)):
        erase_text(entry, "right", by=cast.administrator, reason="They are not ours.")
    address = reverse("words_erase", args=["care", entry.pk, "right"])
    assert signed_in(cast.administrator).get(address).status_code == 404
