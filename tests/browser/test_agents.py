"""Agents are watched in a real browser: a recording is replayed, and the page that is open tells it as it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.scope import open_organisation
from oversight.adapters.replay import read_recording, replay
from oversight.management.commands.replay_session import SHIPPED
from oversight.models import Session
from tests.browser.people import Person
from tests.cast import Cast
from tests.oversight.house import in_force, key_of

pytestmark = pytest.mark.django_db(transaction=True)

PRIVACY = "Respect the privacy of applicants: never share what they wrote outside the hiring team."
HEARD = 20_000
"""Milliseconds within which a page that looks again by itself shows what is new."""


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return Cast()


class Recording:
    """The recording that ships, told again as far as somebody wants to see."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        with open_organisation(cast.organisation):
            in_force(cast, "Interview transcripts are kept in MongoDB at port 27027.")
            in_force(cast, PRIVACY)
            key = key_of(cast.project, cast, "Coding assistant")
        with SHIPPED.open(encoding="utf-8") as lines:
            self.told: Iterator[Any] = replay(key, read_recording(lines), mark="1")

    def until(self, *decided: str) -> None:
        """Tell on until an answer holds one of these words; without any, to the end."""
        with open_organisation(self.cast.organisation):
            for one in self.told:
                if decided and any(word in str(one.answer) for word in decided):
                    return

    def session(self, number: int) -> Session:
        """The session that began as the `number`th, from 0."""
        with open_organisation(self.cast.organisation):
            return Session.objects.order_by("id")[number]


def test_a_replayed_session_is_watched_from_the_first_check_to_the_handoff(
    live_server: Any,
    cast: Cast,
    open_page: Callable[..., Page],
    login: Callable[[Page, str], Page],
    axe: Callable[[Page], None],
    fits: Callable[[Page], None],
) -> None:
    recording = Recording(cast)
    recording.until("27017")
    session = recording.session(0)
    here = f"{live_server.url}/o/care/agents/"
    page = login(open_page(), cast.holder.email)
    page.goto(here)
    expect(page.get_by_role("heading", level=1)).to_have_text("One agent is at work.")
    page.get_by_role("link", name="One was denied.").click()
    expect(page.get_by_text("27027").first).to_be_visible()
    expect(page.locator(".mismatch .value").nth(1)).to_have_text("27017")
    page.evaluate("window.opened = true")

    # What comes is shown and announced without the page being loaded again, and what is open stays open.
    page.locator("summary", has_text="plain acts").first.click()
    page.locator(".checks a.at").first.focus()
    recording.until("judgment", "parked")
    asked = page.locator(".checks > li").filter(has_text="advertisers")
    expect(asked.locator(".verdict")).to_have_text("Asked a person", timeout=HEARD)
    expect(page.get_by_role("status").first).to_contain_text("Asked a person")
    expect(page.locator("details[open] summary", has_text="plain acts")).to_be_visible()
    assert page.evaluate("window.opened") is True
    assert page.evaluate("document.activeElement.className") == "at"

    # The holder has it deliberated, and the session says so.
    asked.get_by_role("link", name="The request").click()
    person = Person(page, live_server.url, axe)
    person.write("/convene/", reason="Whom they told it is not ours to sell.").send("/convene/")
    page.goto(f"{here}sessions/{session.pk}/")
    expect(page.locator(".notice", has_text="One judgement is still open.")).to_contain_text("waits for a deliberation")
    expect(page.locator(".checks > li").filter(has_text="advertisers")).to_contain_text("It is deliberated.")

    # Pressure rises to a handoff, and a new session takes over.
    recording.until()
    expect(page.get_by_role("heading", name="Handoff")).to_be_visible(timeout=HEARD)
    expect(page.locator(".chart figcaption")).to_contain_text("Pressure rose from normal to critical")
    page.goto(f"{here}sessions/{session.pk}/")
    axe(page)
    fits(page)
    page.get_by_role("link", name="night-shift-2").first.click()
    expect(page.get_by_text("It continues night-shift-1")).to_be_visible()
    page.goto(here)
    axe(page)


def test_a_session_is_read_without_script_and_on_a_phone(
    live_server: Any,
    cast: Cast,
    open_page: Callable[..., Page],
    login: Callable[[Page, str], Page],
    axe: Callable[[Page], None],
    fits: Callable[[Page], None],
) -> None:
    recording = Recording(cast)
    recording.until("27017")
    narrow = login(open_page(320, dark=True), cast.auditor.email)
    plain = login(open_page(320, java_script_enabled=False), cast.auditor.email)
    address = f"{live_server.url}/o/care/agents/sessions/{recording.session(0).pk}/"
    plain.goto(address)
    expect(plain.get_by_text("Asked a person")).to_have_count(0)
    recording.until("judgment", "parked")
    plain.get_by_role("link", name="Look again").click()
    expect(plain.get_by_text("Asked a person").first).to_be_visible()
    narrow.goto(address)
    for page in ("", "check"):
        if page:
            narrow.locator(".checks a.at").last.click()
        axe(narrow)
        fits(narrow)
