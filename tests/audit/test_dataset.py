"""The public decision corpus: seven fields that name nobody, or nothing; whole hours, once each."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import Organisation
from accounts.permissions import SYSTEM
from accounts.roles import Role
from accounts.scope import open_organisation
from audit.dataset import publishing
from audit.dataset.projection import FIELDS, House, is_decision_of_framework, projected, why_not
from audit.dataset.publishing import Refused, file_of, publish, withdraw
from audit.domain.surfaces import switch_surface
from audit.models import Dataset, Entry
from audit.queries.dataset import evaluation
from audit.tasks import publish_datasets
from oversight.domain.reports import EVENTS
from oversight.models import Incident
from tests.audit.recorded import check
from tests.cast import make_member, make_organisation, make_project
from tests.deliberation.pages import signed_in

ROOT = Path(__file__).parent.parent.parent
NOON = datetime(2027, 4, 19, 12, 34, 56, tzinfo=UTC)
HOUSE = House.of(["Marama Tai", "marama.tai@kereru.example", "Kererū Care", "night-line", "hiring"])
LINE: dict[str, Any] = {
    "timestamp": "2027-04-19T12:00:00Z",
    "service": "Gate",
    "decision": "ask",
    "boundary": "12.1 values",
    "context_pressure": "HIGH",
    "coordination": ["BoundaryEnforcer", "ContextPressureMonitor"],
    "outcome": "human_approval_required",
}


# --- The second look


@pytest.mark.alone
def test_what_the_framework_says_of_itself_passes() -> None:
    said: list[dict[str, Any]] = [
        {}, {"decision": "allow", "outcome": None, "boundary": None}, {"boundary": "own"}, {"outcome": "grant_used"},
        {"outcome": "would_deny"}, {"decision": "CRITICAL", "service": "ContextPressureMonitor"},
        {"outcome": "handoff_by_server"}, {"boundary": "12.2 user_agency"}, {"context_pressure": None},
    ]  # fmt: skip
    said += [{"decision": event} for event in EVENTS] + [{"outcome": f"incident_{kind}"} for kind in Incident.Kind]
    assert [why_not(LINE | changed, HOUSE) for changed in said] == [None] * len(said)


PLANTED = {
    "a name of this house": ["marama", "asked_marama", "Marama Tai", "tai", "hiring", "night_line", "kererū"],
    "an address": ["marie@elsewhere.example", "https://intranet", "10.1.2.3"],
    "a path": ["/etc/passwd", "src\\secret", "~", "notes.txt"],
    "a secret": ["sk-ant-0123", "ghp-abc", "AKIA-1", "0123456789abcdef", "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6"],
    "code": ["eval(x)", "x=1", "rm -rf", "SELECT name", "a;b", "$HOME"],
    "an unknown word": ["marie", "declined_by_mother", "27027", "Marie Dupont", "", "z" * 20],
}


@pytest.mark.alone
@pytest.mark.parametrize("looks", PLANTED)
def test_what_was_planted_is_refused_and_not_repeated(looks: str) -> None:
    for value in PLANTED[looks]:
        for field in ("decision", "outcome", "boundary"):
            why = why_not(LINE | {field: value}, HOUSE)
            assert why == f"{field}: {looks}", (field, value, why)
            assert not value or value not in why.partition(": ")[2].split()


@pytest.mark.alone
def test_what_stands_elsewhere_than_it_should_is_refused() -> None:
    wrong: list[dict[str, Any]] = [
        {"timestamp": "2027-04-19T12:34:56Z"}, {"timestamp": None}, {"service": "Marama"}, {"service": "/usr/bin"},
        {"coordination": ["BoundaryEnforcer", "marama"]}, {"coordination": [{"service": "Gate"}]},
        {"coordination": "Gate"}, {"context_pressure": "marama"}, {"decision": None}, {"outcome": ["marama"]},
        {"boundary": "12.1 marama"}, {"boundary": {"a": 1}}, {"boundary": "13.1 values"}, {"session": "0711"},
    ]  # fmt: skip
    assert [changed for changed in wrong if why_not(LINE | changed, HOUSE) is None] == []
    assert why_not({key: LINE[key] for key in FIELDS[1:]}, HOUSE) is not None


# --- The projection


@pytest.fixture
def house(settings: Any, tmp_path: Path, db: None) -> Organisation:
    settings.DATA_DIR = tmp_path
    with time_machine.travel(NOON - timedelta(days=1), tick=False):
        made = make_organisation("house", "House of Records")
    switch_surface(made, "dataset", True, by=SYSTEM)
    return made


def at(moment: datetime) -> time_machine.travel:
    return time_machine.travel(moment, tick=False)


def checked(house: Organisation, *decisions: str, when: datetime = NOON, **facts: Any) -> None:
    with at(when), open_organisation(house):
        for decision in decisions:
            check(house, decision, **facts)


def lines(house: Organisation) -> list[dict[str, Any]]:
    with open_organisation(house):
        row = Dataset.objects.get()
    return [json.loads(line) for line in file_of(row).read_bytes()[: row.size].splitlines()]


LATER = NOON + timedelta(hours=2)


@pytest.mark.django_db
def test_seven_fields_to_the_hour_and_nothing_else_of_the_entry(house: Organisation) -> None:
    project = None
    with open_organisation(house):
        project = make_project(house, "night-line", "Night line")
    checked(house, "ask", project=project, pressure="HIGH", boundary="12.1 values", outcome="human_approval_required")
    checked(house, "deny", boundary="Prices of the night line")
    with at(LATER):
        assert publish(house).lines == 2
    first, second = lines(house)
    assert tuple(first) == FIELDS
    assert first | {"coordination": []} == LINE | {"coordination": []}
    assert first["coordination"][0] == "MetacognitiveVerifier"
    assert second["boundary"] == "own"
    with open_organisation(house):
        row = Dataset.objects.get()
        entry = Entry.objects.filter(event="oversight.check").first()
    assert entry is not None
    said = file_of(row).read_text()
    for hidden in ("0711", "screening", str(entry.pk), entry.leaf_hex, str(house.pk), "night"):
        assert hidden not in said, hidden


@pytest.mark.alone
def test_what_people_do_and_what_belongs_to_a_deliberation_is_left_out() -> None:
    envelope = {"service": "Gate", "event": "oversight.check", "subject": {"kind": "check"}}
    assert is_decision_of_framework(envelope)
    for changed in (
        {"service": "Tractatus"},
        {"event": "deliberation.outcome.sign"},
        {"subject": {"kind": "deliberation"}},
    ):
        assert not is_decision_of_framework(envelope | changed)


@pytest.mark.alone
def test_the_order_within_an_hour_is_not_that_in_which_it_happened() -> None:
    assert projected(
        {
            "timestamp": "2027-04-19T12:34:56.789012Z", "service": "Gate", "decision": "allow", "boundary": None,
            "context_pressure": None, "coordination": [], "outcome": None,
        }
    )["timestamp"] == "2027-04-19T12:00:00Z"  # fmt: skip


# --- Publishing


@pytest.mark.django_db
def test_whole_hours_are_added_once_and_in_no_order_of_their_own(house: Organisation) -> None:
    checked(house, "warn", "allow", "deny")
    checked(house, "ask", when=NOON + timedelta(hours=1))
    with at(NOON + timedelta(minutes=40)):
        assert publish(house).lines == 3  # 13:14: the hour of twelve is over, that of thirteen is not
        assert publish(house).lines == 0
    with at(LATER):
        assert publish(house).lines == 1
    assert [line["decision"] for line in lines(house)] == ["allow", "deny", "warn", "ask"]
    with open_organisation(house):
        assert Entry.objects.filter(event="dataset.publish").count() == 2


@pytest.mark.django_db
def test_a_job_that_was_killed_after_writing_leaves_nothing_twice(
    house: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked(house, "allow", "deny")
    with at(LATER), open_organisation(house):
        publish(house)
        row = Dataset.objects.get()
        whole = file_of(row).read_bytes()
        with file_of(row).open("ab") as file:
            file.write(b'{"half": ')
        checked(house, "ask", when=LATER)
    with at(LATER + timedelta(hours=2)):
        publish(house)
    with open_organisation(house):
        row = Dataset.objects.get()
    assert file_of(row).read_bytes().startswith(whole)
    assert [line["decision"] for line in lines(house)] == ["allow", "deny", "ask"]
    assert file_of(row).stat().st_size == row.size


@pytest.mark.django_db
def test_it_refuses_loudly_and_says_so_in_the_record(house: Organisation, caplog: pytest.LogCaptureFixture) -> None:
    checked(house, "allow", when=NOON - timedelta(hours=12))
    with at(NOON):
        publish(house)
    make_member(house, "Marama Tai", Role.EDITOR)
    checked(house, "allow", "deny", outcome="asked_marama")
    for _again in range(2):
        with at(LATER), pytest.raises(Refused, match="outcome: a name of this house"):
            publish(house)
    assert len(lines(house)) == 1
    assert "was not published" in caplog.text
    assert "asked_marama" not in caplog.text
    with open_organisation(house):
        assert Entry.objects.filter(event="dataset.refuse").count() == 1
        assert Dataset.objects.get().refused_what == "outcome: a name of this house"
    with at(LATER), pytest.raises(CommandError, match="house: outcome: a name of this house"):
        call_command("publish_dataset", organisation="house")
    with at(LATER):
        call_command("publish_dataset", organisation="house", leave_out=True)
    assert len(lines(house)) == 1
    with open_organisation(house):
        row = Dataset.objects.get()
        left = Entry.objects.filter(event="dataset.publish").latest("id").outcome
    assert (row.refused_at, left) == (None, "without_refused")


@pytest.mark.django_db
def test_nothing_is_made_where_it_is_off_and_it_is_taken_away_when_switched_off(house: Organisation) -> None:
    other = make_organisation("other", "Other")
    checked(other, "allow")
    checked(house, "allow")
    with at(LATER):
        publish(house)
        assert publish(other).lines == 0
    with open_organisation(house):
        place = file_of(Dataset.objects.get())
    switch_surface(house, "dataset", False, by=SYSTEM)
    assert publish(house).lines == 0
    assert not place.exists()
    assert not withdraw(house)
    with open_organisation(house):
        assert not Dataset.objects.exists()
    with open_organisation(other):
        assert not Dataset.objects.exists()


@pytest.mark.django_db
def test_a_file_that_is_gone_is_said_and_written_anew_by_command(house: Organisation) -> None:
    checked(house, "allow")
    with at(LATER):
        publish(house)
    with open_organisation(house):
        file_of(Dataset.objects.get()).unlink()
    checked(house, "deny", when=LATER)
    with at(LATER + timedelta(hours=2)):
        with pytest.raises(FileNotFoundError, match="--anew"):
            publish(house)
        call_command("publish_dataset", organisation="house", anew=True)
    assert [line["decision"] for line in lines(house)] == ["allow", "deny"]
    assert timedelta(days=1) > publishing.STRETCH


# --- What anybody is given


@pytest.mark.django_db
def test_anybody_fetches_it_once_it_is_on_and_nobody_before(house: Organisation) -> None:
    checked(house, "allow", "deny")
    publish(house)
    assert "none yet" in Client().get(reverse("public_datasets")).content.decode()
    with at(LATER):
        publish(house)
    with open_organisation(house):
        row = Dataset.objects.get()
    pages = [reverse("public_datasets"), reverse("framework_card")]
    files = [reverse("public_dataset_file", args=[row.pk]), reverse("public_dataset_card", args=[row.pk])]
    browser = Client()
    assert [browser.get(one).status_code for one in pages + files] == [200, 200, 200, 200]
    page = browser.get(pages[0]).content.decode()
    assert files[0] in page
    assert "House of Records" not in page
    whole = b"".join(browser.get(files[0]).streaming_content)
    assert whole == file_of(row).read_bytes()
    rest = browser.get(files[0], headers={"Range": "bytes=100-"})
    assert (rest.status_code, b"".join(rest.streaming_content)) == (206, whole[100:])
    assert rest["Content-Range"] == f"bytes 100-{len(whole) - 1}/{len(whole)}"
    assert browser.get(files[0], headers={"Range": f"bytes={len(whole)}-"}).status_code == 416
    switch_surface(house, "dataset", False, by=SYSTEM)
    assert [browser.get(one).status_code for one in pages + files] == [404, 404, 404, 404]


@pytest.mark.django_db
def test_only_what_was_published_of_the_file_is_given(house: Organisation) -> None:
    checked(house, "allow")
    with at(LATER):
        publish(house)
    with open_organisation(house):
        row = Dataset.objects.get()
    with file_of(row).open("ab") as file:
        file.write(b"not published yet")
    assert b"not published" not in b"".join(
        Client().get(reverse("public_dataset_file", args=[row.pk])).streaming_content
    )


@pytest.mark.django_db
def test_its_card_begins_with_what_platforms_read(house: Organisation) -> None:
    checked(house, "allow")
    with at(LATER):
        publish(house)
    with open_organisation(house):
        row = Dataset.objects.get()
    card = Client().get(reverse("public_dataset_card", args=[row.pk])).content.decode()
    head = card.split("---\n")[1]
    assert card.startswith("---\n")
    assert "license: cc-by-sa-4.0\n" in head
    assert "- n<1K\n" in head
    assert "    path: decisions.jsonl\n" in head
    assert "2027-04-19 14:00 UTC: 1 lines" in card
    assert all(f"| `{field}` |" in card for field in FIELDS)


@pytest.mark.django_db
def test_administrators_are_shown_that_it_was_refused(house: Organisation) -> None:
    administrator = make_member(house, "Marama Tai", Role.ADMINISTRATOR)
    checked(house, "allow", outcome="asked_marama")
    with at(LATER):
        publish_datasets()
    page = signed_in(administrator).get(reverse("settings_public", args=["house"])).content.decode()
    assert "The dataset is held back." in page
    assert "asked_marama" not in page


@pytest.mark.alone
def test_the_figures_of_the_card_are_those_of_the_document() -> None:
    said = evaluation()
    document = (ROOT / "docs" / "framework.md").read_text("utf-8")
    assert len(said.figures) >= 7
    for one in said.figures:
        assert f"| {one['what']} | {one['right']} | {one['interval']} | {one['rows']} |" in document
    assert (ROOT / said.rows_in).is_dir()
    assert (ROOT / said.counted_by.split()[1]).is_file()
