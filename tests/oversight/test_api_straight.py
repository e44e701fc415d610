"""A check that is asked as agents ask it is answered in a straight line, and exactly as the ordinary view does it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory

from accounts import clock
from accounts.domain.keys import create_api_key, revoke_api_key
from accounts.scope import open_organisation
from oversight.api_straight import SHORT, answered
from oversight.models import Check
from tests.cast import Cast
from tests.oversight.house import DROP, LOOK, WRONG_PORT, in_force

pytestmark = pytest.mark.django_db

CHECKS = "/api/v1/checks/"
STRAIGHT, ORDINARY = "application/json", "application/json; charset=utf-8"
ANEW = ("check_id", "receipt", "judgment_request", "session", "checks")
"""What two answers to the same question never share, or only in part."""


def answer(secret: str, body: Any, kind: str, **headers: str) -> Any:
    return Client().post(CHECKS, body, kind, HTTP_AUTHORIZATION=f"Bearer {secret}", **headers)


def is_straight(secret: str, body: Any, **headers: str) -> bool:
    headers = {"HTTP_AUTHORIZATION": f"Bearer {secret}"} | headers
    request = RequestFactory().post(CHECKS, body, headers.pop("kind", STRAIGHT), **headers)
    return answered(request) is not None


@pytest.fixture
def house(cast: Cast):
    cache.clear()
    with open_organisation(cast.organisation):
        in_force(cast)
    return cast


def test_both_ways_answer_alike(house: Cast) -> None:
    secret = create_api_key(house.project, "An agent", by=house.administrator, enforces=True).secret
    ended = create_api_key(house.project, "Ended", by=house.administrator)
    revoke_api_key(ended.key, by=house.administrator)
    foreign = create_api_key(house.other_project, "Foreign", by=house.outsider).secret
    questions: list[Any] = [
        {"action": LOOK}, {"action": WRONG_PORT, "session_id": "s", "session_state": {"messages": 4}}, {"action": DROP},
        {"action": WRONG_PORT, "dry_run": True}, {"action": "git status", "agent": {"name": "coder"}},
        # Refused, each in its own way.
        {}, [], {"action": LOOK, "dry_run": "yes"}, {"action": LOOK, "session_id": ""},
        {"action": LOOK, "session_state": {"moons": 2}}, {"action": LOOK, "session_state": {"messages": -1}},
        {"action": LOOK, "agent": {"name": 4}}, {"action": "a\x00b"}, {"action": 4},
    ]  # fmt: skip
    for said in questions:
        first, second = (answer(secret, said, kind) for kind in (STRAIGHT, ORDINARY))
        assert (first.status_code, first["Content-Type"]) == (second.status_code, second["Content-Type"]), said
        one, other = first.json(), second.json()
        assert {name: one[name] for name in one if name not in ANEW} == {
            name: other[name] for name in other if name not in ANEW
        }, said
        assert one.keys() == other.keys()
        for header in ("Content-Security-Policy", "X-Frame-Options", "Cache-Control", "X-Content-Type-Options"):
            assert first[header] == second[header]
        assert int(first["Content-Length"]) == len(first.content)
    for kept in ("no JSON", "[1", '{"action": NaN}'):
        first, second = (answer(secret, kept, kind) for kind in (STRAIGHT, ORDINARY))
        assert (first.status_code, first.json()) == (second.status_code, second.json()) == (400, second.json())
    prefix = secret.split("_")[1]
    guessed = (f"tr_{prefix}_guessed", "tr_000000000000_guessed", "tr_", "none", "zz" + secret[2:], "")
    for wrong in (ended.secret, *guessed):
        first, second = (answer(wrong, {"action": LOOK}, kind) for kind in (STRAIGHT, ORDINARY))
        assert (first.status_code, first.json()) == (second.status_code, second.json()) == (401, second.json())
    assert answer(foreign, {"action": WRONG_PORT}, STRAIGHT).json()["decision"] == "allow"


def test_the_same_call_is_told_again(house: Cast) -> None:
    secret = create_api_key(house.project, "An agent", by=house.administrator, enforces=True).secret
    said = {"action": WRONG_PORT, "tool_call_id": "c"}
    one, again = (answer(secret, said, STRAIGHT).json() for _ in range(2))
    assert (again["check_id"], again["replayed"], again["decision"]) == (one["check_id"], True, "deny")
    refused = [answer(secret, said | {"action": LOOK}, kind) for kind in (STRAIGHT, ORDINARY)]
    assert [one.status_code for one in refused] == [422, 422]
    assert refused[0].json() == refused[1].json()
    with open_organisation(house.organisation):
        assert Check.objects.count() == 1


def test_what_is_unusual_is_left_to_the_view(house: Cast) -> None:
    secret = create_api_key(house.project, "An agent", by=house.administrator, enforces=True).secret
    said = {"action": LOOK}
    assert is_straight(secret, said)
    for unusual in (
        {"HTTP_IDEMPOTENCY_KEY": "k"}, {"HTTP_ACCEPT": "text/html"}, {"kind": ORDINARY}, {"HTTP_AUTHORIZATION": secret},
    ):  # fmt: skip
        assert not is_straight(secret, said, **unusual), unusual
    assert not is_straight(secret, {"action": "x" * SHORT})
    with open_organisation(house.organisation):
        assert Check.objects.count() == 1
        house.organisation.deactivated_at = clock.now() - timedelta(days=1)
        house.organisation.save()
    assert not is_straight(secret, said)
    assert answer(secret, said, STRAIGHT).status_code == 401
    with open_organisation(house.organisation):
        assert Check.objects.count() == 1


def test_what_is_too_many_is_refused(house: Cast, settings: Any) -> None:
    made = create_api_key(house.project, "An agent", by=house.administrator)
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {
        "DEFAULT_THROTTLE_RATES": settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] | {"checks": "2/day"}
    }
    told = [answer(made.secret, {"action": LOOK}, STRAIGHT) for _ in range(3)]
    assert [one.status_code for one in told] == [200, 200, 429]
    assert int(told[2]["Retry-After"]) > 0
