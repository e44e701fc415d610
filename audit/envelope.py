"""The envelope, version 1: one JSON object, these keys and no other, none optional, nothing personal in it.

It is never rewritten. Everyone who checks our log reads these bytes, so a change is a new version.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

VERSION = 1
KEYS = (
    "v",
    "id",
    "timestamp",
    "organisation",
    "project",
    "session",
    "actor",
    "agent",
    "service",
    "event",
    "decision",
    "boundary",
    "context_pressure",
    "coordination",
    "subject",
    "outcome",
    "policy",
    "mode",
    "cause",
    "commitments",
)
PEOPLE = "Tractatus"
SERVICES = (
    "BoundaryEnforcer",
    "InstructionPersistenceClassifier",
    "CrossReferenceValidator",
    "ContextPressureMonitor",
    "MetacognitiveVerifier",
    "PluralisticDeliberationOrchestrator",
    "AdaptiveCommunicationOrchestrator",
    "Gate",
    PEOPLE,
)
NOT_RUN = frozenset({"not_run", "not_needed", "skipped"})
"""Results of a service within a check that say it had nothing to do."""
PRESSURES = ("NORMAL", "ELEVATED", "HIGH", "CRITICAL", "DANGEROUS")
MODES = ("enforced", "observed", "degraded", "break_glass")


@dataclass(frozen=True)
class Actor:
    """Who acted. `ref` is opaque: a membership's id in hex for staff, a seat's for a participant, else none."""

    kind: Literal["human", "agent", "system"]
    ref: str | None = None
    role: str | None = None


def instant(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds, always six digits."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def _opaque(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def build(
    *,
    id: UUID,
    timestamp: datetime,
    organisation: UUID | None,
    project: UUID | None,
    session: str | None,
    actor: Actor,
    agent: Mapping[str, str | None] | None,
    service: str,
    event: str,
    decision: str,
    boundary: str | None,
    context_pressure: str | None,
    coordination: Sequence[Mapping[str, Any]],
    subject: tuple[str, str],
    outcome: str | None,
    policy: str | None,
    mode: str | None,
    cause: UUID | None,
    commitments: Mapping[str, str],
) -> dict[str, Any]:
    """The envelope as a dictionary of exactly KEYS. Raises ValueError for a word the format does not know."""
    _one_of("actor kind", actor.kind, ("human", "agent", "system"))
    _one_of("service", service, SERVICES)
    _one_of("context pressure", context_pressure, (None, *PRESSURES))
    _one_of("mode", mode, (None, *MODES))
    if not decision or not event or not all(part.replace("_", "").isalnum() for part in event.split(".")):
        raise ValueError(f"An entry needs a namespaced event and a decision, not {event!r} and {decision!r}.")
    return {
        "v": VERSION,
        "id": str(id),
        "timestamp": instant(timestamp),
        "organisation": _opaque(organisation),
        "project": _opaque(project),
        "session": session,
        "actor": {"kind": actor.kind, "ref": actor.ref, "role": actor.role},
        "agent": None if agent is None else {name: agent.get(name) for name in ("name", "version", "model")},
        "service": service,
        "event": event,
        "decision": decision,
        "boundary": boundary,
        "context_pressure": context_pressure,
        "coordination": [{name: step[name] for name in ("service", "result", "microseconds")} for step in coordination],
        "subject": {"kind": subject[0], "id": subject[1]},
        "outcome": outcome,
        "policy": policy,
        "mode": mode,
        "cause": _opaque(cause),
        "commitments": dict(commitments),
    }


def _one_of(what: str, value: str | None, known: tuple[str | None, ...]) -> None:
    if value not in known:
        raise ValueError(f"{value!r} is no {what} of the envelope.")


def canonical(envelope: Mapping[str, Any]) -> bytes:
    """RFC 8785 bytes."""
    # Of what `build` makes (names in ASCII, no fraction, no number past 2^53) this writes what RFC 8785 says, and is
    # written much faster than by a library that takes any JSON.
    return json.dumps(envelope, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
