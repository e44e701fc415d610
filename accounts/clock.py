"""The clock of the verbs: what every rule about time compares with.

The audit record does not use it; an entry's time is always the machine's own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accounts.models import Organisation

_moment: ContextVar[datetime | None] = ContextVar("verbs_moment", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC; inside `at(...)` the moment that was set there."""
    return _moment.get() or datetime.now(UTC)


@contextmanager
def at(moment: datetime, organisation: "Organisation") -> Iterator[None]:
    """Let the verbs inside believe it is `moment`. Only the demo's past may be made up.

    Raises ValueError for an organisation that is not the demo, and for a moment without a time zone.
    """
    if not organisation.is_demo:
        raise ValueError("The clock can be set for the demo organisation only.")
    if moment.tzinfo is None:
        raise ValueError("The moment needs a time zone.")
    token = _moment.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _moment.reset(token)
