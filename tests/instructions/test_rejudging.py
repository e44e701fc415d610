"""What a change would have changed: on few past checks at once, on many by a job that anybody may kill."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts import clock
from accounts.models import User
from accounts.scope import open_organisation
from instructions import tasks
from instructions.domain import past_checks
from instructions.domain.changes import of_ending, of_publishing, of_variable, of_wording
from instructions.domain.classification import Wording
from instructions.domain.instruction import propose_instruction, publish_instruction
from instructions.domain.rejudging import AT_ONCE, WouldHaveChanged, shown, would_have_changed
from instructions.domain.variables import set_variable
from instructions.models import Instruction, Reckoning, Variable
from tests.cast import Cast
from tests.instructions.recorded import LOOKING, MONGO, PUSH, RecordedChecks

NEVER = "Never push directly to main."
SIZE = len(LOOKING) + 2
MANY = AT_ONCE // SIZE + 1


@pytest.fixture
def house(cast: Cast) -> Iterator[Cast]:
    with open_organisation(cast.organisation):
        yield cast


@pytest.fixture
def recorded(house: Cast, monkeypatch: pytest.MonkeyPatch) -> Callable[..., RecordedChecks]:
    def register(**facts: int) -> RecordedChecks:
        provider = RecordedChecks(house.project, (PUSH, MONGO), **facts)
        monkeypatch.setitem(past_checks._providers, "recorded", provider)
        return provider

    return register


def proposed(house: Cast, text: str = NEVER) -> Instruction:
    return propose_instruction(house.organisation, Wording(text), by=house.editor, project=house.project)


def asked(house: Cast, change: object) -> WouldHaveChanged:
    return would_have_changed(change, house.organisation, by=house.editor)  # type: ignore[arg-type]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.django_db
def test_new_revised_and_retired_are_tried_on_what_was_checked(house: Cast, recorded) -> None:
    recorded(times=3)
    of_new = of_wording(NEVER, house.organisation, house.project)
    found = asked(house, of_new)
    assert (found.total, found.differ, found.moves) == (3 * SIZE, 3, (("allow", "deny", 3),))
    assert [(row.action, row.was_said, row.would_be_said) for row in found.rows] == [(PUSH, "allowed", "denied")] * 3
    assert found.sentences == ["3 that were allowed would be denied."]
    assert asked(house, of_wording(NEVER, house.organisation, None)).moves == found.moves

    made = proposed(house)
    assert asked(house, of_publishing(made)).moves == found.moves
    publish_instruction(made, by=house.editor)
    assert asked(house, of_new).differ == 0
    assert asked(house, of_ending(made)).moves == (("deny", "allow", 3),)
    other = of_wording("MongoDB runs on port 27027.", house.organisation, house.project, revised=made)
    assert asked(house, other).moves == (("allow", "deny", 3), ("deny", "allow", 3))


@pytest.mark.django_db
def test_variable_is_tried_too(house: Cast, recorded) -> None:
    recorded()
    set_variable(house.project, "DB_PORT", "27017", by=house.editor)
    publish_instruction(proposed(house, "MongoDB always runs on port ${DB_PORT}."), by=house.editor)
    assert asked(house, of_variable(house.project, "DB_PORT", "27017")).differ == 0
    assert asked(house, of_variable(house.project, "DB_PORT", "27027")).moves == (("allow", "deny", 1),)
    browser, here = signed_in(house.editor), reverse("variables", args=["care"])
    typed = {"project": str(house.project.pk), "name": "DB_PORT", "value": "27027"}
    page = browser.post(here, typed | {"do": "changed"})
    assert (page.status_code, "One that was allowed would be denied." in page.content.decode()) == (200, True)
    assert browser.post(here, typed | {"do": "changed", "name": "DB_PASSWORD"}).status_code == 422
    assert Variable.objects.get().value == "27017"


@pytest.mark.django_db
def test_nothing_was_checked(house: Cast) -> None:
    found = asked(house, of_wording(NEVER, house.organisation, house.project))
    assert found.none
    assert not found.rows


@pytest.mark.django_db
def test_many_checks_are_judged_by_a_job_that_keeps_no_words(house: Cast, recorded) -> None:
    """The row says how far it is; another worker finds it done; one that was killed is begun again; what the row holds
    at the end are counts and ids."""
    recorded(times=MANY)
    change = of_wording(NEVER, house.organisation, house.project)
    running = asked(house, change)
    assert (running.running, running.total, running.done) == (True, MANY * SIZE, 0)
    assert asked(house, change).pk == running.pk
    row = Reckoning.objects.get()
    Reckoning.objects.update(state="running", worked_at=clock.now())
    assert tasks.work_due(house.organisation) == 0  # somebody works on it
    with time_machine.travel(clock.now() + timedelta(minutes=3), tick=False):
        assert tasks.work_due(house.organisation) == 1  # nobody did any more
        row.refresh_from_db()
    assert (row.state, row.asks, row.done) == ("done", {}, row.total)
    assert NEVER not in str(row.result)
    found = asked(house, change)
    assert (found.moves, len(found.rows)) == ((("allow", "deny", MANY),), min(MANY, 20))
    publish_instruction(proposed(house), by=house.editor)
    assert asked(house, change).pk != running.pk  # of another history it is another question
    with time_machine.travel(clock.now() + timedelta(days=4), tick=False):
        tasks.tick_organisation(house.organisation.pk)
        assert not Reckoning.objects.exists()


@pytest.mark.django_db
def test_job_that_fails_says_so_and_can_be_asked_again(house: Cast, recorded) -> None:
    recorded(times=MANY)
    change = of_wording(NEVER, house.organisation, house.project)
    row = Reckoning.objects.get(pk=asked(house, change).pk)
    Reckoning.objects.filter(pk=row.pk).update(asks={"without": []})
    tasks.reckon(str(house.organisation.pk), str(row.pk))
    row.refresh_from_db()
    assert shown(row).failed
    again = asked(house, change)
    assert again.running
    assert again.pk != row.pk


@pytest.mark.django_db
def test_pages_show_it_before_it_is_published(house: Cast, recorded) -> None:
    """On the page of the act, at once for few; by a button where it is written; by a job with a page of its own."""
    client = signed_in(house.editor)
    made = proposed(house)
    act = reverse("instruction_publish", args=["care", made.pk])
    assert "No action was checked" in client.get(act).content.decode()
    recorded()
    page = client.get(act).content.decode()
    assert "One that was allowed would be denied." in page
    assert PUSH in page
    given = {"text": NEVER, "project": str(house.project.pk), "do": "changed"}
    page = client.post(reverse("instruction_new", args=["care"]), given).content.decode()
    assert "One that was allowed would be denied." in page
    page = client.post(reverse("instruction_new", args=["care"]), given | {"do": "read"}).content.decode()
    assert 'value="changed"' in page

    recorded(times=MANY)
    page = client.get(act).content.decode()
    row = Reckoning.objects.get()
    look = reverse("instruction_changed", args=["care", row.pk])
    assert f'hx-get="{look}"' in page
    tasks.work_due(house.organisation)
    assert f"{MANY} that were allowed would be denied." in client.get(look).content.decode()
    part = client.get(look, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert signed_in(house.outsider).get(look).status_code == 404
    assert signed_in(house.auditor).get(look).status_code == 403
