"""A real Chromium against a live server. Every page fails its test when the browser complains about anything."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import ConsoleMessage, Page, Response

from accounts.models import User

# Playwright's loop runs in this thread, and Django would take it for an async context.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
AXE_RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    # What passes is neither described nor sent: it is most of it.
    "resultTypes": ["violations"],
}
AXE = Axe().axe_script
VIOLATIONS = "async (rules) => (await axe.run(document, rules)).violations"
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`Content-Security-Policy: ${event.violatedDirective} refused ${event.blockedURI}`);
});
"""

# A change of colour scheme starts transitions with the next frame; colours read on their way say nothing of the page.
SETTLED = """
async () => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  await Promise.allSettled(document.getAnimations().map((animation) => animation.finished));
}
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return browser_type_launch_args | {
        "executable_path": CHROMIUM,
        "args": ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--font-render-hinting=none"],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return browser_context_args | {"locale": "en-NZ", "timezone_id": "UTC"}


class Complaints(list[str]):
    """What the browser complained about. A test that provokes a complaint clears it."""

    def watch(self, page: Page) -> Page:
        page.add_init_script(REPORT_VIOLATIONS)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.append(f"script: {error}"))
        page.on("response", self._response)
        return page

    def _console(self, message: ConsoleMessage) -> None:
        # A page that answers 404 or 409 on purpose is reported here too; missing files are caught below.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.append(f"console: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= 500 or (response.status >= 400 and "/static/" in response.url):
            self.append(f"{response.status}: {response.url}")


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    found = Complaints()
    yield found
    assert found == [], "\n".join(found)


@pytest.fixture
def page(page: Page, complaints: Complaints) -> Page:
    return complaints.watch(page)


@pytest.fixture
def open_page(new_context: Callable[..., Any], complaints: Complaints) -> Callable[..., Page]:
    """open_page(width=…, dark=…, **context) -> a page of its own, with its own cookies: another person."""

    def open_one(width: int = 1280, *, dark: bool = False, **context: Any) -> Page:
        return complaints.watch(
            new_context(
                viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light", **context
            ).new_page()
        )

    return open_one


@pytest.fixture
def login(live_server: Any) -> Callable[[Page, str], Page]:
    """login(page, email): the person with this address is signed in on this page's browser."""

    def sign_in(page: Page, email: str) -> Page:
        client = Client()
        client.force_login(User.objects.get(email=email), backend="django.contrib.auth.backends.ModelBackend")
        page.context.add_cookies(
            [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
        )
        return page

    return sign_in


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """axe(page): fails with what WCAG 2.2 AA and good practice find wrong on the page, its colours settled."""

    def check(page: Page) -> None:
        page.evaluate(SETTLED)
        if page.evaluate("typeof axe") == "undefined":
            page.evaluate(AXE)
        found = [
            f"{violation['id']}: {violation['help']}: {node['html'][:160]}"
            for violation in page.evaluate(VIOLATIONS, AXE_RULES)
            for node in violation["nodes"]
        ]
        assert found == [], "\n".join(found)

    return check


@pytest.fixture
def fits() -> Callable[[Page], None]:
    """fits(page): fails when the page scrolls sideways, and names what sticks out."""

    def check(page: Page) -> None:
        width, inner = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        culprits = page.evaluate(
            """[...document.querySelectorAll("body *")].filter((e) => {
                 const box = e.getBoundingClientRect();
                 const out = box.right > innerWidth + 1 || box.left < -1;
                 return box.width && out && !e.closest(".hush, .skip, .folds thead");
               }).slice(0, 5).map((e) => e.outerHTML.slice(0, 120))"""
        )
        assert width <= inner, f"{width} in {inner}: {culprits}"

    return check
