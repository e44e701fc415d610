"""The first page, settings, signing in and the operator's pages in a real browser, under the strict policy."""

import re

import pytest
from django.core import mail
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import Organisation, User
from accounts.roles import Role
from tests.cast import Cast, make_member, make_organisation

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def demo(transactional_db):
    organisation = make_organisation("demo", "Demo Care", is_demo=True)
    make_member(organisation, "Holder", Role.DECISION_HOLDER, email="holder@demo.example")
    return organisation


@pytest.mark.parametrize("width", [320, 1280])
def test_looking_around_then_starting_for_real(live_server, demo, open_page, axe, fits, width, settings):
    settings.SITE_URL = live_server.url  # links that are passed on begin with it
    page = open_page(width)
    page.set_default_timeout(5_000)

    def look(path: str = "") -> None:
        if path:
            page.goto(live_server.url + path)
        axe(page)
        fits(page)

    look("/")
    page.get_by_role("link", name="Look around").first.click()
    look()
    page.get_by_role("button", name=re.compile("Be this person.*Holder")).click()
    expect(page.get_by_text("You are Holder now")).to_be_visible()
    page.goto(live_server.url + "/start/")
    page.get_by_label("Your organisation", exact=True).fill("Harbour Trust")
    page.get_by_label("Your name").fill("First Person")
    page.get_by_label("Your address").fill("nobody")
    page.get_by_role("button", name="Start for real").click()
    expect(page.get_by_label("Your organisation", exact=True)).to_have_value("Harbour Trust")
    look()
    page.get_by_label("Your address").fill("first@harbour.example")
    page.get_by_role("button", name="Start for real").click()
    expect(page).to_have_url(re.compile("/o/harbour-trust/settings/mail/$"))
    look()
    page.get_by_label(re.compile("No mail, I pass links on")).check()
    page.get_by_role("button", name="Keep this").click()
    expect(page).to_have_url(re.compile("/settings/members/$"))
    page.get_by_label("Mail address", exact=True).fill("editor@harbour.example")
    page.get_by_label("Name (if you wish)", exact=True).fill("Editor")
    page.locator("[name=roles][value=editor]").check()
    page.get_by_role("button", name="Take them in").click()
    expect(page.get_by_role("rowheader", name=re.compile("Editor"))).to_be_visible()
    look()
    page.get_by_role("link", name=re.compile("Make a sign-in link.*Editor")).click()
    page.get_by_role("button", name="Make the link").click()
    look()
    link = page.locator("code").inner_text()
    page.goto(live_server.url + "/o/harbour-trust/settings/keys/")
    page.get_by_label("Name", exact=True).fill("Agent")
    page.get_by_role("button", name="Make this key").click()
    expect(page.locator("code").first).to_contain_text("tr_")
    look()
    for path in ("", "projects/"):
        look("/o/harbour-trust/settings/" + path)
    other = open_page(width)
    other.goto(link)
    other.get_by_role("button", name="Sign in").click()
    expect(other).to_have_url(re.compile("/password/set/$"))
    assert not User.objects.get(email="holder@demo.example").is_active
    assert Organisation.objects.filter(is_demo=False).count() == 1


def test_form_sent_after_a_time_out_is_there_again_after_sign_in(live_server, transactional_db, page: Page, login):
    cast = Cast()
    login(page, cast.administrator.email)
    page.goto(live_server.url + reverse("settings_projects", args=["care"]))
    page.get_by_label("Name", exact=True).fill("Night shifts <b>")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Make this project").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))
    page.get_by_label("Mail address").fill(cast.administrator.email)
    page.get_by_role("button", name="Send me a code").click()
    page.locator("[name=code]").fill(mail.outbox[-1].subject.split()[0])
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile("/settings/projects/$"))
    expect(page.get_by_label("Name", exact=True)).to_have_value("Night shifts <b>")


def test_passkey_is_added_and_signs_in(live_server, transactional_db, page: Page, login):
    cast = Cast()
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    base = live_server.url
    login(page, cast.editor.email)
    page.goto(base + reverse("mfa_add_webauthn"))
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page).not_to_have_url(re.compile("/webauthn/add/"))
    page.context.clear_cookies()
    page.goto(base + "/accounts/login/?next=/o/care/asked/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(re.compile("/o/care/asked/$"))


def test_operator_pages_obey_the_policy(live_server, transactional_db, page: Page, login):
    cast = Cast()
    login(page, cast.operator.email)
    for name in ("admin:index", "admin:accounts_organisation_changelist", "admin:accounts_user_add"):
        page.goto(live_server.url + reverse(name))
    page.locator("[name=email]").fill("new@care.example")
    page.locator("[name=name]").fill("New")
    page.locator("[name=_save]").click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
