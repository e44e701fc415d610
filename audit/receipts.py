"""A receipt: the log's signed promise that an entry will be in it, given at once and before it has its place.

A checkpoint made later than the receipt says, that lacks its leaf, is convicted by it.
"""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from audit.envelope import instant
from audit.keys import signed
from audit.logs import origin_of
from audit.models import Entry
from audit.notes import BadNote, Verifier

FIRST_LINE = "tractatus-receipt/v1"
MOST_DELAY = timedelta(hours=1)
"""The promise: how long after its receipt an entry may still have no place. The sequencer takes seconds."""


@dataclass(frozen=True)
class Receipt:
    """What a receipt says."""

    origin: str
    entry: str
    leaf: bytes
    issued_at: str
    most_delay: int
    """Seconds."""

    def __str__(self) -> str:
        """The text that is signed."""
        leaf = base64.b64encode(self.leaf).decode()
        lines = (FIRST_LINE, self.origin, self.entry, leaf, self.issued_at, str(self.most_delay))
        return "\n".join(lines) + "\n"


def receipt_of(entry: Entry) -> str:
    """The receipt of an entry that has been committed, as a signed note.

    It asks the database nothing but which log is being written, and that every few seconds. To be called after the
    commit: a receipt for what is then rolled back would convict the log.
    """
    origin = origin_of(entry)
    issued = instant(datetime.now(UTC))
    said = Receipt(origin, str(entry.pk), bytes(entry.leaf_hash), issued, int(MOST_DELAY.total_seconds()))
    return signed(str(said), origin)


def read(note: str, key: Verifier) -> Receipt:
    """What a receipt says that was signed by `key`. Raises BadNote for anything else."""
    lines = key.text_of(note).split("\n")
    if len(lines) != 7 or lines[0] != FIRST_LINE or lines[1] != key.name or not lines[5].isascii():
        raise BadNote("This is not a receipt of this log.")
    try:
        leaf, seconds = base64.b64decode(lines[3], validate=True), int(lines[5])
    except ValueError:
        raise BadNote("This is not a receipt of this log.") from None
    return Receipt(lines[1], lines[2], leaf, lines[4], seconds)
