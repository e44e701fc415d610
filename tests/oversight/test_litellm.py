"""LiteLLM's Generic Guardrail API: tool calls in a model's answer, and the results that a request brings."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.domain.keys import create_api_key
from accounts.scope import open_organisation
from oversight.models import Check, Incident, JudgmentRequest, Session
from tests.cast import Cast
from tests.oversight.house import in_force

PORT = "Check MongoDB at port 27027"


@pytest.fixture
def house(cast: Cast):
    with open_organisation(cast.organisation):
        yield cast


@pytest.fixture
def proxy(house: Cast):
    secret = create_api_key(house.project, "Proxy", by=house.administrator, enforces=True).secret
    client = Client(headers={"x-api-key": secret})

    def send(kind: str = "response", status: int = 200, **payload: Any) -> dict[str, Any]:
        body = {
            "input_type": kind, "litellm_call_id": "c-1", "litellm_trace_id": "conversation", "texts": [],
            "request_headers": {}, "tool_calls": None, "structured_messages": None, "model": "local", **payload,
        }  # fmt: skip
        answer = client.post(reverse("litellm_guardrail"), body, content_type="application/json")
        assert answer.status_code == status, answer.content
        return answer.json()

    return send


def call(arguments: str, id: str = "call_1", name: str = "run") -> dict[str, Any]:
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}


WRONG = call('{"command": "mongosh --port 27017"}')
DROP = call('{"command": "psql -h prod.internal -c \'DROP TABLE customers\'"}', "call_2")


@pytest.mark.django_db
def test_a_denied_call_is_kept_from_the_agent_with_words(house: Cast, proxy) -> None:
    instruction = in_force(house, PORT)
    for _ in range(2):  # a stream is looked at again and again
        said = proxy(tool_calls=[WRONG, call('{"command": "ls"}', "call_3")])
        assert said["action"] == "BLOCKED"
        assert said["blocked_reason"].startswith(f"Denied: {instruction.key} “{PORT}”.")
        assert "Expected: 27027. This call has: 27017." in said["blocked_reason"]
    assert sorted(Check.objects.values_list("decision", flat=True)) == ["allow", "deny"]
    assert Session.objects.get().name == "conversation"
    assert proxy(tool_calls=[call('{"command": "mongosh --port 27027"}', "call_4")]) == {"action": "NONE"}
    assert proxy("request", tool_calls=[WRONG]) == {"action": "NONE"}  # of before, and judged then


@pytest.mark.django_db
def test_what_people_must_decide_is_parked(house: Cast, proxy) -> None:
    said = proxy(tool_calls=[DROP])
    assert said["action"] == "BLOCKED"
    assert str(JudgmentRequest.objects.get().pk) in said["blocked_reason"]


@pytest.mark.django_db
def test_the_result_of_a_denied_call_is_an_incident_once(house: Cast, proxy) -> None:
    in_force(house, PORT)
    proxy(tool_calls=[WRONG])
    unasked = call('{"command": "mongosh --port 27017"}', "call_5")
    messages = [
        {"role": "user", "content": "Look."},
        {"role": "assistant", "content": None, "tool_calls": [WRONG, unasked]},
        {"role": "tool", "tool_call_id": "call_1", "content": "ok"},
        {"role": "tool", "tool_call_id": "call_5", "content": "ok"},
    ]
    for _ in range(2):
        assert proxy("request", litellm_call_id="c-2", structured_messages=messages) == {"action": "NONE"}
    assert sorted(Incident.objects.values_list("kind", "of_check__mode")) == [
        ("denied_done", "enforced"), ("let_through", "degraded"),
    ]  # fmt: skip


@pytest.mark.django_db
def test_results_that_were_told_are_looked_up_at_once(house: Cast, proxy) -> None:
    sent = []
    for number in (1, 4):
        calls = [call('{"command": "ls"}', f"call_{number}_{place}") for place in range(number)]
        results = [{"role": "tool", "tool_call_id": one["id"], "content": "ok"} for one in calls]
        messages = [{"role": "assistant", "content": None, "tool_calls": calls}, *results]
        proxy(tool_calls=calls)
        proxy("request", structured_messages=messages)
        assert Check.objects.filter(became="executed").count() == (1 if number == 1 else 5)
        with CaptureQueriesContext(connection) as again:
            proxy("request", structured_messages=messages)
        sent.append(len(again))
    assert sent[0] == sent[1]


@pytest.mark.django_db
def test_odd_payloads_make_no_fault(house: Cast, proxy) -> None:
    part = call('{"command": "mongosh --po', "call_6")
    assert proxy(tool_calls=[part]) == {"action": "NONE"}
    assert not Check.objects.exists()  # a part of a call is judged and not recorded
    for odd in ("x", [1, None, {"function": 3}, {"function": {"name": 3}}], {}, None):
        assert proxy(tool_calls=odd) == {"action": "NONE"}
        assert proxy("request", structured_messages=odd) == {"action": "NONE"}
    assert proxy(tool_calls=[call("[1]"), call("", "a" * 300)]) == {"action": "NONE"}
    # Without a conversation, a name that models count up is one within its request alone.
    for number in ("c-8", "c-9"):
        arguments = json.dumps({"command": f"ls {number}"})
        assert proxy(litellm_call_id=number, litellm_trace_id=None, tool_calls=[call(arguments)]) == {"action": "NONE"}
    assert proxy(status=422, kind="other")["errors"][0]["field"] == "input_type"
    assert Client().post(reverse("litellm_guardrail"), {}, content_type="application/json").status_code == 401
    assert Client(headers={"x-api-key": "tr_0_0"}).post(reverse("litellm_guardrail")).status_code == 401
