"""For minutes five people work and the process is killed again and again: what they were told as saved is there.

    bin/test --long tests/endurance --minutes 10 --seed 7

The site is `bin/serve`'s, once on SQLite and once on PostgreSQL. With each start it is some hours later, and days where
everybody waits: rounds close, drafts go to be signed and reminders are sent by the first tick after a kill, or not at
all.
"""

from __future__ import annotations

import json
import random
import re
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.endurance.people import Person, Work
from tests.site.conftest import free_port
from tests.site.site_process import ROOT, Site, environment

pytestmark = [pytest.mark.alone, pytest.mark.long]

HOUR = 3600
QUESTIONS = 2
"""How many questions are at work at once; each by the same five people, who are in two windows."""

COUNTS = {
    "terms": "SELECT count(*) FROM deliberation_terms t WHERE t.deliberation_id = d.id AND accepted_at IS NOT NULL",
    "sent": "SELECT count(*) FROM deliberation_invitation t WHERE t.deliberation_id = d.id AND state <> 'listed'",
    "closed": "SELECT count(*) FROM deliberation_round t WHERE t.deliberation_id = d.id AND state = 'closed' "
    "AND t.number = ?",
    "circulated": "SELECT count(*) FROM deliberation_outcomeversion t WHERE t.deliberation_id = d.id "
    "AND circulated_at IS NOT NULL",
}


class Killed:
    """A site that is killed and started again, each time somewhat later."""

    def __init__(self, data: Path, port: int, database: str) -> None:
        self.data, self.port, self.database = data, port, database
        self.later, self.kills = 0, 0
        self.up = threading.Event()

    @property
    def environment(self) -> dict[str, str]:
        named = {"DATABASE_URL": self.database} if self.database else {}
        return {"LATER": str(self.later), **named}

    def site(self) -> Site:
        command = [sys.executable, "-m", "tests.endurance.site_later"]
        return Site(self.data, self.port, command, **self.environment)

    def run_for(self, seconds: float, work: Work, chance: random.Random) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not work.over.is_set():
            with self.site() as site:
                self.up.set()
                work.over.wait(min(chance.uniform(0.2, 20), max(0.0, until - time.monotonic())))
                self.up.clear()
                site.process.kill()
                site.process.wait()
            self.kills += 1
            self.later += 49 * HOUR if work.waiting == QUESTIONS else HOUR

    def read(self, sql: str, *values: object) -> object:
        with closing(self._connection()) as connection:
            row = connection.execute(sql.replace("?", "%s") if self.database else sql, values).fetchone()
            return row[0] if row else None

    def _connection(self) -> Any:
        if self.database:
            return psycopg.connect(self.database)
        return sqlite3.connect(self.data / "tractatus.sqlite3", timeout=30)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty PostgreSQL; nothing for SQLite, whose file is in the site's folder."""
    if request.param == "sqlite":
        yield ""
        return
    server = request.getfixturevalue("postgres_url").replace("postgres://", "postgresql://")
    name = f"killed_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield f"{server.rsplit('/', 1)[0]}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_what_was_told_as_saved_is_there_after_every_kill(
    tmp_path: Path, pytestconfig: pytest.Config, database: str
) -> None:
    minutes, seed = float(pytestconfig.getoption("minutes", 10)), pytestconfig.getoption("seed", 1)
    killed = Killed(tmp_path / "data", free_port(), database)
    with killed.site() as site:
        assert site.stop() == 0

    def count(what: str, number: int, *more: object) -> int:
        sql = f"SELECT ({COUNTS[what]}) FROM deliberation_deliberation d WHERE d.number = ?"
        found = killed.read(sql, *more, number)
        assert isinstance(found, int)
        return found

    def state_of(number: int) -> str:
        return str(killed.read("SELECT state FROM deliberation_deliberation WHERE number = ?", number))

    address = f"http://127.0.0.1:{killed.port}/"
    work = Work(address, "/o/demo/", killed.up, state_of, count)
    broken: list[BaseException] = []

    def at_work() -> None:
        try:
            work.question_after_question()
        except BaseException as why:
            broken.append(why)
            work.over.set()

    people = [threading.Thread(target=at_work) for _ in range(QUESTIONS)]
    for thread in people:
        thread.start()
    killed.run_for(minutes * 60, work, random.Random(seed))
    work.over.set()
    for thread in people:
        thread.join()
    said = killed.data.with_name("data.log").read_text(errors="replace")
    for why in broken:
        print(said[-3000:])
        raise why
    shown = everything_shown(killed, work)
    found = compare(killed, work)
    saved = {mark for mark, (fate, event) in work.ledger.fates.items() if fate == "saved" and event != "deliberation."}
    unseen = saved - set(re.findall(r"w\d{5}x", shown)) - work.ledger.behind
    figures = {
        "database": "PostgreSQL" if database else "SQLite",
        "minutes": minutes,
        "seed": seed,
        "kills": killed.kills,
        "saved": work.ledger.count("saved"),
        "cut off": work.ledger.count("unknown"),
        "refused": work.ledger.count("refused"),
        "drafts": work.ledger.drafts,
        "decided": work.decided,
        "not on the pages looked at": len(unseen),
        "differences": len(found) + len(work.ledger.lost) + len(work.ledger.faults),
    }
    print(json.dumps(figures))
    assert (found, work.ledger.lost, work.ledger.faults) == ([], [], []), figures
    assert not unseen, (figures, Counter(work.ledger.fates[mark][1] for mark in unseen))
    assert killed.kills >= minutes, figures
    assert work.ledger.count("saved") > 20 * minutes, figures


def everything_shown(killed: Killed, work: Work) -> str:
    """The last start: the first tick does what is due, and the facilitator and the holder look at every page."""
    work.over.clear()
    killed.later += 60
    pages = ("intake/", "terms/", "people/", "round/1/", "round/2/", "round/3/", "outcome/", "outcome/draft/")
    shown = []
    with killed.site() as site:
        killed.up.set()
        site.wait("/readyz", within=120)
        highest = killed.read("SELECT max(number) FROM deliberation_deliberation")
        assert isinstance(highest, int)
        for person in (Person(work, "facilitator@demo.example"), Person(work, "holder@demo.example")):
            for number in range(1, highest + 1):
                shown += [person.page(f"{work.home}d/{number}/{page}").text for page in pages]
        assert site.stop() == 0
        killed.up.clear()
    work.over.set()
    return "".join(shown)


def compare(killed: Killed, work: Work) -> list[str]:
    """Every difference between what is in the database and what people were told."""
    if not killed.database:
        assert killed.read("PRAGMA integrity_check") == "ok"
        assert killed.read("PRAGMA foreign_key_check") is None
    fates = {mark: fate for mark, fate in work.ledger.fates.items() if fate[1] != "deliberation."}
    ran = subprocess.run(
        [sys.executable, "-m", "tests.endurance.compare"], cwd=ROOT, text=True, input=json.dumps(fates), check=False,
        capture_output=True, env=environment(killed.data, **killed.environment),
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    found: list[str] = json.loads(ran.stdout)
    mails = [re.findall(r"^Message-ID: (.*)$", one.read_text(), re.MULTILINE) for one in killed.data.glob("mails/*")]
    twice = [name for name, times in Counter(name for one in mails for name in one).items() if times > 1]
    return [*found, *[f"mailed twice: {name}" for name in twice]]
