"""The framework library, asked what may be in tension and whom to hear. A person keeps or drops what it suggests."""

from __future__ import annotations

from accounts.models import Organisation
from instructions.domain.policy import orchestrator_of
from tractatus import PluralisticDeliberationOrchestrator


def orchestrator(organisation: Organisation) -> PluralisticDeliberationOrchestrator:
    """The one that ships, with the frameworks and voices that the organisation has added to its catalogue."""
    return orchestrator_of(organisation)
