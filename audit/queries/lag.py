"""How far the sequencer is behind."""

from datetime import UTC, datetime, timedelta

from accounts.scope import oldest_of_each
from audit.models import Pending


def lag() -> timedelta:
    """How long the entry that has waited longest, of whichever log, has waited for its place; none where none waits."""
    oldest = min(oldest_of_each(Pending).values(), default=None)
    if oldest is None:
        return timedelta(0)
    made = datetime.fromtimestamp((oldest.int >> 80) / 1000, UTC)  # a UUIDv7 begins with its millisecond
    return max(datetime.now(UTC) - made, timedelta(0))
