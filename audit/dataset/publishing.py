"""Adding whole hours of decisions to the corpus of an organisation that has switched it on.

The row says how far the file goes. Lines are written, then the row; what was written behind the row's size belongs to a
job that was killed, and is written again. Two jobs at once wait for each other at the row.
"""

from __future__ import annotations

import json
import logging
import os
from collections import Counter
from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from accounts.models import APIKey, Membership, Organisation, Project
from accounts.permissions import SYSTEM
from accounts.scope import open_organisation
from audit.dataset.projection import House, is_decision_of_framework, projected, why_not
from audit.domain.metrics import LATEST_COMMIT, envelopes_of, hour_of
from audit.domain.surfaces import is_on
from audit.models import Dataset, Entry, Surface
from audit.receivers import actor_of
from audit.record import record

log = logging.getLogger(__name__)

STRETCH = timedelta(hours=6)
"""As much is added in one transaction."""
AT_ONCE = 1_000
"""Lines that are alike and written at once."""


class Refused(Exception):
    """Something that looks personal would have been published. Nothing of that stretch was."""


@dataclass(frozen=True)
class Added:
    """What one run added: lines, and lines that were left out because somebody said so."""

    lines: int = 0
    left_out: int = 0


def file_of(dataset: Dataset) -> Path:
    """Where the corpus is; only its first `size` octets are published."""
    return Path(settings.DATA_DIR) / "datasets" / f"{dataset.pk}.jsonl"


def publish(organisation: Organisation, *, leave_out: bool = False) -> Added:
    """Add every whole hour since the last time. Where the organisation has switched it off, take it away.

    Raises Refused, recorded and logged, at the first line that is not known to be harmless; what stands before that
    stretch stays published. `leave_out` goes on without such lines, which is said in the record.
    """
    if not is_on(organisation, Surface.Name.DATASET):
        withdraw(organisation)
        return Added()
    lines = left = 0
    with open_organisation(organisation):
        house = _house(organisation)
        end = hour_of(datetime.now(UTC) - LATEST_COMMIT)
        while (added := _stretch(organisation, house, end, leave_out=leave_out)) is not None:
            lines, left = lines + added.lines, left + added.left_out
        if lines or left:
            _record(organisation, "dataset.publish", "published", "without_refused" if left else None)
    return Added(lines, left)


def _stretch(organisation: Organisation, house: House, end: datetime, *, leave_out: bool) -> Added | None:
    """Add the next stretch before `end`; None where there is none. Raises Refused, and then has written nothing."""
    with transaction.atomic():
        row = _row(organisation, end)
        if row.until >= end:
            return None
        until = min(row.until + STRETCH, end)
        found = _lines(organisation, row.until, until)
        wrong = {line: why for line in found if (why := why_not(json.loads(line), house)) is not None}
        if leave_out or not wrong:
            count, size = _append(row, found, wrong)
            row.until, row.size, row.lines = until, row.size + size, row.lines + count
            row.made_at, row.refused_at, row.refused_what = datetime.now(UTC), None, ""
            row.save()
            return Added(count, sum(found[line] for line in wrong))
        refused = next(iter(wrong.values()))
        again = row.refused_what == refused and row.refused_at is not None
        row.refused_at, row.refused_what = row.refused_at if again else datetime.now(UTC), refused
        row.save()
        if not again:
            _record(organisation, "dataset.refuse", "refused", None)
    log.error("The dataset of %s was not published: %s", organisation.pk, refused)
    raise Refused(refused)


def _row(organisation: Organisation, end: datetime) -> Dataset:
    row = Dataset.objects.select_for_update().filter(organisation=organisation).first()
    if row is not None:
        return row
    first = Entry.objects.filter(organisation=organisation).order_by("id").values_list("timestamp", flat=True).first()
    facts = {"until": hour_of(first) if first else end, "made_at": datetime.now(UTC)}
    Dataset.objects.get_or_create(organisation=organisation, defaults=facts)
    # Of two that make it at once, the one that finds it made has not held it yet.
    return Dataset.objects.select_for_update().get(organisation=organisation)


def _lines(organisation: Organisation, since: datetime, until: datetime) -> Counter[str]:
    """Each different line of these hours and how often it comes; within an hour they stand by what they say, not in the
    order they came. That many alike are one is what keeps a busy hour small."""
    entries = (one for one in envelopes_of(organisation, since, until) if is_decision_of_framework(one))
    found = Counter(json.dumps(projected(one), ensure_ascii=False) for one in entries)
    return Counter({line: found[line] for line in sorted(found)})


def _append(row: Dataset, found: Counter[str], wrong: Container[str]) -> tuple[int, int]:
    """Write them, each as often as it comes and the wrong ones not; the lines and the octets that were written."""
    place = file_of(row)
    count = size = 0
    if place.exists() and all(line in wrong for line in found):
        return count, size
    place.parent.mkdir(mode=0o700, exist_ok=True)
    if row.size and (not place.exists() or place.stat().st_size < row.size):
        raise FileNotFoundError(f"{place.name} is gone or short: run publish_dataset --anew")
    with place.open("ab") as file:
        file.truncate(row.size)
        file.seek(row.size)
        for line, times in found.items():
            if line in wrong:
                continue
            octets = line.encode() + b"\n"
            for start in range(0, times, AT_ONCE):
                file.write(octets * min(AT_ONCE, times - start))
            count, size = count + times, size + len(octets) * times
        file.flush()
        os.fsync(file.fileno())
    return count, size


def withdraw(organisation: Organisation) -> bool:
    """Take the corpus away: file and row. What others have fetched is theirs; no page here gives it any more."""
    with open_organisation(organisation), transaction.atomic():
        row = Dataset.objects.select_for_update().filter(organisation=organisation).first()
        if row is None:
            return False
        place = file_of(row)
        row.delete()
        _record(organisation, "dataset.withdraw", "withdrawn", None)
    place.unlink(missing_ok=True)
    return True


def _record(organisation: Organisation, event: str, decision: str, outcome: str | None) -> None:
    with transaction.atomic():
        record(
            event,
            actor=actor_of(SYSTEM, organisation),
            organisation=organisation,
            subject=("dataset", organisation.pk),
            decision=decision,
            outcome=outcome,
        )


def _house(organisation: Organisation) -> House:
    """Everybody who ever belonged to it, its projects and its keys."""
    names = [organisation.name, organisation.slug]
    for name, email in Membership.objects.values_list("user__name", "user__email"):
        names += [name, email]
    for project in Project.objects.values_list("name", "slug"):
        names += project
    names += APIKey.objects.values_list("name", flat=True)
    return House.of(names)
