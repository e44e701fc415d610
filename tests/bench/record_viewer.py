"""How fast the record is read with many entries, and how much slower than with few.

    python tests/bench/record_viewer.py --keep FOLDER [--server postgres://…] [--sizes 10000,1000000] [--readings 9]

FOLDER keeps the databases, made by `large_record.py` where they are not there yet (which takes long): one SQLite file a
size and, with --server, one PostgreSQL database a size on that server. Each size is read by a process of its own, page
by page in turns, so that a slow moment of the machine is shared by all. A figure is milliseconds of a processor, of
Python and of PostgreSQL together; beside it the 95th percentile by the clock, which on a busy machine is mostly waiting
for a turn. The last column is the largest size through the smallest. --all prints each pair of filters by itself.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
AIM = 150
"""Milliseconds a page may take on the server."""
GROWTH = 1.5
PAIRS = "pair: "


# --- One size, in a process of its own


def addresses() -> tuple[dict[str, Callable[[], Any]], int]:
    """What is asked for, by name; and how many entries there are."""
    from django.core.cache import cache
    from django.test import Client
    from django.urls import reverse

    from accounts.domain.keys import create_api_key
    from accounts.models import Membership, Organisation, Project
    from accounts.permissions import SYSTEM
    from accounts.scope import open_organisation
    from audit.models import Dataset, Entry
    from audit.queries.proofs import last_checkpoint
    from tests.deliberation.pages import signed_in

    house = Organisation.objects.get(slug="care")
    with open_organisation(house):
        reader = Membership.objects.select_related("user").get(user__email__startswith="administrator").user
        checkpoint = last_checkpoint(house)
        assert checkpoint is not None
        checks = Entry.objects.filter(event="oversight.check")
        size, ids = checkpoint.size, list(Entry.objects.order_by("id").values_list("id", flat=True)[:10])
        last = Entry.objects.order_by("-id")[0]
        middle = checks.filter(id__gte=Entry.objects.order_by("id")[size // 2].pk).order_by("id")[0]
        causes = Entry.objects.filter(cause_id__isnull=False, id__gt=middle.pk).order_by("id")
        [(much_answered, _times)] = Counter(causes.values_list("cause_id", flat=True)[:1000]).most_common(1)
        asked = Entry.objects.get(pk=much_answered)
        corpus = Dataset.objects.first()
        key = create_api_key(Project.objects.get(pk=middle.project_id), "Bench", by=SYSTEM)
    day = middle.timestamp.date()
    common = {
        "service": "Gate", "decision": "warn", "pressure": "HIGH", "project": middle.project_id,
        "session": middle.session, "actor": middle.actor_ref, "event": "oversight.check",
        "subject": f"check:{middle.subject_id}",
    }  # fmt: skip
    listed = {
        "list": "",
        "list, from the middle": f"after={middle.pk}",
        "list, last page": f"after={ids[-1]}",
        **{f"by {name}": f"{name}={value}" for name, value in common.items()},
        "by a service within checks": "service=BoundaryEnforcer",
        "by a service that never ran": "service=PluralisticDeliberationOrchestrator",
        "by a rare decision": "decision=elevated",
        "by a rare pressure": "pressure=DANGEROUS",
        "by a rare actor": f"actor={0xABC:032x}",
        "by a rare event": "event=outcome.reopen",
        "one day": f"since={day}&until={day}",
        "one day, allowed": f"since={day}&until={day}&decision=allow",
        "31 days in the chart": f"since={day - timedelta(days=30)}",
        "deep, by decision": f"decision=warn&after={middle.pk}",
        **{f"{PAIRS}{one}, {two}": f"{one}={common[one]}&{two}={common[two]}" for one, two in combinations(common, 2)},
        f"{PAIRS}two rare": "decision=deny&pressure=DANGEROUS",
        f"{PAIRS}rare and common": "pressure=DANGEROUS&service=Gate",
        f"{PAIRS}a service within checks, denied": "service=BoundaryEnforcer&decision=deny",
        f"{PAIRS}a service that never ran": "service=InstructionPersistenceClassifier&decision=warn",
        f"{PAIRS}never together": "service=Tractatus&decision=allow",
        f"{PAIRS}never together, rare": "service=ContextPressureMonitor&decision=deny",
        f"{PAIRS}four at once": f"service=Gate&decision=deny&pressure=DANGEROUS&project={middle.project_id}",
    }
    here = reverse("record", args=["care"])
    browser, anybody, program = signed_in(reader), Client(), Client(headers={"Authorization": f"Bearer {key.secret}"})
    found: dict[str, Callable[[], Any]] = {}

    def ask(name: str, client: Any, address: str, *, afresh: bool = False, **headers: str) -> None:
        def read() -> Any:
            if afresh:
                cache.clear()
            return client.get(address, **({"headers": headers} if headers else {}))

        found[name] = read

    for name, query in listed.items():
        ask(name, browser, f"{here}?{query}")
    for name, one in (("newest", last), ("from the middle", middle), ("much answered", asked)):
        ask(f"entry, {name}", browser, reverse("record_entry", args=["care", one.pk]))
    for form in ("tlog", "receipt"):
        ask(f"entry, its {form}", browser, reverse("record_proof", args=["care", middle.pk, form]))
    ask("metrics", browser, reverse("metrics", args=["care"]))
    for name in ("evolution", "settings_public", "settings_export", "ledger"):
        ask(name.replace("_", ", "), browser, reverse(name, args=["care"]))
    ask("public metrics, afresh", anybody, reverse("public_metrics"), afresh=True)
    ask("public metrics, remembered", anybody, reverse("public_metrics"))
    for name in ("public_evidence", "public_evolution", "public_datasets", "framework_card"):
        ask(f"{name.replace('_', ' ')}, afresh", anybody, reverse(name), afresh=True)
    ask("home with its figures, afresh", anybody, "/", afresh=True)
    ask("public interface, afresh", anybody, reverse("api_public_framework_metrics"), afresh=True)
    if corpus is not None:
        ask("card of the corpus", anybody, reverse("public_dataset_card", args=[corpus.pk]))
    ask("prometheus, afresh", anybody, "/metrics", afresh=True, Authorization="Bearer bench")
    interface = {
        "entries": "audit/entries/",
        "entries, denied": "audit/entries/?decision=deny",
        "entries, never together": "audit/entries/?service=Tractatus&decision=allow",
        "entries, nothing like it": "audit/entries/?service=Gate&event=outcome.reopen&session=none",
        "checkpoint": "audit/checkpoint/",
        "consistency": f"audit/consistency/?from={size // 3}",
        "proof": f"audit/entries/{middle.pk}/proof/",
    }
    for name, path in interface.items():
        ask(f"interface: {name}", program, f"/api/v1/{path}", afresh=True)
    return found, size


def child() -> None:
    """Say what can be asked for, then read what is asked for: a line in, a line out."""
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.bench.as_served import as_served

    as_served()
    settings.METRICS_TOKEN = "bench"
    call_command("migrate", verbosity=0)
    pages, size = addresses()
    print(json.dumps({"names": list(pages), "size": size}), flush=True)
    for line in sys.stdin:
        name = line.strip()
        with CaptureQueriesContext(connection) as sent:
            before, clock = _worked(connection), time.perf_counter()
            response = pages[name]()
            status, length = response.status_code, len(response.content)
            took = (time.perf_counter() - clock) * 1000
            own, theirs = ((after - was) * 1000 for after, was in zip(_worked(connection), before, strict=True))
        said = {"own": own, "database": theirs, "clock": took, "queries": len(sent), "status": status, "length": length}
        print(json.dumps(said), flush=True)


def _worked(connection: Any) -> tuple[float, float]:
    """For how many seconds a processor has worked so far: for us, and for our connection to PostgreSQL."""
    theirs = 0.0
    if connection.vendor == "postgresql":
        connection.ensure_connection()
        pid = connection.connection.info.backend_pid
        theirs = int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    return time.process_time(), theirs


# --- All of them, side by side


def environment(keep: Path, server: str, size: int) -> dict[str, str]:
    """Where the database of this size is, and what belongs to it."""
    folder = keep / f"{'postgres' if server else 'sqlite'}-{size}"
    folder.mkdir(parents=True, exist_ok=True)
    address = f"{server.rstrip('/')}/record_{size}" if server else f"sqlite:///{folder / 'record.sqlite3'}"
    facts = {"DATA_DIR": str(folder), "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "tractatus_site.settings"}
    return {name: value for name, value in os.environ.items() if name != "CACHE_URL"} | facts


def make(keep: Path, server: str, size: int) -> None:
    where = environment(keep, server, size)
    if (Path(where["DATA_DIR"]) / "filled.json").exists():
        return
    if server:
        import psycopg

        with psycopg.connect(f"{server.rstrip('/')}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE record_{size:d}")
    print(f"Making {where['DATABASE_URL']}", file=sys.stderr)
    subprocess.run([sys.executable, str(ROOT / "tests/bench/large_record.py"), str(size)], env=where, check=True)


class Reader:
    """The process that reads one size."""

    def __init__(self, keep: Path, server: str, size: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--child"], env=environment(keep, server, size), cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.names: list[str] = self._line()["names"]
        self.took: dict[str, list[dict[str, float]]] = {name: [] for name in self.names}

    def _line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def read(self, name: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{name}\n")
        self.process.stdin.flush()
        said = self._line()
        if said["status"] != 200:
            raise SystemExit(f"{name}: {said['status']}")
        self.took[name].append(said)

    def work(self, name: str) -> float:
        """The median of what a processor worked for it, in milliseconds. The first reading fills caches."""
        return statistics.median(one["own"] + one["database"] for one in self.took[name][1:])

    def clock(self, name: str) -> float:
        return statistics.quantiles((one["clock"] for one in self.took[name][1:]), n=20)[-1]

    def end(self) -> None:
        self.process.communicate()


def measure(keep: Path, server: str, sizes: list[int], readings: int, *, every: bool) -> None:
    for size in sizes:
        make(keep, server, size)
    readers = [Reader(keep, server, size) for size in sizes]
    try:
        for _turn in range(readings + 1):
            for name in readers[0].names:
                for reader in readers:
                    reader.read(name)
    finally:
        for reader in readers:
            reader.end()
    report("PostgreSQL" if server else "SQLite", sizes, readers, every=every)


def report(vendor: str, sizes: list[int], readers: list[Reader], *, every: bool) -> None:
    columns = " | ".join(f"{size:,}" for size in sizes)
    print(f"\n{vendor}\n\n| ms, median work / 95th percentile by the clock | {columns} | growth |")
    print("| --- |" + " ---: |" * (len(sizes) + 1))
    names = readers[0].names
    pairs = [name for name in names if name.startswith(PAIRS)]
    slowest = max(pairs, key=readers[-1].work)
    rows = names if every else [name for name in names if name not in pairs]
    for name in rows:
        print(f"| {name} | {_cells(readers, name)} |")
    if not every:
        which = f"{len(pairs)} pairs of filters, the slowest: {slowest.removeprefix(PAIRS)}"
        print(f"| {which} | {_cells(readers, slowest)} |")
    slow = [name for name in names if readers[-1].work(name) > AIM]
    grown = [name for name in names if readers[-1].work(name) / readers[0].work(name) > GROWTH]
    begun = [(one["own"] + one["database"], name) for reader in readers for name, (one, *_) in reader.took.items()]
    first, which = max(begun)
    print(f"\nOf {len(names)} pages: work over {AIM} ms {slow or 'none'}; growth over {GROWTH} {grown or 'none'}.")
    print(f"The slowest first reading of a process: {which}, {first:.0f} ms of work.")
    print(f"Load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def _cells(readers: list[Reader], name: str) -> str:
    cells = [f"{reader.work(name):.0f} / {reader.clock(name):.0f}" for reader in readers]
    return " | ".join([*cells, f"{readers[-1].work(name) / readers[0].work(name):.2f}"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--server", default="", help="without it SQLite alone")
    parser.add_argument("--sizes", default="10000,1000000")
    parser.add_argument("--readings", type=int, default=9)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        child()
        return
    if asked.keep is None:
        parser.error("--keep names the folder in which the databases are kept")
    if asked.readings < 2:
        parser.error("of one reading there is no percentile")
    sizes = [int(size) for size in asked.sizes.split(",")]
    for server in dict.fromkeys(["", asked.server]):
        if asked.only in {None, "postgresql" if server else "sqlite"}:
            measure(asked.keep.resolve(), server, sizes, asked.readings, every=asked.all)


if __name__ == "__main__":
    main()
