"""Finding entries: by every field, by date, page after page, and never further than is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from django.db import transaction

from accounts.models import Organisation
from accounts.scope import open_organisation
from audit.models import Entry
from audit.queries import search as searching
from audit.queries.search import Wanted, every, first_id, moment_of, search
from audit.record import Actor, record
from tests.audit.recorded import check
from tests.cast import Cast, make_organisation, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(db: None) -> Organisation:
    return make_organisation("house", "House")


def ids(entries: list[Entry]) -> list[UUID]:
    return [entry.pk for entry in entries]


def test_each_filter_finds_what_it_names_and_nothing_else(house: Organisation) -> None:
    with open_organisation(house):
        project = make_project(house)
        told = check(house, "deny", project=project, pressure="HIGH", session="a", boundary="12.1 values")
        other = check(house, "allow", session="b")
        answer = check(house, "ask", session="c", cause=told)
        narrow = {
            "decision": ("deny", [told]),
            "pressure": ("HIGH", [told]),
            "project": (project.pk, [told]),
            "session": ("b", [other]),
            "service": ("Gate", [answer, other, told]),
            "event": ("oversight.check", [answer, other, told]),
            "subject": (("check", other.subject_id), [other]),
            "actor": ("nobody", []),
        }
        for name, (value, wanted) in narrow.items():
            found = search(house, Wanted(**{name: value}))
            assert (name, ids(found.rows), found.following) == (name, ids(wanted), None)
        both = search(house, Wanted(service="Gate", session="a", decision="deny"))
        assert ids(both.rows) == [told.pk]
        assert ids(search(house, Wanted(session="a", decision="allow")).rows) == []


def test_dates_are_ranges_of_ids_to_the_millisecond(house: Organisation) -> None:
    noon = datetime(2027, 4, 19, 12, tzinfo=UTC)
    made = []
    for moment in (noon - timedelta(milliseconds=1), noon, noon + timedelta(days=1)):
        with time_machine.travel(moment, tick=False):
            made.append(check(house))
    with open_organisation(house):
        assert ids(search(house, Wanted(since=noon)).rows) == ids([made[2], made[1]])
        assert ids(search(house, Wanted(until=noon)).rows) == ids([made[0]])
        assert ids(search(house, Wanted(since=noon, until=noon + timedelta(days=1))).rows) == ids([made[1]])
    assert moment_of(first_id(noon)) == noon


def test_pages_follow_each_other_without_gap_or_double(house: Organisation) -> None:
    with open_organisation(house):
        made = [check(house, "deny" if number % 3 == 0 else "allow", session=str(number % 2)) for number in range(12)]
        for wanted, right in (
            (Wanted(), made),
            (
                Wanted(decision="deny", session="0"),
                [one for one in made if (one.decision, one.session) == ("deny", "0")],
            ),
        ):
            found, after = [], None
            while True:
                page = search(house, wanted, after, most=2)
                found += page.rows
                after = page.following
                if after is None:
                    break
            assert ids(found) == ids(right[::-1])


def test_a_page_looks_no_further_than_it_says(house: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "LOOKED_THROUGH", 5)
    with open_organisation(house):
        oldest = check(house, "deny", pressure="HIGH")
        for _ in range(6):
            check(house, "allow", pressure="HIGH")
            check(house, "deny")
        first = search(house, Wanted(decision="deny", pressure="HIGH"))
        assert first.rows == []
        assert first.following is not None
        assert first.looked_back_to == moment_of(first.following)
        second = search(house, Wanted(decision="deny", pressure="HIGH"), first.following)
        assert ids(second.rows) == [oldest.pk]
        assert second.following is None
        assert ids(list(every(house, Wanted(decision="deny", pressure="HIGH")))) == [oldest.pk]


def test_of_several_filters_the_one_that_leaves_fewest_is_looked_up(
    house: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever it is: then nothing of it is left to look back to, however much the others leave."""
    monkeypatch.setattr(searching, "LOOKED_THROUGH", 5)
    with open_organisation(house):
        rare = check(house, "deny", pressure="HIGH", session="long ago")
        for _ in range(7):
            check(house, "deny", pressure="HIGH", session="now")
        for other in ({"session": "long ago"}, {"session": "long ago", "event": "oversight.check", "service": "Gate"}):
            found = search(house, Wanted(decision="deny", pressure="HIGH", **other))
            assert (ids(found.rows), found.looked_back_to) == ([rare.pk], None)
        nothing = search(house, Wanted(decision="deny", pressure="HIGH", actor="nobody"))
        assert (nothing.rows, nothing.looked_back_to) == ([], None)


def test_a_service_finds_its_own_entries_and_the_checks_in_which_it_ran(house: Organisation) -> None:
    verifier, orchestrator = "MetacognitiveVerifier", "PluralisticDeliberationOrchestrator"
    with open_organisation(house):
        first = check(house, "deny", session="a")
        unread = check(house, "allow", session="b", steps=((verifier, "skipped", 0), ("BoundaryEnforcer", "allow", 4)))
        # What a caller writes does not make a service run.
        quoted = check(house, "allow", session='","service":"MetacognitiveVerifier","x":"', steps=())
        with transaction.atomic():
            own = record(
                "oversight.session.pressure", actor=Actor("system"), organisation=house, subject=("session", "a"),
                decision="elevated", session="a", service=verifier,
            )  # fmt: skip
        last = check(house, "allow", session="a", steps=((verifier, "allow", 4),))
        for wanted, right in (
            (Wanted(service=verifier), [last, own, first]),
            (Wanted(service=verifier, session="a"), [last, own, first]),
            (Wanted(service=verifier, decision="allow"), [last]),
            (Wanted(service=verifier, decision="deny", session="a"), [first]),
            (Wanted(service=verifier, session="b"), []),
            (Wanted(service="BoundaryEnforcer"), [unread, first]),
            (Wanted(service=orchestrator), []),
            (Wanted(service="Gate"), [last, quoted, unread, first]),
        ):
            found = search(house, wanted)
            assert (ids(found.rows), found.following) == (ids(right), None), wanted
            assert ids(list(every(house, wanted, whole=True))) == ids(right)


def test_the_checks_of_a_service_are_looked_through_so_far_and_no_further(
    house: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    verifier = "MetacognitiveVerifier"
    monkeypatch.setattr(searching, "LOOKED_THROUGH", 4)
    with open_organisation(house):
        made = []
        for number in range(14):
            if number % 5 == 2:
                with transaction.atomic():
                    made.append(record(
                        "oversight.session.pressure", actor=Actor("system"), organisation=house, decision="elevated",
                        subject=("session", "a"), service=verifier,
                    ))  # fmt: skip
            elif number in {0, 6, 13}:
                made.append(check(house, steps=((verifier, "allow", 4),)))
            else:
                check(house, steps=())
        pages, after = [], None
        while True:
            page = search(house, Wanted(service=verifier), after)
            pages.append(ids(page.rows))
            assert page.looked_back_to == (moment_of(page.following) if page.following else None)
            after = page.following
            if after is None:
                break
        assert len(pages) > 1
        assert [one for page in pages for one in page] == ids(made[::-1])


def test_another_organisation_has_nothing_in_it(cast: Cast) -> None:
    check(cast.organisation, session="shared")
    with open_organisation(cast.other):
        assert search(cast.other, Wanted(session="shared")).rows == []
        assert list(every(cast.other, Wanted(service="Gate"))) == []
