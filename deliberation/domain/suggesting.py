"""The framework library, asked what may be in tension and whom to hear. A person keeps or drops what it suggests."""

from __future__ import annotations

from functools import cache

from tractatus.orchestrator import PluralisticDeliberationOrchestrator


@cache
def orchestrator() -> PluralisticDeliberationOrchestrator:
    """The one that ships, built at the first question and then asked by many threads."""
    return PluralisticDeliberationOrchestrator()
