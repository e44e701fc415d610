"""How fast the record is read: python tests/bench/record_viewer.py [--sizes 10000,1000000]

In a database of its own, on SQLite or, with DATABASE_URL=postgres://…, on that PostgreSQL: the entries of one
organisation over 30 days, most of them checks of agents, as the gate writes them, and one in a thousand of everything
rare. For each number of entries, in milliseconds: the work of a page, which is the processor time of this process and
what it waited for the database; and how long the page took by the clock, the 95th percentile, which on a machine that
does other things as well is mostly waiting for a turn. The last column is the work at the largest size through that at
the smallest.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tractatus_site.settings")

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import setup_databases, setup_test_environment, teardown_databases  # noqa: E402
from django.urls import reverse  # noqa: E402

from accounts.models import Organisation  # noqa: E402
from accounts.scope import open_organisation  # noqa: E402
from audit import tree  # noqa: E402
from audit.domain.metrics import count_new  # noqa: E402
from audit.models import Counted, Entry  # noqa: E402
from tests.cast import Cast  # noqa: E402
from tests.deliberation.pages import signed_in  # noqa: E402

AIM = 150
"""Milliseconds a page may take on the server."""
GROWTH = 1.5
SPAN = timedelta(days=30)
COLUMNS = [field.column for field in Entry._meta.concrete_fields]
STEPS = ",".join(
    f'{{"microseconds":{took},"result":"{said}","service":"{service}"}}'
    for service, said, took in (
        ("BoundaryEnforcer", "allow", 5), ("CrossReferenceValidator", "allow", 34),
        ("MetacognitiveVerifier", "allow", 51), ("ContextPressureMonitor", "allow", 3),
    )
)  # fmt: skip


class Reading(NamedTuple):
    """Milliseconds of one page: the work it was, and the time by the clock."""

    work: float
    clock: float


# --- Entries, as the gate writes them


def entries(organisation: Organisation, project: UUID, numbers: range, all_of: int) -> Iterator[list[Any]]:
    """The columns of so many of `all_of` entries, evenly over the days up to now."""
    dice = random.Random(numbers.start)
    end = datetime.now(UTC) - timedelta(minutes=1)
    for number in numbers:
        at = end - SPAN * (1 - number / all_of)
        pk = UUID(int=(int(at.timestamp() * 1000) << 80) | (0x7 << 76) | (0b10 << 62) | dice.getrandbits(62))
        decision = dice.choices(("allow", "warn", "ask", "deny"), (930, 50, 15, 5))[0]
        pressure = dice.choices(("NORMAL", "ELEVATED", "HIGH", "CRITICAL", "DANGEROUS"), (800, 150, 40, 9, 1))[0]
        is_check = number % 20 != 0
        event, service = ("oversight.check", "Gate") if is_check else ("instruction.propose", "Tractatus")
        session, actor = f"{number // 400:08x}", f"{dice.randrange(20):032x}"
        subject = f"{number // 2:032x}"
        boundary = "12.1 values" if decision in {"ask", "deny"} else None
        stamp = at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        said = (
            f'{{"actor":{{"kind":"agent","ref":"{actor}","role":"key"}},"agent":null,"boundary":{_json(boundary)},'
            f'"cause":null,"commitments":{{}},"context_pressure":"{pressure}",'
            f'"coordination":[{STEPS if is_check else ""}],'
            f'"decision":"{decision}","event":"{event}","id":"{pk}","mode":"enforced","organisation":"{organisation.pk}",'
            f'"outcome":null,"policy":null,"project":"{project}","service":"{service}","session":"{session}",'
            f'"subject":{{"id":"{subject}","kind":"check"}},"timestamp":"{stamp}","v":1}}'
        ).encode()
        row: dict[str, Any] = {
            "id": pk, "organisation_id": organisation.pk, "canonical": said,
            "leaf_hash": hashlib.sha256(b"\0" + said).digest(), "timestamp": at, "event": event, "decision": decision,
            "service": service, "actor_kind": "agent", "actor_ref": actor, "actor_role": "key",
            "subject_kind": "check", "subject_id": subject, "project_id": project, "session": session,
            "boundary": boundary, "context_pressure": pressure, "outcome": None, "mode": "enforced", "cause_id": None,
        }  # fmt: skip
        yield [row[name] for name in COLUMNS]


def _json(text: str | None) -> str:
    return "null" if text is None else f'"{text}"'


def insert(rows: Iterator[list[Any]]) -> None:
    """As fast as the database takes them; its guards are in place."""
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.cursor.copy(f"COPY audit_entry ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        cursor.execute("PRAGMA cache_size = -500000")
        cursor.execute("PRAGMA synchronous = OFF")
        cursor.execute("BEGIN")
        marks = ", ".join("?" * len(COLUMNS))
        cursor.cursor.connection.executemany(
            f"INSERT INTO audit_entry ({names}) VALUES ({marks})", ([_sqlite(value) for value in row] for row in rows)
        )
        cursor.execute("COMMIT")


def _sqlite(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    return value.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else value


# --- Pages


def pages(project: UUID, middle: Entry, last: Entry) -> dict[str, str]:
    here = reverse("record", args=["care"])
    day = middle.timestamp.date()
    queries = {
        "newest": "",
        "older, from the middle": f"after={middle.pk}",
        "service": "service=Gate",
        "decision, one in 200": "decision=deny",
        "service and decision": "service=Tractatus&decision=ask",
        "pressure, one in 1,000": "pressure=DANGEROUS",
        "project": f"project={project}",
        "session": f"session={middle.session}",
        "actor": f"actor={middle.actor_ref}",
        "event": "event=instruction.propose",
        "subject": f"subject=check:{middle.subject_id}",
        "one day": f"since={day}&until={day}",
        "one day, denied": f"since={day}&until={day}&decision=deny",
        "31 days in the chart": f"since={(day - timedelta(days=30))}",
        "denied and dangerous": "decision=deny&pressure=DANGEROUS",
        "of a service with nothing like it": "service=BoundaryEnforcer&decision=deny",
        "four at once, found nothing": f"service=Gate&decision=deny&pressure=DANGEROUS&project={project}&session=none",
    }  # fmt: skip
    return {name: f"{here}?{query}" for name, query in queries.items()} | {
        "an entry": reverse("record_entry", args=["care", middle.pk]),
        "the newest entry": reverse("record_entry", args=["care", last.pk]),
        "metrics": reverse("metrics", args=["care"]),
    }


class Waited:
    """How long the database was waited for, beyond the processor time of this process."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        clock, own = time.perf_counter(), time.process_time()
        try:
            return execute(sql, params, many, context)
        finally:
            self.seconds += max(time.perf_counter() - clock - (time.process_time() - own), 0.0)


def read(browser: Any, addresses: dict[str, str], readings: int) -> dict[str, list[Reading]]:
    took: dict[str, list[Reading]] = {name: [] for name in addresses}
    for turn in range(readings + 1):
        for name, address in addresses.items():
            waited = Waited()
            clock, own = time.perf_counter(), time.process_time()
            with connection.execute_wrapper(waited):
                response = browser.get(address)
            work = time.process_time() - own + (waited.seconds if connection.vendor == "postgresql" else 0)
            assert response.status_code == 200, (name, response.status_code)
            if turn:  # the first fills caches and is left out
                took[name].append(Reading(work * 1000, (time.perf_counter() - clock) * 1000))
    return took


def measure(sizes: list[int], readings: int) -> None:
    cast = Cast()
    browser = signed_in(cast.auditor)
    house, project = cast.organisation, cast.project.pk
    took: dict[int, dict[str, list[Reading]]] = {}
    made = 0
    for size in sizes:
        begun = time.perf_counter()
        insert(entries(house, project, range(made, size), sizes[-1]))
        inserting = time.perf_counter() - begun
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        with open_organisation(house):
            Counted.objects.all().delete()
            begun = time.perf_counter()
            count_new(house)
            counting = time.perf_counter() - begun
            total = Entry.objects.count()
            middle = Entry.objects.order_by("id")[total // 2]
            last = Entry.objects.order_by("-id")[0]
        assert tree.leaf_hash(bytes(middle.canonical)) == bytes(middle.leaf_hash)
        print(
            f"{total:,} entries; {size - made:,} written in {inserting:.0f} s, all counted in {counting:.0f} s",
            file=sys.stderr,
        )
        made = size
        took[size] = read(browser, pages(project, middle, last), readings)
    report(took)


def report(took: dict[int, dict[str, list[Reading]]]) -> None:
    sizes = list(took)
    columns = " | ".join(f"{size:,}" for size in sizes)
    print(f"{connection.vendor}\n\n| ms, median work / 95th percentile by the clock | {columns} | growth |")
    print("| --- |" + " ---: |" * (len(sizes) + 1))
    verdict: Counter[str] = Counter()
    for name in took[sizes[0]]:
        work = [statistics.median(one.work for one in took[size][name]) for size in sizes]
        clocks = [statistics.quantiles((one.clock for one in took[size][name]), n=20)[-1] for size in sizes]
        growth = work[-1] / work[0]
        verdict["slow"] += work[-1] > AIM
        verdict["grown"] += growth > GROWTH
        cells = " | ".join(f"{own:.0f} / {clock:.0f}" for own, clock in zip(work, clocks, strict=True))
        print(f"| {name} | {cells} | {growth:.2f} |")
    print(f"\nWork over {AIM} ms: {verdict['slow']} pages; growth over {GROWTH}: {verdict['grown']} pages.")
    print(f"Load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000,1000000")
    parser.add_argument("--readings", type=int, default=20)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings.DATA_DIR = Path(folder)
        settings.LOG_KEY_FILE = str(Path(folder) / "log.key")
        if connection.vendor == "sqlite":
            settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(Path(folder) / "bench.sqlite3")
            connection.settings_dict["TEST"]["NAME"] = str(Path(folder) / "bench.sqlite3")
        setup_test_environment(debug=False)
        plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
        settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
        made = setup_databases(verbosity=0, interactive=False)
        try:
            measure([int(size) for size in asked.sizes.split(",")], asked.readings)
        finally:
            teardown_databases(made, verbosity=0)


if __name__ == "__main__":
    main()
