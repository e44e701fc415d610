"""The demo organisation is told by the verbs, once, and holds what the documentation promises of it."""

import pytest
from django.core.management import call_command
from django.db.models import Count

from accounts.models import Organisation, User
from accounts.scope import open_organisation
from audit.models import Entry
from deliberation.demo import seed
from deliberation.models import Deliberation, Dissent, Notice, Remainder, Review, State
from instructions.models import Instruction, Overrule

pytestmark = pytest.mark.django_db

PEOPLE = {
    *(
        f"{name}@demo.example"
        for name in ("facilitator", "holder", "editor", "reviewer", "auditor", "admin", "operator")
    ),
    *(f"stakeholder{n}@demo.example" for n in range(1, 6)),
}


@pytest.fixture
def demo() -> Organisation:
    organisation = seed()
    assert organisation is not None
    return organisation


def test_demo_has_its_people_questions_and_instructions(demo: Organisation) -> None:
    assert set(User.objects.values_list("email", flat=True)) == PEOPLE
    with open_organisation(demo):
        states = Deliberation.objects.order_by("number").values_list("state", flat=True)
        assert list(states) == [State.DECIDED, State.DECIDED, State.ROUND_2, State.PROPOSED]
        assert Review.objects.filter(state=Review.State.DUE).count() == 1
        for decided in Deliberation.objects.filter(state=State.DECIDED):
            assert Dissent.objects.filter(deliberation=decided, answers__isnull=False).exists()
            assert Remainder.objects.filter(deliberation=decided).exists()
        told = dict(Instruction.objects.values_list("state").annotate(count=Count("id")).order_by("state"))
        assert told == {"active": 8, "proposed": 2, "rejected": 1, "retired": 1, "superseded": 1}
        assert Overrule.objects.count() == 2
        assert Instruction.objects.filter(period__name="Night-shift pilot", state="active").exists()


def test_demo_is_made_once(demo: Organisation) -> None:
    with open_organisation(demo):
        before = Entry.objects.count(), Deliberation.objects.count()
    call_command("seed_demo", verbosity=0)
    assert Organisation.objects.count() == 1
    with open_organisation(demo):
        assert (Entry.objects.count(), Deliberation.objects.count()) == before


def test_demo_mails_nothing_of_its_made_up_past(demo: Organisation) -> None:
    with open_organisation(demo):
        assert not Notice.objects.filter(sent_at__isnull=False).exists()
        assert not Notice.objects.filter(
            due_at__lte=Deliberation.objects.latest("created_at").created_at,
            claimed_at__isnull=True,
            dropped_at__isnull=True,
        ).exists()
