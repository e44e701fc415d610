"""What is typed or ticked and not sent is kept for its author, in its deliberation, and shown again as it was."""

import re
from html import unescape

import pytest
from django.test import Client

from accounts.models import SeatUser
from accounts.scope import open_organisation
from deliberation.domain import stakeholder_list
from deliberation.domain.review import start_review
from deliberation.models import Draft
from tests.cast import Cast
from tests.deliberation.pages import address, by_link, signed_in
from tests.deliberation.stages import at_draft, at_review_due, at_round, review_of, seat_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    made = Cast()
    with open_organisation(made.organisation):
        yield made


def autosaves(page: str) -> list[str]:
    """Where the forms of a page keep what is typed."""
    return [unescape(found) for found in re.findall(r'data-autosave-url="([^"]+)"', page)]


def ticked(page: str, name: str) -> set[str]:
    boxes = re.findall(rf'<input type="checkbox" name="{name}"[^>]*>', page)
    return {re.search(r'value="([^"]+)"', box)[1] for box in boxes if " checked" in box}


def shown(browser: Client, url: str) -> str:
    return browser.get(url).content.decode()


def test_every_tick_is_kept_and_so_is_every_tick_taken_out_again(cast):
    first, second = at_draft(cast), at_draft(cast)
    url = address("stakeholder_add", first)
    browser = signed_in(cast.facilitator)
    keys = {str(row.pk) for row in stakeholder_list.in_tension(first)}
    assert len(keys) >= 2
    [autosave] = autosaves(shown(browser, url))
    words = {"title": "Night nurses", "relation": "affected"}
    assert browser.post(autosave, words | {"frameworks": sorted(keys)}).status_code == 200
    assert ticked(shown(browser, url), "frameworks") == keys
    assert browser.post(autosave, words).status_code == 200
    assert ticked(shown(browser, url), "frameworks") == set()
    # What is refused is kept in the same way, and none of it shows in another deliberation.
    refused = browser.post(url, words | {"why": "", "frameworks": sorted(keys)})
    assert refused.status_code == 422
    assert ticked(shown(browser, url), "frameworks") == keys
    elsewhere = shown(browser, address("stakeholder_add", second))
    assert "Night nurses" not in elsewhere
    assert ticked(elsewhere, "frameworks") == set()


def test_a_form_is_kept_for_whom_its_page_says_and_not_by_its_name(cast):
    deliberation = at_round(cast, 1)
    seat = seat_of(deliberation, "Stakeholder one")
    user = cast.stakeholders[0]
    SeatUser.objects.create(organisation=cast.organisation, deliberation_id=deliberation.pk, seat_id=seat.pk, user=user)
    for browser in (signed_in(user), by_link(seat)):
        page = shown(browser, address("deliberation_intake", deliberation))
        [finding] = [url for url in autosaves(page) if "/finding" in url]
        assert browser.post(finding, {"text": "Readers tire after forty."}).status_code == 200
        assert "Readers tire after forty." in shown(browser, address("deliberation_intake", deliberation))
    assert Draft.objects.get().seat == seat
    staff = signed_in(cast.facilitator)
    page = shown(staff, address("deliberation_terms", deliberation))
    assert all(url.endswith("?as=user") for url in autosaves(page))


def test_a_reviewer_keeps_what_they_write_about_what_was_decided_and_nothing_else(cast):
    undecided = at_draft(cast)
    deliberation = at_review_due(cast)
    review = review_of(deliberation)
    start_review(review, by=cast.reviewer)
    browser = signed_in(cast.reviewer)
    url = f"/o/{cast.organisation.slug}/reviews/{deliberation.number}/"
    [autosave] = autosaves(shown(browser, url))
    assert browser.post(autosave, {"since_then": "The second reader was trained."}).status_code == 200
    page = shown(browser, url)
    assert "The second reader was trained." in page
    assert browser.post(address("draft_save", undecided, "review"), {"text": "x"}).status_code == 404
    assert browser.post(address("draft_save", deliberation, "review:no-key"), {"text": "x"}).status_code == 409
