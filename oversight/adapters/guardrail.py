"""What LiteLLM's proxy sends leads to: the tool calls in a model's answer are checked before any agent sees them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import APIKey
from accounts.refusals import Invalid
from oversight.adapters.litellm import NONE, Call, calls_of, conversation_of, done_of, guarded
from oversight.domain.answers import Answer, Question, is_name
from oversight.domain.checking import check_action
from oversight.domain.reports import NoSuchCheck, Report, report_act

Payload = Mapping[str, Any]


def guard(key: APIKey, payload: Payload) -> dict[str, Any]:
    """What the proxy is answered. Raises `Invalid` by field."""
    kind = payload.get("input_type")
    if kind not in ("request", "response"):
        raise Invalid(_("One of %(kinds)s is expected.") % {"kinds": "request, response"}, "input_type")
    if kind == "request":
        # Its tool calls are those of before, judged when the model made them.
        _note_done(key, payload)
        return NONE
    return guarded([_check(key, payload, call) for call in calls_of(payload.get("tool_calls"))])


def _check(key: APIKey, payload: Payload, call: Call) -> Answer:
    conversation, model = conversation_of(payload), payload.get("model")
    question = Question(
        action=call.action,
        session=conversation if is_name(conversation) else None,
        tool_call=_name_of(payload, call) if call.whole else None,
        agent={"name": "LiteLLM", "model": model[:100] if isinstance(model, str) else None},
    )
    # Of a stream, a call comes bit by bit: what is not whole is judged and not recorded; the whole of it will be.
    return check_action(key, question, dry_run=not call.whole)


RANDOM = 16
"""From so many characters on, what a model calls a call is taken to be its own for good."""


def _name_of(payload: Payload, call: Call) -> str | None:
    """What a call is known by. Some models count their calls, so that two conversations use one name for two calls."""
    if call.id is None or not is_name(call.id):
        return None
    within = conversation_of(payload)
    if within is None and len(call.id) < RANDOM:
        within = str(payload.get("litellm_call_id"))
    if within is None:
        return call.id
    return f"{call.id[:150]}:{hashlib.sha256(json.dumps([within, call.id]).encode()).hexdigest()[:32]}"


def _note_done(key: APIKey, payload: Payload) -> None:
    """Note whose results a request brings. A denied call whose result comes was done all the same."""
    for id in done_of(payload.get("structured_messages")):
        name = _name_of(payload, Call(id, {}, whole=True))
        if name is None:
            continue
        try:
            report_act(key, Report("executed", tool_call=name))
        except NoSuchCheck:
            continue  # a call from before, or of a conversation that names itself anew each time
