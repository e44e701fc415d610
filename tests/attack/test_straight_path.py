"""A check that is answered in a straight line is answered as the ordinary view answers it, or not there at all."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from rest_framework.settings import api_settings

from accounts import clock
from accounts.domain.keys import revoke_api_key
from accounts.models import APIKey, Organisation
from accounts.scope import current_organisation, open_organisation
from audit.models import Entry
from oversight.models import Check
from tests.cast import Cast, make_organisation, make_project
from tests.oversight.house import DROP, LOOK, REASONED, RIGHT_PORT, WRONG_PORT, in_force
from tests.oversight.test_api import Agent

pytestmark = pytest.mark.django_db

ANY_WAY = "application/json, */*"
"""An `Accept` that agents do not send: the ordinary view answers."""
CHANGES = ("check_id", "receipt", "judgment_request", "microseconds", "at")


@pytest.fixture
def agent(cast: Cast) -> Iterator[Agent]:
    cache.clear()
    with open_organisation(cast.organisation):
        in_force(cast)
        made = Agent(cast)
    made.client.raise_request_exception = False
    yield made
    cache.clear()


def both(agent: Agent, body: Any, **headers: str) -> tuple[HttpResponse, HttpResponse]:
    """The answers of the straight path and of the ordinary view to the same octets."""
    raw = body if isinstance(body, str | bytes) else json.dumps(body)
    sent = agent.headers | headers
    given = agent.client.post("/api/v1/checks/", raw, "application/json", **sent)
    usual = agent.client.post("/api/v1/checks/", raw, "application/json", **sent, HTTP_ACCEPT=ANY_WAY)
    return given, usual


def told(answer: HttpResponse) -> Any:
    """What an answer says, without what is another each time."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: plain(one) for name, one in value.items() if name not in CHANGES}
        return [plain(one) for one in value] if isinstance(value, list) else value

    return answer.status_code, answer["Content-Type"], plain(json.loads(answer.content))


def of(body: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"action": body, **more}


STRANGE: list[Any] = [
    of(LOOK),
    of(WRONG_PORT),
    of(RIGHT_PORT),
    of(DROP),
    of(DROP, reasoning=REASONED),
    of(LOOK, dry_run=True),
    of(DROP, dry_run=True),
    {"action": "Look around."},
    {"action": ""},
    {"action": {}},
    {"action": 7},
    {},
    [],
    7,
    None,
    "",
    '"x"',
    "{",
    b"\xff",
    b"\xef\xbb\xbf{}",
    "[" * 20_000,
    '{"action": ' * 500,
    '{"action": NaN}',
    '{"action": "x", "action": 7}',
    '{"action": ' + "9" * 5_000 + "}",
    '{"action": "x", "scores": {"a": 1e999}}',
    '{"action": "x", "scores": {"a": -1}}',
    '{"action": "x", "session_state": {"messages": 1e999}}',
    '{"action": "x", "context": {"a": 1e999}}',
    '{"action": "x", "session_state": {"messages": ' + "9" * 400 + "}}",
    '{"action": "x", "scores": {"a": ' + "9" * 400 + "}}",
    *(
        of(LOOK, **{name: value})
        for name, value in itertools.product(
            (
                "session_id",
                "tool_call_id",
                "reasoning",
                "scores",
                "session_state",
                "environment",
                "context",
                "agent",
                "dry_run",
                "unheard",
            ),
            ("\ud800", "x" * 5_000, 7, [], {"a": [1]}),
        )
    ),
    {"action": {"tool_name": "Bash", "comand": "ls"}},
    {"action": {"tool_nam": "Bash"}},
    {"actoin": "x"},
    {"action": {"tool_name": "\ud800", "tool_input": {}}},
    {"action": {"tool_name": ["x"], "tool_input": "\x00"}},
    {"action": {"tool_name": "Bash", "tool_input": {"command": "(a+)+$" * 900}}},
    {
        "action": {
            "tool_name": "Write",
            "tool_input": {"file_path": "../../etc/passwd\u202e", "content": "\u2028'\"; DROP"},
        }
    },
]


def test_both_ways_say_the_same(agent: Agent) -> None:
    """Whatever a check is asked with, the straight path and the ordinary view say the same, and neither breaks."""
    for body in STRANGE:
        given, usual = both(agent, body)
        assert told(given) == told(usual), body
        assert given.status_code < 500, body
        assert current_organisation() is None
    assert connection.in_atomic_block  # of the test alone: nothing was left open that cannot be asked any more
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def test_a_key_that_is_no_more_opens_neither(cast: Cast, agent: Agent) -> None:
    """A key that was revoked or is of a deactivated organisation opens neither way, from that moment."""
    assert {one.status_code for one in both(agent, of(LOOK))} == {200}
    with open_organisation(cast.organisation):
        before = Check.objects.count()
    secret = agent.headers["HTTP_AUTHORIZATION"]
    for wrong in (secret[:-1], secret + "a", secret.upper(), f"{secret} x", f"{secret}\x00", "Bearer tr__", "Bearer"):
        given, usual = both(agent, of(LOOK), HTTP_AUTHORIZATION=wrong)
        assert given.status_code == usual.status_code == 401, wrong
    Organisation.objects.filter(pk=cast.organisation.pk).update(deactivated_at=clock.now())
    assert {one.status_code for one in both(agent, of(LOOK))} == {401}
    Organisation.objects.filter(pk=cast.organisation.pk).update(deactivated_at=None)
    with open_organisation(cast.organisation):
        revoke_api_key(APIKey.objects.get(pk=agent.key.pk), by=cast.administrator)
    assert {one.status_code for one in both(agent, of(LOOK))} == {401}
    with open_organisation(cast.organisation):
        assert Check.objects.count() == before


def test_both_are_counted_as_one(agent: Agent) -> None:
    """A key has one share of checks, whichever way they are answered, and refused ones take of it alike."""
    rates = api_settings.DEFAULT_THROTTLE_RATES
    kept = rates["checks"]
    rates["checks"] = "4/min"
    try:
        with time_machine.travel(clock.now().replace(second=1, microsecond=0), tick=False):
            cache.clear()
            assert [one.status_code for one in both(agent, of(LOOK))] == [200, 200]
            assert [one.status_code for one in both(agent, {})] == [422, 422]
            given, usual = both(agent, of(LOOK))
            assert (given.status_code, usual.status_code) == (429, 429)
            assert given["Retry-After"] == usual["Retry-After"]
    finally:
        rates["checks"] = kept


def test_another_organisations_session_and_call_are_not_found(cast: Cast, agent: Agent) -> None:
    """Sessions and calls of the same name in another organisation and another project are others, on both ways."""
    elsewhere = make_organisation("elsewhere")
    same = of(LOOK, session_id="s", tool_call_id="c")
    first, again = both(agent, same)
    assert (first.json()["replayed"], again.json()["replayed"]) == (False, True)
    with open_organisation(cast.organisation):
        beside = Agent(cast, make_project(cast.organisation, "beside"))
    given, usual = both(beside, of(DROP, session_id="s", tool_call_id="c"))
    assert (given.json()["replayed"], given.json()["decision"]) == (False, "ask")
    assert usual.json()["check_id"] == given.json()["check_id"] != first.json()["check_id"]
    assert elsewhere.pk != cast.organisation.pk
    with open_organisation(elsewhere):
        assert not Entry.objects.filter(event="oversight.check").exists()
