"""Where agents' tools ask, in their own vendors' words. Errors are problems, as of the JSON interface."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.interface import LONGEST_BODY, ProjectView, key_of
from accounts.keys import APIKeyAuthentication
from accounts.models import APIKey
from accounts.refusals import Invalid
from oversight.adapters import events, guardrail, shapes
from oversight.adapters.bodies import EventParser
from oversight.api_limits import ManyPerKey

DEEPEST = 100
"""How deep a tool's input may be nested; the framework itself reads less."""


class ToolView(ProjectView):
    """One endpoint of a tool: an object comes, an object goes, both as the vendor's contract has them."""

    parser_classes = (EventParser,)
    throttle_classes = (ManyPerKey,)
    reads = "check_action"

    def post(self, request: Request) -> Response:
        if not isinstance(request.data, Mapping):
            raise Invalid(_("A JSON object is expected."))
        return Response(self.answer(key_of(request), request.data))

    def answer(self, key: APIKey, given: Mapping[str, Any]) -> dict[str, Any]:
        raise NotImplementedError


def described(operation: str, summary: str, description: str, **said: Any) -> Any:
    """How an endpoint is described: `said` is what it `takes` and `gives`, and an example of each."""
    return extend_schema_view(
        post=extend_schema(
            operation_id=operation,
            summary=summary,
            description=description,
            request=said["takes"],
            responses={
                200: said["gives"],
                409: OpenApiResponse(description="This cannot be done in the present state."),
            },
            examples=[
                OpenApiExample("Sent", value=said["sent"], request_only=True),
                OpenApiExample("Answered", value=said["answered"], response_only=True, status_codes=["200"]),
            ],
            tags=["tools"],
        )
    )


@described(
    "take_hook_event",
    "Claude Code: one event of its hooks",
    "Before a tool call it is judged, and the answer stops it or does not; a prompt is read for instructions and "
    "forgotten; a session is counted and handed over.",
    takes=shapes.HookEventIn,
    gives=shapes.HookOut,
    sent=shapes.EVENT,
    answered=shapes.DENIED_BY_HOOK,
)
class ClaudeCodeHook(ToolView):
    """All hook events of Claude Code."""

    def answer(self, key: APIKey, given: Mapping[str, Any]) -> dict[str, Any]:
        # What came of an act may be long and is not kept; an act itself is recorded whole.
        _must_be_short(given.get("tool_input"), "tool_input")
        return events.take(key, given)


@described(
    "take_status_line",
    "Claude Code: what its status line says",
    "The tokens in the context, which no hook carries.",
    takes=shapes.StatusIn,
    gives=shapes.StatusOut,
    sent=shapes.STATUS,
    answered=shapes.STATUS_TAKEN,
)
class ClaudeCodeStatus(ToolView):
    """What Claude Code's status line says."""

    def answer(self, key: APIKey, given: Mapping[str, Any]) -> dict[str, Any]:
        return events.take_status(key, given)


class XAPIKey(APIKeyAuthentication):
    """`x-api-key: <key>`, as LiteLLM's proxy sends it."""

    def authenticate(self, request: Request) -> tuple[APIKey, APIKey] | None:
        secret = request.headers.get("x-api-key")
        return self.opened(request, secret) if secret else super().authenticate(request)


@described(
    "guard_model_call",
    "LiteLLM: its Generic Guardrail API",
    "Each tool call in a model's answer is judged before an agent has it. Of a request, the results of earlier calls "
    "are noted.",
    takes=shapes.GuardrailIn,
    gives=shapes.GuardrailOut,
    sent=shapes.MODEL_ANSWERED,
    answered=shapes.BLOCKED,
)
class LiteLLMGuardrail(ToolView):
    """LiteLLM's Generic Guardrail API."""

    authentication_classes = (XAPIKey,)

    def answer(self, key: APIKey, given: Mapping[str, Any]) -> dict[str, Any]:
        _must_be_short(given.get("tool_calls"), "tool_calls")
        return guardrail.guard(key, given)


def _must_be_short(value: Any, field: str) -> None:
    if not _within(value, DEEPEST):
        raise Invalid(_("This is nested too deeply."), field)
    if len(json.dumps(value)) > LONGEST_BODY:
        raise Invalid(_("This is longer than %(most)d octets.") % {"most": LONGEST_BODY}, field)


def _within(value: Any, depth: int) -> bool:
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return depth > 0 and all(_within(one, depth - 1) for one in inner)
