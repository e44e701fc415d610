"""Static files, collected again only when one of them has changed."""

import hashlib
import os

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

# Brought by libraries and used by no page of ours: the largest files there are, and compressing them takes seconds.
NOT_SERVED = ["drf_spectacular_sidecar/redoc*", "rest_framework"]


def fingerprint() -> str:
    """A digest of the names, sizes and times of every static file of every app."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            facts = os.stat(storage.path(path))
            digest.update(f"{path}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect_static_if_changed() -> bool:
    """Fills STATIC_ROOT unless it already holds these files; True if it had to."""
    mark = settings.STATIC_ROOT / ".collected"
    now = fingerprint()
    if mark.is_file() and mark.read_text() == now:
        return False
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=NOT_SERVED)
    mark.write_text(now)
    return True
