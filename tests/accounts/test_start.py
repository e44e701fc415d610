"""The first page of a new installation: looking around, and starting for real."""

import threading

import pytest
from django.db import connection
from django.urls import reverse

from accounts.domain.start import choose_mail, demo_is_open, sign_in_as_demo, start_for_real, state_of_installation
from accounts.models import Installation, Organisation, User
from accounts.refusals import Invalid, NotAllowed, WrongState
from accounts.roles import Role
from accounts.scope import open_organisation
from audit.models import Entry
from tests.cast import Cast, make_member, make_organisation, make_user

ASKED = {"organisation_name": "Harbour Trust", "name": "First Person", "email": "First@harbour.example"}


@pytest.fixture
def demo(db):
    organisation = make_organisation("demo", "Demo", is_demo=True)
    make_member(organisation, "Holder", Role.DECISION_HOLDER, email="holder@demo.example")
    make_user("Operator", "operator@demo.example", is_operator=True)
    return organisation


def test_first_page_offers_to_look_around_or_to_start(client, demo):
    assert client.get("/", follow=True).redirect_chain == [("/start/", 302)]
    page = client.get("/start/").content.decode()
    assert reverse("demo") in page
    assert "Start for real" in page


def test_first_page_without_a_demo_offers_only_to_start(client, db):
    page = client.get("/start/").content.decode()
    assert reverse("demo") not in page


def test_start_for_real_makes_the_first_administrator_and_signs_them_in(client, demo):
    answer = client.post("/start/", {**ASKED, "time_zone": "Pacific/Auckland"})
    organisation = Organisation.objects.get(is_demo=False)
    assert answer.headers["Location"] == f"/o/{organisation.slug}/settings/mail/"
    administrator = User.objects.get(email="first@harbour.example")
    assert client.session["_auth_user_id"] == str(administrator.pk)
    assert (organisation.name, organisation.time_zone) == ("Harbour Trust", "Pacific/Auckland")
    assert client.get(answer.headers["Location"]).status_code == 200
    assert client.get("/start/").headers["Location"] == "/"


def test_start_for_real_ends_the_demo_sign_in_and_its_open_sessions(client, demo):
    holder = User.objects.get(email="holder@demo.example")
    client.post(reverse("demo_sign_in"), {"email": holder.email})
    assert client.session["_auth_user_id"] == str(holder.pk)
    start_for_real(**ASKED)
    assert demo_is_open() is False
    assert client.get("/o/demo/settings/").headers["Location"].startswith("/accounts/login/")
    answer = client.post(reverse("demo_sign_in"), {"email": holder.email})
    assert answer.status_code == 404
    with pytest.raises(WrongState):
        sign_in_as_demo(holder)


def test_start_for_real_happens_once(demo):
    start_for_real(**ASKED)
    with pytest.raises(WrongState, match="started already"):
        start_for_real(organisation_name="Second", name="Somebody", email="second@harbour.example")
    assert Organisation.objects.filter(is_demo=False).count() == 1
    assert not User.objects.filter(email="second@harbour.example").exists()


def test_start_for_real_is_closed_once_an_operator_made_an_organisation(cast):
    assert state_of_installation() == "started"
    with pytest.raises(WrongState):
        start_for_real(**ASKED)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"organisation_name": " "}, "organisation_name"),
        ({"name": ""}, "name"),
        ({"email": "nobody"}, "email"),
        ({"email": "holder@demo.example"}, "email"),
    ],
)
def test_start_for_real_says_at_the_field_what_cannot_be_taken(client, demo, change, field):
    with pytest.raises(Invalid) as refused:
        start_for_real(**(ASKED | change))
    assert list(refused.value.errors) == [field]
    answer = client.post("/start/", {**ASKED, "time_zone": "UTC", **change})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert Organisation.objects.filter(is_demo=False).count() == 0


def test_start_for_real_is_recorded_in_the_new_organisation(demo):
    started = start_for_real(**ASKED)
    with open_organisation(started.organisation):
        written = list(Entry.objects.order_by("id").values_list("event", "actor_kind"))
    assert written == [("member.add", "system"), ("project.create", "human"), ("installation.start", "human")]


@pytest.mark.django_db(transaction=True)
def test_two_who_start_at_once_make_one_organisation():
    make_organisation("demo", "Demo", is_demo=True)
    barrier, came_of_it = threading.Barrier(2), []

    def start(number: int) -> None:
        barrier.wait()
        try:
            start_for_real(organisation_name=f"House {number}", name="Somebody", email=f"p{number}@house.example")
            came_of_it.append("started")
        except WrongState:
            came_of_it.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=start, args=(number,)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(came_of_it) == ["refused", "started"]
    assert Organisation.objects.filter(is_demo=False).count() == 1


def test_demo_page_lists_its_people_and_says_that_it_is_a_demo(client, demo):
    page = client.get(reverse("demo")).content.decode()
    assert "This is a demo" in page
    assert "holder@demo.example" in page
    assert "operator@demo.example" in page


def test_demo_sign_in_is_by_post_only_and_stays_on_this_site(client, demo):
    assert client.get(reverse("demo_sign_in")).status_code == 405
    answer = client.post(reverse("demo_sign_in"), {"email": "holder@demo.example", "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"
    answer = client.post(reverse("demo_sign_in"), {"email": "holder@demo.example", "next": "/o/demo/settings/"})
    assert answer.headers["Location"] == "/o/demo/settings/"


def test_demo_sign_in_opens_nobody_else(client, demo, cast: Cast):
    for user in (cast.holder, cast.operator):
        answer = client.post(reverse("demo_sign_in"), {"email": user.email})
        assert "_auth_user_id" not in client.session
        assert answer.status_code == 422


def test_demo_sign_in_needs_a_demo(client, cast: Cast):
    assert client.post(reverse("demo_sign_in"), {"email": cast.holder.email}).status_code == 302
    assert "_auth_user_id" not in client.session
    assert reverse("demo") not in client.get(reverse("account_login")).content.decode()


def test_mail_is_chosen_by_the_only_organisations_administrator(demo):
    started = start_for_real(**ASKED)
    choose_mail(started.organisation, "links", by=started.administrator)
    assert Installation.current().mail_choice == "links"
    with pytest.raises(NotAllowed):
        choose_mail(started.organisation, "mail", by=make_member(started.organisation, "Editor", Role.EDITOR))
    make_organisation("second", "Second")
    with pytest.raises(WrongState, match="several organisations"):
        choose_mail(started.organisation, "mail", by=started.administrator)


def test_a_test_mail_is_sent_and_a_failure_is_said(client, demo, mailoutbox, settings):
    client.post("/start/", {**ASKED, "time_zone": "UTC"})
    slug = Organisation.objects.get(is_demo=False).slug
    client.post(reverse("settings_mail_test", args=[slug]))
    assert [mail.to for mail in mailoutbox] == [["first@harbour.example"]]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    page = client.post(reverse("settings_mail_test", args=[slug]), follow=True).content.decode()
    assert "could not be sent" in page
