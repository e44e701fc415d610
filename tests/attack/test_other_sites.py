"""What another site can do to somebody who is signed in here: send them on, frame a page, send a form, learn a link."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.exceptions import NoReverseMatch

from accounts.domain.links import make_sign_in_link
from accounts.models import Installation, Organisation
from accounts.models.installation import MailChoice
from accounts.scope import open_organisation
from deliberation.domain.links import token_of
from deliberation.models import Invitation
from tests.cast import PASSWORD, Cast, make_member
from tests.deliberation import stages
from tests.deliberation.pages import signed_in

pytestmark = pytest.mark.django_db

ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "https:evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
    "\x00//evil.example",
    " //evil.example",
]


def here(address: str) -> bool:
    """Whether a browser that is sent there stays: it takes backslashes for slashes, and drops tabs and line ends."""
    read = re.sub(r"[\t\r\n]", "", address).replace("\\", "/").strip("\x00 ")
    parts = urlsplit(read)
    return not read.startswith("//") and parts.scheme in {"", "http"} and parts.netloc in {"", "testserver"}


# --- Sent on to somewhere else


@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_page_that_takes_next_leads_elsewhere(cast: Cast, target: str) -> None:
    """No page that leads on to an address leads to another site."""
    cast.editor.set_password(PASSWORD)
    cast.editor.save()
    Organisation.objects.filter(pk=cast.other.pk).update(is_demo=True)
    invented = make_member(cast.other, "Invented", email="invented@demo.example")
    given = {"next": target}
    sent = [
        Client().post(reverse("account_login"), {"login": cast.editor.email, "password": PASSWORD, **given}),
        Client().post(
            reverse("account_login") + f"?{urlencode(given)}", {"login": cast.editor.email, "password": PASSWORD}
        ),
        signed_in(cast.editor).post(reverse("account_logout"), given),
        signed_in(cast.editor).get(reverse("account_login") + f"?{urlencode(given)}"),
        Client().post(reverse("demo_sign_in"), {"email": invented.email, **given}),
        Client().post(reverse("set_language"), {"language": "en", **given}),
        Client().post(reverse("set_language"), {"language": "en"}, headers={"referer": target.strip("\x00 \t")}),
    ]
    assert [answer.headers["Location"] for answer in sent if not here(answer.headers["Location"])] == []
    assert {answer.status_code for answer in sent} == {302}


@pytest.mark.parametrize("path", ["//evil.example/", "/%5C%5Cevil.example/", "/\\evil.example/", "/%2F/evil.example"])
def test_no_address_of_ours_is_read_as_another_site(cast: Cast, path: str) -> None:
    """No address of ours is read as another site when a missing slash is added."""
    answer = signed_in(cast.editor).get(path.rstrip("/"))
    assert answer.status_code in {404, 301, 302}
    assert here(answer.headers.get("Location", "/"))


# --- A form that another site sends


def _routes(resolver: URLResolver, before: str = "") -> list[str]:
    found: list[str] = []
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            if one.namespace is None:
                found += _routes(one)
        elif isinstance(one, URLPattern) and one.name:
            found.append(one.name)
    return found


def _addresses() -> list[str]:
    values = {
        "slug": "care",
        "number": 1,
        "round_number": 1,
        "kind": "frameworks",
        "form": "convene",
        "what": "position",
    }
    found = []
    for name in _routes(get_resolver()):
        for _pattern, parameters in get_resolver().reverse_dict.getlist(name)[0][0]:
            given = {key: values.get(key, "0190a000-0000-7000-8000-000000000000") for key in parameters}
            try:
                found.append(reverse(name, kwargs=given))
            except NoReverseMatch:
                found.append(reverse(name, kwargs={key: 7 for key in parameters}))
    return [address for address in found if not address.startswith(("/api/", "/hooks/", "/beta/"))]


@pytest.mark.alone
def test_no_form_is_taken_without_our_mark_signing_in_included(cast: Cast) -> None:
    """No form is taken without our mark, at any address, signing in included."""
    addresses = _addresses()
    assert len(addresses) > 120
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.facilitator, backend="django.contrib.auth.backends.ModelBackend")
    forged = {"csrfmiddlewaretoken": "x" * 32}
    sent = {at: client.post(at, forged, headers={"origin": "https://evil.example"}) for at in addresses}
    assert {at: answer.status_code for at, answer in sent.items() if answer.status_code != 403} == {}


def test_the_mark_of_one_browser_is_none_for_another(cast: Cast) -> None:
    """The mark of one browser is none for another."""
    theirs = Client(enforce_csrf_checks=True)
    theirs.get(reverse("account_login"))
    mark = (
        theirs.get(reverse("account_login"))
        .content.decode()
        .split('name="csrfmiddlewaretoken" value="')[1]
        .split('"')[0]
    )
    victim = Client(enforce_csrf_checks=True)
    victim.get(reverse("account_login"))
    cast.editor.set_password(PASSWORD)
    cast.editor.save()
    sent = {"login": cast.editor.email, "password": PASSWORD, "csrfmiddlewaretoken": mark}
    assert victim.post(reverse("account_login"), sent).status_code == 403
    assert theirs.post(reverse("account_login"), sent).status_code == 302


# --- A session that somebody else knows


def test_signing_in_makes_a_new_session_whichever_way(cast: Cast, mailoutbox: list[object]) -> None:
    """Signing in makes a new session whichever way."""
    cast.editor.set_password(PASSWORD)
    cast.editor.save()
    Installation.current()
    Installation.objects.update(mail_choice=MailChoice.LINKS)
    user_id, token = make_sign_in_link(cast.membership(cast.auditor), by=cast.administrator)
    ways = {
        "password": lambda one: one.post(reverse("account_login"), {"login": cast.editor.email, "password": PASSWORD}),
        "link": lambda one: one.post(reverse("sign_in_by_link", args=[user_id, token])),
        "code": lambda one: _with_code(one, cast.reviewer.email, mailoutbox),
    }
    for way, signs_in in ways.items():
        planted = Client()
        session = planted.session
        session["planted"] = True
        session.save()
        known = session.session_key
        victim = Client()
        victim.cookies["sessionid"] = known or ""
        signs_in(victim)
        assert "_auth_user_id" in victim.session, way
        assert victim.session.session_key != known, way
        planted.cookies["sessionid"] = known or ""
        assert "_auth_user_id" not in planted.session, way


def _with_code(client: Client, email: str, mailoutbox: list[object]) -> object:
    client.post(reverse("account_request_login_code"), {"email": email})
    code = str(mailoutbox[-1].subject).split(" ")[0]  # type: ignore[attr-defined]
    return client.post(reverse("account_confirm_login_code"), {"code": code})


def test_a_session_key_that_was_made_up_is_not_taken_over(cast: Cast) -> None:
    """A session key that was made up is not taken over."""
    client = Client()
    client.cookies["sessionid"] = "a" * 32
    client.post(reverse("account_request_login_code"), {"email": cast.editor.email})
    assert client.session.session_key != "a" * 32


# --- Pages that are framed, cached, or told about


@pytest.mark.alone
def test_no_answer_is_framed_and_nothing_but_our_files_runs_in_it(cast: Cast) -> None:
    """No page is framed by another site, and nothing but our files runs in it, at any address."""
    walks = [(Client(), [*_addresses(), "/nowhere", "/api/v1/outcomes/"])]
    walks += [(signed_in(cast.operator), ["/operator/", "/operator/accounts/user/add/"])]
    walks += [(signed_in(cast.administrator), ["/o/care/settings/keys/", "/o/care/board/", "/o/care/board.csv"])]
    for client, addresses in walks:
        for at in addresses:
            answer = client.get(at)
            assert answer.status_code < 500, at
            policy = answer["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in policy, at
            assert "unsafe" not in policy, at
            assert "script-src 'self'" in policy, at
            assert answer["X-Frame-Options"] == "DENY", at
            assert answer["Referrer-Policy"] in {"same-origin", "no-referrer"}, at
            assert answer["X-Content-Type-Options"] == "nosniff", at
            assert "private" in answer["Cache-Control"], at
    rooms = ("accounts", "audit", "deliberation", "tractatus_site")
    code = " ".join(path.read_text() for room in rooms for path in (settings.BASE_DIR / room).rglob("*.py"))
    assert re.findall(r"csp_exempt|csp_replace|csp_update|xframe_options_\w+|csrf_exempt|mark_safe\(f", code) == []


def test_cookies_are_for_this_site_and_no_script(cast: Cast, settings: object) -> None:
    """Cookies are for this site and no script."""
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True  # type: ignore[attr-defined]
    cast.editor.set_password(PASSWORD)
    cast.editor.save()
    client = Client()
    client.get(reverse("account_login"))
    client.post(reverse("account_login"), {"login": cast.editor.email, "password": PASSWORD})
    client.post(reverse("set_language"), {"language": "en"})
    assert {"sessionid", "csrftoken"} <= set(client.cookies)
    for name in ("sessionid", "csrftoken"):
        cookie = client.cookies[name]
        flags = (cookie["httponly"], cookie["samesite"], cookie["secure"], cookie["domain"], cookie["path"])
        assert flags == (True, "Lax", True, "", "/"), name


def test_address_of_a_link_is_told_to_nobody_else(cast: Cast) -> None:
    """The address of a link is told to no other site, and no cache keeps its page."""
    with open_organisation(cast.organisation):
        invitation = Invitation.objects.filter(deliberation=stages.invited(cast, accept=False))[0]
        Installation.objects.update(mail_choice=MailChoice.LINKS)
        user_id, token = make_sign_in_link(cast.membership(cast.auditor), by=cast.administrator)
        pages = [reverse("participate", args=[token_of(invitation)]), reverse("sign_in_by_link", args=[user_id, token])]
    for address in pages:
        answer = Client().get(address)
        assert answer.status_code == 200
        assert answer["Referrer-Policy"] in {"same-origin", "no-referrer"}
        assert "private" in answer["Cache-Control"]
        page = answer.content.decode()
        asked = re.findall(r"""(?:src|href|action|srcset|poster)=["']?([^"'\s>]+)""", page)
        assert [one for one in asked if not here(one)] == []
        assert address not in page, "a copy of the address in the page would travel with a saved page"


def test_no_page_is_kept_on_the_way(cast: Cast) -> None:
    """A cache that ignores cookies would hand one person's page to another, or one that was poisoned to all."""
    for client in (Client(), signed_in(cast.facilitator)):
        for address in ("/", "/about/", reverse("account_login"), reverse("asked", args=["care"]), "/nowhere"):
            assert "private" in client.get(address)["Cache-Control"], address


# --- A host that was made up


def test_a_made_up_host_is_refused_and_a_forwarded_one_is_not_believed(cast: Cast) -> None:
    """A made up host is refused and a forwarded one is not believed."""
    assert Client().get("/", headers={"host": "evil.example"}).status_code == 400
    forged = {
        "x-forwarded-host": "evil.example",
        "x-forwarded-server": "evil.example",
        "forwarded": "host=evil.example",
    }
    forged |= {"x-original-url": "/operator/", "x-rewrite-url": "/operator/", "x-forwarded-port": "666"}
    forged |= {"x-forwarded-prefix": "/evil", "x-script-name": "/evil", "x-http-method-override": "DELETE"}
    plain, told = Client().get("/about/"), Client().get("/about/", headers=forged)
    strip = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')
    assert strip.sub("", plain.content.decode()) == strip.sub("", told.content.decode())
    assert "evil" not in str(told.headers)


def test_mailed_links_begin_with_the_address_of_the_site(
    cast: Cast,
    mailoutbox: list[object],
    settings: object,
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
) -> None:
    """Mailed links begin with the address of the site, whatever host the request named."""
    settings.ALLOWED_HOSTS = ["*"]  # type: ignore[attr-defined]
    evil = {"host": "evil.example", "x-forwarded-host": "evil.example"}
    Client().post(reverse("account_reset_password"), {"email": cast.editor.email}, headers=evil)
    Client().post(reverse("account_request_login_code"), {"email": cast.editor.email}, headers=evil)
    where = reverse("settings_members", args=["care"])
    sent = {"email": "new@care.example", "name": "New", "roles": ["editor"]}
    with django_capture_on_commit_callbacks(execute=True):
        signed_in(cast.administrator).post(where, sent, headers=evil)
    assert len(mailoutbox) == 3
    words = " ".join(f"{one.subject} {one.body}" for one in mailoutbox)  # type: ignore[attr-defined]
    assert settings.SITE_URL in words  # type: ignore[attr-defined]
    assert "evil" not in words


def test_a_link_that_is_shown_begins_with_it_too(cast: Cast, settings: object) -> None:
    """A link that is shown begins with it too."""
    settings.ALLOWED_HOSTS = ["*"]  # type: ignore[attr-defined]
    Installation.current()
    Installation.objects.update(mail_choice=MailChoice.LINKS)
    where = reverse("settings_member_link", args=["care", cast.membership(cast.editor).pk])
    page = signed_in(cast.administrator).post(where, headers={"host": "evil.example"}).content.decode()
    assert f"{settings.SITE_URL}/in/{cast.editor.pk}/" in page  # type: ignore[attr-defined]
    assert "evil" not in page


def test_plain_http_behind_the_proxy_is_sent_to_https(cast: Cast, settings: object) -> None:
    """Plain http is sent to https, and only the proxy's header says that a request was https."""
    settings.SECURE_SSL_REDIRECT = True  # type: ignore[attr-defined]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # type: ignore[attr-defined]
    settings.SECURE_HSTS_SECONDS = 31_536_000  # type: ignore[attr-defined]
    plain = Client().get("/about/?a=1")
    assert (plain.status_code, plain.headers["Location"]) == (301, "https://testserver/about/?a=1")
    told = Client().get("/about/", headers={"x-forwarded-proto": "https"})
    assert (told.status_code, told.headers["Strict-Transport-Security"]) == (200, "max-age=31536000")


def test_where_to_report_a_weakness_is_told_once_somebody_said(settings: object) -> None:
    """Where to report a weakness is told once somebody said."""
    address = "/.well-known/security.txt"
    assert Client().get(address).status_code == 404
    settings.SECURITY_CONTACT = "mailto:security@care.example"  # type: ignore[attr-defined]
    told = Client().get(address)
    assert told["Content-Type"] == "text/plain; charset=utf-8"
    lines = dict(line.split(": ", 1) for line in told.content.decode().splitlines())
    assert lines["Contact"] == "mailto:security@care.example"
    assert lines["Canonical"] == settings.SITE_URL + address  # type: ignore[attr-defined]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", lines["Expires"])
