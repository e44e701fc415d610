"""Phases, sessions and tasks, variables and dates: what instructions hang on, as verbs and as pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from accounts import clock
from accounts.refusals import Invalid, NotAllowed, Stale
from accounts.scope import open_organisation
from audit.models import Entry
from instructions.domain.classification import Overruled, Wording
from instructions.domain.in_force import variables_of
from instructions.domain.instruction import propose_instruction, publish_instruction, revise_instruction
from instructions.domain.periods import end_period, open_period
from instructions.domain.secrets import why_secret
from instructions.domain.variables import remove_variable, set_variable
from instructions.models import History, Instruction, Period, Variable
from instructions.tasks import expire_due, tick
from tests.cast import Cast, make_project
from tests.instructions.test_pages import at, signed_in

PHASE = {"temporal_scope": Overruled("PHASE", "Only for the beta.")}


@pytest.fixture
def house(cast: Cast):
    with open_organisation(cast.organisation):
        yield cast


def for_phase(house: Cast, period: Period, text: str = "Always use port 27027.") -> Instruction:
    wording = Wording(text, period=period, overrules=PHASE)
    return propose_instruction(house.organisation, wording, by=house.editor, project=house.project)


@pytest.mark.django_db
def test_variable_is_set_changed_and_taken_away_with_its_history(house: Cast) -> None:
    for value in ("27027", "27028"):
        set_variable(house.project, "API_PORT", value, by=house.administrator)
    assert variables_of(house.project) == {"API_PORT": "27028"}
    version = History.objects.get().version
    remove_variable(house.project, "API_PORT", by=house.editor)
    assert variables_of(house.project) == {}
    assert History.objects.get().version > version
    assert list(Variable.objects.order_by("number").values_list("value", flat=True)) == ["27027", "27028", ""]
    assert Entry.objects.filter(event__startswith="instruction.variable").count() == 3
    for name, value in (("api", "1"), ("9A", "1"), ("A" * 81, "1"), ("A", ""), ("A", "x" * 501), ("A", "a\nb")):
        with pytest.raises(Invalid):
            set_variable(house.project, name, value, by=house.editor)
    for nobody in (house.facilitator, house.holder, house.auditor):
        with pytest.raises(NotAllowed):
            set_variable(house.project, "API_PORT", "1", by=nobody)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE instructions_variable SET value = 'x'")


@pytest.mark.alone
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOOK", "https://hooks.slack.com/services/T00000000/B00000000"),
        ("A", "xoxb-1234567890-abcdef"),
        ("A", "AKIA" + "IOSFODNN7EXAMPLE"),
        ("A", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY9"),
        ("A", "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"),
        ("A", "github_pat_" + "11ABCDEFG0abcdefghijklmnop"),
        ("A", "glpat-" + "x1y2z3x1y2z3x1y2z3x1"),
        ("A", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"),
        ("A", "-----BEGIN OPENSSH PRIVATE KEY-----"),
        ("A", "postgres://app:hunter22@db.internal/app"),
        ("A", "Server=db;Database=app;User Id=sa;Password=hunter22;"),
        ("A", "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=abc"),
        ("A", "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"),
        ("A", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
        ("A", "Bearer abcdefgh12345678"),
        ("DB_PASSWORD", "hunter22"),
        ("SECRET", "x"),
        ("API_TOKEN", "x"),
        ("STRIPE_KEY", "x"),
    ],
)
def test_secret_is_no_value(name: str, value: str) -> None:
    assert why_secret(name, value)


@pytest.mark.alone
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("API_PORT", "27027"),
        ("HOST", "db-prod-01.internal.kereru-district.example"),
        ("DATABASE_URL", "postgres://db.internal:5432/app"),
        ("PROJECT_ID", "0190f5fe-7c00-7a00-8000-0123456789ab"),
        ("PATH_OF_LETTERS", "/srv/letters/templates/decline-2027-final-version.html"),
        ("SINCE", "2027-03-03T09:00:00+13:00"),
        ("MODEL", "screening-model-v2.1-large-instruct"),
        ("NOTE", "Applications are read within 5 working days by two people"),
        ("KEYBOARD", "dvorak"),
        ("TOKEN_LIMIT", "200000"),
    ],
)
def test_plain_value_is_none(name: str, value: str) -> None:
    assert why_secret(name, value) is None


@pytest.mark.django_db
def test_secret_is_refused_on_the_page_and_kept_nowhere(house: Cast) -> None:
    client = signed_in(house.editor)
    sent = {"project": str(house.project.pk), "name": "DB_PASSWORD", "value": "hunter22"}
    refused = client.post(at("variables"), sent)
    assert refused.status_code == 422
    assert "secret store" in refused.content.decode()
    assert not Variable.objects.exists()
    client.post(at("variables"), sent | {"name": "API_PORT", "value": "27027"})
    made = Variable.objects.get()
    assert "27027" in signed_in(house.auditor).get(at("variables")).content.decode()
    for nobody in (house.auditor, house.facilitator):
        assert signed_in(nobody).post(at("variables"), sent).status_code == 403
        assert signed_in(nobody).post(at("variable_remove", made.pk)).status_code == 403
    assert signed_in(house.outsider).get(at("variables")).status_code == 404
    assert client.get(at("variable_remove", made.pk)).status_code == 200
    client.post(at("variable_remove", made.pk))
    assert variables_of(house.project) == {}


@pytest.mark.django_db
def test_page_says_what_ends_with_a_phase_before_it_ends(house: Cast) -> None:
    client = signed_in(house.editor)
    sent = {"project": str(house.project.pk), "kind": "PHASE", "name": "Beta"}
    client.post(at("periods"), sent)
    assert client.post(at("periods"), sent).status_code == 422
    assert signed_in(house.auditor).post(at("periods"), sent).status_code == 403
    phase = Period.objects.get()
    made = publish_instruction(for_phase(house, phase), by=house.editor)
    waiting = for_phase(house, phase, "Never commit to main without a review.")
    assert made.current.text.body in client.get(at("period_end", phase.pk)).content.decode()
    client.post(at("period_end", phase.pk), {"why": "It is out."})
    made.refresh_from_db()
    assert made.state == "expired"
    assert client.post(at("period_end", phase.pk)).status_code == 422
    with pytest.raises(Stale):
        publish_instruction(waiting, by=house.editor)
    assert "It is out." in client.get(at("periods")).content.decode()


@pytest.mark.django_db
def test_period_belongs_to_the_project_of_its_instruction(house: Cast) -> None:
    elsewhere = open_period(make_project(house.organisation, "rosters", "Rosters"), "PHASE", "Beta", by=house.editor)
    with pytest.raises(Invalid):
        for_phase(house, elsewhere)
    end_period(elsewhere, by=house.editor)


@pytest.mark.django_db
def test_date_that_has_come_ends_an_instruction_once(house: Cast) -> None:
    """The tick ends it, a second one finds nothing, and a date that was moved meanwhile holds."""
    end = clock.now() + timedelta(days=2)
    made, moved = (
        publish_instruction(
            propose_instruction(
                house.organisation, Wording(text, expires_at=end), by=house.editor, project=house.project
            ),
            by=house.editor,
        )
        for text in ("Always use port 27027.", "Never commit to main without a review.")
    )
    tick()
    made.refresh_from_db()
    assert made.state == "active"
    later = Wording("Never commit to main without a review.", expires_at=end + timedelta(days=2))
    revise_instruction(moved, later, by=house.editor, why="Longer.")
    with time_machine.travel(end + timedelta(minutes=1), tick=False):
        tick()
        assert expire_due(house.organisation) == 0
    made.refresh_from_db()
    moved.refresh_from_db()
    assert (made.state, moved.state) == ("expired", "active")
    assert Entry.objects.filter(event="instruction.expire").count() == 1
