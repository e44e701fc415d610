"""One question from the first page of a new installation to the review of its precedent, as five people.

The administrator starts for real and facilitates; the holder decides; two people take part by links they were handed; a
reviewer prepares. The clock is moved by the test, and the tick does what falls due. It takes the pictures of the
documentation on its way.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Page

from deliberation.tasks import tick
from tests.browser.people import Person

QUESTION = "May the night line be answered by software?"
BEGIN = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_a_question_walks_from_the_first_page_to_its_review(
    live_server: Any, open_page: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    with time_machine.travel(BEGIN, tick=True) as clock:
        Walk(live_server.url, open_page, axe, clock).walk()


class Walk:
    """The five people, the clock, and the steps in order."""

    def __init__(self, base: str, open_page: Callable[..., Page], axe: Callable[[Page], None], clock: Any) -> None:
        self.base, self.open_page, self.axe, self.clock = base, open_page, axe, clock
        self.day = 0.0
        self.facilitator = self._person()
        self.holder = self._person()
        self.reviewer = self._person()
        self.ana = self._person()
        self.noor = self._person(width=390)

    def _person(self, **options: Any) -> Person:
        return Person(self.open_page(**options), self.base)

    def on_day(self, day: float) -> None:
        """Move the clock forward and let the tick do what fell due."""
        self.day = day
        self.clock.move_to(BEGIN + timedelta(days=day))
        tick()

    def walk(self) -> None:
        self._start_for_real()
        self._take_people_in()
        self._put_the_question()
        self._write_terms()
        self._list_and_approve()
        self._invite()
        self._round_1()
        self._round_2()
        self._round_3()
        self._round_4()
        self._sign()
        self._review()

    def at(self, path: str) -> str:
        return f"{self.home}{path}"

    def _start_for_real(self) -> None:
        one = self.facilitator.go("/").sees("Look around", "Start for real")
        self.axe(one.page)
        one.picture("first-page")
        one.send("", organisation_name="Harbour Line", name="Facilitator", email="facilitator@harbour.example")
        one.sees("mail")
        one.send("", choice="none")
        self.home = "/o/harbour-line/"

    def _take_people_in(self) -> None:
        one = self.facilitator.go(self.at("settings/members/"))
        self.axe(one.page)
        for name, email, role in (
            ("Holder", "holder@harbour.example", "decision_holder"),
            ("Reviewer", "reviewer@harbour.example", "reviewer"),
        ):
            one.go(self.at("settings/members/")).send("settings/members/", name=name, email=email, roles=[role])
        one.go(self.at("settings/members/"))
        one.page.locator("tr").filter(has_text="facilitator@harbour.example").locator("a[href*='/roles/']").click()
        one.send("", roles=["administrator", "facilitator"])
        for person, email in ((self.holder, "holder@harbour.example"), (self.reviewer, "reviewer@harbour.example")):
            one.go(self.at("settings/members/"))
            one.page.locator("tr").filter(has_text=email).locator("a[href*='/link/']").click()
            one.send("")
            person.go(one.page.locator(".receipt code").inner_text()).send("")

    def _put_the_question(self) -> None:
        one = self.facilitator.go(self.at("asked/")).sees("Nothing is asked of you")
        one.press("Put a question")
        self.axe(one.page)
        one.send(
            "",
            question=QUESTION,
            decision_asked="Between ten at night and six, callers wait twenty minutes. Software could answer at once.",
            urgency="IMPORTANT",
        )
        self.d = (
            one.page.url.split(self.base)[1].split("/d/")[0] + "/d/" + one.page.url.split("/d/")[1].split("/")[0] + "/"
        )
        one.go(f"{self.d}intake/")
        one.send("intake/findings/", kind="known", text="Callers wait twenty minutes.", source="The log of January.")
        one.send("intake/findings/", kind="unknown", text="Whether callers would notice.")
        one.send("intake/options/", text="Let software answer, and say so in the first sentence.")
        for n in range(one.page.locator('form[action$="/harms/"]').count()):
            form = one.page.locator('form[action$="/harms/"]').nth(n)
            one.page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
            form.locator("[name=bearer]").fill("People who call at night")
            form.locator("[name=harm]").fill("Wait, or speak to nobody.")
            with one.page.expect_navigation():
                form.locator("button").first.click()
        one.send("intake/suggest/")
        self._settle_suggestions()
        for kind, title in (
            ("framework", "Care"),
            ("framework", "Rights-based"),
            ("group", "People who call at night"),
        ):
            if not one.page.locator("main").get_by_text(title, exact=True).count():
                one.send(f"intake/{kind}/", title=title)
        one.sees("Care", "Rights-based")
        self.axe(one.page)
        one.picture("intake")
        one.go(f"{self.d}seats/")
        one.send("seats/", user="Holder")
