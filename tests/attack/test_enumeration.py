"""Who has an account here is not to be learnt: the same answer, the same work, and the mail only after the answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, ClassVar

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from tests.cast import PASSWORD, Cast
from tractatus_site.wsgi import application

pytestmark = pytest.mark.django_db

LOGIN, ASK, RESET = (reverse(f"account_{name}") for name in ("login", "request_login_code", "reset_password"))


class Counted(MD5PasswordHasher):
    """A hasher that counts how often it worked: what takes the time at sign-in."""

    algorithm = "counted"
    worked: ClassVar[int] = 0

    def encode(self, password: str, salt: str) -> str:
        type(self).worked += 1
        return super().encode(password, salt).replace("md5$", "counted$", 1)


@pytest.fixture
def people(cast: Cast, settings: Any) -> dict[str, str]:
    """An address of each kind: none, without and with a password, closed, and one with a second factor."""
    settings.PASSWORD_HASHERS = ["tests.attack.test_enumeration.Counted"]
    for user in (cast.editor, cast.auditor, cast.reviewer):
        user.set_password(PASSWORD)
        user.save()
    User.objects.filter(pk=cast.auditor.pk).update(is_active=False)
    totp.TOTP.activate(cast.reviewer, totp.generate_totp_secret())
    return {
        "unknown": "nobody@care.example",
        "without a password": cast.facilitator.email,
        "with a password": cast.editor.email,
        "closed": cast.auditor.email,
        "with a second factor": cast.reviewer.email,
    }


def shown(answer: HttpResponse, address: str) -> str:
    """The page without what differs for everybody: the mark against forgery, and the address that was typed."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())
    return page.replace(address, "somebody@care.example")


def test_a_wrong_password_tells_nobody_anything(people: dict[str, str]) -> None:
    """What is done for an address that is here and for one that is not is the same: queries and hashes too."""
    pages, work = {}, {}
    for kind, address in people.items():
        Counted.worked = 0
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = Client().post(LOGIN, {"login": address, "password": "wrong"})
        pages[kind] = (answer.status_code, shown(answer, address))
        work[kind] = (len(queries), Counted.worked)
    assert len(set(pages.values())) == 1, {kind: page[0] for kind, page in pages.items()}
    assert len(set(work.values())) == 1, work
    assert all(worked > 0 for _queries, worked in work.values())


@pytest.mark.parametrize("where", [ASK, RESET])
def test_asking_for_a_code_or_a_new_password_tells_nobody_anything(people: dict[str, str], where: str) -> None:
    """The address that was typed is on the page whether it is here or not; a mail goes to those who are."""
    pages = {}
    for kind, address in people.items():
        answer = Client().post(where, {"email": address}, follow=True)
        pages[kind] = (answer.redirect_chain, shown(answer, address))
    assert len({str(page) for page in pages.values()}) == 1, {kind: page[0] for kind, page in pages.items()}
    assert {one.to[0] for one in mail.outbox} == {people[kind] for kind in people if kind not in {"unknown", "closed"}}


def test_a_wrong_code_tells_nobody_anything(people: dict[str, str]) -> None:
    """A wrong code tells nobody anything."""
    pages = set()
    for kind in ("unknown", "without a password", "closed"):
        client = Client()
        client.post(ASK, {"email": people[kind]})
        tries = [client.post(reverse("account_confirm_login_code"), {"code": "WRNG-CODE"}) for _ in range(4)]
        pages.add(str([(one.status_code, one.headers.get("Location"), shown(one, people[kind])) for one in tries]))
    assert len(pages) == 1


@contextmanager
def kept_connection() -> Iterator[None]:
    """A web server's request closes old connections, the test's own among them; Django's client sees to that itself."""
    for moment in (request_started, request_finished):
        moment.disconnect(close_old_connections)
    yield
    for moment in (request_started, request_finished):
        moment.connect(close_old_connections)


@pytest.mark.parametrize("where", [ASK, RESET])
def test_mail_leaves_when_the_answer_has_gone_out(people: dict[str, str], where: str) -> None:
    """A mail server that takes its time takes it from nobody who asks: as a web server does it, byte by byte."""
    status: list[str] = []
    environ = _signed_form(where, {"email": people["with a password"]})
    with kept_connection():
        answer = application(environ, lambda line, headers, exc_info=None: status.append(line))
        body = b"".join(answer)
        assert status[0].startswith("302")
        assert (body, mail.outbox) == (b"", [])
        answer.close()
    assert len(mail.outbox) == 1


def test_a_mail_server_that_fails_is_no_answer_either(people: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail that cannot be sent tells nobody that the address is here: no error is shown, and the log has it."""

    def refused(backend: object, messages: object) -> int:
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refused)
    answers = [Client().post(ASK, {"email": people[kind]}).status_code for kind in ("unknown", "with a password")]
    assert answers == [302, 302]


def _signed_form(where: str, fields: dict[str, str]) -> dict[str, Any]:
    """The request of a browser that has read the page before, as WSGI gives it."""
    client = Client()
    client.get(where)
    page = client.get(where).content.decode()
    mark = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    cookies = "; ".join(f"{name}={cookie.value}" for name, cookie in client.cookies.items())
    environ: dict[str, Any] = (
        RequestFactory(headers={"cookie": cookies}).post(where, {**fields, "csrfmiddlewaretoken": mark}).environ
    )
    body = environ["wsgi.input"].read()
    return {**environ, "wsgi.input": BytesIO(body)}
