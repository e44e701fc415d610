"""An administrator sets how the framework works, in a browser: each page sound, a change made, refused, undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.scope import open_organisation
from instructions.domain.policy import boundaries_of, content_of, set_policy, thresholds_of
from tests.browser.test_instructions import cast, sound  # noqa: F401 (fixtures)
from tests.cast import Cast
from tests.instructions.test_policy import PEOPLE, REGISTER
from tractatus import Thresholds

pytestmark = pytest.mark.django_db(transaction=True)

HERE = "/o/care/settings/"


def test_administrator_sets_refuses_undoes_and_adopts(
    live_server: Any,
    cast: Cast,  # noqa: F811
    open_page: Callable[..., Page],
    login: Callable[[Page, str], Page],
    sound: Callable[[Page], None],  # noqa: F811
) -> None:
    with open_organisation(cast.organisation):
        for part, content in (("frameworks", {"frameworks": [PEOPLE]}), ("registers", {"registers": [REGISTER]})):
            set_policy(cast.organisation, part, content, by=cast.administrator, why="We agreed.")
    page = login(open_page(), cast.administrator.email)
    page.goto(live_server.url + HERE)
    page.get_by_role("link", name="Thresholds").click()

    # Figures that do not rise are said to be so at the figure; then they hold, and are undone from the history.
    page.get_by_label("Pressure is high under").fill("0.4")
    page.get_by_label("Why").fill("To hear of it earlier.")
    page.get_by_role("button", name="Set these thresholds").click()
    expect(page.get_by_role("alert")).to_contain_text("is expected")
    sound(page)
    page.get_by_label("Pressure is high under").fill("0.6")
    page.get_by_role("button", name="Set these thresholds").click()
    page.get_by_text("What it changed").click()
    expect(page.locator("ins")).to_contain_text("pressure.high = 0.6")
    sound(page)
    page.get_by_role("link", name="Have it hold again").click()
    page.locator("#restore").get_by_label("Why").fill("It was too early.")
    sound(page)
    page.get_by_role("button", name="Have it hold again").click()
    expect(page.get_by_role("heading", name="Version 2")).to_be_visible()

    # A boundary by its form.
    page.get_by_role("link", name="Boundaries").click()
    page.get_by_label("Name", exact=True).fill("Prices")
    page.get_by_label("Why a person decides it").fill("The board decides prices")
    page.get_by_label("Words that lead to it").fill("price list\ndiscount*")
    page.locator("#set").get_by_label("Why", exact=True).fill("The board asked for it.")
    page.get_by_role("button", name="Add this boundary").click()
    expect(page.get_by_role("heading", name="Prices")).to_be_visible()
    sound(page)

    # A pack is read, then adopted.
    page.get_by_role("link", name="Domain packs").click()
    sound(page)
    page.get_by_role("link", name="Health and care").click()
    expect(page.get_by_text("Nobody of the field has reviewed it")).to_be_visible()
    sound(page)
    page.get_by_label("Why", exact=True).fill("We run a clinic.")
    page.get_by_role("button", name="Adopt this pack").click()

    for name in ("frameworks", "registers", "verbosity"):
        page.goto(f"{live_server.url}{HERE}{name}/")
        sound(page)
    with open_organisation(cast.organisation):
        assert thresholds_of(cast.organisation) == Thresholds()
        assert boundaries_of(cast.organisation)[0].name == "Prices"
        assert list(content_of(cast.organisation, "packs")["packs"]) == ["health"]
