"""A person at a browser: opens pages, fills forms by the names of their fields, presses buttons by their words."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
HEAVIEST = 300_000
"""Bytes of the largest picture, so that the pages of the documentation stay light."""

Check = Callable[[Page], None]


class Person:
    """Somebody with a browser of their own. Every act gives the person back, so that a scene reads as one line."""

    def __init__(self, page: Page, base: str, *checks: Check) -> None:
        self.page, self.base, self.checks = page, base, checks
        page.set_default_timeout(20_000)

    # --- Going about

    def go(self, address: str) -> Person:
        """Open an address of the site; a page that answers with an error fails the test."""
        assert self._open(address) < 400, address
        return self

    def is_refused(self, address: str) -> Person:
        """The page is there, and not for this person."""
        assert self._open(address) == 403, address
        return self

    def _open(self, address: str) -> int:
        response = self.page.goto(address if address.startswith("http") else self.base + address)
        assert response is not None
        return response.status

    def follow(self, part: str, *, row: str = "") -> Person:
        """Follow the first link whose address contains `part`, of the page or of the row that contains these words."""
        self._unfold()
        where = self.row(row) if row else self.page.locator("main")
        with self.page.expect_navigation():
            where.locator(f'a[href*="{part}"]').first.click()
        return self

    def row(self, words: str) -> Locator:
        """The row of a table or list that contains these words."""
        return self.page.locator("main tr, main li.row").filter(has_text=words).first

    def press(self, words: str) -> Person:
        """Press a button or follow a link by its first words."""
        self._unfold()
        with self.page.expect_navigation():
            self.page.locator("main button, main a").filter(has_text=_beginning(words)).first.click()
        return self

    # --- Writing

    def form(self, action: str) -> Locator:
        """The first form that is sent to an address ending in `action`; without one, to the page itself."""
        if not action:
            return self.page.locator("main form[method=post]:not([action])").first
        return self.page.locator(f'main form[method=post][action$="{action}"]').first

    def form_asking(self, field: str) -> Locator:
        """The first form that has this field."""
        return self.page.locator(f'main form[method=post]:has([name="{field}"])').first

    def write(self, form: str | Locator, **fields: Any) -> Person:
        """Fill in fields; two underscores in a name stand for the dash that Python's names cannot have."""
        self._unfold()
        where = self.form(form) if isinstance(form, str) else form
        for name, value in fields.items():
            _fill(where, name.replace("__", "-"), value)
        return self

    def send(self, form: str | Locator, button: str = "", /, **fields: Any) -> Person:
        """Fill in fields and press the button that begins with `button`, or the form's first."""
        where = self.form(form) if isinstance(form, str) else form
        self.write(where, **fields)
        buttons = where.locator("button")
        with self.page.expect_navigation():
            (buttons.filter(has_text=_beginning(button)) if button else buttons).first.click()
        return self

    # --- Looking

    def sees(self, *sentences: str) -> Person:
        """Each sentence stands in the main part of the page."""
        for sentence in sentences:
            expect(self.page.locator("main")).to_contain_text(sentence)
        return self

    def sees_not(self, *sentences: str) -> Person:
        """None of the sentences stands anywhere on the page, folded parts included."""
        for sentence in sentences:
            expect(self.page.locator("body")).not_to_contain_text(sentence)
        return self

    def looks(self) -> Person:
        """Everybody can read the page as it stands: it passes every check this person was given."""
        for check in self.checks:
            check(self.page)
        return self

    def picture(self, name: str, *, height: int | None = None) -> Person:
        """Take a picture for the documentation, of the page's first `height` pixels or of all, where it is wished.

        Only of a page that somebody looks at.
        """
        if os.environ.get("TAKE_PICTURES") != "1" or not self.checks:
            return self
        self.page.evaluate("window.scrollTo(0, 0)")
        whole = self.page.evaluate("document.documentElement.scrollHeight")
        width = self.page.viewport_size["width"]  # type: ignore[index]
        clip = {"x": 0, "y": 0, "width": width, "height": min(whole, height or whole)}
        PICTURES.mkdir(exist_ok=True)
        taken = self.page.screenshot(path=PICTURES / f"{name}.png", full_page=True, clip=clip)  # type: ignore[arg-type]
        assert len(taken) < HEAVIEST, f"{name}.png has {len(taken)} bytes"
        return self

    def _unfold(self) -> None:
        self.page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")


def _beginning(words: str) -> re.Pattern[str]:
    return re.compile(rf"^\s*{re.escape(words)}")


def _fill(form: Locator, name: str, value: Any) -> None:
    """A choice is named by its value or its label; several choices are a list."""
    field = form.locator(f'[name="{name}"]').first
    kind = field.evaluate("(e) => e.tagName === 'SELECT' ? 'select' : e.type")
    if kind in {"radio", "checkbox"}:
        for one in value if isinstance(value, list) else [value]:
            by_value = form.locator(f'[name="{name}"][value="{one}"]')
            by_label = form.locator("label.choice").filter(has_text=str(one)).locator(f'[name="{name}"]')
            (by_value if by_value.count() else by_label).first.check()
    elif kind == "select":
        by_value = field.locator(f'option[value="{value}"]')
        field.select_option(**({"value": str(value)} if by_value.count() else {"label": str(value)}))
    else:
        field.fill(str(value))
