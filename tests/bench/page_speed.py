"""How fast the pages are: DATABASE_URL=postgres://… python tests/bench/page_speed.py [--sizes 100,10000]

In a database of its own on that PostgreSQL: three organisations with deliberations at every stage, most of them in the
one whose pages are read, and one round in which 200 people speak. For each number of deliberations: how long each page
takes on the server, median and 95th percentile over the same readings, in milliseconds; and for how long a processor
worked for it, in Python and in the database together, which other work on the machine changes little. The last column
is what matters: the medians of that, at the largest and at the smallest size. Then what the first page weighs.

Most rows are copies that the database makes of a few it was led to by the verbs; they share their texts. Whoever reads
takes part in those of the smallest size only: an organisation grows, and what one person does in it does not. In all
that come later the same two others sit, who read the pages called "everywhere".
"""

from __future__ import annotations

import argparse
import gzip
import io
import os
import re
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tractatus_site.settings")

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.staticfiles import finders  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from django.db.models import F, Max, Model, Value  # noqa: E402
from django.db.models.functions import Concat  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_databases, setup_test_environment, teardown_databases  # noqa: E402
from django.urls import reverse  # noqa: E402

from accounts.domain.keys import create_api_key  # noqa: E402
from accounts.models import Organisation, SeatUser, User  # noqa: E402
from accounts.permissions import SYSTEM  # noqa: E402
from accounts.scope import open_organisation  # noqa: E402
from deliberation.models import Deliberation  # noqa: E402
from tests.cast import Cast  # noqa: E402
from tests.copies import copy_rows, hanging_on, taken  # noqa: E402
from tests.deliberation import stages  # noqa: E402
from tests.deliberation.pages import by_link, signed_in  # noqa: E402

VOICES = 200
READINGS = 20
AIM = 300
"""Milliseconds of the 95th percentile."""

OFTEN = 4
"""So many times as often as the other stages there are those that last: decided, and due for review."""

STAGES = (
    stages.at_conflict, stages.at_draft, stages.at_stakeholders, stages.at_inviting, stages.invited,
    lambda cast: stages.at_round(cast, 1), lambda cast: stages.at_round(cast, 2), lambda cast: stages.at_round(cast, 3),
    stages.at_drafted, stages.at_signing, stages.at_decided, stages.at_review_due,
)  # fmt: skip


# --- Rows


@contextmanager
def no_triggers() -> Iterator[None]:
    """Rows are copied past the guards and the keys of PostgreSQL; what was copied fits together."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            yield
        finally:
            cursor.execute("SET session_replication_role = DEFAULT")


def organisation_beside(number: int) -> Cast:
    """An organisation with everybody in it, whose addresses then make way for the next."""
    cast = Cast()
    with open_organisation(cast.organisation):
        for stage in STAGES:
            stage(cast)
    with no_triggers():
        User.objects.filter(email__endswith=".example").update(email=Concat(F("email"), Value(f".n{number}")))
        Organisation.objects.filter(slug__in=["care", "harbour"]).update(slug=Concat(F("slug"), Value(f"-n{number}")))
    return cast


class Copier:
    """Copies deliberations inside the database, each with all that hangs on it."""

    def __init__(self, deliberations: list[Deliberation], cast: Cast) -> None:
        self.groups = [(hanging_on([one]), OFTEN if one.state == "decided" else 1) for one in deliberations]
        self.others = {cast.facilitator.pk: cast.second_facilitator.pk, cast.holder.pk: cast.second_holder.pk}
        self.made = 0

    def copy(self, total: int) -> None:
        """As many copies as are still missing to `total`."""
        each = total // sum(often for _group, often in self.groups) - self.made
        with no_triggers(), transaction.atomic(), connection.cursor() as cursor:
            for group, often in self.groups:
                rows = [row for row in group if not (self.made and self._is_of_a_voice(row))]
                self._copy(cursor, rows, self.made * often, each * often)
        self.made += each

    def _is_of_a_voice(self, row: Model) -> bool:
        return isinstance(row, SeatUser) and row.user_id not in self.others

    def _copy(self, cursor: Any, group: list[Model], before: int, times: int) -> None:
        ids = [row.pk for row in group]
        fresh = {pk: pk for pk in ids}
        tables: dict[type[Model], list[Model]] = defaultdict(list)
        for row in group:
            tables[type(row)].append(row)
        for model, rows in tables.items():
            free = set().union(*(taken(row, fresh) for row in rows))
            names, values = [], []
            for field in model._meta.concrete_fields:
                column = f'"{field.column}"'
                names.append(column)
                values.append(self._value(cursor, model, field, column, free, times))
            cursor.execute(
                f'INSERT INTO "{model._meta.db_table}" ({", ".join(names)}) SELECT {", ".join(values)} '
                f'FROM "{model._meta.db_table}", generate_series(%(first)s, %(last)s) AS n WHERE id = ANY(%(rows)s)',
                {"first": before + 1, "last": before + times, "rows": [row.pk for row in rows], "ids": ids},
            )

    def _value(
        self, cursor: Any, model: type[Model], field: models.Field[Any, Any], column: str, free: set[str], times: int
    ) -> str:
        if field.attname in free:
            if isinstance(field, models.IntegerField):
                last = model._default_manager.aggregate(last=Max(field.attname))["last"]
                return f"{int(last)} - %(first)s + 1 + n"
            return f"md5({column} || n)"
        if model is SeatUser and field.attname == "user_id" and self.made:  # later ones are other people's
            whens = " ".join(f"WHEN {column} = '{one}' THEN '{other}'::uuid" for one, other in self.others.items())
            return f"CASE {whens} END"
        if isinstance(field, models.UUIDField | models.ForeignKey) and field.db_type(connection) == "uuid":
            return f"CASE WHEN {column} = ANY(%(ids)s) THEN md5({column}::text || n)::uuid ELSE {column} END"
        return column


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


def pages_of(cast: Cast) -> dict[str, Read]:
    """Who reads what, by a name for the table."""
    facilitator, holder, reviewer = (signed_in(one) for one in (cast.facilitator, cast.holder, cast.reviewer))
    others = [signed_in(one) for one in (cast.second_facilitator, cast.second_holder)]
    here = {state: _last(state) for state in ("draft", "round_1", "round_2", "round_3", "round_4", "decided")}
    crowd = Deliberation.objects.get(question__body=CROWD)
    voice = by_link(stages.seat_of(crowd, "Stakeholder one"))
    secret = create_api_key(cast.project, "Bench", by=SYSTEM).secret
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
        "precedents, alike": (reviewer, at("precedents", "care")),
        "reviews": (reviewer, at("reviews", "care")),
        "deliberation": (facilitator, at("deliberation", "care", here["round_2"])),
        "intake": (facilitator, at("deliberation_intake", "care", here["draft"])),
        "stakeholders": (facilitator, at("stakeholders", "care", here["draft"])),
        "accommodations": (facilitator, at("accommodations", "care", here["round_2"])),
        "agreement": (facilitator, at("agreement", "care", here["round_3"])),
        "outcome": (facilitator, at("outcome", "care", here["decided"])),
        f"round of {VOICES}": (facilitator, at("round", "care", crowd.number, 1)),
        f"round of {VOICES}, a voice": (voice, at("round", "care", crowd.number, 1)),
        f"deliberation of {VOICES}": (facilitator, at("deliberation", "care", crowd.number)),
        f"invitations of {VOICES}": (facilitator, at("invitations", "care", crowd.number)),
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


def _last(state: str) -> int:
    return Deliberation.objects.filter(state=state).order_by("number").values_list("number", flat=True)[0]


CROWD = "May two hundred people be asked at once?"


def a_crowd(cast: Cast) -> None:
    """A closed first round in which so many people spoke."""
    deliberation = stages.at_round(cast, 1)
    deliberation.question.body = CROWD
    with no_triggers():
        deliberation.question.save(update_fields=["body"])
    seat = stages.seat_of(deliberation, "Stakeholder two")
    stages.positions_given(cast, deliberation)
    copy_rows(VOICES - 4, [seat.invitation.stakeholder, seat])


@dataclass
class Took:
    """Milliseconds of each reading of a page: as one waits for it, and of the processor."""

    waited: list[float]
    worked: list[float]


def read(pages: dict[str, Read], readings: int) -> dict[str, Took]:
    """In turns, so that a slow moment of the machine is shared by all."""
    took: dict[str, Took] = {name: Took([], []) for name in pages}
    for turn in range(readings + 1):
        for name, page in pages.items():
            before, begun = _worked(), time.perf_counter()
            assert page.length()
            waited, after = time.perf_counter() - begun, _worked()
            if turn:  # the first reading fills caches and compiles templates
                took[name].waited.append(waited * 1000)
                took[name].worked.append(sum(spent - before.get(who, 0) for who, spent in after.items()) * 1000)
    return took


def _worked() -> dict[int, float]:
    """For how many seconds a processor has worked so far: for us (0), and for each process of our database."""
    worked = {0: time.process_time()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        for (pid,) in cursor.fetchall():
            with suppress(FileNotFoundError):  # the pool may let go of a connection
                worked[pid] = int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    return worked


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
    given = parser.parse_args()
    sizes = [int(one) for one in given.sizes.split(",")]
    if connection.vendor != "postgresql":
        raise SystemExit("DATABASE_URL must name a PostgreSQL whose user may make databases.")
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": plain}}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["key"] = "100000/min"
    setup_test_environment()
    made = setup_databases(verbosity=0, interactive=False)
    try:
        measure(sizes, given.readings)
    finally:
        teardown_databases(made, verbosity=0)


def measure(sizes: list[int], readings: int) -> None:
    beside = []
    for number in (1, 2):
        cast = organisation_beside(number)
        with open_organisation(cast.organisation):
            beside.append((cast, Copier(list(Deliberation.objects.all()), cast)))
    cast = Cast()
    with open_organisation(cast.organisation):
        rows = [stage(cast) for stage in STAGES]
        copier = Copier([Deliberation.objects.get(pk=row.pk) for row in rows], cast)
        a_crowd(cast)
    took: dict[int, dict[str, Took]] = {}
    for size in sizes:
        begun = time.perf_counter()
        for other, one in beside:
            with open_organisation(other.organisation):
                one.copy(size // 10)
        with open_organisation(cast.organisation):
            copier.copy(size - 2 * (size // 10))
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
                cursor.execute("SELECT count(*) FROM deliberation_deliberation")
                total = cursor.fetchone()[0]
            print(f"{total} deliberations, made in {time.perf_counter() - begun:.0f} s", file=sys.stderr)
            took[size] = read(pages_of(cast), readings)
    report(took)


def report(took: dict[int, dict[str, Took]]) -> None:
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
    weighs = weight()
    print(f"\nFirst page: {weighs}, {sum(weighs.values()):,} octets in all", file=out)
    print(f"Load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", file=out)
    print(out.getvalue())


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


if __name__ == "__main__":
    main()
