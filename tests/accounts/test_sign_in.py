"""Signing in: by a code, by a password or second factor for those who chose one; never by making oneself an account."""

import re

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.hashers import identify_hasher, make_password
from django.urls import reverse

from accounts.models import User
from tests.cast import PASSWORD, Cast

CODE = re.compile(r"^([A-Z0-9-]+) is your code to sign in$")


def with_code(client, mailoutbox, email, **more):
    client.post(reverse("account_request_login_code"), {"email": email, **more})
    code = CODE.match(mailoutbox[-1].subject).group(1)
    return client.post(reverse("account_confirm_login_code"), {"code": code, **more})


def signed_in(client):
    return client.session.get("_auth_user_id")


def test_sign_in_page_offers_a_code_first(cast: Cast, client):
    page = client.get("/accounts/login/?next=/o/care/settings/").content.decode()
    assert page.index("Send me a code") < page.index("if you chose one")
    assert page.count('name="next" value="/o/care/settings/"') >= 2
    assert "passkey" in page


def test_code_by_mail_signs_in_and_follows_next(cast: Cast, client, mailoutbox):
    answer = with_code(client, mailoutbox, "Editor@Care.example", next="/o/care/settings/")
    assert answer.headers["Location"] == "/o/care/settings/"
    assert signed_in(client) == str(cast.editor.pk)
    mail = mailoutbox[0]
    assert mail.to == ["editor@care.example"]
    assert "15 minutes" in mail.body


ELSEWHERE = ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil.example"]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_next_never_leads_to_another_site(cast: Cast, client, mailoutbox, target):
    answer = with_code(client, mailoutbox, cast.editor.email, next=target)
    assert answer.headers["Location"] == "/"
    client.logout()
    cast.editor.set_password(PASSWORD)
    cast.editor.save()
    asked = {"login": cast.editor.email, "password": PASSWORD, "next": target}
    assert client.post("/accounts/login/", asked).headers["Location"] == "/"


def test_wrong_code_opens_nothing(cast: Cast, client, mailoutbox):
    client.post(reverse("account_request_login_code"), {"email": cast.editor.email})
    for _ in range(4):
        client.post(reverse("account_confirm_login_code"), {"code": "WRONG-CODE"})
    assert signed_in(client) is None


def test_unknown_address_gets_the_same_page_and_no_mail(cast: Cast, client, mailoutbox):
    known = client.post(reverse("account_request_login_code"), {"email": cast.editor.email}, follow=True)
    client.logout()
    unknown = client.post(reverse("account_request_login_code"), {"email": "nobody@care.example"}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain
    assert len(mailoutbox) == 1
    assert "Enter the code" in unknown.content.decode()


def test_deactivated_person_does_not_come_in(cast: Cast, client, mailoutbox):
    User.objects.filter(pk=cast.editor.pk).update(is_active=False)
    client.post(reverse("account_request_login_code"), {"email": cast.editor.email})
    assert mailoutbox == []


def test_password_signs_in_those_who_chose_one(cast: Cast, client):
    asked = {"login": cast.editor.email, "password": PASSWORD}
    assert client.post("/accounts/login/", asked).status_code == 200
    assert signed_in(client) is None
    cast.editor.set_password(PASSWORD)
    cast.editor.save()
    client.post("/accounts/login/", asked)
    assert signed_in(client) == str(cast.editor.pk)


def test_second_factor_is_asked_after_a_code_and_after_a_password(cast: Cast, client, mailoutbox):
    cast.editor.set_password(PASSWORD)
    cast.editor.save()
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(cast.editor, secret)
    answer = with_code(client, mailoutbox, cast.editor.email)
    assert answer.headers["Location"].startswith(reverse("mfa_authenticate"))
    assert signed_in(client) is None
    assert client.get(reverse("mfa_authenticate")).status_code == 200
    client.logout()
    client.post("/accounts/login/", {"login": cast.editor.email, "password": PASSWORD})
    assert signed_in(client) is None
    code = totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert signed_in(client) == str(cast.editor.pk)


def test_nobody_makes_themselves_an_account(cast: Cast, client):
    page = client.get(reverse("account_signup"))
    assert "Accounts are made by administrators" in page.content.decode()
    asked = {"email": "me@evil.example", "password1": PASSWORD, "password2": PASSWORD}
    client.post(reverse("account_signup"), asked)
    assert not User.objects.filter(email="me@evil.example").exists()


def test_passwords_are_kept_by_argon2(settings):
    from tractatus_site.settings import PASSWORD_HASHERS

    settings.PASSWORD_HASHERS = PASSWORD_HASHERS
    assert identify_hasher(make_password(PASSWORD)).algorithm == "argon2"


def test_a_password_kept_an_older_way_is_kept_by_argon2_once_it_was_used(cast: Cast, client, settings):
    """And only then: somebody who does not know it changes nothing."""
    from tractatus_site.settings import PASSWORD_HASHERS

    settings.PASSWORD_HASHERS = PASSWORD_HASHERS
    User.objects.filter(pk=cast.editor.pk).update(password=make_password(PASSWORD, hasher="pbkdf2_sha256"))

    def kept_by() -> str:
        return identify_hasher(User.objects.get(pk=cast.editor.pk).password).algorithm

    client.post("/accounts/login/", {"login": cast.editor.email, "password": "wrong"})
    assert kept_by() == "pbkdf2_sha256"
    client.post("/accounts/login/", {"login": cast.editor.email, "password": PASSWORD})
    assert kept_by() == "argon2"
    assert signed_in(client) == str(cast.editor.pk)


def test_types_of_second_factor_are_passkeys_an_app_and_recovery_codes():
    from allauth.mfa import app_settings

    assert set(app_settings.SUPPORTED_TYPES) == {"totp", "webauthn", "recovery_codes"}
    assert app_settings.PASSKEY_LOGIN_ENABLED
    assert not app_settings.PASSKEY_SIGNUP_ENABLED


OWN_PAGES = [
    "account_email",
    "account_set_password",
    "mfa_index",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_activate_totp",
    "account_logout",
]


@pytest.mark.parametrize("name", OWN_PAGES)
def test_pages_of_ones_own_account_wear_our_look_and_carry_no_inline_script(cast: Cast, client, mailoutbox, name):
    with_code(client, mailoutbox, cast.editor.email)
    answer = client.get(reverse(name))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'class="masthead"' in page
    assert no_inline(page) == []


ENTRANCES = [
    "account_login",
    "account_request_login_code",
    "account_signup",
    "account_inactive",
    "account_reset_password",
]


@pytest.mark.parametrize("name", ENTRANCES)
def test_sign_in_pages_wear_our_look_and_carry_no_inline_script(cast: Cast, client, name):
    answer = client.get(reverse(name))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'class="masthead"' in page
    assert no_inline(page) == []


def no_inline(page: str) -> list[str]:
    """Scripts that run, styles and handlers that stand in the page itself. Data for scripts (JSON) is no script."""
    scripts = re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", page)
    return scripts + re.findall(r"<style|\sstyle=|\son[a-z]+=", page)


def test_sign_out_is_by_post_only(cast: Cast, sign_in):
    client = sign_in(cast.editor)
    client.get(reverse("account_logout"))
    assert signed_in(client) is not None
    client.post(reverse("account_logout"))
    assert signed_in(client) is None


def test_home_leads_to_the_only_organisation_or_lists_them(cast: Cast, sign_in):
    from accounts.domain.members import add_member
    from accounts.permissions import SYSTEM

    assert sign_in(cast.editor).get("/").headers["Location"].startswith("/o/care/")
    add_member(cast.other, by=SYSTEM, email=cast.editor.email)
    page = sign_in(cast.editor).get("/").content.decode()
    assert "Harbour Trust" in page
    assert sign_in(cast.operator).get("/").headers["Location"] == "/operator/"
    nobody = sign_in(cast.stakeholders[3]).get("/")
    assert "You belong to no organisation" in nobody.content.decode()


def test_home_signed_out_says_what_this_is(cast: Cast, client):
    answer = client.get("/")
    assert answer.status_code == 200
    assert reverse("account_login") in answer.content.decode()
