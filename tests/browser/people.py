"""A person at a browser: opens pages, fills forms by the names of their fields, presses buttons by their words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"


class Person:
    """Somebody with a browser of their own."""

    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base = page, base
        page.set_default_timeout(10_000)

    def go(self, path: str) -> Person:
        """Open an address of the site; a page that answers with an error fails the test."""
        response = self.page.goto(path if path.startswith("http") else self.base + path)
        assert response is not None and response.status < 400, f"{response and response.status}: {path}"
        return self

    def form(self, action: str) -> Locator:
        """The form that posts to an address ending in `action` (or, for "", to the page itself), with its folds open."""
        self.page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        if not action:
            return self.page.locator("main form[method=post]:not([action])").first
        return self.page.locator(f'main form[method=post][action$="{action}"]').first

    def send(self, action: str, button: str = "", /, **fields: Any) -> Person:
        """Fill the form at `action` and press `button` (its first words; the form's first button without them)."""
        form = self.form(action)
        for name, value in fields.items():
            self._fill(form, name.replace("__", "-"), value)
        buttons = form.locator("button")
        press = buttons.filter(has_text=re.compile(rf"^\s*{re.escape(button)}")).first if button else buttons.first
        with self.page.expect_navigation():
            press.click()
        return self

    def press(self, button: str) -> Person:
        """Press a button or follow a link by its first words."""
        self.page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        words = re.compile(rf"^\s*{re.escape(button)}")
        with self.page.expect_navigation():
            self.page.locator("main button, main a").filter(has_text=words).first.click()
        return self

    def sees(self, *sentences: str) -> Person:
        """Each sentence stands in the main part of the page."""
        for sentence in sentences:
            expect(self.page.locator("main")).to_contain_text(sentence)
        return self

    def sees_not(self, *sentences: str) -> Person:
        """None of the sentences stands anywhere on the page."""
        for sentence in sentences:
            expect(self.page.locator("body")).not_to_contain_text(sentence)
        return self

    def picture(self, name: str) -> Person:
        """Take a picture for the documentation."""
        PICTURES.mkdir(exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
        return self

    def _fill(self, form: Locator, name: str, value: Any) -> None:
        fields = form.locator(f'[name="{name}"]')
        first = fields.first
        kind = first.get_attribute("type") or first.evaluate("e => e.tagName.toLowerCase()")
        if kind in {"radio", "checkbox"}:
            for one in value if isinstance(value, list) else [value]:
                if one is True:
                    first.check()
                    continue
                by_value = form.locator(f'[name="{name}"][value="{one}"]')
                if by_value.count():
                    by_value.first.check()
                else:
                    form.locator("label.choice").filter(has_text=str(one)).locator(f'[name="{name}"]').first.check()
        elif kind == "select":
            if first.locator(f'option[value="{value}"]').count():
                first.select_option(str(value))
            else:
                first.select_option(label=str(value))
        else:
            first.fill(str(value))
