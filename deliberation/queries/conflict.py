"""Reads of the conflict stage: what holds a deliberation up, and what comes next."""

from __future__ import annotations

from deliberation.domain.standing import Standing
from deliberation.models import Deliberation


def blockers(deliberation: Deliberation) -> list[str]:
    """What holds it up, in sentences."""
    return []


def next_action(deliberation: Deliberation, standing: Standing) -> tuple[str, str] | None:
    """The one next action for this person, as label and address."""
    return None
