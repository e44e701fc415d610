"""The life of an organisation's export after it was asked for: claimed by one job, made, kept for a week, deleted.

What is in the file is not said here: the site above collects it from every app.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from accounts.models import Organisation
from accounts.permissions import SYSTEM
from accounts.scope import open_organisation
from audit.archive import File, zipped
from audit.check_export import faults
from audit.models import Export
from audit.receivers import actor_of
from audit.record import record

log = logging.getLogger(__name__)

KEPT = timedelta(days=7)
SILENT = timedelta(minutes=5)
"""A job that gave no sign of life for so long was killed; the next one begins again."""
MOST_TRIES = 3
EVERY = timedelta(seconds=1)
"""So often the page is told how far it is."""

Files = Callable[[Organisation], Iterable[File]]


class Damaged(Exception):
    """What was written does not read as it was written: a full or a failing disk."""


def place_of(export: Export) -> Path:
    """Where its file is, once it is ready."""
    return Path(settings.DATA_DIR) / "exports" / f"{export.pk}.zip"


def make_waiting(organisation: Organisation, files: Files) -> int:
    """Make the export that waits in this organisation, if one does. Of two jobs at once one makes it."""
    with open_organisation(organisation):
        export = _claimed(organisation)
        if export is None:
            return 0
        try:
            _make(organisation, export, files)
        except Exception as fault:
            log.exception("The export of %s was not made", organisation.pk)
            _finish(organisation, export, Export.State.FAILED, part=type(fault).__name__)
        return 1


def _claimed(organisation: Organisation) -> Export | None:
    now = datetime.now(UTC)
    free = Q(state=Export.State.WAITING) | Q(state=Export.State.MAKING, heard_at__lt=now - SILENT)
    found = Export.objects.filter(free, organisation=organisation).first()
    if found is None:
        return None
    # Whatever a killed job had begun is never gone on with.
    for begun in place_of(found).parent.glob(f"{found.pk}.*.half"):
        begun.unlink(missing_ok=True)
    if found.tries >= MOST_TRIES:
        _finish(organisation, found, Export.State.FAILED, part="Killed")
        return None
    mine = Export.objects.filter(free, pk=found.pk).update(
        state=Export.State.MAKING, heard_at=now, tries=F("tries") + 1, part="", files=0
    )
    found.refresh_from_db()
    return found if mine else None


def _make(organisation: Organisation, export: Export, files: Files) -> None:
    place = place_of(export)
    place.parent.mkdir(mode=0o700, exist_ok=True)
    half, digest = place.with_suffix(f".{export.tries}.half"), hashlib.sha256()
    what = {"of": "tractatus-organisation/v1", "organisation": str(organisation.pk), "slug": organisation.slug}
    told = datetime.now(UTC) - EVERY

    def tell() -> None:
        nonlocal told
        if (now := datetime.now(UTC)) - told >= EVERY:
            told = now
            _mine(export).update(part=export.part, files=export.files, heard_at=now)

    try:
        with half.open("wb") as out:
            half.chmod(0o600)
            for piece in zipped(what, _counted(export, files(organisation), tell)):
                digest.update(piece)
                out.write(piece)
                tell()
        wrong, _count = faults(half)
        if wrong:
            raise Damaged("; ".join(wrong[:3]))
        size, now = half.stat().st_size, datetime.now(UTC)
        facts = {"size": size, "digest": digest.hexdigest(), "ready_at": now, "ends_at": now + KEPT, "part": ""}
        half.replace(place)
    finally:
        half.unlink(missing_ok=True)
    _finish(organisation, export, Export.State.READY, **facts)


def _counted(export: Export, files: Iterable[File], tell: Callable[[], None]) -> Iterator[File]:
    """The files, and which part is being written and how many there are so far.

    That is told before each, too: many small files, or one that is slow to read, take long to fill a piece.
    """
    for number, (path, content) in enumerate(files, 1):
        export.part, export.files = path.partition("/")[0][:200], number
        tell()
        yield path, content


def _mine(export: Export) -> QuerySet[Export]:
    """The row, while no other job has taken it over."""
    return Export.objects.filter(pk=export.pk, state__in=Export.OPEN, tries=export.tries)


def _finish(organisation: Organisation, export: Export, state: str, **facts: object) -> None:
    with transaction.atomic():
        if not _mine(export).update(state=state, files=export.files, **facts):
            return  # another job took it over
        record(
            "export.finish",
            actor=actor_of(SYSTEM, organisation),
            organisation=organisation,
            subject=("export", export.pk),
            decision=str(state),
        )


def end_old(organisation: Organisation) -> int:
    """Delete the files whose week is over. The row stays and says that there was one."""
    with open_organisation(organisation):
        over = list(Export.objects.filter(state=Export.State.READY, ends_at__lte=datetime.now(UTC)))
        for export in over:
            place_of(export).unlink(missing_ok=True)
            Export.objects.filter(pk=export.pk).update(state=Export.State.ENDED)
    return len(over)
