"""What a key asks before an act, and what it is told."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from accounts.known_fields import must_be_known
from accounts.refusals import Invalid
from oversight.models.sessions import LONGEST_NAME
from tractatus import GateRequest, SessionState
from tractatus.grants import canonical_json

ALLOW, WARN, ASK, DENY = "allow", "warn", "ask", "deny"
SAYS = {ALLOW: 0, WARN: 1, ASK: 2, DENY: 3}
"""What is told, by how severe it is."""

AGENT = ("name", "version", "model")


@dataclass(frozen=True)
class Question:
    """One act that a key asks about, as the agent tells of it. Nothing of it is believed of the act's harmlessness.

    `action` and what follows it are as `tractatus.GateRequest` takes them. `session` is what the agent calls its
    session and `tool_call` what it calls this act; `session_state` holds fields of `tractatus.SessionState`, and what
    it leaves out is as it was told before. `agent` declares name, version and model. Raises `Invalid` by field.
    """

    action: str | Mapping[str, Any]
    session: str | None = None
    tool_call: str | None = None
    reasoning: str | Mapping[str, Any] | None = None
    scores: Mapping[str, float] | None = None
    session_state: Mapping[str, Any] | None = None
    environment: str | None = None
    context: Mapping[str, Any] | None = None
    agent: Mapping[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, value in (("session_id", self.session), ("tool_call_id", self.tool_call)):
            if value is not None and not is_name(value):
                raise needs_name(name)
        _read("", lambda: GateRequest(self.action, self.reasoning, self.scores, environment=self.environment,
                                      context=self.context))  # fmt: skip

    @property
    def tool(self) -> str:
        """The tool that is called, or the kind of the action, as far as a column holds it."""
        if isinstance(self.action, str):
            return ""
        name = self.action.get("tool_name", self.action.get("type", ""))
        return kept(name, 100) if isinstance(name, str) else ""

    def digest(self) -> str:
        """SHA-256 of what is asked, by which the same question is known again. The session is not part of it."""
        asked = {
            "action": self.action,
            "reasoning": self.reasoning,
            "scores": self.scores,
            "environment": self.environment,
            "context": self.context,
        }
        return hashlib.sha256(canonical_json(asked)).hexdigest()

    def written(self) -> dict[str, Any]:
        """What is kept of it, as JSON has it."""
        return {
            "action": self.action,
            "reasoning": self.reasoning,
            "scores": dict(self.scores) if self.scores is not None else None,
            "environment": self.environment,
            "context": self.context,
        }


def kept(text: str, most: int) -> str:
    """What a column can hold of a text: its first characters, without NUL, and a mark for half of a character."""
    return text[:most].replace("\x00", "").encode("utf-8", "replace").decode()


def is_name(value: Any) -> bool:
    """Whether this can be what an agent calls a session or a tool call."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_NAME and value.isprintable()


def needs_name(field: str) -> Invalid:
    """The refusal of what is no name."""
    return Invalid(_("1 to %(most)d printable characters are expected.") % {"most": LONGEST_NAME}, field)


def state_of(counts: Mapping[str, Any], field: str = "session_state") -> SessionState:
    """The counts of a session as the framework takes them. Raises `Invalid` naming the field that is wrong."""
    if not counts.keys() <= COUNTS:
        must_be_known(counts, COUNTS, field)
    made: SessionState = _read(field, lambda: SessionState(**counts))
    return made


COUNTS = frozenset(SessionState.__dataclass_fields__)


def _read(place: str, make: Any) -> Any:
    try:
        return make()
    except (TypeError, ValueError) as error:
        said = str(error)
        name, mark, rest = said.partition(": ")
        within = name if mark and name.replace("_", "").replace(".", "").isalnum() else ""
        where = ".".join(filter(None, (place, within)))
        raise Invalid(rest[:1].upper() + rest[1:] if within else said, where) from None


@dataclass(frozen=True)
class OfSession:
    """How the session of a check stands after it."""

    id: str
    state: str
    pressure_level: str
    pressure_score: float
    required_actions: list[str]
    handoff_due: bool

    def to_dict(self) -> dict[str, Any]:
        """The session as JSON has it."""
        return dict(self.__dict__)


@dataclass(frozen=True)
class Answer:
    """What a check is answered with; `to_dict` is the JSON of it. Instructions are named by their keys.

    `decision` is what holds for the agent, `would_have` what the gate says whatever the key is set to. `at_keyboard`:
    the person beside the agent may answer. `judgment_request` is the one that waits for people, `grant_used` the one
    that let the act through.
    """

    check_id: str | None
    decision: str
    enforced: bool
    would_have: str
    mode: str
    explanation: str
    reasons: list[str]
    checks: list[dict[str, Any]]
    corrected_action: Mapping[str, Any] | None
    corrected_input: Any
    would_pass_if: list[Any]
    boundary: str | None
    at_keyboard: bool
    judgment_request: dict[str, Any] | None = None
    grant_used: str | None = None
    session: OfSession | None = None
    receipt: str | None = None
    replayed: bool = False
    rule: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON has it."""
        said = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "rule"}
        said["session"] = None if self.session is None else self.session.to_dict()
        return said
