"""Members, roles, projects: the verbs and the pages that call them."""

import threading

import pytest
from django.db import connection
from django.urls import reverse

from accounts.domain.links import make_sign_in_link
from accounts.domain.members import add_member, end_membership, set_roles
from accounts.domain.organisations import (
    create_organisation,
    create_user,
    deactivate_organisation,
    deactivate_user,
    reactivate_organisation,
)
from accounts.domain.projects import archive_project, create_project
from accounts.domain.seats import sit
from accounts.ids import uuid7
from accounts.models import Installation, Membership, User
from accounts.permissions import SYSTEM
from accounts.refusals import Invalid, NotAllowed, Stale, WrongState
from accounts.roles import Role
from accounts.scope import open_organisation
from tests.cast import Cast


def test_member_is_added_with_roles_under_a_lower_case_address(cast: Cast):
    membership = add_member(
        cast.organisation, by=cast.administrator, email=" New.Person@Care.Example ", name="New Person", roles=["editor"]
    )
    assert membership.user.email == "new.person@care.example"
    assert membership.user.has_usable_password() is False
    assert cast.membership(membership.user).roles == {Role.EDITOR}


def test_member_of_another_organisation_keeps_their_own_name(cast: Cast):
    membership = add_member(cast.organisation, by=cast.administrator, email=cast.outsider.email, name="Renamed")
    assert membership.user == cast.outsider
    assert User.objects.get(pk=cast.outsider.pk).name == "Outsider"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"email": "nobody", "name": "N"}, "email"),
        ({"email": "new@care.example", "name": " "}, "name"),
        ({"email": "holder@care.example"}, "email"),
        ({"email": "operator@people.example"}, "email"),
        ({"email": "new@care.example", "name": "N", "roles": ["king"]}, "roles"),
    ],
)
def test_adding_says_at_the_field_what_cannot_be_taken(cast: Cast, asked, field):
    with pytest.raises(Invalid) as refused:
        add_member(cast.organisation, by=cast.administrator, **asked)
    assert refused.value.field == field
    assert not User.objects.filter(email="new@care.example").exists()


@pytest.mark.parametrize("who", ["facilitator", "holder", "editor", "reviewer", "auditor", "operator", "outsider"])
def test_only_an_administrator_changes_members_and_projects(cast: Cast, who):
    by = getattr(cast, who)
    target = cast.membership(cast.editor)
    for verb in (
        lambda: add_member(cast.organisation, by=by, email="new@care.example", name="N"),
        lambda: set_roles(target, [], by=by),
        lambda: end_membership(target, by=by),
        lambda: create_project(cast.organisation, "N", by=by),
        lambda: archive_project(cast.project, by=by),
    ):
        with pytest.raises(NotAllowed):
            verb()


def test_roles_become_exactly_what_was_asked(cast: Cast):
    membership = cast.membership(cast.editor)
    set_roles(membership, [Role.REVIEWER, Role.FACILITATOR], by=cast.administrator)
    assert cast.membership(cast.editor).roles == {Role.REVIEWER, Role.FACILITATOR}
    set_roles(membership, [], by=cast.administrator)
    assert cast.membership(cast.editor).roles == frozenset()


def test_last_administrator_stays(cast: Cast):
    mine = cast.membership(cast.administrator)
    with pytest.raises(Invalid, match="last administrator"):
        set_roles(mine, [Role.EDITOR], by=cast.administrator)
    with pytest.raises(Invalid, match="last administrator"):
        end_membership(mine, by=cast.administrator)
    set_roles(cast.membership(cast.editor), [Role.ADMINISTRATOR], by=cast.administrator)
    end_membership(mine, by=cast.administrator)
    assert cast.membership(cast.editor).roles == {Role.ADMINISTRATOR}


def test_ended_membership_has_no_roles_and_can_be_begun_anew(cast: Cast):
    membership = cast.membership(cast.editor)
    end_membership(membership, by=cast.administrator)
    assert membership.roles == frozenset()
    with pytest.raises(Stale):
        end_membership(membership, by=cast.administrator)
    with pytest.raises(Stale):
        set_roles(membership, ["editor"], by=cast.administrator)
    again = add_member(cast.organisation, by=cast.administrator, email=cast.editor.email)
    assert again.pk != membership.pk


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_remove_each_other_leave_one(transactional_db):
    cast = Cast()
    set_roles(cast.membership(cast.editor), [Role.ADMINISTRATOR], by=cast.administrator)
    targets = [
        (cast.membership(cast.editor), cast.administrator),
        (cast.membership(cast.administrator), cast.editor),
    ]
    barrier = threading.Barrier(2)

    def remove(membership: Membership, by: User) -> None:
        barrier.wait()
        try:
            end_membership(membership, by=by)
        except (Invalid, NotAllowed):
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=remove, args=pair) for pair in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with open_organisation(cast.organisation):
        left = Membership.objects.filter(role_rows__role=Role.ADMINISTRATOR, ended_at__isnull=True)
        assert left.count() == 1


def test_projects_have_one_short_name_each_and_close_once(cast: Cast):
    project = create_project(cast.organisation, "Night shifts", by=cast.administrator)
    assert project.slug == "night-shifts"
    with pytest.raises(Invalid) as refused:
        create_project(cast.organisation, "Night shifts", by=cast.administrator)
    assert refused.value.field == "slug"
    assert create_project(cast.other, "Night shifts", by=cast.outsider).slug == "night-shifts"
    with pytest.raises(Invalid):
        create_project(cast.organisation, " ", by=cast.administrator)
    with pytest.raises(Invalid):
        create_project(cast.organisation, "夜勤", by=cast.administrator)
    archive_project(project, by=cast.administrator)
    with pytest.raises(Stale):
        archive_project(project, by=cast.administrator)


# --- The operator


def test_operator_makes_an_organisation_with_its_first_administrator(cast: Cast):
    made = create_organisation(
        "new-house", "New House", by=cast.operator, administrator_email="a@new.example", administrator_name="A"
    )
    assert cast.membership(User.objects.get(email="a@new.example"), made).roles == {Role.ADMINISTRATOR}


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"slug": "care"}, "slug"),
        ({"slug": "settings"}, "slug"),
        ({"slug": "not a slug"}, "slug"),
        ({"name": ""}, "name"),
        ({"time_zone": "Middle/Earth"}, "time_zone"),
    ],
)
def test_organisation_is_refused_at_the_field(cast: Cast, asked, field):
    with pytest.raises(Invalid) as refused:
        create_organisation(**({"slug": "fresh", "name": "Fresh"} | asked), by=cast.operator)
    assert list(refused.value.errors) == [field]


def test_deactivated_organisation_is_closed_to_its_own_people(cast: Cast, sign_in):
    with pytest.raises(NotAllowed):
        deactivate_organisation(cast.organisation, by=cast.administrator)
    deactivate_organisation(cast.organisation, by=cast.operator)
    with pytest.raises(WrongState):
        deactivate_organisation(cast.organisation, by=cast.operator)
    with pytest.raises(WrongState):
        create_project(cast.organisation, "N", by=cast.administrator)
    assert sign_in(cast.administrator).get("/o/care/settings/").status_code == 404
    reactivate_organisation(cast.organisation, by=cast.operator)
    assert sign_in(cast.administrator).get("/o/care/settings/").status_code == 200


def test_operator_makes_and_deactivates_users_but_not_themselves(cast: Cast, sign_in):
    user = create_user("Some.One@care.example", "Some One", by=cast.operator)
    assert user.email == "some.one@care.example"
    with pytest.raises(Invalid):
        create_user("some.one@care.example", "Again", by=cast.operator)
    with pytest.raises(NotAllowed):
        deactivate_user(user, by=cast.administrator)
    client = sign_in(cast.editor)
    deactivate_user(cast.editor, by=cast.operator)
    assert client.get("/o/care/settings/").status_code == 302
    with pytest.raises(Invalid):
        deactivate_user(cast.operator, by=cast.operator)


# --- Pages


def test_members_page_adds_and_tells_by_mail(cast: Cast, sign_in, mailoutbox, django_capture_on_commit_callbacks):
    client = sign_in(cast.administrator)
    url = reverse("settings_members", args=["care"])
    with django_capture_on_commit_callbacks(execute=True):
        asked = {"email": "new@care.example", "name": "New", "roles": ["editor"]}
        page = client.post(url, asked, follow=True).content.decode()
    assert "New is a member now." in page
    assert "new@care.example" in page
    (mail,) = mailoutbox
    assert mail.to == ["new@care.example"]
    assert "/accounts/login/" in mail.body
    assert "<" not in mail.body


def test_members_page_keeps_what_was_typed_and_says_what_is_wrong(cast: Cast, sign_in):
    answer = sign_in(cast.administrator).post(
        reverse("settings_members", args=["care"]), {"email": "holder@care.example", "name": "<script>"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "is a member already" in page
    assert "&lt;script&gt;" in page
    assert "<script>" not in page.replace("<script src", "")


def test_roles_and_ending_by_pages(cast: Cast, sign_in):
    client = sign_in(cast.administrator)
    editor = cast.membership(cast.editor)
    url = reverse("settings_member_roles", args=["care", editor.pk])
    assert client.get(url).status_code == 200
    client.post(url, {"roles": ["reviewer"]})
    assert cast.membership(cast.editor).roles == {Role.REVIEWER}
    url = reverse("settings_member_end", args=["care", editor.pk])
    assert client.get(url).status_code == 200
    client.post(url)
    with open_organisation(cast.organisation):
        assert Membership.objects.get(pk=editor.pk).ended_at is not None
    last = cast.membership(cast.administrator)
    page = client.post(reverse("settings_member_end", args=["care", last.pk]))
    assert page.status_code == 422
    assert "last administrator" in page.content.decode()


def test_pages_do_not_find_another_organisations_rows(cast: Cast, sign_in):
    client = sign_in(cast.administrator)
    foreign = cast.membership(cast.outsider, cast.other)
    for name, pk in [
        ("settings_member_roles", foreign.pk),
        ("settings_member_end", foreign.pk),
        ("settings_member_link", foreign.pk),
        ("settings_project_archive", cast.other_project.pk),
    ]:
        assert client.post(reverse(name, args=["care", pk])).status_code == 404


def test_projects_page_makes_and_closes(cast: Cast, sign_in):
    client = sign_in(cast.administrator)
    url = reverse("settings_projects", args=["care"])
    assert "Night shifts" in client.post(url, {"name": "Night shifts"}, follow=True).content.decode()
    assert client.post(url, {"name": ""}).status_code == 422
    page = client.post(reverse("settings_project_archive", args=["care", cast.project.pk]), follow=True)
    assert "Hiring is closed" in page.content.decode()


def test_settings_pages_need_the_same_number_of_queries_for_one_member_as_for_many(
    cast: Cast, sign_in, django_assert_max_num_queries
):
    client = sign_in(cast.administrator)
    for number in range(20):
        add_member(cast.organisation, by=SYSTEM, email=f"m{number}@care.example", name=f"M {number}", roles=["editor"])
    for name in ("settings_members", "settings_projects", "settings_keys"):
        with django_assert_max_num_queries(13):
            assert client.get(reverse(name, args=["care"])).status_code == 200


# --- Links, where no mail is sent


def test_link_signs_a_new_member_in_once(cast: Cast, client, sign_in):
    membership = cast.membership(cast.editor)
    with pytest.raises(WrongState):
        make_sign_in_link(membership, by=cast.administrator)
    Installation.current()
    Installation.objects.update(mail_choice="links")
    page = sign_in(cast.administrator).post(reverse("settings_member_link", args=["care", membership.pk]))
    link = page.context["link"]
    client.logout()
    assert "/in/" in link
    assert client.get(link).status_code == 200
    assert "_auth_user_id" not in client.session
    assert client.post(link).headers["Location"] == "/accounts/password/set/"
    assert client.session["_auth_user_id"] == str(cast.editor.pk)
    client.logout()
    assert client.post(link).status_code == 409
    assert "_auth_user_id" not in client.session


def test_nobody_makes_a_link_for_somebody_with_a_way_in_of_their_own(cast: Cast, sign_in):
    Installation.current()
    Installation.objects.update(mail_choice="links")
    with pytest.raises(NotAllowed):
        make_sign_in_link(cast.membership(cast.holder), by=cast.facilitator)
    cast.holder.set_password("a long enough sentence")
    cast.holder.save()
    with pytest.raises(Invalid, match="of their own"):
        make_sign_in_link(cast.membership(cast.holder), by=cast.administrator)
    # Neither is one offered, nor for somebody who has a part in another organisation: as a member, or on a seat.
    with open_organisation(cast.other):
        add_member(cast.other, by=cast.outsider, email=cast.facilitator.email, roles=[])
        sit(cast.other, uuid7(), uuid7(), cast.reviewer)
    page = sign_in(cast.administrator).get(reverse("settings_members", args=["care"])).content.decode()
    for person, offered in (
        (cast.holder, False),
        (cast.facilitator, False),
        (cast.reviewer, False),
        (cast.editor, True),
    ):
        assert (reverse("settings_member_link", args=["care", cast.membership(person).pk]) in page) == offered
