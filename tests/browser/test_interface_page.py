"""The readable page of the JSON interface, under the same strict policy as every other page."""

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect
from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.browser


def test_interface_page_works_under_the_policy(live_server: LiveServer, page: Page) -> None:
    """Swagger UI draws the description, and the browser had nothing to refuse."""
    refused: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            refused.append(message.text)

    page.on("console", listen)
    page.goto(f"{live_server.url}/api/docs/")
    expect(page.locator(".swagger-ui .info .title")).to_contain_text("Tractatus")
    assert refused == []
