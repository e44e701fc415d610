"""What a page of the record asks of the database stays small however many entries there are: each statement is a look
into an index, in the order it is wanted in. Asked of empty tables, where nothing tells the database what is rare."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.ids import uuid7
from accounts.models import Organisation
from accounts.scope import oldest_of_each, open_organisation
from audit.domain.metrics import count_new
from audit.models import Entry, Pending
from audit.queries import metrics
from audit.queries.evidence import evidence
from audit.queries.proofs import last_checkpoint
from audit.queries.search import LOOKED_THROUGH, Wanted, look_up, search
from audit.sequencer import sequence
from tests.audit.entries import write
from tests.cast import make_organisation

pytestmark = pytest.mark.django_db

FILTERS: dict[str, tuple[Any, str]] = {
    "service": ("Gate", "entry_of_service"),
    "decision": ("deny", "entry_decision"),
    "pressure": ("HIGH", "entry_pressure"),
    "project": (uuid4(), "entry_project"),
    "session": ("s1", "entry_session"),
    "actor": ("k1", "entry_actor"),
    "event": ("oversight.check", "entry_event"),
    "subject": (("check", "c1"), "entry_about"),
}
"""Each filter, a value of it, and the index it is looked up in."""
INDEXED_FIRST = ("subject", "session", "actor", "event", "pressure", "project", "decision", "service")
"""In which order they are asked. Of an empty log the first leaves nothing, which ends it."""


@pytest.fixture
def house(db: None) -> Organisation:
    made = make_organisation("house", "House")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # a table of one page is read whole, which says nothing about large ones
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
    return made


def plans(ask: Callable[[], object]) -> list[tuple[str, str]]:
    """Each statement that is sent, and how the database says it will answer it."""
    with CaptureQueriesContext(connection) as sent:
        ask()
    found = []
    how = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        for query in sent.captured_queries:
            if query["sql"].startswith(("SELECT", "WITH")):
                cursor.execute(f"{how} {query['sql']}".replace("%", "%%"), [])
                found.append((query["sql"], "\n".join(str(row[-1]) for row in cursor.fetchall())))
    return found


def is_sorted_or_read_whole(plan: str) -> bool:
    lines = plan.split("\n")
    if connection.vendor == "postgresql":
        return any("Seq Scan" in line or line.lstrip(" ->").startswith("Sort") for line in lines)
    return any(line.startswith("SCAN audit_") or "TEMP B-TREE FOR ORDER BY" in line for line in lines)


def looks_into(index: str, plan: str) -> bool:
    """Whether it is a look into this index. PostgreSQL chooses by what it has counted: of a table with few rows it may
    take any of several, and is asked for no more than one of them."""
    if connection.vendor == "postgresql":
        return "Index" in plan and "Seq Scan" not in plan
    return index in plan


def test_each_filter_is_a_look_into_its_own_index(house: Organisation) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    with open_organisation(house):
        for name, (value, index) in FILTERS.items():
            for further in ({}, {"since": yesterday}, {"until": yesterday}):
                wanted = Wanted(**{name: value}, **further)  # type: ignore[arg-type]
                for after in (None, uuid7()):
                    [(sql, plan)] = plans(lambda wanted=wanted, after=after: search(house, wanted, after))
                    assert looks_into(index, plan), (name, plan)
                    assert not is_sorted_or_read_whole(plan), (sql, plan)
        for wanted in (Wanted(), Wanted(since=yesterday), Wanted(until=yesterday)):
            [(sql, plan)] = plans(lambda wanted=wanted: search(house, wanted))
            assert not is_sorted_or_read_whole(plan), (sql, plan)


def test_of_two_filters_each_is_asked_of_its_own_index_how_far_it_reaches(house: Organisation) -> None:
    """Whatever comes together: no more than so many entries of one filter are held against the others."""
    with open_organisation(house):
        for one, two in combinations(FILTERS, 2):
            wanted = Wanted(**{one: FILTERS[one][0], two: FILTERS[two][0]})  # type: ignore[arg-type]
            first, *_others, found = plans(lambda wanted=wanted: search(house, wanted))
            asked = next(name for name in INDEXED_FIRST if name in {one, two})
            assert looks_into(FILTERS[asked][1], first[1]), (one, two, first)
            assert f"OFFSET {LOOKED_THROUGH - 1}" in first[0]
            assert not is_sorted_or_read_whole(first[1]), first
            assert looks_into(FILTERS[asked][1], found[1]), (one, two, found)
            assert f"LIMIT {LOOKED_THROUGH}" in found[0]


def test_a_service_within_checks_is_held_against_no_more_than_a_second_filter_is(house: Organisation) -> None:
    with open_organisation(house):
        for wanted, index in (({}, "entry_of_service"), ({"decision": "deny"}, "entry_decision")):
            first, *found = plans(lambda wanted=wanted: search(house, Wanted(service="BoundaryEnforcer", **wanted)))
            assert f"OFFSET {LOOKED_THROUGH - 1}" in first[0]
            assert not any(is_sorted_or_read_whole(plan) for _sql, plan in (first, *found)), found
            assert all(looks_into(index, plan) for _sql, plan in (first, *found)), found


def test_the_interface_looks_no_further_than_a_page_does(house: Organisation) -> None:
    with open_organisation(house):
        rows = Entry.objects.filter(organisation=house).order_by("-id")
        for columns in ({"service": "Gate", "decision": "deny"}, {"event": "oversight.check", "session": "s1"}):
            sent = plans(lambda columns=columns: look_up(rows, columns))
            assert sent
            assert not any(is_sorted_or_read_whole(plan) for _sql, plan in sent), sent


def test_what_waits_is_found_without_reading_the_queue(house: Organisation) -> None:
    write(house, 3)
    with open_organisation(house):
        first = Pending.objects.filter(organisation=house).order_by("entry_id").values_list("entry_id")[:10]
        for ask in (lambda: oldest_of_each(Pending), lambda: list(first)):
            for sql, plan in plans(ask):
                if "audit_pending" in sql:
                    assert looks_into("pending_oldest", plan), (sql, plan)
                    assert not is_sorted_or_read_whole(plan), (sql, plan)


def test_the_newest_checkpoint_is_one_look_however_many_were_signed(house: Organisation) -> None:
    for _ in range(3):
        write(house)
        sequence(house)
    with open_organisation(house):
        [(sql, plan)] = plans(lambda: last_checkpoint(house))
        assert looks_into("checkpoint_latest", plan), (sql, plan)
        assert not is_sorted_or_read_whole(plan), (sql, plan)


def test_entries_about_things_are_found_by_their_ids_alone(house: Organisation) -> None:
    """As the history of a deliberation looks for them."""
    with open_organisation(house):
        about = [str(uuid4()) for _ in range(5)]
        [(sql, plan)] = plans(lambda: list(Entry.objects.filter(subject_id__in=about).order_by()))
        assert looks_into("entry_about", plan), (sql, plan)


def test_figures_and_charts_read_tallies_and_never_entries(house: Organisation) -> None:
    write(house, 3)
    count_new(house)
    end = metrics.next_hour(datetime.now(UTC))
    days = metrics.last_days(14)
    asked = (
        lambda: metrics.figures([house], end - timedelta(days=30), end),
        lambda: metrics.decisions_by_day([house], days),
        lambda: metrics.decisions_by_day([house], days, "Gate"),
        lambda: metrics.services_by_day([house], days),
        lambda: evidence([house], datetime.now(UTC)),
    )
    for ask in asked:
        sent = plans(ask)
        assert not [sql for sql, _plan in sent if "audit_entry" in sql]
        summed = [(sql, plan) for sql, plan in sent if "SUM(" in sql]
        assert summed
        for sql, plan in summed:
            assert looks_into("day_tally_sums" if "audit_daytally" in sql else "tally_sums", plan), (sql, plan)
            assert "COVERING" in plan or connection.vendor == "postgresql", (sql, plan)
