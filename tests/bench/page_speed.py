"""How fast the pages are: DATABASE_URL=postgres://… python tests/bench/page_speed.py [--sizes 100,10000]

On that PostgreSQL, which is told apart by its databases: `many_deliberations.py` makes one for each number of
deliberations the first time, which takes some minutes, and it stays for the next; `--anew` makes them again. Each has a
process of its own that reads the pages, and each page is read in turns in both, so that a slow moment of the machine is
shared by all. How long each page takes on the server, median and 95th percentile over the same readings, in
milliseconds; and for how long a processor worked for it, in Python and in the database together, which other work on
the machine changes little. The last column is what matters: the medians of that, at the largest and at the smallest
size. Then what the first page weighs.

Whoever reads takes part in the deliberations of the smallest size only. In all that come later the same two others sit,
who read the pages called "everywhere".
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import os
import re
import statistics
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tractatus_site.settings")

import django  # noqa: E402

django.setup()

from django.contrib.staticfiles import finders  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from accounts.domain.keys import create_api_key  # noqa: E402
from accounts.models import Organisation, Project, User  # noqa: E402
from accounts.permissions import SYSTEM  # noqa: E402
from accounts.scope import open_organisation  # noqa: E402
from deliberation.models import Deliberation  # noqa: E402
from tests.bench.as_served import as_served  # noqa: E402
from tests.bench.many_deliberations import CROWD, address_of, an_empty_one, are_there, kept, make  # noqa: E402
from tests.deliberation import stages  # noqa: E402
from tests.deliberation.pages import by_link, signed_in  # noqa: E402

READINGS = 20
AIM = 300
"""Milliseconds of the 95th percentile."""


# --- Pages


@dataclass(frozen=True)
class Read:
    """Who reads what. Words are sent by POST."""

    client: Client
    address: str
    query: dict[str, str]
    words: dict[str, str] | None = None

    def length(self) -> int:
        if self.words is not None:
            answer = self.client.post(self.address, self.words)
        else:
            answer = self.client.get(self.address, self.query)
        assert answer.status_code == 200, f"{self.address}: {answer.status_code}"
        return len(b"".join(answer.streaming_content) if answer.streaming else answer.content)


def pages_of() -> dict[str, Read]:
    """Who reads what, by a name for the table."""
    facilitator, holder, reviewer, *others = (
        signed_in(User.objects.get(email=f"{name}@care.example"))
        for name in ("facilitator", "holder", "reviewer", "second.facilitator", "second.holder")
    )
    here = {
        state: _first(state) for state in ("draft", "round_1", "round_2", "round_3", "round_4", "signing", "decided")
    }
    crowds = {one.state: one for one in Deliberation.objects.filter(question__body=CROWD)}
    full = {state: one.number for state, one in crowds.items()}
    voice = {state: by_link(stages.seat_of(one, "Stakeholder one")) for state, one in crowds.items()}
    secret = create_api_key(Project.objects.earliest("pk"), "Bench", by=SYSTEM).secret
    system = Client(headers={"Authorization": f"Bearer {secret}"})

    def at(route: str, *args: object, **query: str) -> tuple[str, dict[str, str]]:
        return reverse(route, args=args), query

    like = {"like": "May a tool sort applications?"}
    asked: dict[str, tuple[Client, tuple[str, dict[str, str]]]] = {
        "first page": (Client(), at("home")),
        "board": (facilitator, at("board", "care")),
        "board, mine": (holder, at("board", "care", show="mine")),
        "board, this week": (facilitator, at("board", "care", show="week")),
        "board, with a gap": (facilitator, at("board", "care", show="gap")),
        "board, ended": (facilitator, at("board", "care", show="ended")),
        "asked, facilitator": (facilitator, at("asked", "care")),
        "asked, holder": (holder, at("asked", "care")),
        "asked, reviewer": (reviewer, at("asked", "care")),
        "precedents": (reviewer, at("precedents", "care")),
        "precedents, by word": (reviewer, at("precedents", "care", q="tool")),
        "precedents, by a word nobody wrote": (reviewer, at("precedents", "care", q="zebra")),
        "precedents, alike": (reviewer, at("precedents", "care")),
        "ledger": (reviewer, at("ledger", "care")),
        "ledger, by word": (reviewer, at("ledger", "care", q="trial")),
        "ledger, by a word nobody wrote": (reviewer, at("ledger", "care", q="zebra")),
        "reviews": (reviewer, at("reviews", "care")),
        "deliberation": (facilitator, at("deliberation", "care", here["round_2"])),
        "intake": (facilitator, at("deliberation_intake", "care", here["draft"])),
        "stakeholders": (facilitator, at("stakeholders", "care", here["draft"])),
        "accommodations": (facilitator, at("accommodations", "care", here["round_2"])),
        "agreement": (facilitator, at("agreement", "care", here["round_3"])),
        "draft of an outcome": (facilitator, at("outcome_draft", "care", here["round_4"])),
        "signing": (holder, at("outcome_sign", "care", here["signing"])),
        "outcome": (facilitator, at("outcome", "care", here["decided"])),
        "card of 200": (voice["round_1"], at("card", "care", full["round_1"])),
        "round 1 of 200": (facilitator, at("round", "care", full["round_2"], 1)),
        "round 1 of 200, a voice": (voice["round_2"], at("round", "care", full["round_2"], 1)),
        "round 2 of 200": (facilitator, at("accommodations", "care", full["round_2"])),
        "round 2 of 200, a voice": (voice["round_2"], at("accommodations", "care", full["round_2"])),
        "round 3 of 200": (facilitator, at("agreement", "care", full["round_3"])),
        "round 3 of 200, a voice": (voice["round_3"], at("agreement", "care", full["round_3"])),
        "outcome of 200": (facilitator, at("outcome", "care", full["decided"])),
        "outcome of 200, a voice": (voice["decided"], at("outcome", "care", full["decided"])),
        "deliberation of 200": (facilitator, at("deliberation", "care", full["round_1"])),
        "stakeholders of 200": (facilitator, at("stakeholders", "care", full["round_1"])),
        "invitations of 200": (facilitator, at("invitations", "care", full["round_1"])),
        "board, everywhere": (others[0], at("board", "care")),
        "board, mine, everywhere": (others[1], at("board", "care", show="mine")),
        "board, ended, everywhere": (others[1], at("board", "care", show="ended")),
        "asked, facilitator everywhere": (others[0], at("asked", "care")),
        "asked, holder everywhere": (others[1], at("asked", "care")),
        "interface: deliberations": (system, at("api_deliberations", page_size="25")),
        "interface: outcomes": (system, at("api_outcomes", page_size="10")),
        "interface: precedents": (system, at("api_precedents", page_size="25")),
        "interface: alike": (system, at("api_precedents", similar_to=like["like"])),
    }
    words = {"precedents, alike": like}
    return {name: Read(client, *where, words.get(name)) for name, (client, where) in asked.items()}


def _first(state: str) -> int:
    return Deliberation.objects.filter(state=state).order_by("number").values_list("number", flat=True)[0]


@dataclass
class Took:
    """Milliseconds of each reading of a page: as one waits for it, and of the processor."""

    waited: list[float]
    worked: list[float]


def read_when_asked() -> None:
    """In a process of its own: reads each page whose name comes on a line, and answers how long it took."""
    call_command("migrate", interactive=False, verbosity=0)  # it was kept, and may be older than the code
    with open_organisation(Organisation.objects.get(slug="care")):
        pages = pages_of()
        print(json.dumps(list(pages)), flush=True)
        print(json.dumps(weight()), flush=True)
        for line in sys.stdin:
            before, begun = _worked(), time.perf_counter()
            octets = pages[line.strip()].length()
            waited, after = time.perf_counter() - begun, _worked()
            worked = sum(spent - before.get(who, 0) for who, spent in after.items())
            print(json.dumps([waited * 1000, worked * 1000, octets]), flush=True)


def _worked() -> dict[int, float]:
    """For how many seconds a processor has worked so far: for us (0), and for each process of our database."""
    worked = {0: time.process_time()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        for (pid,) in cursor.fetchall():
            with suppress(FileNotFoundError):  # the pool may let go of a connection
                worked[pid] = int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    return worked


class Reader:
    """A process that reads the pages of one database."""

    def __init__(self, size: int) -> None:
        command = [sys.executable, __file__, "--read-when-asked"]
        # One process of the database does all the work for a page, so that all of it is counted.
        alone = "?options=-c%20max_parallel_workers_per_gather%3D0"
        there = os.environ | {"DATABASE_URL": address_of(kept(size)) + alone}
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, env=there, stdin=pipe, stdout=pipe, text=True)
        self.names: list[str] = self._said()
        self.weighs: dict[str, int] = self._said()

    def read(self, name: str) -> list[float]:
        assert self.process.stdin
        print(name, file=self.process.stdin, flush=True)
        found: list[float] = self._said()
        return found

    def _said(self) -> Any:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("A reader ended; what it said stands above.")
        return json.loads(line)


def read(sizes: list[int], readings: int, only: str) -> tuple[dict[int, dict[str, Took]], dict[str, int]]:
    """How long each page took, in turns, so that a slow moment of the machine is shared by all; and the weight."""
    readers = {size: Reader(size) for size in sizes}
    names = [name for name in readers[sizes[0]].names if only in name]
    took = {size: {name: Took([], []) for name in names} for size in sizes}
    for turn in range(readings + 1):
        for name in names:
            for size, reader in readers.items():
                waited, worked, octets = reader.read(name)
                assert octets
                if turn:  # the first reading fills caches and compiles templates
                    took[size][name].waited.append(waited)
                    took[size][name].worked.append(worked)
    for reader in readers.values():
        reader.process.stdin.close()  # type: ignore[union-attr]
        reader.process.wait()
    return took, readers[sizes[0]].weighs


def weight() -> dict[str, int]:
    """Octets of the first page and of what it names, as they are sent: compressed."""
    sent = Client().get("/", follow=True, headers={"Accept-Encoding": "gzip"}).content
    page = gzip.decompress(sent)
    found = {"page": len(sent)}
    for address in re.findall(rb'(?:src|href)="(/static/[^"]+\.(?:css|js|svg))"', page):
        path = finders.find(address.decode().removeprefix("/static/"))
        assert path, address
        found[Path(path).name] = len(gzip.compress(Path(path).read_bytes(), 9))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="How fast the pages are.")
    parser.add_argument("--sizes", default="100,10000", help="numbers of deliberations, rising")
    parser.add_argument("--readings", type=int, default=READINGS)
    parser.add_argument("--anew", action="store_true", help="make the databases again")
    parser.add_argument("--only", default="", help="only pages in whose name this stands")
    parser.add_argument("--make", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--read-when-asked", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    sizes = [int(one) for one in given.sizes.split(",")]
    if connection.vendor != "postgresql":
        raise SystemExit("DATABASE_URL must name a PostgreSQL whose user may make databases.")
    as_served()
    if given.make:
        make(sizes)
    elif given.read_when_asked:
        read_when_asked()
    else:
        if given.anew or not are_there(sizes):
            with an_empty_one() as building:
                again = [sys.executable, __file__, "--make", "--sizes", given.sizes]
                subprocess.run(again, env=os.environ | {"DATABASE_URL": building}, check=True)
        report(*read(sizes, given.readings, given.only))


def report(took: dict[int, dict[str, Took]], weighs: dict[str, int]) -> None:
    sizes = list(took)
    out = io.StringIO()
    columns = [f"{size:,}{of}" for of in ("", ", processor") for size in sizes]
    print("| ms, median / 95th percentile | " + " | ".join(columns) + " | growth |", file=out)
    print("| --- |" + " ---: |" * (2 * len(sizes) + 1), file=out)
    for name in took[sizes[0]]:
        each = [took[size][name] for size in sizes]
        worked = [statistics.median(one.worked) for one in each]
        cells = [f"{statistics.median(one.waited):.0f} / {_p95(one.waited):.0f}" for one in each]
        cells += [f"{one:.0f}" for one in worked]
        print(f"| {name} | " + " | ".join(cells) + f" | {worked[-1] / worked[0]:.2f} |", file=out)
    for size in sizes:
        for of in ("waited", "worked"):
            every = [one for took_ in took[size].values() for one in getattr(took_, of)]
            slow = [name for name, took_ in took[size].items() if _p95(getattr(took_, of)) > AIM]
            print(
                f"\n{size:,}, {of}: 95th percentile of all readings {_p95(every):.0f} ms; "
                f"over {AIM} ms: {', '.join(slow) or 'none'}",
                file=out,
            )
    print(f"\nFirst page: {weighs}, {sum(weighs.values()):,} octets in all", file=out)
    print(f"Load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", file=out)
    print(out.getvalue())


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


if __name__ == "__main__":
    main()
