"""A record of many entries, to measure on: DATABASE_URL=… DATA_DIR=… python tests/bench/large_record.py ENTRIES

Fills the database that DATABASE_URL names, which should be new and for this alone, with the people of the tests and so
many entries of their organisation over 30 days: nineteen in twenty are checks of agents with their services, as the
gate writes them, and there is something of everything that is rare. They are written past the verbs, their guards and
indexes put up afterwards. What follows is the software's own work, and its time, processor time and memory are printed
as JSON, a line each: the places in the tree, the hours counted and counted again, the corpus published, the export and
its verification.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tractatus_site.settings")

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from accounts import guards  # noqa: E402
from accounts.models import Organisation  # noqa: E402
from accounts.scope import open_organisation  # noqa: E402
from audit.models import Entry, Pending, Surface  # noqa: E402

SPAN = timedelta(days=30)
RARE = 200
"""Of so many entries a rare actor is the one, however many there are: what is found fills a page at every size."""
COLUMNS = [field.column for field in Entry._meta.concrete_fields]
STEPS = ",".join(
    f'{{"microseconds":{took},"result":"{said}","service":"{service}"}}'
    for service, said, took in (
        ("BoundaryEnforcer", "allow", 5), ("CrossReferenceValidator", "allow", 34),
        ("MetacognitiveVerifier", "allow", 51), ("ContextPressureMonitor", "allow", 3),
    )
)  # fmt: skip
BOUNDARIES = ("12.1 values", "12.2 user_agency", "12.3 irreversible", "12.4 unprecedented", "12.5 cultural_context")
FILLED = "filled.json"
"""What DATA_DIR holds once the database is filled: how far, and what was measured on the way."""


# --- Entries, as the gate writes them


def entries(organisation: UUID, projects: list[UUID], people: list[str], events: list[str], size: int) -> Iterator[Any]:
    """The columns of so many entries, evenly over the days up to now."""
    dice = random.Random(size)
    end = datetime.now(UTC) - timedelta(minutes=1)
    agents = [f"{number:032x}" for number in range(1, 21)]
    often = [1 / (place + 1) for place in range(len(events))]
    asked: list[UUID] = []
    much_answered: UUID | None = None
    for number in range(size):
        at = end - SPAN * (1 - number / size)
        pk = UUID(int=(int(at.timestamp() * 1000) << 80) | (0x7 << 76) | (0b10 << 62) | dice.getrandbits(62))
        row: dict[str, Any] = {
            "id": pk, "organisation_id": organisation, "timestamp": at, "event": "oversight.check", "service": "Gate",
            "decision": dice.choices(("allow", "warn", "ask", "deny"), (930, 50, 15, 5))[0],
            "context_pressure": dice.choices(
                ("NORMAL", "ELEVATED", "HIGH", "CRITICAL", "DANGEROUS"), (800, 150, 40, 9, 1)
            )[0],
            "actor_kind": "agent", "actor_role": "key", "actor_ref": dice.choice(agents), "subject_kind": "check",
            "subject_id": str(UUID(int=number // 2)), "project_id": dice.choice(projects),
            "session": f"{number // 400:08x}", "boundary": None, "outcome": None, "mode": "enforced", "cause_id": None,
        }  # fmt: skip
        if number % 20 == 0:
            row |= {
                "event": dice.choices(events, often)[0], "service": "Tractatus", "decision": "proposed",
                "actor_kind": "human", "actor_role": "editor", "actor_ref": dice.choice(people),
                "context_pressure": None, "session": None,
            }  # fmt: skip
        elif number % 501 == 0:
            row |= {"event": "oversight.pressure", "service": "ContextPressureMonitor", "decision": "elevated"}
        if row["decision"] in {"ask", "deny"}:
            row["boundary"] = dice.choice(BOUNDARIES)
        if number % max(1, size // RARE) == 7:
            row["actor_ref"] = f"{0xABC:032x}"
        if asked and number % 50 == 0:
            row["cause_id"] = dice.choice(asked)
        if much_answered and number % 200 == 1:
            row["cause_id"] = much_answered
        asked = [*asked[-99:], pk]
        if number == size // 2:
            much_answered = pk
        canonical = _envelope(row, STEPS if row["service"] == "Gate" else "")
        row |= {"canonical": canonical, "leaf_hash": hashlib.sha256(b"\0" + canonical).digest()}
        yield [row[name] for name in COLUMNS]


def _envelope(row: dict[str, Any], steps: str) -> bytes:
    """RFC 8785 by hand: the keys in order, and nothing in the values that would be written otherwise."""
    cause = "null" if row["cause_id"] is None else f'"{row["cause_id"]}"'
    said = {name: json.dumps(row[name]) for name in ("boundary", "context_pressure", "session")}
    return (
        f'{{"actor":{{"kind":"{row["actor_kind"]}","ref":"{row["actor_ref"]}","role":"{row["actor_role"]}"}},'
        f'"agent":null,"boundary":{said["boundary"]},"cause":{cause},"commitments":{{}},'
        f'"context_pressure":{said["context_pressure"]},"coordination":[{steps}],"decision":"{row["decision"]}",'
        f'"event":"{row["event"]}","id":"{row["id"]}","mode":"enforced","organisation":"{row["organisation_id"]}",'
        f'"outcome":null,"policy":null,"project":"{row["project_id"]}","service":"{row["service"]}",'
        f'"session":{said["session"]},"subject":{{"id":"{row["subject_id"]}","kind":"check"}},'
        f'"timestamp":"{row["timestamp"]:%Y-%m-%dT%H:%M:%S.%fZ}","v":1}}'
    ).encode()


# --- Written past the verbs


def insert(rows: Iterator[Any]) -> None:
    """The entries, and that each waits for its place; the indexes of both are made afterwards, and the guards too."""
    tables = [Entry._meta.db_table, Pending._meta.db_table]
    guards.remove()
    if connection.vendor == "postgresql":
        _copy(tables, rows)
    else:
        _insert_sqlite(tables, rows)
    guards.install()


def _copy(tables: list[str], rows: Iterator[Any]) -> None:
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # foreign keys are looked at by triggers
        cursor.execute(
            "SELECT indexdef, indexname FROM pg_indexes WHERE tablename = ANY(%s) AND indexname NOT LIKE '%%pkey'",
            [tables],
        )
        indexes = cursor.fetchall()
        for _made, name in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        with cursor.cursor.copy(f"COPY audit_entry ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(
            "INSERT INTO audit_pending (entry_id, organisation_id) SELECT id, organisation_id FROM audit_entry e "
            "WHERE NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = e.id) ON CONFLICT DO NOTHING"
        )
        for made, _name in indexes:
            cursor.execute(made)


def _insert_sqlite(tables: list[str], rows: Iterator[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA cache_size = -300000")
        cursor.execute("PRAGMA synchronous = OFF")
        cursor.execute("PRAGMA foreign_keys = OFF")
        cursor.execute(
            "SELECT sql, name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN (%s, %s)",
            tables,
        )
        indexes = cursor.fetchall()
        cursor.execute("BEGIN")
        for _made, name in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        names, marks = ", ".join(f'"{name}"' for name in COLUMNS), ", ".join("?" * len(COLUMNS))
        cursor.cursor.connection.executemany(
            f"INSERT INTO audit_entry ({names}) VALUES ({marks})", ([_sqlite(value) for value in row] for row in rows)
        )
        cursor.execute(
            "INSERT OR IGNORE INTO audit_pending (entry_id, organisation_id) SELECT id, organisation_id "
            "FROM audit_entry e WHERE NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = e.id)"
        )
        for made, _name in indexes:
            cursor.execute(made)
        cursor.execute("COMMIT")
    connection.close()


def _sqlite(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    return value.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else value


# --- What the software then does with them


def measured(what: str, work: Callable[[], Any]) -> Any:
    """Do it, and print how long it took by the clock, by this process's processor time, and how much memory at most."""
    Path("/proc/self/clear_refs").write_text("5")  # the most memory is counted from here on
    before = _memory()
    clock, own = time.perf_counter(), time.process_time()
    found = work()
    said = {
        "what": what, "seconds": round(time.perf_counter() - clock, 1), "own": round(time.process_time() - own, 1),
        "grown_mib": round((_memory() - before) / 1024, 1),
    }  # fmt: skip
    print(json.dumps(said), flush=True)
    return found


def _memory() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def analysed() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


def people_and_places() -> Organisation:
    """The organisation of the tests, with ten projects, everything shown to anybody, and fifty milestones."""
    from audit.domain.milestones import add_milestone
    from audit.domain.surfaces import switch_surface
    from tests.cast import Cast, make_project

    cast = Cast()
    with open_organisation(cast.organisation):
        for number in range(1, 10):
            make_project(cast.organisation, f"p{number}", f"Project {number}")
        for name in Surface.Name.values:
            switch_surface(cast.organisation, name, True, by=cast.administrator)
        for number in range(50):
            day = (datetime.now(UTC) - timedelta(days=number)).date()
            add_milestone(
                cast.organisation, by=cast.administrator, kind="change", day=day,
                title=f"The rule of day {number}", story="It was changed.", evidence="See the minutes.",
            )  # fmt: skip
    return cast.organisation


def fill(size: int) -> None:
    """Everything, from an empty database to what pages are read from."""
    from accounts.models import Membership, Project
    from audit.queries.wording import known_events

    call_command("migrate", verbosity=0)
    house = people_and_places()
    with open_organisation(house):
        projects = list(Project.objects.order_by("slug").values_list("pk", flat=True))
        people = [pk.hex for pk in Membership.objects.values_list("pk", flat=True)]
    rows = entries(house.pk, projects, people, known_events(), size)
    measured("written past the verbs", lambda: insert(rows))
    analysed()
    (Path(settings.DATA_DIR) / FILLED).write_text(json.dumps({"entries": size}))


def work(house: Organisation) -> None:
    """What the software does with what was written, once."""
    from audit.dataset.publishing import publish
    from audit.domain import metrics
    from audit.export import write_export
    from audit.sequencer import sequence
    from audit.verify_record import check_whole

    with open_organisation(house):
        vkey = ""
        measured("places in the tree", lambda: sequence(house, wait=True))
        analysed()
        measured("hours counted", lambda: metrics.count_new(house))
        measured("counted again", lambda: metrics.count(metrics.envelopes_of(house)))
        measured("corpus published", lambda: publish(house))
        folder = Path(settings.DATA_DIR) / "export"
        folder.mkdir(exist_ok=True)
        with (folder / "record.zip").open("wb") as out:
            measured("export", lambda: write_export(house, out))
        with zipfile.ZipFile(folder / "record.zip") as archive:
            archive.extractall(folder)
        vkey = (folder / "log.vkey").read_text()
        measured("verified", lambda: check_whole(folder, vkey))
    analysed()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("entries", type=int)
    asked = parser.parse_args()
    if not (Path(settings.DATA_DIR) / FILLED).exists():
        fill(asked.entries)
    work(Organisation.objects.get(slug="care"))


if __name__ == "__main__":
    main()
