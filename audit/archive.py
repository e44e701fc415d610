"""A zip that is streamed while it is made, and that nobody takes for whole when it is not.

Its last file is `manifest.json`: the name, size and SHA-256 of every other file. What breaks off on the way has neither
that nor the directory a zip ends with, and `check.py`, which is inside, says so.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo
from io import RawIOBase
from pathlib import Path
from typing import Any

from django.utils import timezone, translation

Content = str | bytes | Iterable[bytes]
File = tuple[str, Content]
"""The path within the zip and what stands there."""

FORMAT = "tractatus-export/v1"
MANIFEST = "manifest.json"
CHECK = Path(__file__).with_name("check_export.py")
"""The program that goes into each export as `check.py`."""

ENOUGH = 64 * 1024
"""So many octets are sent on at once."""


class _Outlet(RawIOBase):
    """What `zipfile` writes into: a file that cannot be gone back in, emptied as it fills."""

    def __init__(self) -> None:
        self.held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.held += data
        return len(data)

    def emptied(self) -> bytes:
        given, self.held = bytes(self.held), bytearray()
        return given


def zipped(what: dict[str, Any], files: Iterable[File]) -> Iterator[bytes]:
    """The zip of these files, piece by piece; `what` says in the manifest what it is an export of.

    Raises ValueError for a path that comes twice or leads out of the folder. Whatever making a file raises is raised
    here, and the zip then has no end.
    """
    outlet, listed = _Outlet(), dict[str, dict[str, Any]]()
    made_at = datetime.now(UTC)
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in _with_the_check(files):
            _must_be_a_new_place(path, listed)
            digest, size = hashlib.sha256(), 0
            with archive.open(_info(path, made_at), "w", force_zip64=True) as place:
                for piece in _pieces(content):
                    digest.update(piece)
                    size += len(piece)
                    place.write(piece)
                    if len(outlet.held) >= ENOUGH:
                        yield outlet.emptied()
            listed[path] = {"sha256": digest.hexdigest(), "size": size}
            if len(outlet.held) >= ENOUGH:
                yield outlet.emptied()
        said = {"format": FORMAT, **what, "made_at": made_at.isoformat(timespec="seconds"), "files": listed}
        archive.writestr(_info(MANIFEST, made_at), json.dumps(said, ensure_ascii=False, indent=1) + "\n")
    yield outlet.emptied()


def spoken(files: Iterable[File]) -> Iterator[File]:
    """The files, each made in the language and the time zone that hold now, whatever holds when it is asked for."""
    zone, language = timezone.get_current_timezone(), translation.get_language()
    return _spoken(iter(files), zone, language)


def _spoken(rest: Iterator[File], zone: tzinfo, language: str) -> Iterator[File]:
    while True:
        with timezone.override(zone), translation.override(language):
            try:
                file = next(rest)
            except StopIteration:
                return
        yield file


def _with_the_check(files: Iterable[File]) -> Iterator[File]:
    yield from files
    yield "check.py", CHECK.read_bytes()


def _must_be_a_new_place(path: str, listed: dict[str, Any]) -> None:
    parts = path.split("/")
    if path in listed or path == MANIFEST or "\\" in path or not all(parts) or set(parts) & {".", ".."}:
        raise ValueError(f"A file of an export cannot stand at {path!r}.")


def _info(path: str, made_at: datetime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path, made_at.timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info


def _pieces(content: Content) -> Iterable[bytes]:
    if isinstance(content, str):
        return [content.encode()]
    return [content] if isinstance(content, bytes) else content
