"""An auditor at the record in a real browser, with script and without: finding something, following it, checking it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.permissions import SYSTEM
from audit.domain.metrics import count_new
from audit.domain.surfaces import switch_surface
from audit.sequencer import sequence
from tests.audit.recorded import check
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return Cast()


@pytest.mark.parametrize("script", [True, False], ids=["with-script", "without-script"])
def test_auditor_finds_an_entry_follows_it_and_takes_its_proof(
    live_server: Any,
    cast: Cast,
    open_page: Callable[..., Page],
    login: Callable[[Page, str], Page],
    axe: Callable[[Page], None],
    fits: Callable[[Page], None],
    script: bool,
) -> None:
    asked = check(cast.organisation, "ask", project=cast.project, pressure="HIGH", boundary="12.1 values")
    check(cast.organisation, "allow", project=cast.project, cause=asked)
    count_new(cast.organisation)
    sequence(cast.organisation)
    for name in ("metrics", "evidence"):
        switch_surface(cast.organisation, name, True, by=SYSTEM)

    def sound(page: Page) -> None:
        if script:
            for width, scheme in ((1280, "light"), (320, "dark")):
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                axe(page)
                fits(page)
            page.set_viewport_size({"width": 1280, "height": 900})

    page = login(open_page(java_script_enabled=script), cast.auditor.email)
    page.goto(live_server.url + "/o/care/record/")
    page.get_by_label("Decision").select_option("Asked a person")
    page.get_by_label("Pressure").select_option("High")
    page.get_by_text("More filters").click()
    page.get_by_label("Project").select_option("Hiring")
    page.get_by_role("button", name="Show").click()
    rows = page.locator("tbody tr", has_text="asked before an act.")
    expect(rows).to_have_count(1)
    page.get_by_text("The same as a table").click()
    sound(page)

    rows.get_by_role("link").click()
    expect(page.get_by_role("heading", name="Which service said what, in order")).to_be_visible()
    expect(page.get_by_text("93 µs in all")).to_be_visible()
    sound(page)
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download the proof").click()
    assert taken.value.suggested_filename == f"{asked.pk}.proof.json"
    page.locator(".flow a").click()
    expect(page.locator(".flow [aria-current]")).to_contain_text("this entry")

    page.goto(live_server.url + "/o/care/record/metrics/")
    expect(page.get_by_text("One act in seven days was denied or put to a person.")).to_be_visible()
    sound(page)
    page.get_by_role("link", name="Leave them as they are").click()
    expect(page.locator("[hx-trigger]")).to_have_count(0)

    page.context.clear_cookies()
    page.goto(live_server.url)
    expect(page.get_by_text("In the last 30 days agents asked to act 2 times.")).to_be_visible()
    page.get_by_role("link", name="Check these figures yourself").click()
    expect(page.get_by_role("row", name="Gate active 2")).to_be_visible()
    sound(page)
    page.get_by_role("link", name="the hourly counts").click()
    expect(page.get_by_role("heading", name="Check our numbers")).to_be_visible()
    sound(page)
