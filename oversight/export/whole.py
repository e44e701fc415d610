"""What `oversight` gives to the export of a whole organisation: what administrators read of its agents."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone

from accounts.models import Organisation
from audit.archive import File
from oversight.export.pages import of_agents
from oversight.export.rows import of_tables


def export_oversight(organisation: Organisation) -> Iterator[File]:
    """The pages, then every row as data, without erased words and without secrets. The scope is open."""
    yield from of_agents(organisation, timezone.now())
    yield from of_tables()
