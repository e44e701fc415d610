"""A model whose answers are written down, with the two interfaces that the tools under test call, on a free port.

It is no model: each request gets the next answer of the script, a tool call or words, and every request is kept, so
that a test can read what the model would have been told.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Step = str | dict[str, Any]
"""Words, or a tool call: `{"id", "name", "input"}`."""


@dataclass
class ScriptedModel:
    """`script` is what it answers, in order; after the last step it says "Done."."""

    address: str
    script: list[Step] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)

    def next(self) -> Step:
        return self.script.pop(0) if self.script else "Done."

    def told(self) -> str:
        """All that the model was told, as one text."""
        return "\n".join(json.dumps(body, ensure_ascii=False) for body in self.asked)


@contextmanager
def scripted_model() -> Iterator[ScriptedModel]:
    """A scripted model that listens until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.model = ScriptedModel(f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.model  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""

    def do_HEAD(self) -> None:
        self._answer(b"")

    def do_GET(self) -> None:
        self._answer(b"{}")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        model: ScriptedModel = self.server.model  # type: ignore[attr-defined]
        if self.path.split("?")[0].endswith("/count_tokens"):
            return self._answer(b'{"input_tokens": 100}')
        if not body.get("tools"):  # a title or a summary that the tool asks for beside its work
            step: Step = "Looking at the database."
        else:
            model.asked.append(body)
            step = model.next()
        if self.path.split("?")[0].endswith("/chat/completions"):
            if body.get("stream"):
                return self._answer(_chunks(step, body["model"]), "text/event-stream")
            return self._answer(json.dumps(_completion(step, body["model"])).encode())
        return self._answer(_events(step, body["model"]), "text/event-stream")

    def _answer(self, body: bytes, kind: str = "application/json") -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _events(step: Step, model: str) -> bytes:
    """A streamed message of the Messages API."""
    usage = {"input_tokens": 10, "output_tokens": 1}
    if isinstance(step, str):
        block: dict[str, Any] = {"type": "text", "text": ""}
        delta = {"type": "text_delta", "text": step}
        stop = "end_turn"
    else:
        block = {"type": "tool_use", "id": step["id"], "name": step["name"], "input": {}}
        delta = {"type": "input_json_delta", "partial_json": json.dumps(step["input"])}
        stop = "tool_use"
    message = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": model, "content": [], "stop_reason": None,
        "stop_sequence": None, "usage": usage,
    }  # fmt: skip
    events = [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": block},
        {"type": "content_block_delta", "index": 0, "delta": delta},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": stop, "stop_sequence": None}, "usage": usage},
        {"type": "message_stop"},
    ]
    return "".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in events).encode()


def _chunks(step: Step, model: str) -> bytes:
    """A streamed chat completion; the arguments of a call come a few characters at a time, as models send them."""
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": step if isinstance(step, str) else None}]
    if isinstance(step, dict):
        named = {"index": 0, "id": step["id"], "type": "function", "function": {"name": step["name"], "arguments": ""}}
        deltas.append({"tool_calls": [named]})
        given = json.dumps(step["input"])
        for place in range(0, len(given), 4):
            deltas.append({"tool_calls": [{"index": 0, "function": {"arguments": given[place : place + 4]}}]})
    ends = "stop" if isinstance(step, str) else "tool_calls"
    choices = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    choices.append({"index": 0, "delta": {}, "finish_reason": ends})
    same = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": model}
    sent = [json.dumps({**same, "choices": [one]}) for one in choices]
    return "".join(f"data: {one}\n\n" for one in [*sent, "[DONE]"]).encode()


def _completion(step: Step, model: str) -> dict[str, Any]:
    """A chat completion."""
    message: dict[str, Any] = {"role": "assistant", "content": step if isinstance(step, str) else None}
    if isinstance(step, dict):
        call = {"name": step["name"], "arguments": json.dumps(step["input"])}
        message["tool_calls"] = [{"id": step["id"], "type": "function", "function": call}]
    return {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": model,
        "choices": [
            {"index": 0, "message": message, "finish_reason": "stop" if isinstance(step, str) else "tool_calls"}
        ],
        "usage": {"prompt_tokens": 10, "completion_tokens": 1, "total_tokens": 11},
    }  # fmt: skip
