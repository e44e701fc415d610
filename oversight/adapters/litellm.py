"""LiteLLM's Generic Guardrail API: what its proxy sends around a call of a model, and what it is answered. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from oversight.adapters import words
from oversight.domain.answers import ALLOW, WARN, Answer

NONE: dict[str, Any] = {"action": "NONE"}


@dataclass(frozen=True)
class Call:
    """A tool call in a model's answer. `whole`: its arguments are all there; of a stream they come bit by bit."""

    id: str | None
    action: dict[str, Any]
    whole: bool


def calls_of(tool_calls: Any) -> Iterator[Call]:
    """The tool calls of a payload. What is not shaped as one is left out."""
    for one in tool_calls if isinstance(tool_calls, list) else ():
        function = one.get("function") if isinstance(one, Mapping) else None
        if not isinstance(function, Mapping) or not isinstance(function.get("name"), str):
            continue
        given, whole = function.get("arguments"), True
        if isinstance(given, str):
            try:
                given = json.loads(given or "{}")
            except (ValueError, RecursionError):
                given, whole = {"arguments": given}, False
        id = one.get("id")
        yield Call(id if isinstance(id, str) else None, {"tool_name": function["name"], "tool_input": given}, whole)


def done_of(messages: Any) -> list[str]:
    """The ids of the tool calls whose results a request brings: those after the model's last message."""
    found: list[str] = []
    for message in reversed(messages if isinstance(messages, list) else []):
        role = message.get("role") if isinstance(message, Mapping) else None
        if role == "assistant":
            break
        if role == "tool" and isinstance(message.get("tool_call_id"), str):
            found.append(message["tool_call_id"])
    return found[::-1]


def calls_before(messages: Any) -> Iterator[Call]:
    """The tool calls of the model's last message in a request, whose results it brings."""
    for message in reversed(messages if isinstance(messages, list) else []):
        if isinstance(message, Mapping) and message.get("role") == "assistant":
            return calls_of(message.get("tool_calls"))
    return iter(())


def conversation_of(payload: Mapping[str, Any]) -> str | None:
    """What the payload calls its conversation, if it names one that is not just this one request."""
    headers = payload.get("request_headers")
    named = headers.get("x-litellm-session-id") if isinstance(headers, Mapping) else None
    for name in (named, payload.get("litellm_trace_id")):
        if isinstance(name, str) and name and name != payload.get("litellm_call_id"):
            return name
    return None


def guarded(answers: Iterable[Answer]) -> dict[str, Any]:
    """What the proxy is answered: the model's answer goes on, or is kept back with the reason."""
    stopped = [words.refusal(answer) for answer in answers if answer.decision not in (ALLOW, WARN)]
    return {"action": "BLOCKED", "blocked_reason": "\n\n".join(stopped)} if stopped else NONE
