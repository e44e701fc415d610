"""Agents at work: their sessions, each act they asked about, and what people decided of it."""

from oversight.models.checks import Check, Incident, Mark
from oversight.models.requests import JudgmentRequest
from oversight.models.sessions import Handoff, Reading, Session
from oversight.models.stops import BrokenGlass, Stop

__all__ = [
    "BrokenGlass",
    "Check",
    "Handoff",
    "Incident",
    "JudgmentRequest",
    "Mark",
    "Reading",
    "Session",
    "Stop",
]
