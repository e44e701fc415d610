"""The ledger: losses and promises of signed outcomes alone, found by bearer, value, group and time, open and kept."""

import csv
import io
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts import clock
from deliberation.domain.commitments import report_commitment
from deliberation.models import Commitment, Remainder
from deliberation.queries import ledger as reads
from deliberation.queries.ledger import Wanted
from tests.copies import copy_rows
from tests.deliberation.pages import address, signed_in
from tests.deliberation.stages import at_circulated, at_decided

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside")]

WAITS = "Applicants whose application is read wait longer."
DECLINED = "People were declined on the tool's word alone."


def found(**wanted):
    today = clock.now().date()
    rows = reads.losses(Wanted(**wanted), today=today)
    return {str(row.loss): reads.standing_of_loss(row) for row in rows}


def promised(**wanted):
    return {str(row.what) for row in reads.promises(Wanted(show="promises", **wanted), today=clock.now().date())}


def owed():
    return Commitment.objects.get(remainder__isnull=False)


def test_drafts_are_nobodys_debt(cast):
    at_circulated(cast)
    assert Remainder.objects.count() == 2
    assert (found(), promised()) == ({}, set())


def test_a_loss_is_open_then_overdue_then_kept(cast):
    decided = at_decided(cast)
    assert found() == {DECLINED: "open", WAITS: "nobody"}
    with time_machine.travel(clock.now() + timedelta(days=91)):
        assert found() == {DECLINED: "late", WAITS: "nobody"}
        assert found(standing="late") == {DECLINED: "late"}
        assert promised(state="late") == {"Train two readers", "Write to those declined in the trial"}
    report_commitment(decided, owed(), by=cast.holder, state="done", account="All were written to.")
    assert found() == {DECLINED: "kept", WAITS: "nobody"}
    assert promised(state="done") == {"Write to those declined in the trial"}


def test_what_was_handed_on_stays_open_and_names_who_owes_it_now(cast):
    decided = at_decided(cast)
    report_commitment(
        decided, owed(), by=cast.holder, state="handed_on", account="She left.", new_owner="Head of people"
    )
    assert found() == {DECLINED: "open", WAITS: "nobody"}
    rows = list(reads.losses(Wanted(text="declined"), today=clock.now().date()))
    [line] = reads.lines_of_losses(rows, today=clock.now().date())
    assert [str(one.owner) for one in line.promises] == ["Head of people"]
    report_commitment(decided, owed(), by=cast.holder, state="not_done", account="It was forgotten.")
    assert found(standing="not_kept") == {DECLINED: "not_kept"}
    assert found(standing="kept") == {}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"bearer": "borderline"}, {WAITS}),
        ({"value": "automation"}, {WAITS, DECLINED}),
        ({"value": "Equity"}, set()),  # it was given weight
        ({"owed": "repair"}, {DECLINED}),
        ({"text": "tool's declined"}, {DECLINED}),
        ({"project": "hiring"}, {WAITS, DECLINED}),
        ({"project": "elsewhere"}, set()),
        ({"group": "No such group"}, set()),
        ({"standing": "nobody"}, {WAITS}),
    ],
)
def test_losses_are_found_by(cast, wanted, expected):
    at_decided(cast)
    assert set(found(**wanted)) == expected


def test_losses_are_found_by_the_time_of_the_signature(cast):
    at_decided(cast)
    today = clock.now().date()
    assert len(found(since=today - timedelta(days=2), until=today + timedelta(days=2))) == 2
    assert found(until=today - timedelta(days=2)) == found(since=today + timedelta(days=2)) == {}


def test_sums_tell_who_bears_most_and_lead_to_the_losses(cast):
    copy_rows(2, [at_decided(cast)])
    rows = reads.losses(Wanted(), today=clock.now().date())
    assert [(one.name, one.losses, one.open) for one in reads.by_bearer(rows)] == [
        ("Applicants of the trial", 3, 3),
        ("Borderline applicants", 3, 3),
    ]
    assert [(one.losses, one.open) for one in reads.by_value(rows)] == [(6, 6)]
    assert [(one.losses, one.open) for one in reads.by_year(rows)] == [(6, 6)]
    here = signed_in(cast.editor).get(reverse("ledger", args=["care"]))
    link = next(one["url"] for one in here.context["sums"][0]["rows"])
    assert len(signed_in(cast.editor).get(reverse("ledger", args=["care"]) + link).context["lines"]) == 3


def test_pages_go_on_where_the_last_one_ended(cast):
    copy_rows(5, [at_decided(cast)])
    today = clock.now().date()
    rows = reads.losses(Wanted(), today=today)
    for wanted in (Wanted(), Wanted(text="applicants"), Wanted(bearer="applicants")):
        after, seen = None, []
        while True:
            page = reads.page_of(wanted, after, 5, today=today)
            after, seen = page.following, seen + [row.pk for row in page.rows]
            if after is None:
                break
        assert seen == [row.pk for row in rows]
        assert len(seen) == 12


def test_many_losses_are_summed_up_when_asked(cast, monkeypatch):
    copy_rows(3, [at_decided(cast)])
    monkeypatch.setattr(reads, "FEW", 4)
    reader, url = signed_in(cast.editor), reverse("ledger", args=["care"])
    page = reader.get(url)
    assert page.context["sums"] == []
    asked = reader.get(f"{url}?{page.context['sum_up']}")
    assert asked.context["sums"][2]["rows"][0]["sum"].losses == 8
    assert asked.context["sum_up"] == ""
    few = reader.get(url, {"q": "declined"})
    assert few.context["sums"][2]["rows"][0]["sum"].losses == 4
    none = reader.get(url, {"q": "elephant"})
    assert "Nothing in the ledger is like that" in none.content.decode()


def test_the_page_and_its_csv_say_the_same_to_members_alone(cast):
    decided = at_decided(cast)
    url = reverse("ledger", args=["care"])
    page = signed_in(cast.editor).get(url)
    assert address("outcome", decided) + "#loss-" in page.content.decode()
    assert "Promised by nobody" in page.content.decode()
    told = signed_in(cast.editor).get(reverse("ledger_csv", args=["care"]))
    assert type(told["Content-Disposition"]) is str
    lines = list(csv.DictReader(io.StringIO(b"".join(told.streaming_content).decode("utf-8-sig"))))
    assert [(one["Loss"], one["State"], one["Owner"]) for one in lines] == [
        (DECLINED, "open", "Head of recruitment"),
        (WAITS, "nobody", ""),
    ]
    promises = signed_in(cast.editor).get(url, {"show": "promises", "standing": "open"})
    assert len(promises.context["lines"]) == 2
    assert signed_in(cast.outsider).get(url).status_code == 404
    assert signed_in(cast.first).get(url).status_code == 404  # a seat in one deliberation is no membership


def test_a_ledger_of_nothing_says_so(cast):
    assert "begins this ledger" in signed_in(cast.editor).get(reverse("ledger", args=["care"])).content.decode()
