"""What an entry is about is led to, where this reader may read it, and each way leads to a page that is there."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from accounts.domain.acting import caller_for
from accounts.domain.keys import create_api_key
from audit.models import Entry
from audit.queries.registry import page_of_subject
from audit.record import Actor, record
from deliberation.domain.review import start_review
from instructions.domain.classification import Wording
from instructions.domain.instruction import propose_instruction
from tests.cast import Cast
from tests.deliberation import stages
from tests.deliberation.pages import signed_in
from tests.oversight.house import DROP, ask, key_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside")]


def led_to(cast: Cast, reader: str, entry: Entry) -> str:
    """Where the entry's page leads from what it is about; nothing where it leads nowhere."""
    browser = signed_in(getattr(cast, reader))
    page = browser.get(reverse("record_entry", args=["care", entry.pk])).content.decode()
    kind = entry.subject_kind.replace("_", " ")
    found = re.findall(rf'<a href="([^"]+)">{kind}</a> <code class="hash">{entry.subject_id}', page)
    assert f'<code class="hash">{entry.subject_id}</code>' in page
    for address in found:
        assert browser.get(address).status_code == 200, (reader, entry.event, address)
    return found[0] if found else ""


def test_what_is_decided_leads_to_its_outcome_and_what_is_open_to_nobody_who_may_not_read_it(cast: Cast) -> None:
    decided, running = stages.at_decided(cast), stages.at_round(cast, 2)
    outcome = reverse("outcome", args=["care", decided.number])
    said = Entry.objects.filter(subject_kind="position").order_by("pk")
    signed = Entry.objects.get(event="deliberation.outcome.sign")
    dissent = Entry.objects.get(subject_kind="dissent", event="deliberation.dissent.write")
    for reader in ("auditor", "administrator"):
        assert led_to(cast, reader, signed) == led_to(cast, reader, dissent) == outcome
    of_the_open = said.get(subject_id=str(running.position_set.order_by("pk")[0].pk))
    whole = Entry.objects.filter(subject_kind="deliberation", subject_id=str(running.pk)).order_by("pk")[0]
    overview = reverse("deliberation", args=["care", running.number])
    assert led_to(cast, "administrator", whole) == overview
    # An administrator knows that there is the question; who has answered in it, and when, is not theirs.
    assert [led_to(cast, one, of_the_open) for one in ("auditor", "administrator")] == ["", ""]
    assert led_to(cast, "auditor", whole) == ""


def test_reviews_lead_to_the_packet_for_those_who_read_it(cast: Cast) -> None:
    deliberation = stages.at_review_due(cast)
    start_review(stages.review_of(deliberation), by=cast.reviewer)
    entry = Entry.objects.get(event="deliberation.review.start")
    assert led_to(cast, "administrator", entry) == reverse("review", args=["care", deliberation.number])
    assert led_to(cast, "auditor", entry) == reverse("outcome", args=["care", deliberation.number])


def test_agents_and_what_stands_in_settings_lead_there(cast: Cast) -> None:
    key = key_of(cast.project, cast)
    ask(key, DROP, session="one")
    create_api_key(cast.project, "Another", by=cast.administrator)
    propose_instruction(cast.organisation, Wording("Always use port 27027."), by=cast.editor, project=cast.project)
    newest = {entry.subject_kind: entry for entry in Entry.objects.order_by("pk")}
    ways = {
        kind: [bool(led_to(cast, reader, entry)) for reader in ("administrator", "auditor")]
        for kind, entry in newest.items()
    }
    assert ways == {
        "membership": [True, False],
        "api_key": [True, True],
        "session": [True, True],
        "check": [True, True],
        "judgment_request": [True, True],
        "instruction": [True, True],
    }


def test_what_is_not_there_leads_nowhere(cast: Cast) -> None:
    entry = Entry(organisation=cast.organisation, subject_kind="deliberation")
    entry.subject_id = "not-an-id"
    assert page_of_subject(cast.organisation, entry, caller_for(cast.administrator, cast.organisation)) == ""
    entry.subject_kind = "unheard_of"
    assert page_of_subject(cast.organisation, entry, caller_for(cast.administrator, cast.organisation)) == ""


def test_an_entry_opens_whatever_it_says_of_its_subject(cast: Cast) -> None:
    """Its page is there, and leads nowhere, where the id is none that an address takes."""
    kinds = ("check", "session", "judgment_request", "instruction", "api_key", "broken_glass", "deliberation")
    odd = ("", "one two", "0" * 32, "../../settings", "9" * 64)
    browser = signed_in(cast.administrator)
    actor = Actor("system")
    for place, kind in enumerate(kinds):
        about = odd[place % len(odd)]
        entry = record(
            "oversight.check", actor=actor, organisation=cast.organisation, subject=(kind, about), decision="allow"
        )
        response = browser.get(reverse("record_entry", args=["care", entry.pk]))
        assert response.status_code == 200, (kind, about)
        assert f'{kind.replace("_", " ")} <code class="hash">{about}</code>' in response.content.decode()
    assert browser.get(reverse("record", args=["care"])).status_code == 200
