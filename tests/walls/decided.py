"""What people decide of agents' acts, for the walls: a request in each state, a freeze, broken glass, a mark."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from django.db.models import Model

from accounts import clock
from accounts.domain.keys import create_api_key
from accounts.models import APIKey
from deliberation.domain.conflict import dismiss
from oversight.domain.answers import Question
from oversight.domain.checking import check_action
from oversight.domain.convening import convene_for_request
from oversight.domain.glass import break_glass
from oversight.domain.modes import mark_stop
from oversight.domain.requests import expire_grant, grant_request, lapse_request, refuse_request
from oversight.domain.stops import freeze
from oversight.models import BrokenGlass, Check, Incident, JudgmentRequest
from tests.cast import Cast

OF_AGENTS = {"session", "check", "request", "stop", "glass"}
"""Machines whose verbs know people, keys and the software, and no seats."""

State = JudgmentRequest.State
GRANTED = {"ticked": range(9), "reason": "It may."}


def dropping(table: str) -> dict[str, object]:
    """An act that nobody can undo."""
    return {"tool_name": "Bash", "tool_input": {"command": f"psql -h prod.internal -c 'DROP TABLE {table}'"}}


def decided(cast: Cast, key: APIKey) -> dict[str, dict[str, Model]]:
    """By machine and state a thing in that state; `key` enforces. What is over was over before now."""
    with time_machine.travel(clock.now() - timedelta(days=9), tick=True):
        over = _asked(key, "lapsed"), _granted(cast, key, "expired")
    lapse_request(over[0])
    expire_grant(over[1])
    _asked(key, "pending")
    _granted(cast, key, "granted")
    _granted(cast, key, "used")
    check_action(key, Question(dropping("used")))
    refuse_request(_asked(key, "refused"), by=cast.holder, reason="It stays.")
    _convened(cast, _asked(key, "deliberating"))
    back = _asked(key, "returned")
    _convened(cast, back)
    dismiss(back.deliberation, by=cast.facilitator, reason="Not ours.")
    at: dict[str, dict[str, Model]] = {"request": {one.state: one for one in JudgmentRequest.objects.order_by("id")}}
    assert at["request"].keys() == set(State.values)
    observer = create_api_key(cast.project, "Observer", by=cast.administrator).key
    check_action(observer, Question(dropping("observed"), session="observed"))
    check = Check.objects.get(key=observer)
    mark_stop(check, by=cast.editor, right=False, why="A test machine.")
    Incident.objects.create(
        organisation=cast.organisation, project=cast.project, of_check=check, kind="denied_done", at=clock.now(),
        entry_id=check.entry_id,
    )  # fmt: skip
    with time_machine.travel(clock.now() - timedelta(hours=2), tick=True):
        glass = break_glass(cast.project, by=cast.second_holder, why="The port moved.", minutes=30)
    at["stop"] = {"standing": freeze(cast.project, by=cast.holder, session=check.session, why="It loops.")}
    at["glass"] = {"broken": BrokenGlass.objects.get(pk=glass.pk)}
    at["check"] = {"observed": check}
    return at


def _asked(key: APIKey, what: str) -> JudgmentRequest:
    check_action(key, Question(dropping(what)))
    found = JudgmentRequest.objects.order_by("id").last()
    assert found is not None
    return found


def _granted(cast: Cast, key: APIKey, what: str) -> JudgmentRequest:
    request = _asked(key, what)
    grant_request(request, by=cast.holder, **GRANTED)
    return request


def _convened(cast: Cast, request: JudgmentRequest) -> None:
    convene_for_request(
        request, by=cast.holder, reason="People are in it.", question="May it be?", decision_asked="To drop it.",
        urgency="IMPORTANT",
    )  # fmt: skip
    request.refresh_from_db()
