"""What LiteLLM's proxy sends leads to: the tool calls in a model's answer are checked before any agent sees them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import APIKey
from accounts.refusals import Invalid
from oversight.adapters.bodies import must_be_few
from oversight.adapters.litellm import NONE, Call, calls_before, calls_of, conversation_of, done_of, guarded
from oversight.domain.answers import ALLOW, Answer, Question, is_name, kept
from oversight.domain.checking import check_action
from oversight.domain.reports import NoSuchCheck, Report, report_act
from oversight.models import Check

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
    must_be_few(payload.get("tool_calls"), "tool_calls")
    return guarded([_check(key, payload, call) for call in calls_of(payload.get("tool_calls"))])


def _check(key: APIKey, payload: Payload, call: Call) -> Answer:
    # Of a stream, a call comes bit by bit: what is not whole is judged and not recorded; the whole of it will be.
    return check_action(key, _question(payload, call), dry_run=not call.whole)


def _question(payload: Payload, call: Call) -> Question:
    conversation, model = conversation_of(payload), payload.get("model")
    return Question(
        action=call.action,
        session=conversation if is_name(conversation) else None,
        tool_call=_name_of(payload, call) if call.whole else None,
        agent={"name": "LiteLLM", "model": kept(model, 100) if isinstance(model, str) else None},
    )


RANDOM = 16
"""From so many characters on, what a model calls a call is taken to be its own for good."""


def _name_of(payload: Payload, call: Call) -> str | None:
    """What a call is known by. Some models count their calls, so that two conversations use one name for two calls."""
    if call.id is None or not is_name(call.id):
        return None
    within = conversation_of(payload) or (None if len(call.id) >= RANDOM else payload.get("litellm_call_id"))
    if within is None:
        return call.id
    return f"{call.id[:150]}:{hashlib.sha256(json.dumps([within, call.id]).encode()).hexdigest()[:32]}"


def _note_done(key: APIKey, payload: Payload) -> None:
    """Note whose results a request brings. A denied call whose result comes was done all the same.

    A call that nobody was asked about was let through by the proxy while the service was away; it is judged now.
    Calls that can only be known within one request are left out: in the next one they bear another name.
    """
    made = {call.id: call for call in calls_before(payload.get("structured_messages"))}
    done = done_of(payload.get("structured_messages"))
    must_be_few(done, "structured_messages")
    calls = [
        made.get(id) or Call(id, {}, whole=False)
        for id in done
        if conversation_of(payload) is not None or len(id) >= RANDOM
    ]
    named = {name: call for call in calls if (name := _name_of(payload, call)) is not None}
    known = dict(Check.objects.filter(key=key, tool_call__in=named).values_list("tool_call", "became"))
    for name, call in named.items():
        if known.get(name):
            continue  # told before: a call of a model that failed is sent again with the same results
        if name not in known and call.whole:
            why = _("The service was not asked before the act.")
            question = _question(payload, call)
            report_act(key, Report("decided_locally", tool_call=name, question=question, decided=ALLOW, reason=why))
        with suppress(NoSuchCheck):
            report_act(key, Report("executed", tool_call=name))
