"""Who uses DATA_DIR now: every process of the site holds a lock in it, and a restore needs it alone.

Two things are asked of the lock: a restore does not begin under a running site, and no process starts in what a restore
has not finished.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path

LOCK = "running.lock"
UNFINISHED = "restore-unfinished"

_held: dict[Path, TextIOWrapper] = {}


def hold(folder: Path) -> None:
    """This process runs in `folder` from now until it ends. Ends the program if a restore is at work or was cut off."""
    if folder in _held:
        return
    handle = (folder / LOCK).open("a")
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        raise SystemExit(f"A backup is being restored into {folder}. Start again when it has ended.") from None
    if (folder / UNFINISHED).exists():
        handle.close()
        raise SystemExit(
            f"The restoring of a backup into {folder} was cut off. Run bin/restore FILE --replace again, to its end."
        )
    _held[folder] = handle


@contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """True inside, and nobody starts meanwhile; False where somebody runs in `folder`."""
    with (folder / LOCK).open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
