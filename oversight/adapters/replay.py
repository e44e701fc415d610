"""A recording of hook events, told again to the code that answers the hooks: what would each have been told?

A recording is a file of JSON, one object a line: an event as Claude Code sends it, or `{"status": …}` as its status
line does. Empty lines, and lines that begin with `#`, are passed over.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import APIKey
from accounts.refusals import Refused
from oversight.adapters import events
from oversight.adapters.claude_code import Said
from oversight.domain.answers import is_name

LONGEST_LINE = 5_000_000
MOST_LINES = 100_000


class BadRecording(ValueError):
    """A recording that cannot be read. Says in which line, and why."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(_("Line %(line)d: %(why)s") % {"line": line, "why": why})


@dataclass(frozen=True)
class Recorded:
    """One event of a recording, and the line it stands on."""

    line: int
    event: Mapping[str, Any]

    @property
    def name(self) -> str:
        return "status" if "status" in self.event else str(self.event["hook_event_name"])


@dataclass(frozen=True)
class Told:
    """What an event of a recording was answered; `refused` where it was not taken."""

    recorded: Recorded
    answer: Said
    refused: str = ""


def read_recording(lines: Iterable[str]) -> list[Recorded]:
    """The events of a recording. Raises `BadRecording` before anything is told, so that no half of one is."""
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if number > MOST_LINES or len(line) > LONGEST_LINE:
            raise BadRecording(number, _("This is longer than a recording may be."))
        try:
            event = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BadRecording(number, _("This is no JSON: %(why)s") % {"why": str(error)[:200]}) from None
        if not isinstance(event, dict):
            raise BadRecording(number, _("An object is expected."))
        body = event.get("status", event)
        if not isinstance(body, dict) or not is_name(body.get("session_id")):
            raise BadRecording(number, _("session_id is missing, or is no text of 1 to 200 printable characters."))
        if "status" not in event and not isinstance(event.get("hook_event_name"), str):
            raise BadRecording(number, _("hook_event_name is missing: it says which event this is."))
        found.append(Recorded(number, event))
    if not found:
        raise BadRecording(1, _("There is no event in it."))
    return found


def replay(key: APIKey, recording: Iterable[Recorded], *, mark: str) -> Iterator[Told]:
    """Tell a recording again, event by event, and give what each was answered.

    `mark` is put after the names of its sessions and calls, so that a second replay is not taken for the first.
    """
    for recorded in recording:
        body = dict(recorded.event.get("status", recorded.event))
        for name in ("session_id", "tool_use_id"):
            if isinstance(body.get(name), str):
                body[name] = f"{body[name][:150]}-{mark}"
        take = events.take_status if recorded.name == "status" else events.take
        try:
            yield Told(recorded, take(key, body))
        except Refused as refused:
            yield Told(recorded, {}, refused.sentence or "; ".join(refused.errors.values()))


def act_in_words(event: Mapping[str, Any], most: int = 70) -> str:
    """What an event is about, in a line."""
    body = event.get("status", event)
    given = body.get("tool_input")
    if isinstance(given, Mapping):
        values = [str(value) for value in given.values() if isinstance(value, str | int)]
        said = " ".join([str(body.get("tool_name")), *values])
    else:
        said = str(body.get("prompt") or body.get("source") or body.get("reason") or body.get("trigger") or "")
    said = " ".join(said.split())
    return said if len(said) <= most else f"{said[: most - 1]}…"


def said_in_words(answer: Mapping[str, Any]) -> str:
    """What an answer told, in words; empty for an act that goes its way."""
    inner = answer.get("hookSpecificOutput")
    if isinstance(inner, Mapping):
        if decision := inner.get("permissionDecision"):
            return f"{decision}: {inner.get('permissionDecisionReason', '')}"
        return str(answer.get("systemMessage") or inner.get("additionalContext") or "")
    session = answer.get("session")
    if isinstance(session, Mapping):
        return f"{session['pressure_level']} ({session['pressure_score']:.2f}), {session['state']}"
    return ""
