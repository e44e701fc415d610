"""Every page that has an address, in every state that changes it, for axe, for narrow windows and for large text.

The pages are generated (`pages.py`): a new route is looked at by itself. An ordinary run sees each page in one of four
looks, narrow, and narrow and wide with text of twice the size, where nothing may scroll sideways, be cut off or lie on
something else; and what on it works by script alone. `--long` sees each of them in every state and all four looks, and
once more after a form of it was refused. One run names everything that is wrong.
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
MISPLACED = """
(size) => {
  const root = document.documentElement, found = [];
  const name = (e) => e.outerHTML.slice(0, 120);
  root.style.setProperty("font-size", size);
  if (root.scrollWidth > root.clientWidth) {
    const out = [...document.querySelectorAll("body *")].filter((e) => {
      const box = e.getBoundingClientRect();
      return box.width && (box.right > innerWidth + 1 || box.left < -1) && !e.closest(".hush, .skip, .folds thead");
    });
    found.push(`${root.scrollWidth} in ${root.clientWidth}: ${out.slice(0, 5).map(name)}`);
  }
  const cut = [...document.querySelectorAll("main *, header *, footer *")].filter((e) => {
    const style = getComputedStyle(e), hides = /hidden|clip/;
    const across = hides.test(style.overflowX) && e.scrollWidth > e.clientWidth + 1;
    const down = hides.test(style.overflowY) && e.scrollHeight > e.clientHeight + 1;
    return (across || down) && e.clientWidth > 1 && !e.closest("input, select, .hush, .skip, .folds thead, svg");
  });
  if (cut.length) found.push(`cut off: ${cut.slice(0, 5).map(name)}`);

  // Lines of text and controls as they stand on the page: two that share more than a sliver lie on each other.
  const boxes = [], add = (e, box) => box.width > 2 && box.height > 2 && boxes.push({ e, box });
  const hidden = (e) => !e.checkVisibility() || e.closest(".skip, svg, option")
    || clipped(e);
  const clipped = (e) => e !== document.body && (getComputedStyle(e).clipPath !== "none" || clipped(e.parentElement));
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    if (!text.data.trim() || hidden(text.parentElement)) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const box of range.getClientRects()) add(text.parentElement, box);
  }
  for (const e of document.querySelectorAll("input:not([type=hidden]), select, textarea, button")) {
    if (!hidden(e)) add(e, e.getBoundingClientRect());
  }
  boxes.sort((a, b) => a.box.top - b.box.top);
  for (const [n, a] of boxes.entries()) {
    for (let m = n + 1; m < boxes.length && boxes[m].box.top < a.box.bottom; m++) {
      const b = boxes[m];
      if (a.e.contains(b.e) || b.e.contains(a.e)) continue;
      const down = Math.min(a.box.bottom, b.box.bottom) - b.box.top;
      const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      if (across > 3 && down > 0.5 * Math.min(a.box.height, b.box.height)) {
        found.push(`${name(a.e)} lies on ${name(b.e)}`);
        if (found.length > 4) return found;
      }
    }
  }
  return found;
}
"""
ONLY_BY_SCRIPT = """
() => {
  const to = (address) => new URL(address, location).pathname;
  const without = (e) => e.closest("form") || to(e.getAttribute("hx-get") || location) === location.pathname
    || [...document.querySelectorAll("main a[href]")].some((a) => to(a.href) === to(e.getAttribute("hx-get")));
  return [
    ...document.querySelectorAll("main a:not([href]), main a[href='#'], main a[href^='javascript:']"),
    ...[...document.querySelectorAll("main button")].filter((e) => !e.form && !e.matches("[data-print]")),
    ...[...document.querySelectorAll("main :is(input, select, textarea)")].filter((e) => !e.form),
    ...[...document.querySelectorAll("main form")].filter((e) => !e.querySelector("button:not([type=button])")),
    ...[...document.querySelectorAll("[hx-get], [hx-post]")].filter((e) => !without(e)),
  ].slice(0, 5).map((e) => e.outerHTML.slice(0, 120));
}
"""
"""What nobody could use without script: nothing to send it with, nowhere it leads, or what only htmx fetches."""
EMPTY = """
[...document.querySelectorAll("main form[method=post]")].findIndex((form) =>
  [...form.querySelectorAll("input[type=text], textarea")].some((e) => e.required && !e.value))
"""
Check = Callable[[Page], None]


class Look:
    """A browser for each person, and what was found wrong so far."""

    def __init__(self, open_page: Callable[..., Page], base: str, axe: Check, *, whole: bool) -> None:
        self.base, self.axe, self.whole = base, axe, whole
        self.page = open_page()
        self.found: list[str] = []

    def as_(self, seen: Seen) -> None:
        """Whoever sees this page is at the browser."""
        self.page.context.clear_cookies()
        if seen.session:
            self.page.context.add_cookies([{"name": "sessionid", "value": seen.session, "url": self.base}])

    def at(self, seen: Seen, number: int) -> None:
        """The page with everything unfolded, without script, and with text of twice the size."""
        where = f"{seen.what}, as {seen.who}, {seen.path}"
        answer = self.page.goto(self.base + seen.path)
        if answer is None or answer.status != (404 if "no-such" in seen.path else 200):
            self.found.append(f"{where}: {answer and answer.status} at {self.page.url}")
            return
        for what in self.page.evaluate(ONLY_BY_SCRIPT):
            self.found.append(f"{where}: only by script: {what}")
        self.page.evaluate(UNFOLD)
        for width, scheme in LOOKS if self.whole else [LOOKS[number % 4]]:
            self._set(width, scheme)
            self.note(f"{where}, {width} {scheme}", self.axe)
        for width, sizes in ((320, ("100%", "200%")), (1280, ("100%", "200%") if self.whole else ("200%",))):
            self._set(width)
            for size in sizes:
                for what in self.page.evaluate(MISPLACED, size):
                    self.found.append(f"{where}, {width} wide, text {size}: {what}")
        self.page.evaluate("document.documentElement.style.removeProperty('font-size')")

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
    live_server: Any, world: World, open_page: Callable[..., Page], axe: Check, whole: bool
) -> None:
    with open_organisation(world.cast.organisation), transaction.atomic():
        pages = every_page(world, in_every_state=whole)
    look = Look(open_page, live_server.url, axe, whole=whole)
    refused = 0
    for number, seen in enumerate(sorted(pages, key=lambda seen: seen.who)):
        look.as_(seen)
        look.at(seen, number)
        refused += look.refused(seen)
    assert look.found == [], "\n\n".join(look.found)
    assert len(pages) > 80
    assert refused > 30
