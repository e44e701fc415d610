"""The door of every page of an organisation."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django import forms
from django.http import HttpResponse, StreamingHttpResponse
from django.template.response import SimpleTemplateResponse
from django.test import RequestFactory
from django.urls import include, path, reverse
from django.utils import timezone

from accounts import access
from accounts.access import PARTICIPATIONS, for_members, for_people, for_signed_in, kept_post, organisation_view
from accounts.domain.seats import sit, stand_up
from accounts.ids import uuid7
from accounts.kept import MOST_CHARACTERS, SESSION_KEY
from accounts.models import Project
from accounts.permissions import ANY, TABLE, Rule, add
from accounts.roles import Part, Role
from accounts.scope import current_organisation, open_organisation
from audit.models import Entry
from tests.cast import Cast


class Opinion(forms.Form):
    position = forms.CharField(widget=forms.Textarea)


@for_members
def members_page(request, slug):
    names = ",".join(Project.objects.values_list("slug", flat=True))
    return HttpResponse(f"{request.organisation.slug} {names} {timezone.get_current_timezone_name()}")


@for_members(read="read_test_administrators")
def administrators_page(request, slug):
    return HttpResponse("settings")


@organisation_view(read="read_test_seats")
def seat_page(request, slug, deliberation_id):
    return HttpResponse(f"seat {request.caller.seats.get(deliberation_id, '')}")


@for_members
def form_page(request, slug):
    kept = kept_post(request)
    if request.method == "POST":
        return HttpResponse("sent")
    return HttpResponse(Opinion(initial=kept.dict() if kept else None).as_p())


@for_members
def answer_only(request, slug):
    return HttpResponse("sent") if request.method == "POST" else HttpResponse(status=405)


@for_members
def lazy_page(request, slug):
    class Late(SimpleTemplateResponse):
        @property
        def rendered_content(self):
            return ",".join(Project.objects.values_list("slug", flat=True))

    return Late("unused.html")


@for_members
def streamed_page(request, slug):
    return StreamingHttpResponse(project.slug for project in Project.objects.all())


@for_people(read="read_test_seats")
def people_page(request, slug):
    return HttpResponse(f"{request.membership} {len(request.caller.seats)}")


@for_signed_in
def mine(request):
    return HttpResponse(request.user.email)


urlpatterns = [
    path("o/<slug:slug>/page/", members_page),
    path("o/<slug:slug>/admin/", administrators_page),
    path("o/<slug:slug>/d/<uuid:deliberation_id>/", seat_page),
    path("o/<slug:slug>/form/", form_page),
    path("o/<slug:slug>/answer/", answer_only),
    path("o/<slug:slug>/lazy/", lazy_page),
    path("o/<slug:slug>/streamed/", streamed_page),
    path("o/<slug:slug>/people/", people_page),
    path("mine/", mine),
    path("", include("tractatus_site.urls")),
]


@pytest.fixture(autouse=True)
def these_pages(settings, monkeypatch):
    settings.ROOT_URLCONF = __name__
    before = dict(TABLE)
    add(
        Rule("read_test_administrators", "read", (ANY,), None, (Role.ADMINISTRATOR,), says="For administrators."),
        Rule("read_test_seats", "read", (ANY,), None, (Part.PARTICIPANT, Role.AUDITOR), says="For seats."),
    )
    yield
    TABLE.clear()
    TABLE.update(before)


def refusals(organisation):
    with open_organisation(organisation):
        found = Entry.objects.filter(event="access.refused").values_list("subject_kind", "decision", "actor_role")
        return sorted(found, reverse=True)


def test_members_are_inside_their_own_organisation_and_time_zone(cast: Cast, sign_in):
    answer = sign_in(cast.editor).get("/o/care/page/")
    assert answer.content.decode() == "care hiring Pacific/Auckland"
    assert current_organisation() is None
    assert timezone.get_current_timezone_name() == "UTC"
    cast.editor.time_zone = "Europe/Berlin"
    cast.editor.save()
    assert sign_in(cast.editor).get("/o/care/page/").content.decode().endswith("Europe/Berlin")


@pytest.mark.parametrize("slug", ["care", "harbour", "nowhere"])
def test_signed_out_people_go_to_sign_in_whether_it_exists_or_not(cast: Cast, client, slug):
    answer = client.get(f"/o/{slug}/page/?a=1")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/accounts/login/?next=/o/{slug}/page/%3Fa%3D1"


def test_foreigners_get_404_like_for_what_does_not_exist(cast: Cast, sign_in):
    client = sign_in(cast.outsider)
    foreign, nothing = client.get("/o/care/page/"), client.get("/o/nowhere/page/")
    assert foreign.status_code == nothing.status_code == 404
    said = [re.sub(r'value="\w{64}"|care|nowhere', "", answer.content.decode()) for answer in (foreign, nothing)]
    assert said[0] == said[1]


def test_refused_access_is_recorded_once_an_hour_for_each_actor_and_kind(cast: Cast, sign_in, time_machine):
    time_machine.move_to(datetime(2026, 11, 12, 10, 5, tzinfo=UTC), tick=False)
    client = sign_in(cast.outsider)
    for _ in range(3):
        client.get("/o/care/page/")
    assert refusals(cast.organisation) == [("organisation", "deny", None)]
    client.get(f"/o/care/d/{uuid7()}/")
    assert refusals(cast.organisation) == [("organisation", "deny", None), ("deliberation", "deny", None)]
    sign_in(cast.first).get("/o/care/page/")
    assert len(refusals(cast.organisation)) == 3
    time_machine.shift(timedelta(hours=1))
    sign_in(cast.outsider).get("/o/care/page/")
    assert len(refusals(cast.organisation)) == 4
    assert refusals(cast.other) == []


def test_foreigner_has_another_reference_in_every_log(cast: Cast, sign_in):
    client = sign_in(cast.first)
    client.get("/o/care/page/")
    client.get("/o/harbour/page/")
    refs = []
    for organisation in (cast.organisation, cast.other):
        with open_organisation(organisation):
            refs.append(Entry.objects.get(event="access.refused").actor_ref)
    assert refs[0] != refs[1]
    assert cast.first.pk.hex not in refs


def test_operator_sees_nothing_of_any_organisation(cast: Cast, sign_in):
    client = sign_in(cast.operator)
    assert client.get("/o/care/page/").status_code == 404
    assert client.get("/o/care/settings/").status_code == 404
    assert len(refusals(cast.organisation)) == 1


def test_member_without_the_role_is_told_why(cast: Cast, sign_in):
    answer = sign_in(cast.editor).get("/o/care/admin/")
    assert answer.status_code == 403
    assert "For administrators." in answer.content.decode()
    assert sign_in(cast.administrator).get("/o/care/admin/").status_code == 200


def test_ended_membership_opens_nothing(cast: Cast, sign_in):
    from accounts.domain.members import end_membership

    end_membership(cast.membership(cast.editor), by=cast.administrator)
    assert sign_in(cast.editor).get("/o/care/page/").status_code == 404


def test_seat_opens_its_own_deliberation_only(cast: Cast, sign_in):
    deliberation, seat = uuid7(), uuid7()
    sit(cast.organisation, deliberation, seat, cast.first)
    client = sign_in(cast.first)
    assert client.get(f"/o/care/d/{deliberation}/").content.decode() == f"seat {seat}"
    assert client.get(f"/o/care/d/{uuid7()}/").status_code == 404
    assert client.get(f"/o/harbour/d/{deliberation}/").status_code == 404
    assert client.get("/o/care/page/").status_code == 404
    with open_organisation(cast.organisation):
        stand_up(seat)
    assert client.get(f"/o/care/d/{deliberation}/").status_code == 404


def test_people_with_a_seat_anywhere_see_what_is_theirs_in_the_organisation(cast: Cast, sign_in):
    seat = uuid7()
    assert sign_in(cast.first).get("/o/care/people/").status_code == 404
    sit(cast.organisation, uuid7(), seat, cast.first)
    assert sign_in(cast.first).get("/o/care/people/").content == b"None 1"
    assert sign_in(cast.first).get("/o/harbour/people/").status_code == 404
    assert sign_in(cast.auditor).get("/o/care/people/").content == b"Auditor 0"
    assert sign_in(cast.first).get("/").headers["Location"] == "/o/care/asked/"
    assert sign_in(cast.first).get("/o/care/asked/").status_code == 200


def test_mailed_link_opens_one_deliberation_without_an_account(cast: Cast, client):
    deliberation, seat = uuid7(), uuid7()
    session = client.session
    session[PARTICIPATIONS] = {deliberation.hex: {"seat": seat.hex}}
    session.save()
    assert client.get(f"/o/care/d/{deliberation}/").content.decode() == f"seat {seat}"
    assert client.get(f"/o/care/d/{uuid7()}/").status_code == 302
    assert client.get("/o/care/page/").status_code == 302


def test_member_without_seat_or_role_is_refused_where_the_row_names_parts(cast: Cast, sign_in):
    assert sign_in(cast.editor).get(f"/o/care/d/{uuid7()}/").status_code == 403
    assert sign_in(cast.auditor).get(f"/o/care/d/{uuid7()}/").status_code == 200


def test_lazy_and_streamed_answers_are_made_inside(cast: Cast, sign_in):
    client = sign_in(cast.editor)
    assert client.get("/o/care/lazy/").content == b"hiring"
    assert b"".join(client.get("/o/care/streamed/").streaming_content) == b"hiring"


def test_page_of_ones_own_needs_an_account(cast: Cast, client, sign_in):
    assert client.get("/mine/").headers["Location"] == "/accounts/login/?next=/mine/"
    assert sign_in(cast.first).get("/mine/").content.decode() == cast.first.email


# --- Nothing typed is lost

WORDS = "What would be lost <b>for</b> people who cannot speak. مرحبا 👋"


def test_form_sent_signed_out_comes_back_after_sign_in(cast: Cast, client, sign_in):
    answer = client.post(
        "/o/care/form/",
        {"position": WORDS, "password": "secret", "csrfmiddlewaretoken": "t"},
        headers={"referer": "http://testserver/o/care/form/?x=1"},
    )
    assert answer.headers["Location"] == "/accounts/login/?next=/o/care/form/%3Fx%3D1"
    assert client.session[SESSION_KEY]["fields"] == {"position": [WORDS]}
    client.force_login(cast.editor, backend="django.contrib.auth.backends.ModelBackend")
    for _reload in range(2):
        assert (
            "&lt;b&gt;for&lt;/b&gt; people who cannot speak. مرحبا 👋" in client.get("/o/care/form/").content.decode()
        )
    assert client.post("/o/care/form/", {"position": WORDS}).content == b"sent"
    assert SESSION_KEY not in client.session


def test_form_that_posts_elsewhere_comes_back_on_the_page_that_held_it(cast: Cast, client):
    client.post("/o/care/answer/", {"position": WORDS}, headers={"referer": "http://testserver/o/care/form/"})
    client.force_login(cast.editor, backend="django.contrib.auth.backends.ModelBackend")
    assert "people who cannot speak" in client.get("/o/care/form/").content.decode()
    assert "people who cannot speak" not in client.get("/o/care/page/").content.decode()


def test_form_is_kept_through_a_sign_in_by_code(cast: Cast, client, mailoutbox):
    client.post("/o/care/form/", {"position": WORDS}, headers={"referer": "http://testserver/o/care/form/"})
    client.post(reverse("account_request_login_code"), {"email": cast.editor.email, "next": "/o/care/form/"})
    code = mailoutbox[0].subject.split(" ")[0]
    answer = client.post(reverse("account_confirm_login_code"), {"code": code, "next": "/o/care/form/"})
    assert answer.headers["Location"] == "/o/care/form/"
    assert "people who cannot speak" in client.get("/o/care/form/").content.decode()


def test_referrer_of_another_site_is_not_followed(cast: Cast, client):
    for referer in ("http://evil.example/o/care/form/", "http://testserver//evil.example/", ""):
        answer = client.post("/o/care/answer/", {"position": "x"}, headers={"referer": referer} if referer else {})
        assert answer.headers["Location"] == "/accounts/login/?next=/o/care/answer/"


def test_part_of_a_page_is_sent_to_sign_in_whole(cast: Cast, client):
    answer = client.post(
        "/o/care/answer/",
        {"position": "x"},
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/o/care/form/"},
    )
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/accounts/login/?next=/o/care/form/")


def test_kept_form_is_forgotten_after_a_day_and_a_flood_is_not_kept(cast: Cast, client, time_machine):
    time_machine.move_to(datetime(2026, 11, 12, 10, 0, tzinfo=UTC), tick=False)
    client.post("/o/care/form/", {"position": WORDS})
    time_machine.shift(timedelta(hours=25))
    client.force_login(cast.editor, backend="django.contrib.auth.backends.ModelBackend")
    assert "cannot speak" not in client.get("/o/care/form/").content.decode()
    client.logout()
    client.post("/o/care/form/", {"position": "x" * (MOST_CHARACTERS + 1)})
    assert SESSION_KEY not in client.session


def test_twenty_thousand_words_are_kept(cast: Cast, client):
    words = "perhaps " * 20_000
    client.post("/o/care/form/", {"position": words})
    client.force_login(cast.editor, backend="django.contrib.auth.backends.ModelBackend")
    assert words.strip() in client.get("/o/care/form/").content.decode()


def test_wrong_session_value_is_no_way_in(cast: Cast):
    request = RequestFactory().get("/")
    request.session = {PARTICIPATIONS: {}}
    assert access._seat_in_session(request, UUID(int=1)) is None
