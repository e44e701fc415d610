"""The log as C2SP tlog-tiles serves it: hashes and entries in tiles of 256, which never change once they are there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from audit.models import Checkpoint, Leaf, Node

WIDTH = 256
"""Hashes, or entries, of a full tile."""
HEIGHT = 8
"""Levels of the tree from one level of tiles to the next."""
LONGEST_ENTRY = 0xFFFF
"""Octets of an entry that a bundle can say the length of."""

_PLACE = re.compile(r"((?:x[0-9]{3}/){0,6})([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
_LEVEL = re.compile(r"[0-9]|[1-5][0-9]|6[0-3]")


class EntryTooLong(Exception):
    """An entry of the bundle is longer than the format can say."""


@dataclass(frozen=True)
class Tile:
    """Tile `number` of a level, the first `width` of its 256."""

    level: int
    number: int
    width: int

    @property
    def first(self) -> int:
        return self.number * WIDTH

    @property
    def end(self) -> int:
        return self.first + self.width

    def is_in(self, size: int) -> bool:
        """Whether the tree of `size` leaves has all of it."""
        return self.end <= size >> HEIGHT * self.level


def tile_at(level: str, place: str) -> Tile | None:
    """What an address names: `level` 0 to 63, `place` such as x001/x234/067 or 003.p/17. None for no tile's name."""
    found = _PLACE.fullmatch(place)
    if found is None or not _LEVEL.fullmatch(level):
        return None
    before, last, width = found.groups()
    digits = before.replace("x", "").replace("/", "") + last
    is_shortest = not before or not before.startswith("x000/")
    partial = int(width) if width else WIDTH
    if not is_shortest or (width and partial >= WIDTH):
        return None
    return Tile(int(level), int(digits), partial)


def last_of(log: UUID) -> Checkpoint | None:
    """The newest checkpoint of a log of the organisation whose scope is open, be it ended or not."""
    found: Checkpoint | None = Checkpoint.objects.filter(log_id=log).order_by("-size", "-signed_at").first()
    return found


def hashes_of(log: UUID, tile: Tile) -> bytes | None:
    """The hashes of the tile, 32 octets each; None where no checkpoint is over all of it."""
    if not _is_signed(log, tile):
        return None
    nodes = Node.objects.filter(log_id=log, level=tile.level * HEIGHT, index__gte=tile.first, index__lt=tile.end)
    found = [bytes(one) for one in nodes.order_by("index").values_list("hash", flat=True)]
    return b"".join(found) if len(found) == tile.width else None


def entries_of(log: UUID, tile: Tile) -> bytes | None:
    """The entries of the tile, each as its exact octets after their number in two; None as above.

    Raises EntryTooLong where the format cannot say one.
    """
    if not _is_signed(log, tile):
        return None
    leaves = Leaf.objects.filter(log_id=log, index__gte=tile.first, index__lt=tile.end).order_by("index")
    found = [bytes(one) for one in leaves.values_list("entry__canonical", flat=True)]
    if max(map(len, found), default=0) > LONGEST_ENTRY:
        raise EntryTooLong
    return b"".join(len(one).to_bytes(2, "big") + one for one in found) if len(found) == tile.width else None


def _is_signed(log: UUID, tile: Tile) -> bool:
    last = Checkpoint.objects.filter(log_id=log).order_by("-size", "-signed_at").values_list("size", flat=True).first()
    return last is not None and tile.is_in(last)
