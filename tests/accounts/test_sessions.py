"""Where one is signed in: listed in plain words, ended one by one or all but this, at once; and nobody else's."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.domain.organisations import deactivate_user, reactivate_user
from accounts.models import Session
from accounts.queries.sessions import sessions_of
from accounts.sessions import BROWSERS, SYSTEMS, _first
from audit.models import Entry
from tests.cast import PASSWORD, Cast

PAGE = reverse("own_sessions")
OTHERS = reverse("own_sessions_end_others")
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Safari/604.1"


def browser(user, said: str = FIREFOX, password: str = PASSWORD) -> Client:
    """One in which the user signed in with their password, through the page."""
    if not user.has_usable_password():
        user.set_password(password)
        user.save()
    client = Client(headers={"user-agent": said})
    client.post(reverse("account_login"), {"login": user.email, "password": password})
    return client


def is_signed_in(client: Client) -> bool:
    return client.get(PAGE).status_code == 200


def test_page_names_each_browser_since_when_and_this_one(cast: Cast):
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False) as clock:
        phone = browser(cast.editor, IPHONE)
        clock.move_to("2026-03-02T12:00:00Z")
        here = browser(cast.editor)
        clock.move_to("2026-03-02T12:30:00Z")
        phone.get("/about/")  # used again
        page = here.get(PAGE)
        row = sessions_of(cast.editor)[0]
    text = page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert "Firefox on Linux" in text
    assert "Safari on iPhone" in text
    assert text.count("This one") == 1
    assert text.count("End it") == 1
    for moment in ("2026-03-02T09:00:00", "2026-03-02T12:00:00", "2026-03-02T12:30:00"):
        assert moment in text, moment
    assert row.session_key not in text
    assert "Mozilla" not in row.browser + row.system


def test_ending_one_signs_that_browser_out_at_once_and_no_other(cast: Cast):
    here, there, elsewhere = browser(cast.editor), browser(cast.editor, IPHONE), browser(cast.editor, "")
    theirs = browser(cast.auditor)
    row = Session.objects.get(session_key=there.session.session_key)
    assert here.post(reverse("own_session_end", args=[row.handle]), follow=True).redirect_chain == [(PAGE, 302)]
    assert [is_signed_in(one) for one in (here, there, elsewhere, theirs)] == [True, False, True, True]
    assert Entry._base_manager.filter(organisation=None, event="session.end").count() == 1
    assert "no such session" in here.post(reverse("own_session_end", args=[row.handle]), follow=True).content.decode()


def test_ending_all_others_leaves_this_one(cast: Cast):
    here, there, elsewhere, theirs = (*(browser(cast.editor) for _ in range(3)), browser(cast.auditor))
    assert "2 other sessions have ended" in here.post(OTHERS, follow=True).content.decode()
    assert [is_signed_in(one) for one in (here, there, elsewhere, theirs)] == [True, False, False, True]


def test_nobody_ends_the_session_of_somebody_else(cast: Cast):
    theirs = browser(cast.auditor)
    row = Session.objects.get(session_key=theirs.session.session_key)
    here = browser(cast.editor)
    here.post(reverse("own_session_end", args=[row.handle]))
    here.post(OTHERS)
    assert is_signed_in(theirs)
    signed_out = Client()
    assert (
        signed_out.post(reverse("own_session_end", args=[row.handle]))
        .headers["Location"]
        .startswith("/accounts/login/")
    )
    assert signed_out.get(PAGE).status_code == 302
    assert is_signed_in(theirs)


def test_a_changed_password_ends_all_others(cast: Cast):
    here, there = browser(cast.editor), browser(cast.editor)
    asked = {"oldpassword": PASSWORD, "password1": "another long sentence", "password2": "another long sentence"}
    assert here.post(reverse("account_change_password"), asked).status_code == 302
    assert [is_signed_in(one) for one in (here, there)] == [True, False]
    assert sessions_of(cast.editor).count() == 1


def test_a_first_password_and_a_forgotten_one_end_the_others_too(cast: Cast, mailoutbox):
    stranger = Client()
    stranger.force_login(cast.editor, backend="django.contrib.auth.backends.ModelBackend")
    here = Client()
    here.force_login(cast.editor, backend="django.contrib.auth.backends.ModelBackend")
    here.post(reverse("account_set_password"), {"password1": PASSWORD, "password2": PASSWORD})
    assert [is_signed_in(one) for one in (here, stranger)] == [True, False]
    lost = Client()
    lost.post(reverse("account_reset_password"), {"email": cast.editor.email})
    link = next(word for word in mailoutbox[-1].body.split() if "/accounts/password/reset/key/" in word)
    form = lost.get(link, follow=True)
    new = {"password1": "yet another sentence", "password2": "yet another sentence"}
    lost.post(form.redirect_chain[-1][0], new)
    assert not is_signed_in(here)
    assert list(sessions_of(cast.editor)) == []


def test_use_is_noted_at_most_every_ten_minutes(cast: Cast):
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False) as clock:
        client = browser(cast.editor)
        clock.move_to("2026-03-02T09:09:00Z")
        client.get("/about/")
        row = sessions_of(cast.editor)[0]
        assert row.used_at == row.signed_in_at
        clock.move_to("2026-03-02T09:11:00Z")
        client.get("/about/")
        row.refresh_from_db()
        assert (row.used_at - row.signed_in_at).total_seconds() == 11 * 60


def test_an_ended_session_is_gone_and_old_ones_are_cleared_when_somebody_signs_in(cast: Cast):
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False) as clock:
        client = browser(cast.editor)
        client.post(reverse("account_logout"))
        assert list(sessions_of(cast.editor)) == []
        browser(cast.editor)
        clock.move_to("2026-03-20T09:00:00Z")
        assert list(sessions_of(cast.editor)) == []
        browser(cast.auditor)
        assert not Session.objects.filter(user=cast.editor).exists()


def test_whoever_is_let_in_again_signs_in_again(cast: Cast):
    client = browser(cast.editor)
    deactivate_user(cast.editor, by=cast.operator)
    reactivate_user(cast.editor, by=cast.operator)
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    ("said", "name", "system"),
    [
        (FIREFOX, "Firefox", "Linux"),
        (IPHONE, "Safari", "iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0", "Edge", "Windows"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36", "Chrome", "Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14) AppleWebKit/605 Version/18 Safari/605", "Safari", "macOS"),
        ("<script>alert(1)</script>", "", ""),
    ],
)
def test_a_browser_is_named_in_plain_words(said: str, name: str, system: str):
    assert (_first(BROWSERS, said), _first(SYSTEMS, said)) == (name, system)
