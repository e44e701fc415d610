"""From the question to the signature with Tab, Enter and Space alone: what has the focus shows it, at every step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.scope import open_organisation
from deliberation.domain.links import token_of
from deliberation.models import Deliberation, Invitation
from tests.cast import Cast
from tests.deliberation import stages
from tests.deliberation.pages import by_link
from tests.oversight.house import DROP, ask, key_of

pytestmark = pytest.mark.django_db(transaction=True)

FOCUSED = """
([selector, words]) => {
  const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
  const around = e.closest("label") ? getComputedStyle(e.closest("label")) : style;
  const lined = (s) => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2;
  return {
    what: e.outerHTML.slice(0, 120), nowhere: e === document.body, shown: lined(style) || lined(around),
    inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    it: e.matches(selector) && (e.innerText || e.value || "").trim().startsWith(words),
  };
}
"""


class Keys:
    """Somebody who has no mouse. Whatever they pass on their way must show that it has the focus, and be in view."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def go(self, address: str) -> Keys:
        self.page.goto(address)
        return self

    def to(self, selector: str, words: str = "") -> Keys:
        """Press Tab until it is there."""
        for _step in range(200):
            self.page.keyboard.press("Tab")
            at = self.page.evaluate(FOCUSED, [selector, words])
            if not at["nowhere"]:
                assert at["shown"], f"nobody sees that this has the focus: {at['what']}"
                assert at["inside"], f"this has the focus out of view: {at['what']}"
            if at["it"]:
                return self
        raise AssertionError(f"Tab never reaches {selector} {words} on {self.page.url}")

    def write(self, **fields: str | bool) -> Keys:
        """Fill in fields in the order they stand in; True presses Space on the choice that comes first."""
        for name, value in fields.items():
            self.to(f'[name="{name}"]')
            if value is True:
                self.page.keyboard.press("Space")
            else:
                self.page.keyboard.insert_text(str(value))
        return self

    def unfold(self, words: str) -> Keys:
        self.to("summary", words)
        self.page.keyboard.press("Space")
        return self

    def press(self, words: str) -> Keys:
        """Enter on a button or link that begins with these words leads to another page."""
        return self.to("main a, main button", words).enter()

    def enter(self) -> Keys:
        """Enter on what has the focus leads to another page."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        return self

    def sees(self, words: str) -> Keys:
        expect(self.page.locator("main")).to_contain_text(words)
        return self


class Places:
    """The addresses of the pages, and who is at the keyboard."""

    def __init__(self, base: str, page: Page, login: Callable[[Page, str], Page]) -> None:
        self.base, self.page, self.login = base, page, login

    def as_member(self, email: str, deliberation: Deliberation | None, name: str, *args: object) -> Keys:
        self.page.context.clear_cookies()
        number = [deliberation.number] if deliberation else []
        return Keys(self.login(self.page, email)).go(self.base + reverse(name, args=["care", *number, *args]))

    def as_voice(self, deliberation: Deliberation, name: str) -> Keys:
        self.page.context.clear_cookies()
        with open_organisation(deliberation.organisation):
            session = by_link(stages.seat_of(deliberation, "Stakeholder one")).cookies["sessionid"].value
        self.page.context.add_cookies([{"name": "sessionid", "value": session, "url": self.base}])
        return Keys(self.page).go(self.base + reverse(name, args=["care", deliberation.number]))


def test_whole_flow_is_walked_with_tab_enter_and_space(
    live_server: Any, open_page: Callable[..., Page], login: Callable[[Page, str], Page]
) -> None:
    # Without animations, so that what has the focus is in view at once and not on its way there.
    page = open_page(reduced_motion="reduce")
    cast = Cast()
    with open_organisation(cast.organisation):
        listed, asked = stages.at_stakeholders(cast), stages.invited(cast, accept=False)
        first, second = stages.at_round(cast, 1), stages.at_round(cast, 2)
        circulated, signing = stages.at_circulated(cast), stages.at_signing(cast)
        ask(key_of(cast.project, cast), DROP, session="night-shift")
        invitation = Invitation.objects.get(deliberation=asked, stakeholder__title="Stakeholder one")
        link = reverse("participate", args=[token_of(invitation)])
    there = Places(live_server.url, page, login)

    # Intake, with a summary of what is missing that leads to the field.
    keys = there.as_member(cast.facilitator.email, None, "board").press("Put a question").press("Open the deliberation")
    assert page.evaluate("document.activeElement.id") == "errors"
    keys.to("#errors a").page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "question"
    page.keyboard.insert_text("May the tool sort them?")
    keys.write(decision_asked="It ranks by likeness to people who stayed.").press("Open the deliberation")
    keys.go(page.url).unfold("Add something known").write(
        kind=True, text="Six in ten are never read.", source="A count"
    )
    keys.press("Add it").sees("Six in ten are never read.")

    # The list, and its approval.
    keys.go(page.url.replace("/intake/", "/people/add/"))
    keys.write(title="A night nurse", why="You work at night.").press("Put them on the list").sees("A night nurse")
    keys = there.as_member(cast.holder.email, listed, "stakeholders")
    keys.write(reason="Everybody who bears it is on it.").press("Approve").sees("Everybody who bears it is on it.")

    # The card.
    page.context.clear_cookies()
    keys = Keys(page).go(live_server.url + link).press("Open my page").write(name="A nurse", relation=True)
    keys.write(frameworks=True).press("Yes, I take part").sees("The first round has not opened yet")

    # The rounds.
    there.as_voice(first, "card").write(right="A person should read them.").press("Send my position").sees(
        "Fingerprint"
    )
    keys = there.as_voice(second, "card").press("Read the proposals and answer")

    keys.to("form[action$='/proposals/'] textarea").page.keyboard.insert_text("Two people read each of them.")
    keys.to("form[action$='/proposals/'] button").enter().sees("Two people read each of them.")

    # The outcome: a dissent, and the signature.
    keys = there.as_voice(circulated, "card").press("Read the draft").press("Write a dissent")
    keys.write(lead="The reading should go.", objection="One rule is more alike.").press("Send my dissent")
    keys.sees("The reading should go.")
    keys = there.as_member(cast.holder.email, signing, "outcome_sign").write(name="Holder").press("Sign this version")
    keys.sees("Decided, with dissent")

    # An agent's act is refused, and its session stopped.
    there.as_member(cast.holder.email, None, "judgment_requests").press("Read and answer")
    keys = Keys(page).to("form[action$='/refuse/'] textarea")
    keys.page.keyboard.insert_text("The table is still read.")
    keys.to("form[action$='/refuse/'] button").enter().sees("The table is still read.")
    keys.press("Its session").press("Freeze it").write(why="It asks for the same again.").press("Freeze it")
    keys.sees("It is frozen: nothing is let through.")
