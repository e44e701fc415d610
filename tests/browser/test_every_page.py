"""Every page that has an address, in every state that changes it, for axe, for narrow windows and for large text.

The pages are generated (`pages.py`): a new route is looked at by itself. An ordinary run sees each page in one of four
looks, narrow, and narrow with text of twice the size; `--long` sees each of them in every state, all four looks, narrow
and wide. One run names everything that is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page

from accounts.scope import open_organisation
from tests.browser.pages import Seen, every_page
from tests.walls.world import World

pytestmark = pytest.mark.django_db(transaction=True)

LOOKS = [(1280, "light"), (320, "dark"), (1280, "dark"), (320, "light")]
UNFOLD = "document.querySelectorAll('details').forEach((fold) => { fold.open = true; })"
SIZE = "(size) => document.documentElement.style.setProperty('font-size', size)"
CUT_OFF = """
[...document.querySelectorAll("main *, header *, footer *")].filter((e) => {
  const style = getComputedStyle(e), hides = /hidden|clip/;
  const across = hides.test(style.overflowX) && e.scrollWidth > e.clientWidth + 1;
  const down = hides.test(style.overflowY) && e.scrollHeight > e.clientHeight + 1;
  return (across || down) && e.clientWidth > 1 && !e.closest("input, select, .hush, .skip, .folds thead, svg");
}).slice(0, 5).map((e) => e.outerHTML.slice(0, 120))
"""
EMPTY = """
[...document.querySelectorAll("main form[method=post]")].findIndex((form) =>
  [...form.querySelectorAll("input[type=text], textarea")].some((e) => e.required && !e.value))
"""
Check = Callable[[Page], None]


def nothing_is_cut_off(page: Page) -> None:
    """Fails with what is not shown whole."""
    cut = page.evaluate(CUT_OFF)
    assert cut == [], f"cut off: {cut}"


class Look:
    """A browser for each person, and what was found wrong so far."""

    def __init__(self, open_page: Callable[..., Page], base: str, axe: Check, fits: Check, *, whole: bool) -> None:
        self.base, self.axe, self.fits, self.whole = base, axe, fits, whole
        self.page = open_page()
        self.found: list[str] = []

    def as_(self, seen: Seen) -> None:
        """Whoever sees this page is at the browser."""
        self.page.context.clear_cookies()
        if seen.session:
            self.page.context.add_cookies([{"name": "sessionid", "value": seen.session, "url": self.base}])

    def at(self, seen: Seen, number: int) -> None:
        """The page with everything unfolded, then with text of twice the size."""
        where = f"{seen.what}, as {seen.who}, {seen.path}"
        answer = self.page.goto(self.base + seen.path)
        if answer is None or answer.status != (404 if "no-such" in seen.path else 200):
            self.found.append(f"{where}: {answer and answer.status} at {self.page.url}")
            return
        self.page.evaluate(UNFOLD)
        for width, scheme in LOOKS if self.whole else [LOOKS[number % 4]]:
            self._set(width, scheme)
            self.note(f"{where}, {width} {scheme}", self.axe)
        for width in (320, 1280) if self.whole else (320,):
            self._set(width)
            for size in ("100%", "200%"):
                self.page.evaluate(SIZE, size)
                self.note(f"{where}, {width} wide, text {size}", self.fits)
                self.note(f"{where}, {width} wide, text {size}", nothing_is_cut_off)
        self.page.evaluate(SIZE, "")

    def refused(self, seen: Seen) -> bool:
        """Send the first form that asks for words, empty: the reader is brought to the summary of what is missing."""
        which = self.page.evaluate(EMPTY)
        if which < 0:
            return False
        where = f"{seen.what}, as {seen.who}, {seen.path}, sent empty"
        with self.page.expect_navigation():
            self.page.locator("main form[method=post]").nth(which).locator("button").last.click()
        if self.page.evaluate("document.activeElement.id") != "errors":
            self.found.append(f"{where}: the summary of what is missing has no focus at {self.page.url}")
        elif not self.page.title().startswith("Error:"):
            self.found.append(f"{where}: the title does not say that something is wrong")
        if self.whole:
            self.note(where, self.axe)
        return True

    def note(self, where: str, check: Check) -> None:
        """Keep what `check` complains of, and go on."""
        try:
            check(self.page)
        except AssertionError as complaint:
            self.found.append(f"{where}: {complaint}")

    def _set(self, width: int, scheme: str = "") -> None:
        self.page.set_viewport_size({"width": width, "height": 900})
        if scheme:
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]


@pytest.fixture
def world(transactional_db: None) -> World:
    made = World()
    with open_organisation(made.cast.organisation), transaction.atomic():
        made.prepare()
    return made


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.long)], ids=["in-turn", "all-looks"])
def test_every_page_is_accessible_fits_and_refuses_well(
    live_server: Any, world: World, open_page: Callable[..., Page], axe: Check, fits: Check, whole: bool
) -> None:
    with open_organisation(world.cast.organisation), transaction.atomic():
        pages = every_page(world, in_every_state=whole)
    look = Look(open_page, live_server.url, axe, fits, whole=whole)
    refused = 0
    for number, seen in enumerate(sorted(pages, key=lambda seen: seen.who)):
        look.as_(seen)
        look.at(seen, number)
        refused += look.refused(seen)
    assert look.found == [], "\n\n".join(look.found)
    assert len(pages) > 80
    assert refused > 30
