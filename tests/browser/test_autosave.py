"""The form that keeps what a person writes: the page's side of it, against a server that answers as told."""

import re
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.core.signals import request_started

pytestmark = pytest.mark.django_db(transaction=True)

KEPT = {"saved_at": "2027-04-27T02:32:07+00:00"}


@pytest.fixture(autouse=True)
def _development(settings: Any) -> None:
    settings.DEBUG = True


class Server:
    """Answers as `says` tells, and remembers what it was sent."""

    def __init__(self) -> None:
        self.status, self.says, self.sent = 200, dict(KEPT), []

    def __call__(self, route: Any) -> None:
        request = route.request
        self.sent.append(parse_qs(request.post_data or "") | {"token": [request.headers.get("x-csrftoken", "")]})
        route.fulfill(status=self.status, json=self.says)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def writing(live_server: Any, page: Any, server: Server) -> Any:
    page.route("**/style/kept/", server)
    page.goto(f"{live_server.url}/style/")
    return page


def test_words_are_kept_a_second_after_typing_stops(writing: Any, server: Server) -> None:
    writing.locator("#id_fine-owner").fill("Head of the library")
    writing.get_by_text("Saved at 02:32. You can close this page and come back.").wait_for()
    assert len(server.sent) == 1
    assert server.sent[0]["fine-owner"] == ["Head of the library"]
    assert server.sent[0]["token"] != [""]
    assert "csrfmiddlewaretoken" not in server.sent[0]


def test_nothing_is_sent_while_nothing_is_written(writing: Any, server: Server) -> None:
    writing.locator("#id_fine-owner").focus()
    writing.wait_for_timeout(1500)
    assert server.sent == []


def test_line_says_when_words_are_not_kept(writing: Any, server: Server, complaints: Any) -> None:
    writing.locator("#id_fine-owner").fill("Head")
    writing.get_by_text("Saved at 02:32.").wait_for()
    server.status, server.says = 500, {}
    writing.locator("#id_fine-owner").fill("Head of the library")
    line = writing.get_by_text("Not saved since 02:32. Keep this page open.")
    line.wait_for()
    assert "not" in (line.get_attribute("class") or "").split()
    complaints.clear()


def test_refusal_is_said_in_the_server_s_words(writing: Any, server: Server) -> None:
    server.status, server.says = 409, {"sentence": "The round closed at 17:00. Your words are kept as a late voice."}
    writing.locator("#id_fine-owner").fill("Head")
    writing.get_by_text("The round closed at 17:00.").wait_for()


def test_words_are_sent_when_the_page_is_left(live_server: Any, page: Any) -> None:
    """The browser sends it after the page is gone, where nothing can stand between: so the real server is asked."""
    arrived: list[tuple[str, str]] = []

    def note(environ: dict[str, Any], **_kwargs: Any) -> None:
        arrived.append((environ["REQUEST_METHOD"], environ["PATH_INFO"]))

    request_started.connect(note)
    try:
        page.goto(f"{live_server.url}/style/")
        page.locator("#id_fine-owner").fill("Written at the last moment")
        page.goto(f"{live_server.url}/about/")
        page.wait_for_timeout(500)
    finally:
        request_started.disconnect(note)
    assert ("POST", "/style/kept/") in arrived


def test_focus_stays_where_the_person_writes(writing: Any, server: Server) -> None:
    writing.locator("#id_fine-what").click()
    writing.keyboard.type("More words. ")
    writing.get_by_text(re.compile("Saved at 02:32")).wait_for()
    assert writing.evaluate("document.activeElement.id") == "id_fine-what"
