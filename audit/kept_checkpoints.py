"""The last checkpoint of each log, kept beside the database: what a restored backup or an edited row cannot change.

One file a log in DATA_DIR/checkpoints. Where several machines sequence, each keeps what it signed itself.
"""

import fcntl
import os
import tempfile
from pathlib import Path
from uuid import UUID

from django.conf import settings

from audit.models import Log
from audit.notes import BadNote, Tree, Verifier


def folder() -> Path:
    return Path(settings.DATA_DIR) / "checkpoints"


def kept(log: Log) -> Tree | None:
    """What was signed last for this log, as far as is known here. Raises BadNote for a file its key has not signed."""
    note = note_of(log.pk)
    return None if note is None else read(note, log)


def note_of(log_id: UUID) -> str | None:
    """The note as it was signed, or None."""
    try:
        return _file(log_id).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def read(note: str, log: Log) -> Tree:
    """What a checkpoint of this log says. Raises BadNote for one of another log, or not signed by this log's key."""
    tree = Tree.of(Verifier.of(log.vkey).text_of(note))
    if tree.origin != log.origin:
        raise BadNote("The checkpoint is of another log.")
    return tree


def keep(log: Log, note: str) -> None:
    """Keep a checkpoint that is committed, unless a larger tree has been kept meanwhile."""
    folder().mkdir(mode=0o700, exist_ok=True)
    with (folder() / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = kept(log)
        if before is not None and before.size >= read(note, log).size:
            return
        handle, half = tempfile.mkstemp(dir=folder())
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(note)
            out.flush()
            os.fsync(out.fileno())
        os.replace(half, _file(log.pk))
        _settle()


def _file(log_id: UUID) -> Path:
    return folder() / f"{log_id}.txt"


def _settle() -> None:
    handle = os.open(folder(), os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
