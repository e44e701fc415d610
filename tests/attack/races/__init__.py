"""The races of `tests/attack/test_at_once.py`, one file a stage of the process."""

from tests.attack.races import (
    accounts,
    conflict,
    decided,
    instructions,
    invitations,
    outcome,
    record,
    review,
    rounds,
    sessions,
    stakeholders,
)

__all__ = [
    "accounts",
    "conflict",
    "decided",
    "instructions",
    "invitations",
    "outcome",
    "record",
    "review",
    "rounds",
    "sessions",
    "stakeholders",
]
