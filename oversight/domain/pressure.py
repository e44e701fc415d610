"""The pressure of a session over time: what an agent tells, what that leads to, and what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from oversight.domain.answers import state_of
from oversight.models import Reading, Session
from oversight.models.words import Level
from tractatus import ContextPressureMonitor, Pressure, PressureLevel, SessionState

SEEN_AGAIN_AFTER = timedelta(minutes=1)
"""When a session was heard last is written no more often than this."""

ORDER = {level: place for place, level in enumerate(Level.values)}


def counts_of(session: Session | None, told: Mapping[str, Any] | None) -> dict[str, Any]:
    """What is known of a session: what was told now, and for the rest what was told before. Raises `Invalid`."""
    before = session.counts if session is not None else {}
    counts = {**before, **(told or {})}
    state_of(counts)
    return counts


def counts_now(
    session: Session | None, counts: Mapping[str, Any], in_force: int, monitor: ContextPressureMonitor
) -> Mapping[str, Any]:
    """The counts that are judged by.

    Of a session that is to be handed over the pressure does not fall again, whatever is told of it later: only
    a new session begins anew.
    """
    if session is None or session.state != Session.State.HANDOFF_DUE:
        return counts
    level = monitor.assess(state_with(counts, in_force)).level
    return session.counts if ORDER[level] < ORDER[session.level] else counts


def state_with(counts: Mapping[str, Any], in_force: int) -> SessionState:
    """The counts as the framework takes them. Instructions in force are counted here where the agent does not say."""
    return SessionState(**({"active_instructions": in_force} | dict(counts)))


def warned_of(session: Session | None) -> PressureLevel:
    """The highest level that the agent was warned of: each is warned of once."""
    return PressureLevel(session.warned) if session is not None else PressureLevel.NORMAL


def weigh(
    session: Session, pressure: Pressure, state: SessionState, counts: Mapping[str, Any], now: datetime,
    *, warns: bool = True,
) -> tuple[list[str], Reading | None]:  # fmt: skip
    """Set on a session what its pressure is now. Gives which fields are to be saved, and a reading where it changed.

    With `warns` the agent is told of it; else its next check warns of a level that has risen.
    """
    before = (session.counts, session.level, session.score)
    session.counts, session.level, session.score = dict(counts), str(pressure.level), pressure.score
    fields = [] if before == (session.counts, session.level, session.score) else ["counts", "level", "score"]
    reading = None
    if fields:
        reading = Reading(
            organisation_id=session.organisation_id,
            session=session,
            at=now,
            level=session.level,
            score=session.score,
            factors=[factor.to_dict() for factor in pressure.factors],
            counts=state.to_dict(),
        )
    if fields or now - session.seen_at > SEEN_AGAIN_AFTER:
        session.seen_at = now
        fields.append("seen_at")
    if warns and ORDER[session.level] > ORDER[session.warned]:
        session.warned = session.level
        fields.append("warned")
    if session.is_full and session.state == Session.State.ACTIVE:
        session.state, session.state_since = Session.State.HANDOFF_DUE, now
        fields += ["state", "state_since"]
    return fields, reading
