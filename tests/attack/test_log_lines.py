"""Addresses that are keys, and keys, do not stand in the log; whoever reads it can do nothing with it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from io import StringIO

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path, reverse

from accounts.domain.keys import create_api_key
from accounts.domain.links import make_sign_in_link
from accounts.models import Installation
from accounts.models.installation import MailChoice
from accounts.permissions import SYSTEM
from accounts.scope import open_organisation
from deliberation.domain.calendar import make_calendar_link, token_of
from deliberation.domain.links import token_of as link_of
from deliberation.models import Invitation
from tests.cast import Cast
from tests.deliberation import stages
from tractatus_site import urls as site_urls
from tractatus_site.log_lines import Lines

SECRET_WORD = "a password that was typed"


def broken(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise RuntimeError(f"{request.get_full_path()} failed for {request.headers.get('authorization')}")


urlpatterns = [
    path("p/<str:token>/", broken),
    path("in/<uuid:user_id>/<str:token>/", broken),
    path("accounts/password/reset/key/<str:key>/", broken),
    path("reviews.ics", broken),
    path("api/v1/<str:rest>", broken),
    path("accounts/login/", broken),
    *site_urls.urlpatterns,
]


@pytest.fixture
def logged() -> Iterator[Callable[[], str]]:
    """What the console of a real site would have been given, in its own form."""
    kept = StringIO()
    handler = logging.StreamHandler(kept)
    plain = settings.LOGGING["formatters"]["plain"]
    handler.setFormatter(Lines(plain["fmt"], style=plain["style"]))
    loggers = [logging.getLogger(name) for name in ("django", "")]
    for logger in loggers:
        logger.addHandler(handler)
    yield kept.getvalue
    for logger in loggers:
        logger.removeHandler(handler)


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_page_that_breaks_tells_the_log_no_key(cast: Cast, logged: Callable[[], str]) -> None:
    """A page that breaks tells the log no key."""
    with open_organisation(cast.organisation):
        invitation = link_of(Invitation.objects.filter(deliberation=stages.invited(cast, accept=False))[0])
        Installation.objects.update(mail_choice=MailChoice.LINKS)
        user_id, token = make_sign_in_link(cast.membership(cast.auditor), by=cast.administrator)
        make_calendar_link(cast.membership(cast.holder), by=cast.holder)
        calendar = token_of(cast.membership(cast.holder))
        key = create_api_key(cast.project, "Screening", by=SYSTEM).secret
    reset = f"{cast.editor.pk.hex}-c8xk2m-0123456789abcdef0123456789abcdef"
    client = Client(raise_request_exception=False)
    client.post(f"/p/{invitation}/")
    client.post(f"/in/{user_id}/{token}/")
    client.get(f"/accounts/password/reset/key/{reset}/")
    client.get(f"/reviews.ics?token={calendar}")
    client.get("/api/v1/outcomes", headers={"authorization": f"Bearer {key}"})
    client.post("/accounts/login/", {"login": cast.editor.email, "password": SECRET_WORD})
    Client(enforce_csrf_checks=True).post(f"/p/{invitation}/")
    lines = logged()
    assert lines.count("\nRuntimeError: ") == 6
    for what in ("/p/…", "/in/…", "/reset/key/…", "token=…", "Forbidden"):
        assert what in lines, what
    for secret in (invitation, token, reset, calendar, key, SECRET_WORD, invitation.partition(".")[2]):
        assert secret not in lines


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_the_page_that_says_so_tells_nothing_either() -> None:
    """The page of an error tells no secret of the request."""
    answer = Client(raise_request_exception=False).post("/accounts/login/", {"password": SECRET_WORD})
    page = answer.content.decode()
    assert answer.status_code == 500
    assert "Something went wrong on our side" in page
    for told in (SECRET_WORD, "RuntimeError", "Traceback", settings.SECRET_KEY, "/accounts/login/"):
        assert told not in page


@pytest.mark.parametrize(
    "url", ["postgres://someone:hidden@db.example/x", "amqp://u:hidden@mq.example", "smtp://u:hidden@mail.example:587"]
)
def test_passwords_of_other_services_are_left_out(url: str) -> None:
    """Passwords of other services are left out."""
    record = logging.LogRecord("x", logging.ERROR, "", 0, "cannot reach %s", (url,), None)
    line = Lines("{message}", style="{").format(record)
    assert "hidden" not in line
    assert line.startswith("cannot reach ")


def test_this_test_reads_the_log_as_a_site_writes_it() -> None:
    """The log, as a site writes it, holds no secret of a request."""
    assert settings.LOGGING["formatters"]["plain"]["()"] == "tractatus_site.log_lines.Lines"
    assert reverse("participate", args=["x"]) == "/p/x/"
