"""API keys: made, shown once, used, revoked."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import path, reverse
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts import clock
from accounts.domain.keys import create_api_key, hashed, revoke_api_key
from accounts.domain.organisations import deactivate_organisation
from accounts.domain.projects import archive_project
from accounts.keys import USED_AGAIN_AFTER, KeyView, key_of
from accounts.models import APIKey, Project
from accounts.permissions import SYSTEM, may
from accounts.refusals import Invalid, NotAllowed, Stale
from accounts.scope import current_organisation, open_organisation
from tests.cast import Cast


class Who(KeyView):
    def get(self, request):
        names = list(Project.objects.values_list("organisation__slug", flat=True))
        return Response({"organisations": names, "key": request.caller.key.name})


urlpatterns = [path("who/", Who.as_view())]


@pytest.fixture
def api(settings):
    settings.ROOT_URLCONF = __name__
    return APIClient()


def test_key_is_returned_once_and_only_its_hash_is_kept(cast: Cast, inside):
    key, secret = create_api_key(cast.project, "Agent", by=cast.administrator)
    stored = APIKey.objects.get(pk=key.pk)
    assert secret.startswith(f"tr_{stored.prefix}_")
    assert stored.hash == hashed(secret)
    assert secret not in str(stored.__dict__)
    assert (stored.enforces, stored.attended, stored.created_by) == (False, False, cast.administrator)


def test_key_needs_a_name_an_open_project_and_an_administrator(cast: Cast):
    with pytest.raises(Invalid):
        create_api_key(cast.project, " ", by=cast.administrator)
    with pytest.raises(NotAllowed):
        create_api_key(cast.project, "k", by=cast.holder)
    archive_project(cast.project, by=cast.administrator)
    with pytest.raises(Invalid):
        create_api_key(cast.project, "k", by=cast.administrator)


def test_key_opens_its_own_organisation_and_nothing_else(cast: Cast, api):
    _key, secret = create_api_key(cast.project, "Agent", by=cast.administrator)
    answer = api.get("/who/", headers={"Authorization": f"Bearer {secret}"})
    assert answer.json() == {"organisations": ["care"], "key": "Agent"}
    assert current_organisation() is None


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer a b",
        "Bearer tr_x_y",
        "Bearer tr__",
        "Bearer nonsense",
        "Bearer ☃",
        "Basic dXNlcjpwYXNz",
    ],
)
def test_without_a_key_the_answer_is_401_as_a_problem(cast: Cast, api, header):
    answer = api.get("/who/", headers={"Authorization": header.encode()} if header else {})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 401
    if not header.startswith("Bearer"):
        assert answer.json()["detail"] == "Send it in the header Authorization: Bearer tr_…"


def test_wrong_secret_with_a_right_prefix_opens_nothing(cast: Cast):
    key, secret = create_api_key(cast.project, "Agent", by=cast.administrator)
    assert key_of(secret) == key
    assert key_of(secret[:-1] + ("a" if secret[-1] != "a" else "b")) is None
    assert key_of(f"tr_{key.prefix}_") is None


def test_revoked_key_and_key_of_a_closed_organisation_open_nothing(cast: Cast, api):
    key, secret = create_api_key(cast.project, "Agent", by=cast.administrator)
    revoke_api_key(key, by=cast.administrator)
    with pytest.raises(Stale):
        revoke_api_key(key, by=cast.administrator)
    assert api.get("/who/", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
    _key, secret = create_api_key(cast.project, "Second", by=SYSTEM)
    deactivate_organisation(cast.organisation, by=cast.operator)
    assert api.get("/who/", headers={"Authorization": f"Bearer {secret}"}).status_code == 401


def test_last_use_is_noted_but_not_at_every_request(cast: Cast, api, time_machine):
    _key, secret = create_api_key(cast.project, "Agent", by=cast.administrator)
    headers = {"Authorization": f"Bearer {secret}"}

    def used():
        with open_organisation(cast.organisation):
            return APIKey.objects.get().last_used_at

    assert used() is None
    time_machine.move_to("2026-11-12T10:00:00Z", tick=False)
    api.get("/who/", headers=headers)
    first = used()
    assert first == clock.now()
    time_machine.shift(USED_AGAIN_AFTER - timedelta(seconds=1))
    api.get("/who/", headers=headers)
    assert used() == first
    time_machine.shift(timedelta(seconds=2))
    api.get("/who/", headers=headers)
    assert used() == clock.now()


def test_key_may_do_nothing_that_people_do_here(cast: Cast):
    from accounts.permissions import TABLE, Caller

    key, _secret = create_api_key(cast.project, "Agent", by=cast.administrator)
    caller = Caller(key=key, organisation=cast.organisation)
    verbs = {verb for verb, row in TABLE.items() if not row.is_read and "anyone" not in row.who and may(caller, verb)}
    assert verbs == {
        "propose_conflict", "propose_instruction", "open_period", "end_period",
        # An agent asks before it acts and tells what came of it; a grant that a person gave is used up by asking again.
        "check_action", "report_act", "open_session", "tell_pressure", "write_handoff",
        "end_session_of_agent", "ask_judgment", "use_grant",
    }  # fmt: skip


# --- The command


def test_command_prints_the_key_alone(cast: Cast):
    out = io.StringIO()
    call_command("create_api_key", "care", "hiring", name="Agent", stdout=out)
    key = key_of(out.getvalue().strip())
    assert key is not None
    assert (key.name, key.enforces, key.created_by, key.project) == ("Agent", True, None, cast.project)
    out = io.StringIO()
    call_command("create_api_key", "care", "hiring", "--name", "Watcher", "--observe", stdout=out)
    assert key_of(out.getvalue().strip()).enforces is False


def test_command_says_what_is_not_there(cast: Cast):
    with pytest.raises(CommandError, match="no organisation"):
        call_command("create_api_key", "nowhere", "hiring", name="k")
    with pytest.raises(CommandError, match="no project"):
        call_command("create_api_key", "care", "nothing", name="k")
    with pytest.raises(CommandError, match="name"):
        call_command("create_api_key", "care", "hiring", name=" ")


# --- The page


def test_page_shows_the_secret_once(cast: Cast, sign_in):
    client = sign_in(cast.administrator)
    url = reverse("settings_keys", args=["care"])
    asked = {"name": "Agent", "project": str(cast.project.pk), "enforces": "1", "attended": "on"}
    answer = client.post(url, asked)
    secret = answer.context["made"].secret
    assert secret in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert secret not in client.get(url).content.decode()
    key = key_of(secret)
    assert (key.enforces, key.attended) == (True, True)
    client.post(reverse("settings_key_revoke", args=["care", key.pk]))
    assert key_of(secret) is None


def test_page_takes_no_project_of_another_organisation(cast: Cast, sign_in):
    asked = {"name": "Agent", "project": str(cast.other_project.pk)}
    answer = sign_in(cast.administrator).post(reverse("settings_keys", args=["care"]), asked)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["project"]
