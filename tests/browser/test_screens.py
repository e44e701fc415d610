"""The screens of the invented organisation that are full of words: nothing for axe, and nothing that sticks out.

Every page there is, most of them with less on it, is looked at in test_every_page.py. One run names everything that is
wrong, page by page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from deliberation.demo import seed
from tests.browser.people import Person

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = {
    "facilitator@demo.example": [
        "asked/", "board/", "board/?show=ended", "d/3/", "d/3/intake/", "d/3/people/", "d/3/invitations/",
        "d/3/round/1/", "d/3/round/2/", "d/2/round/3/", "d/2/outcome/", "d/4/", "precedents/", "precedents/2/cite/",
    ],
    "holder@demo.example": ["asked/", "d/3/", "precedents/2/", "agents/requests/", "agents/freezes/", "agents/glass/"],
    "stakeholder1@demo.example": ["asked/", "d/3/asked/", "d/3/round/1/", "d/3/round/2/"],
    "reviewer@demo.example": ["reviews/", "reviews/1/", "precedents/1/"],
    "admin@demo.example": ["outbox/"],
}  # fmt: skip
"""Whose screens these are."""

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 900}


@pytest.fixture
def demo_slug(transactional_db: None) -> str:
    organisation = seed()
    assert organisation is not None
    return organisation.slug


@pytest.fixture
def found() -> Iterator[list[str]]:
    complaints: list[str] = []
    yield complaints
    assert complaints == [], "\n\n".join(complaints)


def test_every_screen_is_sound_for_everybody(
    live_server: Any,
    demo_slug: str,
    open_page: Callable[..., Page],
    login: Callable[[Page, str], Page],
    axe: Callable[[Page], None],
    fits: Callable[[Page], None],
    found: list[str],
) -> None:
    seen = 0
    for email, addresses in PEOPLE.items():
        page = login(open_page(), email)
        for address in addresses:
            seen += 1
            path = f"/o/{demo_slug}/{address}"
            where = f"{email.partition('@')[0]} at {path}"
            page.set_viewport_size(WIDE)  # type: ignore[arg-type]
            scheme = "dark" if seen % 2 else "light"
            page.emulate_media(color_scheme=scheme)
            answer = page.goto(live_server.url + path)
            if answer is None or answer.status != 200 or "/login/" in page.url:
                found.append(f"{where}: {answer and answer.status}, {page.url}")
                continue
            note(found, f"{where}, {scheme}", axe, page)
            page.set_viewport_size(NARROW)  # type: ignore[arg-type]
            note(found, f"{where}, 320 wide", fits, page)
    holder = Person(login(open_page(), "holder@demo.example"), live_server.url, axe)
    holder.go(f"/o/{demo_slug}/agents/").picture("agents")
    holder.page.locator("main li.row", has_text="0711").get_by_role("link").click()
    holder.sees("Pressure rose from normal to critical", "You had said otherwise").picture("agent-session", height=2300)
    holder.page.locator(".checks > li", has_text="27017").locator("a.at").first.click()
    holder.sees("How it was judged").picture("agent-check")
    holder.go(f"/o/{demo_slug}/agents/requests/")
    holder.page.get_by_role("link", name="Read and answer").first.click()
    holder.sees("What would be done, exactly", "Grant it once").picture("judgment-request", height=1800)


def note(found: list[str], where: str, check: Callable[[Page], None], page: Page) -> None:
    """Keep what `check` complains of, and go on."""
    try:
        check(page)
    except AssertionError as complaint:
        found.append(f"{where}: {complaint}")
