"""The record of an organisation as one file that anybody can check, streamed: it is never whole in memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from accounts.models import Organisation
from audit.logs import rows, rows_of
from audit.models import Checkpoint, Leaf, Log, Node

PAGE = 2_000
"""Rows that are read at a time."""
FILES = ("entries.jsonl", "leaves.txt", "checkpoint.txt", "log.vkey", "verify_record.py", "README.md")

README = Path(__file__).with_name("data") / "record_readme.md"
VERIFIER = Path(__file__).with_name("verify_record.py")
EARLIER = (
    "| `earlier/` | the logs that ended before this one began, each checked by itself, "
    "as `python verify_record.py earlier/1` |\n"
)


class NothingSigned(Exception):
    """There is no checkpoint to end at."""


def export(organisation: Organisation | None) -> Iterator[bytes]:
    """The zip archive, piece by piece, of the log up to its last checkpoint. The organisation's scope is open.

    Logs that ended are in it too, each in a folder of its own. Raises NothingSigned, at once, where nothing is.
    """
    logs = list(rows(Log, organisation).order_by("began_at", "id"))
    signed = [(log, one) for log in logs if (one := _last(log)) is not None]
    if not signed or signed[-1][0].ended_at is not None:
        raise NothingSigned
    return _archive(organisation, signed)


def _last(log: Log) -> Checkpoint | None:
    return rows_of(log, Checkpoint).order_by("-size", "-signed_at").first()


def _archive(organisation: Organisation | None, signed: list[tuple[Log, Checkpoint]]) -> Iterator[bytes]:
    written = _Pieces()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        for number, (log, checkpoint) in enumerate(signed, 1):
            folder = "" if log.ended_at is None else f"earlier/{number}/"
            for name, lines in _files(organisation, log, checkpoint, len(signed) > 1):
                with archive.open(folder + name, "w", force_zip64=True) as out:
                    for piece in lines:
                        out.write(piece)
                        yield from written.taken()
        # The list of what is in it comes last.
    yield from written.taken()


class _Pieces(io.RawIOBase):
    """What was written and not taken yet. It cannot go back, so the archive says sizes after each file."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: bytes) -> int:  # type: ignore[override]
        self.pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> Iterator[bytes]:
        pieces, self.pieces = self.pieces, []
        if pieces:
            yield b"".join(pieces)


def _files(
    organisation: Organisation | None, log: Log, checkpoint: Checkpoint, is_continued: bool
) -> Iterator[tuple[str, Iterator[bytes]]]:
    time = checkpoint.note.split("\n")[3].removeprefix("time ")
    readme = README.read_text(encoding="utf-8").format(
        name=organisation.name if organisation else "the installation",
        time=time,
        size=checkpoint.size,
        origin=log.origin,
        earlier=EARLIER if is_continued and log.ended_at is None else "",
    )
    yield "entries.jsonl", _entries(log, checkpoint.size)
    yield "leaves.txt", _leaves(log, checkpoint.size)
    yield "checkpoint.txt", iter([checkpoint.note.encode()])
    yield "log.vkey", iter([f"{log.vkey}\n".encode()])
    yield "verify_record.py", iter([VERIFIER.read_bytes()])
    yield "README.md", iter([readme.encode()])


def _entries(log: Log, size: int) -> Iterator[bytes]:
    for start in range(0, size, PAGE):
        page = rows_of(log, Leaf).filter(index__gte=start, index__lt=min(start + PAGE, size)).order_by("index")
        yield b"".join(bytes(one) + b"\n" for one in page.values_list("entry__canonical", flat=True))


def _leaves(log: Log, size: int) -> Iterator[bytes]:
    # What was signed, not what the entries say of themselves: where the two differ, this tells which entry it is.
    for start in range(0, size, PAGE):
        page = rows_of(log, Node).filter(level=0, index__gte=start, index__lt=min(start + PAGE, size)).order_by("index")
        yield b"".join(bytes(one).hex().encode() + b"\n" for one in page.values_list("hash", flat=True))


def write_export(organisation: Organisation | None, out: IO[bytes]) -> None:
    """The same into a file."""
    for piece in export(organisation):
        out.write(piece)
