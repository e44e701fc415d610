"""The JSON interface: what a key may propose and read, and how every wrong request is answered in a sentence."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import clock
from accounts.domain.keys import create_api_key, revoke_api_key
from accounts.idempotency import forget_answers
from accounts.models import KeptAnswer
from accounts.permissions import SYSTEM
from accounts.scope import open_organisation
from deliberation import api_shapes as shapes
from deliberation.api_examples import CONFLICT, DELIBERATION, OUTCOME, PRECEDENT, PROPOSED
from deliberation.models import Deliberation
from tests.cast import make_project
from tests.deliberation.stages import at_conflict, at_decided, at_review_due, outcome_of, precedent_of

pytestmark = pytest.mark.django_db

CONFLICTS = "/api/v1/conflicts/"


@pytest.fixture(autouse=True)
def _no_limit_yet():
    cache.clear()


@pytest.fixture
def key(cast):
    return create_api_key(cast.project, "Screening", by=SYSTEM, enforces=True)


@pytest.fixture
def api(key):
    return Caller(key.secret)


class Caller:
    """A client that sends a key."""

    def __init__(self, secret):
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def get(self, path, data=None, **headers):
        return self.client.get(path, data, headers=self.headers | headers)

    def post(self, path, body, **headers):
        if not isinstance(body, str | bytes):
            body = json.dumps(body)
        return self.client.post(path, body, content_type="application/json", headers=self.headers | headers)


def is_problem(response, status):
    assert response.status_code == status, response.content[:500]
    assert response.headers["Content-Type"].startswith("application/problem+json")
    said = response.json()
    assert said["type"].startswith("/api/docs/#")
    assert said["status"] == status
    assert said["title"].endswith((".", "…"))
    return said


# --- Proposing


def test_a_conflict_becomes_a_proposed_deliberation(cast, api, key):
    response = api.post(CONFLICTS, CONFLICT)
    assert response.status_code == 201
    said = response.json()
    assert said["requires_human_approval"] is True
    assert (said["state"], said["urgency"]) == ("proposed", "CRITICAL")
    assert said["moral_frameworks_in_tension"]
    assert response.headers["Location"].endswith(f"/api/v1/deliberations/{said['id']}/")
    with open_organisation(cast.organisation):
        made = Deliberation.objects.get(pk=said["id"])
        assert made.proposed_context == CONFLICT["context"]
        assert made.proposed_by_key == key.key
        assert str(made.question) == CONFLICT["decision"]
        assert not made.seat_set.exists()


def test_the_answer_has_the_keys_that_are_described(api):
    said = api.post(CONFLICTS, CONFLICT).json()
    assert set(said) == set(PROPOSED) == set(shapes.ConflictOut().fields)
    for one in said["moral_frameworks_in_tension"]:
        assert set(one) == {"framework", "position", "stakeholders"}


def test_urgency_stands_beside_the_context_too(api):
    assert api.post(CONFLICTS, {"decision": "x", "urgency": "ROUTINE"}).json()["urgency"] == "ROUTINE"
    assert api.post(CONFLICTS, {"decision": "x"}).json()["urgency"] == "IMPORTANT"
    assert api.post(CONFLICTS, {"decision": "x", "context": {"urgency": "urgent"}}).json()["urgency"] == "URGENT"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ("", 422),
        (b"\xff\xfe", 400),
        ('{"decision": NaN}', 400),
        ("[" * 100_000, 400),
        ('{"decision": "' + "x" * 2_000_000 + '"}', 413),
        ("[]", 422),
        ('"words"', 422),
        ("null", 422),
        ({}, 422),
        ({"decision": ""}, 422),
        ({"decision": "   "}, 422),
        ({"decision": 5}, 422),
        ({"decision": True}, 422),
        ({"decision": "x", "context": []}, 422),
        ({"decision": ["a"]}, 422),
        ({"decision": {"a": 1}}, 422),
        ({"decision": None}, 422),
        ({"decision": "a\x00b"}, 422),
        ('{"decision": "a\\ud800"}', 422),
        ({"decision": "x" * 900_000}, 422),
        ({"decision": "x", "urgency": "NOW"}, 422),
        ({"decision": "x", "urgency": 3}, 422),
        ({"decision": "x", "context": "y"}, 422),
        ({"decision": "x", "context": {"urgency": "NOW"}}, 422),
        ({"decision": "x", "context": {"urgency": ["NOW"]}}, 422),
        ({"decision": "x", "context": {"note": "a\x00b"}}, 422),
        ({"decision": "x", "context": {"a\x00b": 1}}, 422),
        ('{"decision": "x", "context": {"note": "\\ud800"}}', 422),
        ('{"decision": "x", "context": {"n": 1e999}}', 422),
        ({"decision": "x", "context": {"note": "y" * 30_000}}, 422),
        ('{"decision": "x", "context": {"a": ' + "[" * 50 + "]" * 50 + "}}", 422),
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_is_kept(cast, api, body, status):
    said = is_problem(api.post(CONFLICTS, body), status)
    assert said.get("detail") or said.get("errors")
    with open_organisation(cast.organisation):
        assert not Deliberation.objects.exists()


def test_a_wrong_field_is_named(api):
    said = is_problem(api.post(CONFLICTS, {"decision": "", "urgency": "NOW"}), 422)
    assert {error["field"] for error in said["errors"]} == {"decision", "urgency"}
    assert all(error["detail"].endswith(".") for error in said["errors"])


def test_html_and_right_to_left_words_are_kept_as_sent(cast, api):
    words = "<script>alert(1)</script> هل يجوز؟ 🙂"
    said = api.post(CONFLICTS, {"decision": words}).json()
    with open_organisation(cast.organisation):
        assert str(Deliberation.objects.get(pk=said["id"]).question) == words


def test_another_media_type_is_415(api):
    response = api.client.post(CONFLICTS, {"decision": "x"}, headers=api.headers)
    is_problem(response, 415)


# --- Keys


def test_without_a_key_it_is_401(cast):
    for path in (CONFLICTS, "/api/v1/deliberations/", "/api/v1/outcomes/", "/api/v1/precedents/"):
        response = Caller("").get(path)
        is_problem(response, 401)
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
    is_problem(Caller("").post(CONFLICTS, CONFLICT), 401)


def test_a_wrong_and_a_revoked_key_are_401(cast, api, key):
    is_problem(Caller(key.secret + "x").get("/api/v1/outcomes/"), 401)
    with open_organisation(cast.organisation):
        revoke_api_key(key.key, by=SYSTEM)
    is_problem(api.post(CONFLICTS, CONFLICT), 401)


@pytest.mark.parametrize("kind", ["deliberations", "outcomes"])
def test_another_projects_things_are_404(cast, api, kind):
    with open_organisation(cast.organisation):
        decided = at_decided(cast)
        elsewhere = create_api_key(make_project(cast.organisation, "wards", "Wards"), "Wards", by=SYSTEM)
        thing = decided.pk if kind == "deliberations" else outcome_of(decided).pk
    assert api.get(f"/api/v1/{kind}/{thing}/").status_code == 200
    other = Caller(elsewhere.secret)
    is_problem(other.get(f"/api/v1/{kind}/{thing}/"), 404)
    assert other.get(f"/api/v1/{kind}/").json()["results"] == []
    assert other.get("/api/v1/precedents/").json()["results"] == []
    is_problem(other.get("/api/v1/precedents/", {"similar_to": str(decided.pk)}), 404)


def test_another_organisations_key_sees_nothing(cast, api):
    with open_organisation(cast.organisation):
        decided = at_decided(cast)
    foreign = Caller(create_api_key(cast.other_project, "Foreign", by=SYSTEM).secret)
    is_problem(foreign.get(f"/api/v1/deliberations/{decided.pk}/"), 404)
    is_problem(foreign.get(f"/api/v1/outcomes/{uuid4()}/"), 404)
    assert foreign.get("/api/v1/outcomes/").json()["results"] == []


# --- Reading


def test_a_deliberation_shows_question_state_and_dates_and_no_words_of_people(cast, api):
    with open_organisation(cast.organisation):
        deliberation = at_conflict(cast)
    said = api.get(f"/api/v1/deliberations/{deliberation.pk}/").json()
    assert set(said) == set(DELIBERATION) == set(shapes.DeliberationOut().fields)
    assert said["outcome"] is None
    assert said["created_at"].endswith("Z")


def test_an_outcome_has_the_keys_of_core_concepts(cast, api):
    with open_organisation(cast.organisation):
        decided = at_decided(cast)
        outcome = outcome_of(decided)
    said = api.get(f"/api/v1/outcomes/{outcome.pk}/").json()
    assert set(said) == set(OUTCOME) == set(shapes.OutcomeOut().fields)
    assert said["precedent_binding"] is False
    assert said["dissenting_perspectives"][0]["answer"]
    assert said == api.get("/api/v1/outcomes/").json()["results"][0]


def test_a_precedent_says_where_it_stands(cast, api):
    with open_organisation(cast.organisation):
        at_review_due(cast)
    said = api.get("/api/v1/precedents/").json()["results"][0]
    assert set(said) == set(PRECEDENT) - {"alike", "differs"}
    assert said["review_overdue"] is True
    assert api.get("/api/v1/precedents/", {"overdue": "true"}).json()["results"] == [said]
    assert api.get("/api/v1/precedents/", {"state": "retired"}).json()["results"] == []


def test_like_cases_say_what_is_alike_and_what_differs_and_give_no_measure(cast, api):
    with open_organisation(cast.organisation):
        decided = at_decided(cast)
        question = at_conflict(cast, question="May the screening tool rank internal applicants?")
        kept = precedent_of(decided)
    asked = "May the screening tool rank applicants before a person has read their application?"
    for similar_to in (asked, str(question.pk)):
        said = api.get("/api/v1/precedents/", {"similar_to": similar_to}).json()
        assert [one["id"] for one in said["results"]] == [str(kept.pk)]
        one = said["results"][0]
        assert set(one) == set(PRECEDENT)
        assert one["alike"]
        assert one["differs"]
        numbers = {name for name, value in one.items() if isinstance(value, int | float) and value is not bool(value)}
        assert numbers == set()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"state": "asleep"}, "state"),
        ({"urgency": "soon"}, "urgency"),
        ({"overdue": "perhaps"}, "overdue"),
        ({"similar_to": " "}, "similar_to"),
        ({"similar_to": "a\x00b"}, "similar_to"),
        ({"q": "x" * 6000}, "q"),
    ],
)
def test_a_wrong_filter_is_named(api, query, field):
    said = is_problem(api.get("/api/v1/precedents/", query), 422)
    assert [error["field"] for error in said["errors"]] == [field]


def test_pages_are_keyset_and_whole(cast, api):
    with open_organisation(cast.organisation):
        made = [str(at_conflict(cast, question=f"Question {n}?").pk) for n in range(5)]
    first = api.get("/api/v1/deliberations/", {"page_size": 2}).json()
    assert set(first) == {"results", "next", "previous"}
    assert first["previous"] is None
    with open_organisation(cast.organisation):
        at_conflict(cast, question="One more?")  # a row added meanwhile moves no page
    second = api.get(first["next"]).json()
    third = api.get(second["next"]).json()
    seen = [one["id"] for page in (first, second, third) for one in page["results"]]
    assert seen == made[::-1]
    assert third["next"] is None
    assert [one["id"] for one in api.get(third["previous"]).json()["results"]] == seen[2:4]


def test_a_cursor_nobody_gave_is_a_problem(api):
    is_problem(api.get("/api/v1/deliberations/", {"cursor": "nonsense"}), 404)


def test_reading_deliberations_asks_as_many_queries_for_three_as_for_one(cast, api):
    with open_organisation(cast.organisation):
        at_conflict(cast)
    api.get("/api/v1/deliberations/")
    with CaptureQueriesContext(connection) as one:
        api.get("/api/v1/deliberations/")
    with open_organisation(cast.organisation):
        at_conflict(cast)
        at_conflict(cast)
    with CaptureQueriesContext(connection) as three:
        api.get("/api/v1/deliberations/")
    assert len(one) == len(three)


# --- Once


def test_the_same_request_again_is_answered_alike_and_done_once(cast, api):
    first = api.post(CONFLICTS, CONFLICT, **{"Idempotency-Key": "a-1"})
    again = api.post(CONFLICTS, json.dumps(CONFLICT, indent=4), **{"Idempotency-Key": "a-1"})
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert first.headers["Location"] == again.headers["Location"]
    assert again.headers["Idempotent-Replayed"] == "true"
    with open_organisation(cast.organisation):
        assert Deliberation.objects.count() == 1


def test_the_same_key_with_another_request_is_refused(cast, api):
    api.post(CONFLICTS, CONFLICT, **{"Idempotency-Key": "a-1"})
    said = is_problem(api.post(CONFLICTS, {"decision": "Another?"}, **{"Idempotency-Key": "a-1"}), 422)
    assert said["errors"][0]["field"] == "Idempotency-Key"


def test_what_failed_may_be_sent_again_under_the_same_key(cast, api):
    is_problem(api.post(CONFLICTS, {"decision": ""}, **{"Idempotency-Key": "a-1"}), 422)
    assert api.post(CONFLICTS, CONFLICT, **{"Idempotency-Key": "a-1"}).status_code == 201


def test_keys_of_two_systems_do_not_meet(cast, api):
    other = Caller(create_api_key(cast.project, "Rota", by=SYSTEM).secret)
    first = api.post(CONFLICTS, CONFLICT, **{"Idempotency-Key": "a-1"}).json()
    second = other.post(CONFLICTS, CONFLICT, **{"Idempotency-Key": "a-1"}).json()
    assert first["id"] != second["id"]


@pytest.mark.parametrize("name", ["", "x" * 201, "schön"])
def test_a_key_that_is_none_is_refused(api, name):
    is_problem(api.post(CONFLICTS, CONFLICT, **{"Idempotency-Key": name}), 422)


def test_kept_answers_hold_no_words_and_go_after_a_week(cast, api):
    api.post(CONFLICTS, CONFLICT, **{"Idempotency-Key": "a-1"})
    with open_organisation(cast.organisation):
        assert CONFLICT["decision"] not in json.dumps(KeptAnswer.objects.get().body)
        assert forget_answers(cast.organisation) == 0
        with time_machine.travel(clock.now() + timedelta(days=8)):
            assert forget_answers(cast.organisation) == 1


# --- Limits, description


def test_too_many_requests_are_429_with_retry_after(api, monkeypatch):
    from rest_framework.settings import api_settings

    for throttle in api_settings.DEFAULT_THROTTLE_CLASSES:
        monkeypatch.setattr(throttle, "get_rate", lambda self: "2/min")
    assert [api.get("/api/v1/outcomes/").status_code for _ in range(2)] == [200, 200]
    response = api.get("/api/v1/outcomes/")
    is_problem(response, 429)
    assert 0 < int(response.headers["Retry-After"]) <= 60


def test_the_description_is_openapi_3_1_and_every_route_has_an_example(client):
    response = client.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"})
    described = json.loads(response.content)
    assert described["openapi"].startswith("3.1")
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            assert operation.get("summary"), (method, path)
            assert operation.get("description"), (method, path)
            answers = [a for code, a in operation["responses"].items() if code in ("200", "201")]
            contents = [answer["content"].get("application/json", {"examples": "a file"}) for answer in answers]
            assert all(content.get("examples") for content in contents), (method, path)


# --- Two at once


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_with_one_key_one_is_done(transactional_db, cast):
    secret = create_api_key(cast.project, "Screening", by=SYSTEM).secret

    def send(_n):
        try:
            return Caller(secret).post(CONFLICTS, CONFLICT, **{"Idempotency-Key": "both"})
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(send, range(2)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    done = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    assert done
    assert len(set(done)) == 1
    with open_organisation(cast.organisation):
        assert Deliberation.objects.count() == 1
