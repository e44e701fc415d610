"""Recorded checks are judged again when an instruction changes: what a change would have changed."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from accounts.scope import open_organisation
from audit.models import Text
from instructions.domain.changes import of_wording
from instructions.domain.rejudging import would_have_changed
from oversight.models import Check
from tests.cast import Cast
from tests.oversight.house import LOOK, WRONG_PORT, ask, key_of

pytestmark = pytest.mark.django_db
RULE = "MongoDB listens on port 27027 in this project, always."


@pytest.fixture
def house(cast: Cast):
    with open_organisation(cast.organisation):
        yield cast


def test_what_an_instruction_would_have_changed_is_told_from_real_checks(house: Cast) -> None:
    key = key_of(house.project, house)
    told = [ask(key, WRONG_PORT, session="s", session_state={"messages": number}) for number in range(3)]
    ask(key, LOOK)
    elsewhere = key_of(house.project, house, "Another")
    ask(elsewhere, WRONG_PORT, tool_call="one")
    change = of_wording(RULE, house.organisation, house.project)
    found = would_have_changed(change, house.organisation, by=house.editor)
    assert (found.total, found.moves) == (5, (("allow", "deny", 4),))
    assert {row.url for row in found.rows} >= {
        reverse("agent_check", args=[house.organisation.slug, one.check_id]) for one in told
    }

    erased = Check.objects.get(pk=told[0].check_id).text
    Text.objects.filter(pk=erased.pk).update(body="", salt=b"", erased_at=erased.created_at)
    assert would_have_changed(change, house.organisation, by=house.editor).total == 4

    browser = Client()
    browser.force_login(house.editor, backend="django.contrib.auth.backends.ModelBackend")
    here = reverse("instruction_new", args=[house.organisation.slug])
    page = browser.post(here, {"text": RULE, "project": str(house.project.pk), "do": "changed"}).content.decode()
    assert escape("3 that were allowed would be denied.") in page
    assert "mongosh --port 27017 shop" in page
