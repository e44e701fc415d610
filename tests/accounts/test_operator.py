"""The platform operator: lists, makes and deactivates organisations and users, and nothing else."""

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.models import Organisation, User
from accounts.roles import Role
from accounts.scope import open_organisation
from audit.models import Entry
from tests.cast import Cast

LIST = {"organisation": "admin:accounts_organisation_changelist", "user": "admin:accounts_user_changelist"}


@pytest.fixture
def operator(cast: Cast, sign_in):
    return sign_in(cast.operator)


def installation_log():
    return list(Entry._base_manager.filter(organisation=None).order_by("id").values_list("event", "actor_kind"))


def test_operator_sees_organisations_and_users_and_nothing_else(operator):
    page = operator.get(reverse("admin:index")).content.decode()
    for url in LIST.values():
        assert operator.get(reverse(url)).status_code == 200
    request = operator.get("/operator/").wsgi_request
    shown = {model["model"]._meta.label for app in admin.site.get_app_list(request) for model in app["models"]}
    assert shown == {"accounts.Organisation", "accounts.User"}
    assert "/operator/account/emailaddress/" not in page
    assert operator.get("/operator/account/emailaddress/").status_code in {403, 404}
    assert operator.get("/operator/mfa/authenticator/").status_code in {403, 404}
    assert operator.get("/operator/auth/group/").status_code in {403, 404}


def test_nobody_else_comes_in(cast: Cast, sign_in, client):
    assert client.get("/operator/").status_code == 302
    assert sign_in(cast.administrator).get("/operator/").status_code in {302, 403}
    assert sign_in(cast.administrator).get(reverse(LIST["user"])).status_code in {302, 403}


def test_operator_makes_an_organisation_through_the_verb(cast: Cast, operator):
    asked = {
        "name": "New House",
        "slug": "new-house",
        "time_zone": "Pacific/Auckland",
        "administrator_email": "a@new.example",
        "administrator_name": "First",
    }
    answer = operator.post(reverse("admin:accounts_organisation_add"), asked)
    assert answer.status_code == 302
    made = Organisation.objects.get(slug="new-house")
    assert cast.membership(User.objects.get(email="a@new.example"), made).roles == {Role.ADMINISTRATOR}
    assert installation_log() == [("organisation.create", "human")]
    with open_organisation(made):
        assert Entry.objects.get().event == "member.add"


def test_operator_makes_a_user_through_the_verb(operator):
    asked = {"email": "Some.One@care.example", "name": "Some One"}
    assert operator.post(reverse("admin:accounts_user_add"), asked).status_code == 302
    assert User.objects.get(email="some.one@care.example").name == "Some One"
    assert installation_log() == [("user.create", "human")]


def test_operator_deactivates_and_reactivates_through_the_verbs(cast: Cast, operator):
    for kind, row in (("organisation", cast.other), ("user", cast.outsider)):
        for action in ("deactivate", "reactivate", "reactivate"):
            operator.post(reverse(LIST[kind]), {"action": action, "_selected_action": [str(row.pk)]})
    assert [event for event, _kind in installation_log()] == [
        "organisation.deactivate",
        "organisation.reactivate",
        "user.deactivate",
        "user.reactivate",
    ]


def test_operator_edits_and_deletes_no_row(cast: Cast, operator):
    for kind, row in (("organisation", cast.organisation), ("user", cast.holder)):
        change = reverse(f"admin:accounts_{kind}_change", args=[row.pk])
        page = operator.get(change).content.decode()
        assert 'name="email"' not in page
        assert 'name="_save"' not in page
        asked = {"email": "taken@evil.example", "name": "Taken", "slug": "taken", "is_operator": "on"}
        assert operator.post(change, asked).status_code == 403
        assert (
            operator.post(reverse(f"admin:accounts_{kind}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
        )
        row.refresh_from_db()
        assert row.name != "Taken"


def test_operator_pages_hold_no_word_of_an_organisation(cast: Cast, operator):
    pages = "".join(operator.get(reverse(url)).content.decode() for url in LIST.values())
    assert "member.add" not in pages
    assert cast.project.name not in pages
