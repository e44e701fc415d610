"""How fast the record is: writing an entry, a receipt, the sequencer, a proof. Prints a line each.

    python -m tests.bench.record_speed [ENTRIES] [--batches 100 10000]

in a database of its own: SQLite in a temporary folder, or a new one on the server that DATABASE_URL names.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django
from django.db import connection, transaction


def quantiles(times: list[float]) -> str:
    times.sort()
    return f"{times[len(times) // 2] * 1e6:,.0f} µs median, {times[len(times) * 99 // 100] * 1e6:,.0f} µs p99"


def repeated(what: Callable[[], Any], often: int) -> list[float]:
    times = []
    for _ in range(often):
        begun = time.perf_counter()
        what()
        times.append(time.perf_counter() - begun)
    return times


def say(what: str, found: str) -> None:
    print(f"{what:48} {found}", flush=True)


def filled(organisation: Any, count: int) -> None:
    """So many entries that wait, written past the verbs: envelopes as a check has them."""
    from accounts.ids import uuid7
    from audit import envelope, tree
    from audit.models import Entry, Pending

    made = 0
    while made < count:
        entries = []
        for _ in range(min(5000, count - made)):
            at = datetime.now(UTC)
            key = uuid7()
            written = envelope.build(
                id=key, timestamp=at, organisation=organisation.pk, project=None, session=None,
                actor=envelope.Actor("agent", "k1", "key"), agent=None, service="Gate", event="oversight.check",
                decision="allow", boundary=None, context_pressure="NORMAL", coordination=[],
                subject=("action", str(key)), outcome=None, policy="ab" * 32, mode="enforced", cause=None,
                commitments={},
            )  # fmt: skip
            canonical = envelope.canonical(written)
            entries.append(
                Entry(
                    id=key, organisation=organisation, canonical=canonical, leaf_hash=tree.leaf_hash(canonical),
                    timestamp=at, event="oversight.check", decision="allow", service="Gate", actor_kind="agent",
                    actor_ref="k1", actor_role="key", subject_kind="action", subject_id=str(key), mode="enforced",
                    context_pressure="NORMAL",
                )
            )  # fmt: skip
        with transaction.atomic():
            Entry.objects.bulk_create(entries)
            Pending.objects.bulk_create([Pending(entry=one, organisation=organisation) for one in entries])
        made += len(entries)


def measure(total: int, batches: list[int]) -> None:
    from accounts.ids import uuid7
    from accounts.models import Organisation
    from accounts.scope import open_organisation
    from audit import sequencer
    from audit.envelope import Actor
    from audit.receipts import receipt_of
    from audit.record import record

    organisation = Organisation.objects.create(slug="bench", name="Bench")

    def verb() -> Any:
        with transaction.atomic():
            return record(
                "check.decide", actor=Actor("agent", "k1", "key"), organisation=organisation,
                subject=("action", uuid7()), decision="deny",
            )  # fmt: skip

    with open_organisation(organisation):
        say("entry, in a transaction of its own", quantiles(repeated(verb, 2000)))
        entry = verb()
        receipt_of(entry)
        say("receipt", quantiles(repeated(lambda: receipt_of(entry), 5000)))
        sequencer.sequence(organisation)
        placed = 0
        for batch in batches:
            count = max(batch, min(total // 2, 50 * batch))
            filled(organisation, count)
            sequencer.BATCH = batch
            begun = time.perf_counter()
            assert sequencer.sequence(organisation) == count
            placed += count
            say(f"sequencer, batches of {batch:,}", f"{count / (time.perf_counter() - begun):,.0f} entries/s")
        filled(organisation, max(0, total - placed))
        sequencer.sequence(organisation)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        proofs(organisation)


def proofs(organisation: Any) -> None:
    import random

    from audit.export import export
    from audit.logs import current_log
    from audit.models import Entry
    from audit.queries.proofs import consistency_of, inclusion_of
    from audit.verify_record import check_whole

    log = current_log(organisation)
    size = sequencer_size(log)
    some = list(Entry.objects.order_by("leaf_hash")[:500])
    say(
        f"inclusion proof among {size:,}",
        quantiles([repeated(lambda one=one: inclusion_of(one), 1)[0] for one in some]),
    )
    sizes = [random.randint(1, size) for _ in range(500)]
    say(
        f"consistency proof among {size:,}",
        quantiles([repeated(lambda first=first: consistency_of(log, first, size), 1)[0] for first in sizes]),
    )
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "record.zip"
        begun = time.perf_counter()
        with file.open("wb") as out:
            for piece in export(organisation):
                out.write(piece)
        say(f"export of {size:,}", f"{time.perf_counter() - begun:.1f} s, {file.stat().st_size:,} octets")
        with zipfile.ZipFile(file) as archive:
            archive.extractall(name)
        begun = time.perf_counter()
        check_whole(Path(name), log.vkey)
        say(f"offline verification of {size:,}", f"{time.perf_counter() - begun:.1f} s")


def sequencer_size(log: Any) -> int:
    from audit.sequencer import size_of

    return size_of(log)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("entries", nargs="?", type=int, default=100_000)
    parser.add_argument("--batches", nargs="*", type=int, default=[100, 10_000])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        os.environ["DATA_DIR"] = name
        os.environ["DJANGO_SETTINGS_MODULE"] = "tractatus_site.settings"
        django.setup()

        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            print(f"{connection.vendor}, Python {sys.version.split()[0]}, {os.cpu_count()} cores")
            measure(given.entries, given.batches)
        finally:
            connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


if __name__ == "__main__":
    main()
