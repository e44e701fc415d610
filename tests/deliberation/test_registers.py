"""Mails in the organisation's own register: its words, what any wording must tell, and nothing said in a round."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.core import mail

from accounts import clock
from accounts.scope import open_organisation
from deliberation.domain.outcome import circulate_outcome, draft_outcome
from deliberation.domain.review import open_review
from deliberation.models import Notice, Review
from deliberation.notifications import send_due
from instructions.domain.policy import set_policy
from tests.cast import Cast
from tests.deliberation import stages

pytestmark = pytest.mark.django_db

HOUSE = """
[[register]]
name = "{name}"
language = "{language}"
of_a_people = {of_a_people}
author = "The house's own writer"
greeting = ["Good day {{name}}", "Good day"]
closing = ["Until then"]
also = "Besides:"
yes = "yes"
no = "no"
"""
MESSAGE = """
[[message]]
kind = "{kind}"
subject = ["House: {kind}"]
lines = ["We ask: {{question}}", "It is here: {{link}}"]
easy = ["We ask: {{question}}", "It is here: {{link}}"]
"""
KINDS = ("invitation", "round_opens", "reminder", "draft_circulates", "outcome", "review_due")


def register(name: str = "house", language: str = "en", *, of_a_people: bool = False) -> str:
    head = HOUSE.format(name=name, language=language, of_a_people=str(of_a_people).lower())
    return head + "".join(MESSAGE.format(kind=kind) for kind in KINDS)


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = Cast()
    with open_organisation(made.organisation):
        yield made


def adopt(cast: Cast, *texts: str) -> None:
    content = {"registers": list(texts)}
    set_policy(cast.organisation, "registers", content, by=cast.administrator, why="It is how we speak.")


def first_of(cast: Cast, kind: str) -> mail.EmailMessage:
    """The first mail of this kind that goes out; the others are dropped."""
    Notice.objects.exclude(kind=kind).update(dropped_at=clock.now())
    assert send_due(cast.organisation) >= 1
    return mail.outbox[0]


def circulated(cast: Cast) -> None:
    deliberation = stages.at_round(cast, 4)
    draft_outcome(deliberation, by=cast.facilitator, content=stages.content(deliberation))
    circulate_outcome(deliberation, by=cast.facilitator)


def reviewed(cast: Cast) -> None:
    stages.at_decided(cast)
    open_review(Review.objects.get(), by=cast.reviewer)


MAILS: list[tuple[str, Callable[[Cast], object], str, str]] = [
    ("invitation", lambda cast: stages.invited(cast, accept=False), "invitation", "The link is yours alone"),
    ("round_asked", lambda cast: stages.at_round(cast, 1), "round_opens", "ask for more time"),
    ("outcome_circulated", circulated, "draft_circulates", "To say nothing is not taken for agreement."),
    ("outcome_signed", stages.at_decided, "outcome", "does not bind them"),
    ("review_due", reviewed, "review_due", "neither prepared nor facilitated"),
]


@pytest.mark.parametrize(("notice", "stage", "kind", "must"), MAILS, ids=[row[0] for row in MAILS])
def test_a_mail_has_the_words_of_the_house_and_what_must_be_told(
    cast: Cast, notice: str, stage: Callable[[Cast], object], kind: str, must: str
) -> None:
    stage(cast)
    adopt(cast, register())
    sent = first_of(cast, notice)
    assert sent.subject == f"House: {kind}"
    body = str(sent.body)
    assert body.startswith("Good day ")
    assert "We ask: May " in body
    assert "It is here: http" in body
    assert body.index("Until then") < body.index(must) < body.index("through Tractatus")
    assert "What Stakeholder" not in body, "the words of a round stand in no mail"


def test_a_mail_is_worded_as_it_ships_without_a_register_of_its_language(cast: Cast) -> None:
    """One in another language, one of a people that nobody asked for, and one that lacks this kind word nothing."""
    stages.invited(cast, accept=False)
    without = register("short").replace('kind = "invitation"', 'kind = "handoff"')
    adopt(cast, register("maison", "fr"), register("theirs", of_a_people=True), without)
    sent = first_of(cast, "invitation")
    assert "asks what you think is right" in sent.subject
    assert "Good day" not in str(sent.body)


def test_the_newest_register_of_the_language_words_it(cast: Cast) -> None:
    stages.invited(cast, accept=False)
    adopt(cast, register("old"), register("new").replace("We ask:", "We would like to know:"))
    assert "We would like to know: May we" in str(first_of(cast, "invitation").body)
