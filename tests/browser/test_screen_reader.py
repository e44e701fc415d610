"""The card, the rounds and the outcome as a screen reader is told them: headings, names, groups, and their order."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.scope import open_organisation
from deliberation.domain.accommodations import answer_proposal, propose
from tests.cast import Cast
from tests.deliberation import stages
from tests.deliberation.pages import by_link

pytestmark = pytest.mark.django_db(transaction=True)

CARD = """
- main:
  - paragraph:
    - strong: You are asked
    - text: Round 1 of 4. About twenty minutes
  - heading "May we let the screening tool sort applications before a person reads them?" [level=1]
  - paragraph: /Say what you think is right here/
  - region "Before you answer":
    - heading "Before you answer" [level=2]
    - term: Who asks
    - definition: /Facilitator/
    - term: Why you
    - definition: /lives with what is decided/
    - term: Until
    - definition:
      - strong:
        - time
    - term: Who will see it
    - definition: /Only you, until the round closes/
    - term: Who decides
    - definition: Holder
    - group
  - region "Your position":
    - heading "Your position" [level=2]
    - textbox "What do you think is right here?"
    - textbox "Why? (if you wish)"
    - textbox "What would be lost by it, and for whom? (if you wish)"
    - textbox "What would you need? (if you wish)"
    - status
    - paragraph:
      - button "Send my position"
  - region "What happens next"
  - region "Or one of these":
    - list:
      - listitem:
        - link /^Nothing to add/
      - listitem:
        - link /^I need more time/
      - listitem:
        - link /^I speak for someone else/
      - listitem:
        - link /^I need another format/
      - listitem:
        - link /^Someone is missing/
      - listitem:
        - link /^What I speak from/
      - listitem:
        - link /^I leave/
"""
"""Why one is asked, until when and who sees it come before the form; every way out after it, in one list."""

ROUND = """
- main:
  - heading "May we let the screening tool sort applications before a person reads them?" [level=1]
  - heading "The four rounds" [level=2]
  - list:
    - listitem: /1 Positions/
    - listitem: /2 Accommodations Now/
    - listitem: /3 Agreement and difference/
    - listitem: /4 Outcome/
  - region "Where each stands"
  - region "Shared so far"
  - article "A person reads every borderline application.":
    - heading "A person reads every borderline application." [level=2]
    - group "Your answer":
      - radio "Can accept"
      - radio "Can accept if…"
      - radio "Cannot accept because…"
    - heading "Rights-based" [level=3]
    - paragraph: Stakeholder one
    - paragraph:
      - strong: Can accept if…
    - blockquote:
      - paragraph: Anyone may ask for it.
    - paragraph: Stakeholder three
  - region "Propose something":
    - textbox "Your proposal, in one sentence"
  - region "Questions"
  - region "Heard in this round":
    - paragraph: Who has yet to answer is not shown.
"""
"""Which round it is comes first; a proposal is an article with the three answers as one group, then each framework."""

OUTCOME = """
- main:
  - heading "May the screening tool turn an applicant away before a person has read it?" [level=1]
  - paragraph: /Decided, with dissent/
  - list:
    - listitem:
      - strong: Informs, does not bind
  - region "Terms"
  - article "Decision":
    - heading "Decision" [level=2]
    - paragraph: /The tool may sort applications/
    - heading "Because" [level=3]
    - heading "Relies on" [level=3]
    - heading "Expects" [level=3]
    - paragraph: Holder, Chief People Officer
    - paragraph: /Decision holder. Signed/
  - article "Dissent":
    - heading "Dissent" [level=2]
    - paragraph: The reading should go.
    - heading "Because" [level=3]
    - heading "Would be removed by" [level=3]
    - heading "Predicts" [level=3]
    - paragraph: Stakeholder one
    - paragraph: /Written against draft 1/
    - heading "Answer of the decision holder" [level=3]
    - paragraph: The audit is promised, within six months.
  - region "1 Values"
  - region "2 Moral remainder"
  - region "3 Commitments":
    - table:
      - rowgroup:
        - row:
          - columnheader "What"
          - columnheader "For whom"
          - columnheader "Who"
          - columnheader "Until"
          - columnheader "What became of it"
      - rowgroup:
        - row:
          - rowheader "Train two readers"
  - region "4 Scope and review"
  - region "5 Who was heard":
    - table
  - region "6 Proof"
  - region "Take it with you"
"""
"""Decision and dissent are two articles with headings of one level, next to each other; what was lost comes after."""


def test_card_round_and_outcome_are_told_in_this_order(live_server: Any, page: Page) -> None:
    cast = Cast()
    with open_organisation(cast.organisation):
        asked, second = stages.at_round(cast, 1), stages.at_round(cast, 2)
        one, _two, three, _four = stages.voices(cast, second)
        proposal = propose(second, by=one, text="A person reads every borderline application.")
        answer_proposal(second, by=three, option=proposal, answer="can_accept_if", reason="Anyone may ask for it.")
        decided = stages.at_decided(cast)
        trees = [
            (name, tree, deliberation.number, by_link(stages.seat_of(deliberation, who)).cookies["sessionid"].value)
            for deliberation, name, who, tree in (
                (asked, "card", "Stakeholder one", CARD),
                (second, "accommodations", "Stakeholder two", ROUND),
                (decided, "outcome", "Stakeholder one", OUTCOME),
            )
        ]
    for name, tree, number, session in trees:
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page.goto(live_server.url + reverse(name, args=["care", number]))
        expect(page.get_by_role("main")).to_match_aria_snapshot(tree)
