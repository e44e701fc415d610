"""Figures: counted by the hour, the same when counted again, and found wrong where somebody changed them."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.permissions import SYSTEM
from accounts.scope import open_organisation
from audit.domain import metrics
from audit.domain.metrics import count, count_new, tallies
from audit.domain.surfaces import switch_surface
from audit.models import Counted, DayTally, Entry, Tally
from audit.queries import metrics as reading
from audit.tasks import count_entries
from tests.audit.recorded import check
from tests.cast import Cast, make_organisation

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
NOON = datetime(2027, 4, 19, 12, tzinfo=UTC)


@pytest.fixture
def house(db: None) -> Organisation:
    return make_organisation("house", "House")


def stored(organisation: Organisation) -> dict[Any, int]:
    with open_organisation(organisation):
        return dict(tallies(organisation))


def test_each_entry_is_counted_by_what_it_says(house: Organisation) -> None:
    with time_machine.travel(NOON, tick=False):
        made = check(house, "deny", boundary="12.1 values", pressure="HIGH")
    found = count([json.loads(bytes(made.canonical))])
    steps = {("MetacognitiveVerifier", "warn"), ("CrossReferenceValidator", "deny"), ("BoundaryEnforcer", "allow"),
             ("ContextPressureMonitor", "allow")}  # fmt: skip
    assert found == {
        (NOON, "decision", "Gate", "deny"): 1,
        (NOON, "event", "oversight.check", ""): 1,
        (NOON, "boundary", "12.1 values", "deny"): 1,
        (NOON, "pressure", "HIGH", ""): 1,
        **{(NOON, "step", service, result): 1 for service, result in steps},
    }


def test_counting_again_changes_nothing_and_what_is_new_is_added(house: Organisation) -> None:
    for hours in (0, 1, 30, 31, 80):
        with time_machine.travel(NOON + timedelta(hours=hours), tick=False):
            check(house)
    late = NOON + timedelta(hours=80, minutes=10)
    count_new(house, late)
    first = stored(house)
    assert {hour for hour, what, *_rest in first if what == "event"} == {
        NOON + timedelta(hours=hours) for hours in (0, 1, 30, 31, 80)
    }
    count_new(house, late)
    count_new(house, late + timedelta(minutes=5))
    assert stored(house) == first
    with time_machine.travel(late + timedelta(minutes=6), tick=False):
        check(house)
    count_new(house, late + timedelta(minutes=10))
    key = (NOON + timedelta(hours=80), "event", "oversight.check", "")
    assert stored(house) == first | {one: n + 1 for one, n in first.items() if one[0] == key[0]}
    assert stored(house)[key] == 2


def test_what_was_committed_late_is_still_counted(house: Organisation) -> None:
    with time_machine.travel(NOON, tick=False):
        check(house)
    count_new(house, NOON + timedelta(minutes=61))
    with time_machine.travel(NOON + timedelta(minutes=59), tick=False):
        check(house)  # begun before the hour was over, seen only now
    count_new(house, NOON + timedelta(minutes=66))
    assert stored(house)[NOON, "event", "oversight.check", ""] == 2


def test_of_two_that_count_at_once_the_second_leaves_it(house: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    with time_machine.travel(NOON, tick=False):
        check(house)
    once = metrics.count
    later = NOON + timedelta(minutes=10)

    def interrupted(envelopes: Any) -> Any:
        monkeypatch.setattr(metrics, "count", once)
        count_new(house, later)
        return once(envelopes)

    monkeypatch.setattr(metrics, "count", interrupted)
    assert count_new(house, NOON + timedelta(minutes=5)) == 0
    with open_organisation(house):
        assert Counted.objects.get().until == later
    assert stored(house)[NOON, "event", "oversight.check", ""] == 1


def test_windows_of_days_are_the_sums_of_their_hours(house: Organisation) -> None:
    """Wherever a window begins and ends: whole days and the hours at both ends give what all the hours give."""
    last = NOON + timedelta(days=3, hours=7)
    kinds = (("allow", None), ("ask", "12.1 values"), ("deny", "Own prices"))
    for place in range(16):
        with time_machine.travel(NOON + timedelta(hours=5 * place), tick=False):
            decision, boundary = kinds[place % 3]
            check(house, decision, boundary=boundary, pressure="HIGH" if place % 2 else "NORMAL")
        # Counted in between: days are added up from hours that were counted before and hours that come new.
        count_new(house, NOON + timedelta(hours=5 * place, minutes=30))
    count_new(house, last + timedelta(minutes=1))
    hours = stored(house)
    with open_organisation(house):
        assert metrics.day_tallies(house, last + timedelta(days=1)) == metrics.by_day(Counter(hours))
        assert sum(metrics.by_day(Counter(hours)).values()) == sum(hours.values())
    for back, ends in product((0, 1, 7, 12, 19, 24, 30, 43, 55, 79), (0, 3, 7, 8, 31)):
        since, until = last - timedelta(hours=back + ends), last + timedelta(hours=1 - ends)
        found = reading.figures([house], since, until)
        within = [(key, n) for key, n in hours.items() if since <= key[0] < until]
        assert found.entries == sum(n for (_at, what, *_rest), n in within if what == "decision"), (since, until)
        assert found.pressure["HIGH"] == sum(n for (_at, what, level, _to), n in within if level == "HIGH")
        assert found.blocked.total() == sum(
            n for (_at, what, _name, said), n in within if what == "boundary" and said in {"ask", "deny"}
        )
        assert found.operations["BoundaryEnforcer"] == sum(
            n for (_at, what, name, _to), n in within if (what, name) == ("step", "BoundaryEnforcer")
        )


def test_a_day_that_is_not_the_sum_of_its_entries_is_found(house: Organisation) -> None:
    for hours in (0, 1, 24):
        with time_machine.travel(NOON + timedelta(hours=hours), tick=False):
            check(house)
    count_new(house, NOON + timedelta(hours=24, minutes=1))
    assert "agree: 2 entries" in recount()
    with open_organisation(house):
        changed = DayTally.objects.filter(day=NOON.date(), what="decision", first="Gate")
        assert changed.update(count=3) == 1
    with pytest.raises(CommandError, match="1 figures differ: 2 entries"):
        recount()
    assert "2027-04-19, the day, decision Gate allow: counted 2, stored 3" in recount("--write")
    assert "agree: 2 entries" in recount()
    with open_organisation(house):
        assert [row.count for row in changed.all()] == [2]


def test_days_are_added_up_from_hours_counted_before_there_were_days(house: Organisation) -> None:
    """What the migration does on an installation that has counted for a while."""
    for hours in (0, 1, 24):
        with time_machine.travel(NOON + timedelta(hours=hours), tick=False):
            check(house)
    count_new(house, NOON + timedelta(hours=30))
    with open_organisation(house):
        made = metrics.day_tallies(house, NOON + timedelta(days=2))
        assert len({day for day, *_rest in made}) == 2
        DayTally.objects.all().delete()
    name = "0009_days_from_their_hours"
    then = MigrationLoader(connection).project_state(("audit", name)).apps
    import_module(f"audit.migrations.{name}").add_up(then, connection.schema_editor())
    with open_organisation(house):
        assert metrics.day_tallies(house, NOON + timedelta(days=2)) == made


def test_the_task_counts_every_organisation(cast: Cast) -> None:
    for organisation in (cast.organisation, cast.other):
        check(organisation)
    count_entries()
    for organisation in (cast.organisation, cast.other):
        assert sum(n for (_hour, what, first, _second), n in stored(organisation).items()
                   if (what, first) == ("event", "oversight.check")) == 1  # fmt: skip


def recount(*args: str) -> str:
    out = io.StringIO()
    call_command("recount_metrics", "--organisation", "house", *args, stdout=out)
    return out.getvalue()


def test_anybody_counts_the_figures_anew(house: Organisation, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Nothing of House has been counted yet"):
        recount()
    for hours in range(4):
        with time_machine.travel(NOON + timedelta(hours=hours), tick=False):
            check(house, "ask" if hours == 1 else "allow")
    count_new(house, NOON + timedelta(hours=4, minutes=1))
    file = tmp_path / "entries.jsonl"
    with open_organisation(house):
        file.write_bytes(b"".join(bytes(one.canonical) + b"\n" for one in Entry.objects.order_by("id")))
    assert "agree: 4 entries" in recount()
    assert "agree: 3 entries in the hours before 2027-04-19 15:00 UTC" in recount("--from", str(file))

    with open_organisation(house):
        Tally.objects.filter(what="decision", second="ask").update(count=0)
    for args in ([], ["--from", str(file)]):
        with pytest.raises(CommandError, match="1 figures differ"):
            recount(*args)
    assert "13 decision Gate ask: counted 1, stored 0" in recount("--write")
    assert "agree" in recount()


def test_a_file_that_is_none_is_said_to_be_none(house: Organisation, tmp_path: Path) -> None:
    check(house)
    count_new(house)
    with pytest.raises(CommandError, match="There is no organisation"):
        call_command("recount_metrics", "--organisation", "nobody")
    for said, why in (
        ("", "holds no envelope"),
        ("no json\n", "Line 1 is no envelope"),
        ('{"organisation": "another"}\n', "Line 1 is of another organisation"),
    ):
        file = tmp_path / "file"
        file.write_text(said, encoding="utf-8")
        with pytest.raises(CommandError, match=why):
            recount("--from", str(file))
    with pytest.raises(CommandError, match="cannot be read"):
        recount("--from", str(tmp_path / "missing"))
    with pytest.raises(CommandError, match="not from a file"):
        recount("--write", "--from", str(tmp_path / "file"))


def test_the_dashboard_says_what_was_counted(cast: Cast, sign_in: SignIn) -> None:
    sign_in(cast.outsider).get("/o/care/")
    check(cast.organisation, "deny", boundary="12.1 values", pressure="HIGH")
    check(cast.organisation, "ask", boundary="Own prices", pressure="HIGH")
    browser = sign_in(cast.auditor)
    address = reverse("metrics", args=["care"])
    assert "Not counted yet" in browser.get(address).content.decode()
    count_new(cast.organisation)
    page = " ".join(browser.get(address).content.decode().split())
    assert "2 acts in seven days were denied or put to a person." in page
    assert "2 checks in seven days said how pressed their session was." in page
    assert "Own prices" in page
    assert f'hx-get="{address}"' in page
    assert "hx-get" not in browser.get(address + "?still=1").content.decode()
    assert sign_in(cast.editor).get(address).status_code == 403


PUBLIC = ("public_metrics", "public_metrics_file", "api_public_framework_metrics", "public_evidence",
          "public_evolution", "public_evolution_markdown")  # fmt: skip


def test_nothing_is_public_until_an_administrator_switches_it_on(cast: Cast, sign_in: SignIn) -> None:
    visitor = Client()
    assert {visitor.get(reverse(name)).status_code for name in PUBLIC} == {404}
    browser = sign_in(cast.administrator)
    address = reverse("settings_public", args=["care"])
    assert browser.post(address, {"shown": ["metrics"]}).status_code == 302
    on = {name for name in PUBLIC if visitor.get(reverse(name)).status_code == 200}
    assert on == {"public_metrics", "public_metrics_file", "api_public_framework_metrics"}
    with open_organisation(cast.organisation):
        told = Entry.objects.filter(event="surface.switch")
        assert [(one.decision, one.actor_role) for one in told] == [("metrics_on", "administrator")]
    assert browser.post(address, {"shown": ["metrics", "evidence", "evolution"]}).status_code == 302
    assert {visitor.get(reverse(name)).status_code for name in PUBLIC} == {200}
    assert {visitor.head(reverse(name)).status_code for name in PUBLIC} == {200}  # so asks curl -I
    assert browser.post(address, {}).status_code == 302
    assert {visitor.get(reverse(name)).status_code for name in PUBLIC} == {404}
    assert browser.post(address, {"shown": ["everything"]}).status_code == 422
    assert sign_in(cast.auditor).post(address, {"shown": ["metrics"]}).status_code == 403
    assert {visitor.get(reverse(name)).status_code for name in PUBLIC} == {404}


def shows(organisation: Organisation, *names: str) -> None:
    for name in names:
        switch_surface(organisation, name, True, by=SYSTEM)


def test_the_interface_gives_counts_to_any_site_and_nothing_else(cast: Cast) -> None:
    for organisation in (cast.organisation, cast.other):
        check(organisation, "ask", boundary="12.1 values", pressure="HIGH")
        check(organisation, "deny", boundary="Mergers we plan", pressure="NORMAL")
        count_new(organisation)
    shows(cast.organisation, "metrics")
    response = Client(headers={"Origin": "https://elsewhere.example"}).get("/api/public/framework-metrics")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response.headers["Cache-Control"] == "public, max-age=300"
    given = response.json()
    assert set(given["windows"]) == {"24h", "7d", "30d"}
    day = given["windows"]["24h"]
    assert given["organisations"] == 1
    assert day["services"]["Gate"] == {"operations": 2, "decisions": {"allow": 0, "warn": 0, "ask": 1, "deny": 1}}
    assert day["services"]["BoundaryEnforcer"]["operations"] == 2
    assert day["services"]["PluralisticDeliberationOrchestrator"]["operations"] == 0
    assert day["boundaries"] == {
        "12.1": {"allow": 0, "warn": 0, "ask": 1, "deny": 0},
        "own": {"allow": 0, "warn": 0, "ask": 0, "deny": 1},
    }
    assert day["context_pressure"]["HIGH"] == 1
    file = b"".join(Client().get(reverse("public_metrics_file")).streaming_content)
    page = Client().get(reverse("public_metrics")).content
    for text in (response.content.decode(), file.decode(), page.decode()):
        for hidden in ("Mergers", "care", str(cast.organisation.pk), cast.administrator.email):
            assert hidden not in text.replace("With care", "").replace("with care", "")

    shows(cast.other, "metrics")
    both = Client().get("/api/public/framework-metrics").json()
    assert (both["organisations"], both["windows"]["24h"]["services"]["Gate"]["operations"]) == (2, 4)


def test_the_public_file_adds_up_to_the_public_figures(cast: Cast) -> None:
    for _ in range(3):
        check(cast.organisation, "allow")
    count_new(cast.organisation)
    shows(cast.organisation, "metrics")
    lines = b"".join(Client().get(reverse("public_metrics_file")).streaming_content).decode().splitlines()
    rows = [json.loads(line) for line in lines]
    gate = sum(row["count"] for row in rows if row["what"] in {"decision", "step"} and row["first"] == "Gate")
    month = Client().get("/api/public/framework-metrics").json()["windows"]["30d"]
    assert gate == month["services"]["Gate"]["operations"] == 3


def test_days_are_those_of_the_reader(house: Organisation) -> None:
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        check(house)  # 1 in the morning of the 20th in Auckland
        count_new(house, NOON + timedelta(hours=2))
        with timezone.override(ZoneInfo("Pacific/Auckland")):
            days = reading.last_days(2)
            assert [str(day) for day in days] == ["2027-04-19", "2027-04-20"]
            assert reading.services_by_day([house], days)["Gate"] == [0, 1]
        with timezone.override(UTC):
            assert reading.services_by_day([house], reading.last_days(2))["Gate"] == [0, 1]
            assert str(reading.last_days(1)[0]) == "2027-04-19"


def test_evidence_says_only_what_was_counted(cast: Cast) -> None:
    check(cast.organisation, "ask")
    count_new(cast.organisation)
    shows(cast.organisation, "evidence")
    page = " ".join(Client().get(reverse("public_evidence")).content.decode().split())
    assert "One act was put to a person in 30 days." in page
    boundary = page[page.index(">Boundary enforcer<") :]
    assert "active" in boundary[:200]
    deliberation = page[page.index(">Deliberation orchestrator<") :]
    assert "not called in 30 days" in deliberation[:200]
    for claim in ("impossible", "bypass", "100 %", "guarantee"):
        assert claim not in page.lower()
