"""How fast the pages of a long instruction history are: python tests/bench/instruction_history.py [--rows 100000]

Makes an organisation with one project in a database of its own (DATABASE_URL, or SQLite in a temporary folder), brings
in so many instructions as one file, has them in force, and asks for the list, its filters and searches by a client in
this process: the time of the server, without a network. Median and 95th percentile in milliseconds over the same
requests, and what bringing in, accepting as many as a page does, and taking out took.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

QUADRANTS = ("SYSTEM", "OPERATIONAL", "STRATEGIC", "TACTICAL", "STOCHASTIC")
LEVELS = ("HIGH", "MEDIUM", "LOW", "VARIABLE")
PAGEFUL = 5_000
"""Proposals that are accepted in one go on a page."""

AREAS = ("billing", "orders", "search", "catalogue", "letters", "payroll", "archive")
PHRASES = (
    "Service {n} of {area} listens on port {port}.",
    "Never delete the table {area}_{n} without asking.",
    "Always write tests for module {n} of {area}.",
    "Use the branch {area}-{n} for releases.",
    "Keep personal data of {area} case {n} out of logs.",
)
PAGES = (
    ("list", {}),
    ("all states", {"show": "all"}),
    ("second page", {"show": "in_force", "after": "middle"}),
    ("one quadrant", {"quadrant": "SYSTEM"}),
    ("two filters", {"quadrant": "TACTICAL", "persistence": "LOW"}),
    ("rare filter", {"environment": "staging"}),
    ("none in it", {"environment": "production"}),
    ("a common word", {"words": "always"}),
    ("a rare word", {"words": "port 12345"}),
    ("two words", {"words": "billing branch"}),
    ("no such word", {"words": "xylophone"}),
    ("a word and a filter", {"words": "never", "quadrant": "STRATEGIC"}),
)


def history(rows: int) -> bytes:
    """So many instructions in the form of instruction-history.json."""
    made = [
        {
            "id": f"inst_{n:03d}",
            "text": PHRASES[n % 5].format(n=n, area=AREAS[n % 7], port=10_000 + n % 50_000),
            "timestamp": f"2026-01-01T00:{n // 60 % 60:02d}:{n % 60:02d}Z",
            "quadrant": QUADRANTS[n % 5],
            "persistence": LEVELS[n % 4],
            "temporal_scope": "PROJECT",
            "verification_required": "REQUIRED",
            "explicitness": 0.9,
            "source": "user",
            "active": n % 10 != 0,
            "environment": "staging" if n % 1_000 == 1 else None,
            "parameters": {},
        }
        for n in range(1, rows + 1)
    ]
    return json.dumps(made).encode()


def timed(what: str, work: Callable[[], object]) -> object:
    begun = time.perf_counter()
    found = work()
    print(f"{what:24} {time.perf_counter() - begun:8.1f} s", flush=True)
    return found


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=100_000)
    asked.add_argument("--times", type=int, default=20)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DATA_DIR", folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = "tractatus_site.settings"
        import django

        django.setup()
        from django.core.management import call_command
        from django.test.utils import setup_databases, setup_test_environment, teardown_databases

        setup_test_environment()
        call_command("collectstatic", verbosity=0, interactive=False)
        databases = setup_databases(verbosity=0, interactive=False)
        try:
            measure(options.rows, options.times)
        finally:
            teardown_databases(databases, verbosity=0)


def measure(rows: int, times: int) -> None:
    from django.db import connection
    from django.test import Client
    from django.urls import reverse

    from accounts import clock
    from accounts.scope import open_organisation
    from instructions.domain.deciding import accept_proposals
    from instructions.domain.exporting import as_json
    from instructions.domain.importing import import_instructions
    from instructions.models import Instruction
    from tests.cast import Cast

    cast = Cast()
    print(f"{rows} instructions, {connection.vendor}")
    with open_organisation(cast.organisation):
        data = history(rows)
        timed("bring in", lambda: import_instructions(cast.organisation, cast.project, "a.json", data, by=cast.editor))
        made = list(Instruction.objects.select_related("project", "organisation").order_by("id")[:PAGEFUL])
        timed(f"accept {len(made)}", lambda: accept_proposals(made, by=cast.editor, why="Measured.", apart=True))
        # The rest is put in force past the verb, which compares each with all that stands.
        rest = Instruction.objects.filter(state=Instruction.State.PROPOSED)
        rest.update(state=Instruction.State.ACTIVE, published_by=cast.editor, published_at=clock.now())
        timed("take out", lambda: sum(map(len, as_json(cast.project))))
        middle = str(Instruction.objects.order_by("id").values_list("pk", flat=True)[rows // 2])
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
    client = Client()
    client.force_login(cast.auditor)
    here = reverse("instructions", args=[cast.organisation.slug])
    for name, query in PAGES:
        query = {key: middle if value == "middle" else value for key, value in query.items()}
        taken = []
        for _ in range(times):
            begun = time.perf_counter()
            assert client.get(here, query).status_code == 200
            taken.append((time.perf_counter() - begun) * 1000)
        p95 = statistics.quantiles(taken, n=20)[-1] if times > 1 else taken[0]
        print(f"{name:24} {statistics.median(taken):8.1f} {p95:8.1f} ms", flush=True)


if __name__ == "__main__":
    main()
