"""Entries as other parts of the software write them: checks of agents, and what follows from them."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from accounts.models import APIKey, Organisation, Project
from audit.envelope import Actor
from audit.models import Entry
from audit.record import record

STEPS = (
    ("MetacognitiveVerifier", "warn", 51),
    ("CrossReferenceValidator", "deny", 34),
    ("BoundaryEnforcer", "allow", 5),
    ("PluralisticDeliberationOrchestrator", "not_needed", 0),
    ("ContextPressureMonitor", "allow", 3),
)


def check(
    organisation: Organisation,
    decision: str = "allow",
    *,
    project: Project | None = None,
    key: APIKey | None = None,
    pressure: str = "NORMAL",
    boundary: str | None = None,
    session: UUID | str = "0711",
    steps: tuple[tuple[str, str, int], ...] = STEPS,
    **facts: Any,
) -> Entry:
    """A check before an act, as the gate records it."""
    with transaction.atomic():
        return record(
            "oversight.check",
            actor=Actor("agent", key.pk.hex if key else None, "key"),
            organisation=organisation,
            project=project,
            subject=("check", uuid4()),
            decision=decision,
            session=session,
            service="Gate",
            boundary=boundary,
            context_pressure=pressure,
            coordination=[dict(zip(("service", "result", "microseconds"), step, strict=True)) for step in steps],
            agent={"name": "screening", "version": "1", "model": None},
            policy="0" * 64,
            **facts,
        )
