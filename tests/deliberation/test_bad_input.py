"""Whatever somebody types, no page breaks: it is taken as written, or refused in words with every word still there.

Each test takes a deliberation to one stage and posts every kind of input to that stage's forms. Every post is undone,
so that the next one finds the stage as it was.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts import clock
from accounts.scope import open_organisation
from deliberation.domain import stakeholder_list
from deliberation.domain.review import start_review
from deliberation.models import (
    Agreement,
    Commitment,
    Framework,
    Option,
    OutcomeVersion,
    Terms,
)
from tests.cast import Cast
from tests.deliberation import stages
from tests.deliberation.pages import address, by_link, signed_in

pytestmark = pytest.mark.django_db

SCRIPT = "<script>alert(1)</script>"
BROKEN = {
    "20,000 words": "A sentence of words. " * 5_000,
    "nothing": "",
    "spaces": "   \t \n  ",
    "NUL": "before\x00after",
}
FINE = {
    "emoji and right to left": "Aroha 🌿👩🏽‍⚕️ nui يجب أن يقرأ إنسان كل طلب\u202e قبل الرد",
    "HTML": f'"><b onmouseover="alert(2)">bold</b>{SCRIPT}</textarea>{{{{ 7|add:7 }}}}',
    "past date": "A plain sentence.",
}
INPUTS = BROKEN | FINE


@dataclass
class Asked:
    """One form: who sends it where, what else it needs, which fields take words, and which a day to come."""

    client: Client
    to: str
    words: tuple[str, ...]
    rest: dict[str, Any] = field(default_factory=dict)
    dates: tuple[str, ...] = ()
    optional: bool = False


@pytest.fixture
def cast() -> Iterator[Cast]:
    cache.clear()
    people = Cast()
    with open_organisation(people.organisation):
        yield people


class Undone(Exception):
    """Ends the transaction of one post."""


@contextmanager
def undone() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
            raise Undone
    except Undone:
        cache.clear()


def tried(*forms: Asked) -> None:
    """Post every input to every form, and name everything that went wrong."""
    wrong = []
    for asked in forms:
        for kind, typed in INPUTS.items():
            if kind == "past date" and not asked.dates:
                continue
            with undone():
                wrong += [f"{asked.to}, {kind}: {said}" for said in complaints(asked, kind, typed)]
    assert wrong == [], "\n".join(wrong)


def complaints(asked: Asked, kind: str, typed: str) -> list[str]:
    day = clock.now().date() + timedelta(days=-40 if kind == "past date" else 40)
    body = asked.rest | dict.fromkeys(asked.words, typed) | dict.fromkeys(asked.dates, day.isoformat())
    asked.client.raise_request_exception = False
    answer = asked.client.post(asked.to, body)
    shown = answer.content.decode()
    if answer.status_code not in {200, 302, 403, 409, 422}:
        return [f"answered with {answer.status_code}"]
    refused = answer.status_code != 302
    found = []
    if SCRIPT in shown:
        found.append("the script stands in the answer")
    if refused != must_be_refused(asked, kind):
        found.append(f"{answer.status_code}: {problems(shown)}")
    elif refused:
        if not problems(shown):
            found.append("no sentence at the field")
        if "aria-invalid" not in shown:
            found.append("no field is marked")
        if not still_there(typed, shown):
            found.append("what was typed is gone")
    elif kind == "HTML":
        after = asked.client.get(answer.headers["Location"], follow=True)
        if after.status_code != 200 or SCRIPT in after.content.decode():
            found.append(f"the page after it: {after.status_code}, or the script stands in it")
    return found


def must_be_refused(asked: Asked, kind: str) -> bool:
    if kind in {"nothing", "spaces"}:
        return not asked.optional
    return kind in {"20,000 words", "NUL"} or (kind == "past date" and bool(asked.dates))


def problems(shown: str) -> list[str]:
    return re.findall(r'<p class="problem">([^<]{0,120})', shown)


def still_there(typed: str, shown: str) -> bool:
    """Whether the words stand in the page; of a text with NUL those on both sides of it."""
    page = html.unescape(shown)
    return all(part.strip() in page for part in typed.split("\x00"))


# --- Beginning


def test_a_new_question_and_the_settings_take_any_words(cast: Cast) -> None:
    here = [cast.organisation.slug]
    facilitator, administrator = signed_in(cast.facilitator), signed_in(cast.administrator)
    project = str(cast.project.pk)
    tried(
        Asked(
            facilitator,
            reverse("deliberation_new", args=here),
            ("question", "decision_asked"),
            {"urgency": "IMPORTANT", "project": project},
        ),
        Asked(
            administrator,
            reverse("settings_members", args=here),
            ("name",),
            {"email": "somebody.new@care.example", "roles": "editor"},
        ),
        Asked(administrator, reverse("settings_projects", args=here), ("name",), {"slug": "a-short-name"}),
    )


def test_a_key_is_named_in_any_words(cast: Cast) -> None:
    administrator = signed_in(cast.administrator)
    to = reverse("settings_keys", args=[cast.organisation.slug])
    for kind, typed in INPUTS.items():
        with undone():
            answer = administrator.post(to, {"name": typed, "project": str(cast.project.pk), "enforces": ""})
            shown = answer.content.decode()
            # Made, the answer shows the secret: it is the page itself and leads nowhere.
            assert answer.status_code == (200 if kind in FINE else 422), kind
            assert SCRIPT not in shown
            assert bool(problems(shown)) == (kind in BROKEN), kind


def test_the_conflict_takes_any_words(cast: Cast) -> None:
    deliberation, client = stages.at_draft(cast), signed_in(cast.facilitator)
    option = Option.objects.filter(deliberation=deliberation).first()
    assert option is not None
    terms = Terms.objects.filter(deliberation=deliberation).latest("version")

    def at(name: str, *args: object) -> str:
        return address(name, deliberation, *args)

    tried(
        Asked(client, at("deliberation_intake"), ("question", "decision_asked"), {"urgency": "IMPORTANT"}),
        Asked(client, at("deliberation_finding_add"), ("text", "source"), {"kind": "known"}),
        Asked(client, at("deliberation_option_add"), ("text", "detail")),
        Asked(client, at("deliberation_harm_add", option.pk), ("bearer", "harm")),
        Asked(client, at("deliberation_tension_add", "group"), ("title",)),
        Asked(client, at("deliberation_tension_add", "framework"), ("title", "concern"), {"of_a_people": ""}),
        Asked(client, at("deliberation_withdraw"), ("reason", "meanwhile")),
        Asked(
            client,
            at("deliberation_terms"),
            (
                *("question", "can_change", "off_table", "decided_by", "meanwhile", "after_disagreement"),
                *("asked_by", "paid_by", "compensation"),
            ),
            {"reach": "decides", "seen": terms.version},
            dates=("answer_by",),
        ),
        Asked(client, at("stakeholder_add"), ("title", "why"), {"relation": "affected", "email": "new@people.example"}),
    )


# --- Who is heard


def test_the_decision_on_the_list_takes_any_words(cast: Cast) -> None:
    deliberation, client = stages.at_stakeholders(cast), signed_in(cast.holder)
    digest = stakeholder_list.list_digest(deliberation)
    to = address("stakeholders_approve", deliberation)
    tried(*(Asked(client, to, ("reason",), {"do": do, "digest": digest}) for do in ("approve", "return")))


def test_being_asked_takes_any_words(cast: Cast) -> None:
    deliberation = stages.invited(cast, accept=False)
    client = by_link(stages.seat_of(deliberation, "Stakeholder one"))
    chosen = [str(pk) for pk in Framework.objects.filter(deliberation=deliberation).values_list("pk", flat=True)[:1]]
    tried(
        Asked(client, address("card_decline", deliberation), ("statement",), optional=True),
        Asked(
            client,
            address("card_accept", deliberation),
            ("name",),
            {"relation": "affected", "frameworks": chosen, "quoting": "name"},
        ),
        Asked(client, address("card_otherwise", deliberation, "missing"), ("text",), {"kind": "missing"}),
    )


# --- The rounds


def test_round_1_takes_any_words(cast: Cast) -> None:
    deliberation = stages.at_round(cast, 1)
    client = by_link(stages.seat_of(deliberation, "Stakeholder one"))
    tried(
        Asked(client, address("card", deliberation), ("right", "why", "lost", "need"), {"based_on": 0}),
        Asked(client, address("card_more_time", deliberation, 1), ("why",), dates=("until",), optional=True),
        Asked(client, address("card_pass", deliberation, 1), ("words",), optional=True),
        Asked(client, address("question_put", deliberation), ("text",)),
    )


def test_round_2_takes_any_words(cast: Cast) -> None:
    deliberation = stages.at_round(cast, 2)
    stages.accommodations_given(cast, deliberation)
    client = by_link(stages.seat_of(deliberation, "Stakeholder two"))
    proposal = Option.objects.get(deliberation=deliberation, kind=Option.Kind.PROPOSAL)
    stance = {"answer": "cannot_accept", "based_on": 1}
    tried(
        Asked(client, address("shared_value_add", deliberation), ("text",)),
        Asked(client, address("proposal_add", deliberation), ("text", "detail")),
        Asked(client, address("stance_submit", deliberation, proposal.pk), ("reason",), stance),
    )


def test_round_3_takes_any_words(cast: Cast) -> None:
    deliberation = stages.at_round(cast, 3)
    stages.agreements_given(cast, deliberation)
    client = by_link(stages.seat_of(deliberation, "Stakeholder two"))
    facilitator = signed_in(cast.facilitator)
    agreement = Agreement.objects.get(deliberation=deliberation)
    tried(
        Asked(facilitator, address("agreement_put", deliberation), ("text",)),
        Asked(facilitator, address("difference_put", deliberation), ("text", "side_1", "side_2")),
        Asked(
            client,
            address("agreement_answer", deliberation, agreement.pk),
            ("comment",),
            {"confirms": "yes", "based_on": 1},
            optional=True,
        ),
        Asked(client, address("shift_tell", deliberation), ("text",), {"changed": "no", "based_on": 0}, optional=True),
    )


# --- The outcome


def test_the_draft_and_dissent_take_any_words(cast: Cast) -> None:
    deliberation = stages.at_circulated(cast)
    version = OutcomeVersion.objects.get(deliberation=deliberation)
    to = address("outcome_draft", deliberation)
    words = ("decision", "justification", "assumptions", "applies_to", "triggers-0-text", "remainders-0-bearer")
    rest = {"kind": "decision", "seen": "", "remainders-0-loss": "Time.", "remainders-0-owed": "repair"}
    rest |= {"remainders-0-debt": "A reading.", "remainders-rows": "1"}
    tried(
        Asked(signed_in(cast.facilitator), to, words, rest, dates=("review_date",)),
        Asked(
            by_link(stages.seat_of(deliberation, "Stakeholder one")),
            address("dissent_write", deliberation),
            ("lead", "objection", "removed_by", "predicts"),
            {"against": "decision", "version_id": str(version.pk)},
        ),
    )


def test_the_answer_and_the_signature_take_any_words(cast: Cast) -> None:
    deliberation, client = stages.at_signing(cast), signed_in(cast.holder)
    version = OutcomeVersion.objects.get(deliberation=deliberation)
    dissent = stages.dissent_of(deliberation)
    tried(
        Asked(client, address("dissent_answer", deliberation, dissent.pk), ("text",)),
        Asked(client, address("outcome_return", deliberation), ("reason",)),
        Asked(client, address("outcome_sign", deliberation), ("name", "reason"), {"version_id": str(version.pk)}),
    )


def test_what_comes_after_takes_any_words(cast: Cast) -> None:
    deliberation = stages.at_review_due(cast)
    start_review(stages.review_of(deliberation), by=cast.reviewer)
    client, here = signed_in(cast.reviewer), [cast.organisation.slug, deliberation.number]
    promise = Commitment.objects.filter(deliberation=deliberation).first()
    assert promise is not None
    tried(
        Asked(
            client,
            reverse("review_prepare", args=here),
            ("since_then", "grounds"),
            {"proposal": "reaffirm"},
            dates=("new_date",),
        ),
        Asked(client, reverse("review_give_back", args=here), ("reason",)),
        Asked(client, address("change_report", deliberation), ("text",), {"trigger": ""}),
        Asked(client, address("commitment_report", deliberation, promise.pk), ("account",), {"state": "done"}),
    )
