"""Identifiers: UUID version 7 (RFC 9562, section 5.7), the only kind of primary key in this product."""

import secrets
import time
import uuid


def uuid7() -> uuid.UUID:
    """A new UUIDv7: 48 bits of milliseconds, 12 bits of the fraction of that millisecond, 62 random bits.

    Ids made one after the other on one machine sort in that order down to about 250 nanoseconds.
    They cannot be guessed; they do tell when they were made.
    """
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    fraction = (nanoseconds << 12) // 1_000_000
    number = (milliseconds & 0xFFFF_FFFF_FFFF) << 80
    number |= 0x7 << 76
    number |= fraction << 64
    number |= 0b10 << 62
    number |= secrets.randbits(62)
    return uuid.UUID(int=number)


def uuid_or_none(given: str | None) -> uuid.UUID | None:
    """The id that an address, a form or an entry names, or None where it names none."""
    try:
        return uuid.UUID(given or "")
    except ValueError:
        return None
