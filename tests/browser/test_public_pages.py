"""The pages anybody can open: judged by a browser, narrow and wide, light and dark."""

from typing import Any

import pytest

pytestmark = pytest.mark.django_db(transaction=True)


def test_first_page_of_an_installation_is_accessible_and_fits(
    live_server: Any, open_page: Any, axe: Any, fits: Any
) -> None:
    """The other pages for anybody are among those of test_every_page.py; this one is there before anything else."""
    page = open_page(1280)
    page.goto(f"{live_server.url}/start/")
    axe(page)
    for width in (1440, 768, 320):
        page.set_viewport_size({"width": width, "height": 900})
        fits(page)
    page.emulate_media(color_scheme="dark")
    axe(page)


def test_keyboard_reaches_the_text_first(live_server: Any, page: Any) -> None:
    page.goto(f"{live_server.url}/about/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the text")
    assert skip.evaluate("e => e === document.activeElement")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_phone_reaches_the_contents_without_script(live_server: Any, open_page: Any) -> None:
    page = open_page(360, java_script_enabled=False)
    page.goto(f"{live_server.url}/about/")
    page.get_by_role("link", name="Menu").click()
    assert page.url.endswith("#contents")


def test_wrong_form_is_told_at_the_field_and_above(live_server: Any, page: Any, axe: Any) -> None:
    page.goto(f"{live_server.url}/start/")
    page.get_by_role("button", name="Start for real").click()
    assert page.title().startswith("Error:")
    summary = page.get_by_role("alert")
    assert "missing or not right" in summary.inner_text()
    field = page.get_by_label("Your organisation", exact=True)
    assert field.get_attribute("aria-invalid") == "true"
    described = field.get_attribute("aria-describedby")
    assert "This has no answer yet." in page.locator(f"#{described}").inner_text()
    axe(page)
