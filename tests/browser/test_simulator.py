"""A visitor at the simulator in a real browser, with script and without: an act, the pressure, the walk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from accounts.permissions import SYSTEM
from audit.domain.surfaces import switch_surface
from oversight.simulator.walk import STOPS
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)
Check = Callable[[Page], None]
LONG = "git log --oneline --since yesterday"


@pytest.fixture
def site(transactional_db: None, live_server: Any) -> str:
    switch_surface(Cast().organisation, "simulator", True, by=SYSTEM)
    return str(live_server.url)


def test_the_answer_follows_what_is_typed_and_where_the_dial_stands(
    site: str, open_page: Callable[..., Page], axe: Check, fits: Check, complaints: list[str]
) -> None:
    page = open_page(1280)
    page.goto(f"{site}/")
    page.get_by_role("link", name="Try the simulator").click()
    said = page.locator("#answer .lede")
    expect(said).to_contain_text("Denied: Run mongosh")
    page.get_by_label("runs a command").check()
    page.get_by_label("The command, the sentence").fill("psql hiring -c 'DROP TABLE applications'")
    expect(said).to_contain_text("A person is asked: Run psql hiring")
    page.get_by_label("Dangerous").focus()
    page.keyboard.press("Space")
    expect(said).to_contain_text("Denied: Run psql hiring")
    assert page.evaluate("document.activeElement.value") == "DANGEROUS"
    axe(page)
    page.get_by_label("reads a file").check()
    expect(page.get_by_label("The command, the sentence")).to_be_hidden()
    page.get_by_label("The file", exact=True).fill("src/import.py")
    expect(said).to_contain_text("Allowed: Read src/import.py")
    page.get_by_label("The file", exact=True).fill("")
    expect(page.locator("#answer")).to_contain_text("Which file?")
    page.get_by_role("button", name="Judge it").click()
    expect(page.locator("#errors")).to_be_focused()
    expect(page.get_by_label("The file", exact=True)).to_have_attribute("aria-invalid", "true")
    complaints.clear()  # of the answer that the page was not shown
    page.set_viewport_size({"width": 320, "height": 900})
    page.emulate_media(color_scheme="dark")
    axe(page)
    fits(page)


def test_whoever_types_too_often_is_told_so_and_keeps_the_words(
    site: str, open_page: Callable[..., Page], settings: Any, complaints: list[str]
) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"simulated": "1/m/ip"}
    cache.clear()
    page = open_page(1280)
    page.goto(f"{site}/public/simulator/")
    for words, there in (("git status", "Allowed: Run git status"), (LONG, "This was tried very often")):
        page.get_by_label("The command, the sentence").fill(words)
        expect(page.locator("main")).to_contain_text(there)
    expect(page.locator("main")).to_contain_text(LONG)
    complaints.clear()
    cache.clear()


def test_it_works_without_script(site: str, open_page: Callable[..., Page]) -> None:
    page = open_page(360, java_script_enabled=False)
    page.goto(f"{site}/public/simulator/")
    page.get_by_role("link", name="Collect more data").click()
    expect(page.locator("#answer .lede")).to_contain_text("A person is asked: Update privacy policy")
    page.get_by_text("What you had told it, its reasoning, and where").click()
    page.get_by_label("What you had told it before").fill("Redis runs on port 6543")
    page.get_by_label("runs a command").check()
    page.get_by_label("The command, the sentence").fill("redis-cli -p 6379 ping")
    page.get_by_label("Critical").check()
    page.get_by_role("button", name="Judge it").click()
    expect(page.locator("#answer .lede")).to_contain_text("Denied: Run redis-cli -p 6379 ping")
    expect(page.locator(".mismatch")).to_contain_text("6543")
    expect(page.get_by_label("Critical")).to_be_checked()
    assert "6379" not in page.url


def test_the_walk_is_turned_by_keys_and_is_whole_on_one_page(
    site: str, open_page: Callable[..., Page], axe: Check, fits: Check
) -> None:
    page = open_page(1280)
    page.goto(f"{site}/public/simulator/27027/")
    for stop in STOPS[1:]:
        page.keyboard.press("ArrowRight")
        expect(page).to_have_url(f"{site}/public/simulator/27027/?step={stop.number}")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("link", name=f"{STOPS[-2].number} {STOPS[-2].title}")).to_have_attribute(
        "aria-current", "step"
    )
    page.get_by_role("link", name="All steps on one page").click()
    axe(page)
    page.set_viewport_size({"width": 320, "height": 900})
    page.emulate_media(color_scheme="dark")
    axe(page)
    fits(page)
