"""What the gate is asked: an action, with what is known of its reasoning, its session and its surroundings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tractatus import arguments
from tractatus.pressure import SessionState
from tractatus.results import FrozenDict, Record
from tractatus.verifier import read_scores
from tractatus.vocabulary import PressureLevel


@dataclass(frozen=True)
class GateRequest(Record):
    """What is asked of the gate.

    `action` is `{"type", "description", "parameters"}`, a tool call `{"tool_name", "tool_input"}`, or text.
    `reasoning`, `scores` and `context` are as the verifier takes them, but for instructions, which the gate has.
    `session` is its state, `previous_level` the pressure at the last check. `environment` is where the action is done,
    for all services; what the action itself says of that counts beside it and lifts nothing. `grants` are fingerprints
    (`grant_for`) that humans granted and nobody used yet; `project` is whose action it is, and `revisions` gives, by
    an instruction's id, which revision of it is in force (0 where it is not given): a grant stands only for these.
    Raises `TypeError` or `ValueError` naming the field.
    """

    action: str | Mapping[str, Any]
    reasoning: str | Mapping[str, Any] | None = None
    scores: Mapping[str, float] | None = None
    session: SessionState | None = None
    now: datetime | None = None
    environment: str | None = None
    grants: frozenset[str] = frozenset()
    context: Mapping[str, Any] | None = None
    previous_level: PressureLevel | None = None
    project: str = ""
    revisions: Mapping[str, int] = field(default_factory=FrozenDict)

    def __post_init__(self) -> None:
        put = object.__setattr__
        if not isinstance(self.action, str):
            arguments.mapping(self.action, "action")
        if self.reasoning is not None and not isinstance(self.reasoning, (str, Mapping)):
            raise TypeError(f"reasoning: text or an object is expected, not {type(self.reasoning).__name__}.")
        if self.scores is not None:
            put(self, "scores", FrozenDict(read_scores(self.scores)))
        if self.session is not None:
            arguments.instance(self.session, SessionState, "session")
        arguments.moment(self.now, "now")
        if self.environment is not None:
            arguments.text(self.environment, "environment")
        if isinstance(self.grants, str) or not isinstance(self.grants, Iterable):
            raise TypeError(f"grants: a set of texts is expected, not {type(self.grants).__name__}.")
        put(self, "grants", frozenset(arguments.text(grant, "grants") for grant in self.grants))
        if self.context is not None:
            arguments.mapping(self.context, "context")
        if self.previous_level is not None:
            put(self, "previous_level", arguments.choice(self.previous_level, PressureLevel, "previous_level"))
        arguments.text(self.project, "project")
        for id, revision in arguments.mapping(self.revisions, "revisions").items():
            arguments.count(revision, f"revisions.{arguments.text(id, 'revisions')[:80]}")
        put(self, "revisions", FrozenDict(self.revisions))
