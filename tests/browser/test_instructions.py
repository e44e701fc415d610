"""An editor at work in a real browser: what is typed is read, overruled, put in force against another, revised."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.scope import open_organisation
from instructions.models import Instruction
from tests.browser.people import Person
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)

PORT = "Always use MongoDB on port 27027."
HERE = "/o/care/instructions/"


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return Cast()


@pytest.fixture
def sound(axe: Callable[[Page], None], fits: Callable[[Page], None]) -> Callable[[Page], None]:
    """sound(page): nothing for axe, light and dark, and nothing sticks out, wide and narrow."""

    def check(page: Page) -> None:
        for width, scheme in ((1280, "light"), (320, "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            axe(page)
            fits(page)
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="light")

    return check


def test_editor_writes_overrules_answers_a_conflict_and_revises(
    live_server: Any,
    cast: Cast,
    open_page: Callable[..., Page],
    login: Callable[[Page, str], Page],
    sound: Callable[[Page], None],
) -> None:
    page = login(open_page(), cast.editor.email)
    page.goto(live_server.url + HERE)
    page.get_by_role("link", name="Write an instruction").click()

    # Vague words are said to be so, with what is missing in them.
    text = page.get_by_label("In one or two sentences")
    text.press_sequentially("Make it better")
    expect(page.get_by_role("heading", name="It is too vague to be kept")).to_be_visible()
    expect(page.locator(".blank").first).to_be_visible()
    sound(page)

    # What is typed is read without a button, and a field is overruled by keyboard alone.
    text.fill("")
    text.press_sequentially(PORT)
    expect(page.locator("mark").first).to_have_text("Always")
    expect(text).to_be_focused()
    Person(page, live_server.url).picture("instruction-new", height=1350)
    summary = page.locator("summary", has_text="Quadrant")
    summary.focus()
    page.keyboard.press("Enter")
    page.get_by_label("Quadrant", exact=True).select_option("STRATEGIC")
    page.get_by_role("button", name="Put it in force").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Say why you overrule")
    sound(page)
    page.locator("#id_quadrant_why").fill("It is who we are.")
    page.get_by_role("button", name="Put it in force").click()
    expect(page.locator("h1")).to_have_text(PORT)
    expect(page.get_by_text("Overruled. The software read: System.")).to_be_visible()

    # A second one goes against it: that is shown before it is saved, and answered.
    page.goto(f"{live_server.url}{HERE}new/")
    page.get_by_label("In one or two sentences").press_sequentially("MongoDB runs on port 27017.")
    expect(page.get_by_role("heading", name="It conflicts with one already in force")).to_be_visible()
    expect(page.locator(".clash u").first).to_be_visible()
    sound(page)
    page.get_by_role("button", name="Put it in force").click()
    expect(page.get_by_role("alert")).to_contain_text("Say for each which of the two should hold")
    page.get_by_label("The new one").check()
    page.get_by_role("button", name="Put it in force").click()
    expect(page.get_by_text("inst_002 is in force.")).to_be_visible()

    # Its next revision stands beside the first as a difference.
    page.get_by_role("link", name="Revise it").click()
    page.get_by_label("In one or two sentences").fill("MongoDB runs on port 27018.")
    page.get_by_label("Why it changes").fill("It moved.")
    page.get_by_role("button", name="Make it the next revision").click()
    expect(page.locator("del", has_text="27017")).to_be_visible()
    expect(page.locator("ins", has_text="27018")).to_be_visible()
    Person(page, live_server.url).picture("instruction-revisions")
    sound(page)
    with open_organisation(cast.organisation):
        assert dict(Instruction.objects.values_list("key", "state")) == {"inst_001": "superseded", "inst_002": "active"}


def test_what_is_typed_survives_and_works_without_script(
    live_server: Any,
    cast: Cast,
    open_page: Callable[..., Page],
    login: Callable[[Page, str], Page],
    sound: Callable[[Page], None],
) -> None:
    """The draft is there on another device; without script a button reads, and the same page sends."""
    page = login(open_page(), cast.editor.email)
    page.goto(f"{live_server.url}{HERE}new/")
    page.get_by_label("In one or two sentences").fill(PORT)
    expect(page.locator(".saved")).to_contain_text("Saved at")
    plain = login(open_page(320, java_script_enabled=False), cast.editor.email)
    plain.goto(f"{live_server.url}{HERE}new/")
    expect(plain.get_by_label("In one or two sentences")).to_have_value(PORT)
    plain.get_by_role("button", name="Read it").click()
    expect(plain.locator("mark").first).to_have_text("Always")
    plain.get_by_role("button", name="Keep it as a proposal").click()
    expect(plain.get_by_text("It binds nobody yet.").first).to_be_visible()
    plain.get_by_role("link", name="Put it in force").click()
    plain.get_by_role("button", name="Put it in force").click()
    expect(plain.get_by_text("inst_001 is in force.")).to_be_visible()
    for address in ("periods/", "variables/", "?show=in_force&words=MongoDB"):
        page.goto(live_server.url + HERE + address)
        sound(page)
