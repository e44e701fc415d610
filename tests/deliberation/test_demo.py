"""The demo organisation is told by the verbs, once, and holds what the documentation promises of it."""

import json

import pytest
from django.core.management import call_command
from django.db.models import Count

from accounts.models import APIKey, Organisation, User
from accounts.scope import open_organisation
from audit.models import Entry
from deliberation.demo import seed
from deliberation.models import Deliberation, Dissent, Notice, Remainder, Review, State
from instructions.models import Instruction, Overrule
from oversight.models import Check, Handoff, Incident, JudgmentRequest, Mark, Session

pytestmark = pytest.mark.django_db

PEOPLE = {
    *(
        f"{name}@demo.example"
        for name in ("facilitator", "holder", "editor", "reviewer", "auditor", "admin", "operator")
    ),
    *(f"stakeholder{n}@demo.example" for n in range(1, 6)),
}


def test_demo_is_told_once_and_holds_what_is_promised_of_it() -> None:
    demo = seed()
    assert demo is not None
    assert set(User.objects.values_list("email", flat=True)) == PEOPLE
    with open_organisation(demo):
        _its_questions()
        _its_agents()
        _it_mails_nothing_of_a_past_that_never_was()
        before = Entry.objects.count(), Deliberation.objects.count()
    call_command("seed_demo", verbosity=0)
    assert Organisation.objects.count() == 1
    with open_organisation(demo):
        assert (Entry.objects.count(), Deliberation.objects.count()) == before


def _its_questions() -> None:
    states = Deliberation.objects.order_by("number").values_list("state", flat=True)
    assert list(states) == [State.DECIDED, State.DECIDED, State.ROUND_2, State.PROPOSED, State.PROPOSED]
    assert Review.objects.filter(state=Review.State.DUE).count() == 1
    for decided in Deliberation.objects.filter(state=State.DECIDED):
        assert Dissent.objects.filter(deliberation=decided, answers__isnull=False).exists()
        assert Remainder.objects.filter(deliberation=decided).exists()
    told = dict(Instruction.objects.values_list("state").annotate(count=Count("id")).order_by("state"))
    assert told == {"active": 10, "proposed": 2, "rejected": 1, "retired": 1, "superseded": 1}
    assert Overrule.objects.count() == 2
    assert Instruction.objects.filter(period__name="Night-shift pilot", state="active").exists()


def _its_agents() -> None:
    """One key observes, with marks; one enforces; of its requests one is answered each way, and one waits."""
    assert {(key.name, key.enforces, key.attended) for key in APIKey.objects.all()} == {
        ("Hiring assistant", False, False), ("Coding assistant", True, False), ("Night batch", False, True),
    }  # fmt: skip
    assert sorted(Mark.objects.values_list("right", flat=True)) == [False, True]
    requests = JudgmentRequest.objects.order_by("id").values_list("state", flat=True)
    assert list(requests) == ["deliberating", "used", "refused", "pending"]
    assert Incident.objects.get().kind == Incident.Kind.DENIED_DONE
    assert dict(Session.objects.values_list("name", "state")) == {
        "batch-0418": "ended", "0709": "ended", "0711": "ended", "0712": "active",
    }  # fmt: skip
    assert Handoff.objects.get(by_agent=True).acknowledged_by == Session.objects.get(name="0712")
    assert Session.objects.get(name="0711").level == "CRITICAL"
    denied = Check.objects.filter(decision="deny").select_related("text")
    assert {json.loads(one.text.body)["answer"]["corrected_action"]["port"] for one in denied} == {5433, 27027}


def _it_mails_nothing_of_a_past_that_never_was() -> None:
    assert not Notice.objects.filter(sent_at__isnull=False).exists()
    assert not Notice.objects.filter(
        due_at__lte=Deliberation.objects.latest("created_at").created_at,
        claimed_at__isnull=True,
        dropped_at__isnull=True,
    ).exists()
