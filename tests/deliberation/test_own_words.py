"""Whoever wrote something finds where to have it erased, with an account or by a link alone; nobody else does."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse

from audit.models import Entry, Text
from deliberation.domain.entering import enter_for
from deliberation.domain.questions import put_question
from deliberation.models import Dissent, Position, SharedValue
from instructions.domain.classification import Wording
from instructions.domain.instruction import propose_instruction
from tests.cast import Cast
from tests.deliberation import stages
from tests.deliberation.pages import address, by_link, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside")]


def links_of(page: str) -> list[str]:
    return re.findall(r'href="([^"]+/asked/words/[^"]+)"', page)


def test_a_voice_by_link_erases_from_the_page_they_wrote_on(cast: Cast) -> None:
    deliberation = stages.at_round(cast, 2)
    one, two = (stages.seat_of(deliberation, name) for name in ("Stakeholder one", "Stakeholder two"))
    browser = by_link(one)
    mine = Position.objects.get(seat=one)
    sent = browser.get(address("card_sent", deliberation, "position", mine.pk)).content.decode()
    [only] = [link for link in re.findall(r'href="([^"]+)"', sent) if "asked/words/?entry=" in link]
    page = browser.get(only).content.decode()
    words = str(mine.right)
    assert words in page
    # As many ways as there are texts in that entry, and of no other.
    kept = json.loads(bytes(Entry.objects.get(pk=mine.entry_id).canonical))["commitments"]
    erase = links_of(page)
    assert len(erase) == len(kept)
    assert by_link(two).get(erase[0]).status_code == 404
    assert signed_in(cast.facilitator).get(erase[0]).status_code == 403
    right = next(link for link in erase if link.endswith("/right/"))
    assert words in browser.get(right).content.decode()
    assert browser.post(right, {"reason": ""}).status_code == 422
    assert browser.post(right, {"reason": "I named my mother."}).status_code == 302
    assert Text.objects.get(pk=mine.right_id).is_erased
    after = browser.get(only).content.decode()
    assert words not in after
    assert "erased on request" in after
    assert len(links_of(after)) == len(kept) - 1
    assert browser.get(right).status_code in {200, 409}
    assert browser.post(right, {"reason": "Again."}).status_code == 409
    # Everybody else reads that it was erased, where it stood.
    for reader in (browser, by_link(two), signed_in(cast.facilitator)):
        there = reader.get(address("round", deliberation, 1)).content.decode()
        assert words not in there
        assert "erased on request" in there


def test_all_of_ones_words_are_on_one_page(cast: Cast) -> None:
    deliberation = stages.at_decided(cast)
    dissent = Dissent.objects.get(deliberation=deliberation)
    browser = by_link(dissent.seat)
    outcome = browser.get(address("outcome", deliberation)).content.decode()
    here = address("card_words", deliberation)
    assert f'href="{here}"' in outcome
    page = browser.get(here).content.decode()
    assert str(dissent.objection) in page
    assert any(str(dissent.entry_id) in link for link in links_of(page))
    assert signed_in(cast.holder).get(here).status_code == 403


def test_what_is_part_of_another_entry_is_found_too(cast: Cast) -> None:
    deliberation = stages.at_round(cast, 2)
    one, two, *_ = stages.voices(cast, deliberation)
    put_question(deliberation, by=one, to=two, text="Who reads on Sundays?")
    page = by_link(one).get(address("card_words", deliberation)).content.decode()
    assert "Who reads on Sundays?" in page


def test_what_was_entered_for_a_voice_is_that_voices_to_erase(cast: Cast) -> None:
    deliberation = stages.at_round(cast, 2)
    one, two, *_ = stages.voices(cast, deliberation)
    entering: dict[str, Any] = {"by": cast.facilitator, "seat": one, "given": "spoken"}
    enter_for(deliberation, **entering, what="shared_value", text="Sleep is worth something.")
    proposed = enter_for(deliberation, **entering, what="proposal", text="Two nurses read together.")
    browser, here = by_link(one), address("card_words", deliberation)
    page = browser.get(here).content.decode()
    assert "Sleep is worth something." in page
    [erase] = [link for link in links_of(page) if str(_entry_about(proposed.pk).pk) in link]
    assert by_link(two).get(erase).status_code == 404
    # Whoever entered it neither finds it as theirs nor erases it: an administrator may, on the speaker's request.
    staff = signed_in(cast.facilitator)
    assert "Two nurses" not in staff.get(reverse("own_words", args=["care"])).content.decode()
    theirs = reverse("words_erase", args=["care", _entry_about(proposed.pk).pk, "text"])
    assert staff.post(theirs, {"reason": "It does not suit."}).status_code == 403
    assert "Two nurses read together." in browser.get(erase).content.decode()
    assert browser.post(erase, {"reason": "It was said in confidence."}).status_code == 302
    assert Text.objects.get(pk=proposed.text_id).is_erased
    assert "Two nurses" not in staff.get(address("accommodations", deliberation)).content.decode()
    value = _entry_about(SharedValue.objects.get(seat=one, entered_by__isnull=False).pk)
    assert signed_in(cast.administrator).post(
        reverse("words_erase", args=["care", value.pk, "text"]), {"reason": "They asked me to."}
    ).status_code == 302  # fmt: skip


def _entry_about(pk: UUID) -> Entry:
    return Entry.objects.get(event="deliberation.contribution.enter", subject_id=str(pk))


def test_staff_find_theirs_and_are_led_there_from_an_instruction(cast: Cast) -> None:
    made = propose_instruction(
        cast.organisation, Wording("Always use port 27027."), by=cast.editor, project=cast.project
    )
    page = reverse("instruction", args=["care", made.pk])
    entry = made.revisions.get().entry_id
    link = f'href="{reverse("own_words", args=["care"])}?entry={entry}"'
    assert link in signed_in(cast.editor).get(page).content.decode()
    assert link not in signed_in(cast.administrator).get(page).content.decode()
    mine = signed_in(cast.editor).get(reverse("own_words", args=["care"])).content.decode()
    [erase] = re.findall(rf'href="([^"]+{entry}/erase/[^"]+)"', mine)
    assert "Always use port 27027." in mine
    assert "27027" not in signed_in(cast.facilitator).get(reverse("own_words", args=["care"])).content.decode()
    answer = signed_in(cast.editor).post(erase, {"reason": "It was another's."})
    assert answer["Location"] == reverse("own_words", args=["care"])
    assert "erased on request" in signed_in(cast.auditor).get(page).content.decode()
