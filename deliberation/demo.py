"""The demo organisation: three questions told from `data/demo.json` by the same verbs that people use.

The clock of the verbs is set back for it, which `accounts.clock` allows for the demo alone. It runs in one transaction:
a demo is there whole or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts import clock
from accounts.domain.keys import create_api_key
from accounts.domain.members import add_member
from accounts.domain.organisations import create_organisation, create_user
from accounts.domain.projects import create_project
from accounts.models import Organisation, Project, User
from accounts.permissions import SYSTEM
from accounts.scope import open_organisation
from audit.domain.metrics import count_new
from audit.domain.surfaces import switch_surface
from audit.models import Surface
from deliberation.domain import (
    approval,
    conflict,
    dissent,
    invitations,
    options,
    outcome,
    review,
    rounds,
    seats,
    stakeholder_list,
    stakeholders,
    tensions,
    terms,
)
from deliberation.domain.accommodations import answer_proposal, propose, share_value, state_cost
from deliberation.domain.agreement import answer_agreement, answer_side, put_agreement, put_difference, tell_shift
from deliberation.domain.asks import ask_of, pass_round
from deliberation.domain.positions import submit_position
from deliberation.domain.questions import put_question, reply
from deliberation.domain.taking_part import accept_invitation, open_link
from deliberation.models import Deliberation, Framework, Group, Invitation, Notice, Option, Seat
from instructions.demo import tell as tell_instructions

STORY = Path(__file__).parent / "data" / "demo.json"
OPERATOR = ("operator@demo.example", "Platform operator")
FEW_DAYS = timedelta(days=3)

ALSO: list[Callable[[Project, Mapping[str, User], datetime], object]] = []
"""What the apps above tell of the demo, last: with its project, its staff by role, and the moment it is told at."""


def seed() -> Organisation | None:
    """Make the demo organisation, its people and its questions. Gives None if it is there already."""
    story = json.loads(STORY.read_text(encoding="utf-8"))
    if Organisation.objects.filter(slug=story["organisation"]["slug"]).exists():
        return None
    with transaction.atomic():
        organisation = create_organisation(
            story["organisation"]["slug"],
            story["organisation"]["name"],
            by=SYSTEM,
            administrator_email="admin@demo.example",
            administrator_name="Administrator",
            time_zone=story["organisation"]["time_zone"],
            is_demo=True,
        )
        with open_organisation(organisation):
            Demo(organisation, story, _five_o_clock(organisation)).play()
            for surface in Surface.Name.values:
                switch_surface(organisation, surface, True, by=SYSTEM)
            count_new(organisation)
    return organisation


def _five_o_clock(organisation: Organisation) -> datetime:
    """The last time it was five in the afternoon there, so that dates of the story fall on an hour people keep."""
    local = clock.now().astimezone(ZoneInfo(organisation.time_zone))
    five = local.replace(hour=17, minute=0, second=0, microsecond=0)
    return five if five <= local else five - timedelta(days=1)


@dataclass
class Demo:
    """The cast, and the questions told one after the other."""

    organisation: Organisation
    story: dict[str, Any]
    now: datetime
    staff: dict[str, User] = field(default_factory=dict)
    voices: list[dict[str, Any]] = field(default_factory=list)

    def play(self) -> None:
        self._people()
        project = create_project(
            self.organisation, self.story["project"]["name"], by=SYSTEM, slug=self.story["project"]["slug"]
        )
        screening, recording, disclosure = self.story["deliberations"]
        # The first was decided half a year ago, and its review date passed three days ago.
        decided = Telling(self, project, disclosure, self.now - timedelta(days=183 + 32) - FEW_DAYS).to_decision()
        with clock.at(self.now - FEW_DAYS, self.organisation):
            review.open_due_reviews(self.organisation)
        assert decided.deliberation is not None
        Telling(self, project, screening, self.now - timedelta(days=52)).to_decision()
        Telling(self, project, recording, self.now - timedelta(days=15)).to_round_2()
        key = create_api_key(project, "Hiring assistant", by=SYSTEM).key
        proposed = self.story["proposed"]
        conflict.propose_conflict(project, by=key, decision=proposed["decision"], context=proposed["context"])
        tell_instructions(project, self.staff["editor"], self.now)
        for tell in ALSO:
            tell(project, self.staff, self.now)
        # What was to be mailed in a past that never was is not mailed now.
        Notice.objects.filter(due_at__lte=self.now).update(dropped_at=self.now)

    def _people(self) -> None:
        for person in self.story["people"]:
            if person["roles"] != ["administrator"]:
                add_member(
                    self.organisation, by=SYSTEM, email=person["email"], name=person["name"], roles=person["roles"]
                )
            self.staff[person["roles"][0]] = User.objects.get(email=person["email"])
        self.voices = self.story["stakeholders"]
        for voice in self.voices:
            create_user(voice["email"], voice["name"], by=SYSTEM)
        operator = create_user(OPERATOR[0], OPERATOR[1], by=SYSTEM)
        User.objects.filter(pk=operator.pk).update(is_operator=True)


@dataclass
class Telling:
    """One question, told day by day from `begin`."""

    demo: Demo
    project: Project
    told: dict[str, Any]
    begin: datetime
    deliberation: Deliberation | None = None
    frameworks: list[Framework] = field(default_factory=list)
    seats: dict[int, Seat] = field(default_factory=dict)

    @property
    def facilitator(self) -> User:
        return self.demo.staff["facilitator"]

    @property
    def holder(self) -> User:
        return self.demo.staff["decision_holder"]

    @property
    def here(self) -> Deliberation:
        assert self.deliberation is not None
        return self.deliberation

    def on_day(self, day: float) -> Any:
        """The verbs' clock on a day of this story."""
        return clock.at(self.begin + timedelta(days=day), self.demo.organisation)

    def to_decision(self) -> Telling:
        """Through all four rounds to a signed outcome."""
        self.to_round_2()
        with self.on_day(20):
            rounds.close_round(self.here, by=self.facilitator)
        with self.on_day(21):
            self._differences()
        with self.on_day(25):
            rounds.close_round(self.here, by=self.facilitator)
        with self.on_day(26):
            rounds.open_round(self.here, by=self.facilitator)
            self._draft()
        with self.on_day(27):
            self._dissents()
        with self.on_day(31.001):  # a minute after the time for dissent, as the tick would
            version = outcome.send_to_sign(self.here, by=SYSTEM)
        with self.on_day(32):
            self._answers()
            outcome.sign_outcome(self.here, by=self.holder, version_id=version.pk, name=self.holder.name)
        return self

    def to_round_2(self) -> Telling:
        """As far as the accommodations of round 2, with some of its proposals answered."""
        with self.on_day(0):
            self._question()
        with self.on_day(1):
            self._terms()
            self._list()
        with self.on_day(2):
            self._invite()
        with self.on_day(3):
            rounds.open_round(self.here, by=self.facilitator)
        with self.on_day(5):
            self._positions()
        with self.on_day(10):
            rounds.close_round(self.here, by=self.facilitator)
        with self.on_day(11):
            rounds.open_round(self.here, by=self.facilitator)
        with self.on_day(12):
            self._accommodations()
        return self

    def _question(self) -> None:
        told, by = self.told, self.facilitator
        self.deliberation = conflict.convene(
            self.demo.organisation,
            self.project,
            by=by,
            question=told["question"],
            decision_asked=told["decision_asked"],
            urgency=told["urgency"],
        )
        for one in told["findings"]:
            options.add_finding(self.here, by=by, kind=one["kind"], text=one["text"], source=one["source"])
        do_not = Option.objects.get(deliberation=self.here, kind=Option.Kind.DO_NOT)
        options.edit_option(do_not, by=by, text=told["do_not"]["text"])
        for bearer, harm in told["do_not"]["harms"]:
            options.add_harm(do_not, by=by, bearer=bearer, harm=harm)
        for one in told["options"]:
            option = options.add_option(self.here, by=by, text=one["text"])
            for bearer, harm in one["harms"]:
                options.add_harm(option, by=by, bearer=bearer, harm=harm)
        self._tensions()
        seats.name_holder(self.here, by=by, user=self.holder)

    def _tensions(self) -> None:
        """Keep what the software suggested where the story has it, drop the rest, and write what it missed."""
        told, by = self.told, self.facilitator
        titles = {
            "framework": {one["title"] for one in told["frameworks"]},
            "trade_off": set(told["trade_offs"]),
            "group": set(told["groups"]),
        }
        for tension in tensions.suggest_tensions(self.here, by=by):
            wanted = any(tension.title in some for some in titles.values())
            if wanted:
                tensions.settle_tension(tension, by=by, do="keep")
                for some in titles.values():
                    some.discard(tension.title)
            else:
                tensions.settle_tension(tension, by=by, do="drop", reason="Not what this question turns on.")
        keys = {one["title"]: one["key"] for one in told["frameworks"]}
        for kind, some in titles.items():
            for title in sorted(some):
                tensions.add_tension(self.here, by=by, kind=kind, title=title, catalogue_key=keys.get(title, ""))
        stands = {f.title: f for f in Framework.objects.filter(deliberation=self.here) if f.stands}
        self.frameworks = [stands[one["title"]] for one in told["frameworks"]]

    def _terms(self) -> None:
        drafted = terms.draft_terms(
            self.here,
            by=self.facilitator,
            question=self.told["question"],
            answer_by=(clock.now() + timedelta(days=45)).date(),
            **self.demo.story["terms"],
        )
        terms.accept_terms(self.here, by=self.holder, version=drafted.version, name=self.holder.name)

    def _list(self) -> None:
        groups = {g.title: g for g in Group.objects.filter(deliberation=self.here) if g.stands}
        for one in self.told["list"]:
            person = self.demo.voices[one["who"] - 1]
            stakeholders.add_stakeholder(
                self.here,
                by=self.facilitator,
                title=person["name"],
                why=one["why"],
                relation=one["relation"],
                frameworks=[self.frameworks[n] for n in one["frameworks"]],
                groups=[groups[self.told["groups"][n]] for n in one["groups"]],
                email=person["email"],
            )
        if "not_reached" in self.told:
            stakeholders.add_stakeholder(
                self.here,
                by=self.facilitator,
                title=self.told["not_reached"],
                why="You began an application and did not send it. We would like to know why.",
                relation="affected",
                frameworks=[self.frameworks[0]],
                groups=[groups[self.told["groups"][0]]],
            )
        conflict.submit(self.here, by=self.facilitator)
        approval.approve_stakeholders(
            self.here,
            by=self.holder,
            digest=stakeholder_list.list_digest(self.here),
            reason=self.told["approval"],
        )

    def _invite(self) -> None:
        by_name = {person["name"]: n for n, person in enumerate(self.demo.voices, start=1)}
        chosen = {one["who"]: one["frameworks"] for one in self.told["list"]}
        invitations.send_invitations(self.here, by=self.facilitator)
        for unaddressed in Invitation.objects.filter(deliberation=self.here, stakeholder__email=""):
            invitations.send_invitations(
                self.here, by=self.facilitator, invitations=[unaddressed], channel=Invitation.Channel.LETTER
            )
        for invitation in Invitation.objects.filter(deliberation=self.here).select_related("stakeholder", "seat"):
            number = by_name.get(invitation.stakeholder.title)
            if number is None:
                invitations.mark_not_reached(
                    self.here,
                    invitation,
                    by=self.facilitator,
                    note="Nobody who gave up left an address, and two notices in the job centre brought no call.",
                )
                continue
            self._accept(invitation, number, chosen[number])

    def _accept(self, invitation: Invitation, number: int, frameworks: list[int]) -> None:
        person = self.demo.voices[number - 1]
        seat = open_link(
            self.here, invitation, series=invitation.link_series, user=User.objects.get(email=person["email"])
        )
        accept_invitation(
            self.here,
            by=seat,
            relation=invitation.stakeholder.relation,
            name=person["name"],
            frameworks=[self.frameworks[n] for n in frameworks],
        )
        self.seats[number] = Seat.objects.get(pk=seat.pk)

    def _positions(self) -> None:
        for one in self.told["positions"]:
            submit_position(
                self.here,
                by=self.seats[one["who"]],
                right=one["right"],
                why=one["why"],
                lost=one["lost"],
                need=one["need"],
            )
        spoken = {one["who"] for one in self.told["positions"]}
        for number, seat in self.seats.items():
            if number not in spoken:
                pass_round(self.here, by=seat, number=1, words="Others have said it.")

    def _accommodations(self) -> None:
        told = self.told
        for number, text in zip(self.seats, told["shared"], strict=False):
            share_value(self.here, by=self.seats[number], text=text)
        for one in told["proposals"]:
            proposal = propose(self.here, by=self.seats[one["who"]], text=one["text"], detail=one["detail"])
            for framework, cost in one["costs"]:
                state_cost(
                    self.here, by=self.facilitator, option=proposal, framework=self.frameworks[framework], cost=cost
                )
            for who, answer, reason in one["stances"]:
                answer_proposal(self.here, by=self.seats[who], option=proposal, answer=answer, reason=reason)
        for one in told["questions"]:
            question = put_question(self.here, by=self.seats[one["who"]], text=one["text"])
            if one["reply"]:
                reply(self.here, by=self.facilitator, question=question, text=one["reply"])
        if "outcome" in told:
            self._pass_open(2)

    def _pass_open(self, number: int) -> None:
        for seat in self.seats.values():
            ask = ask_of(self.here, seat, number)
            if ask is not None and ask.state == ask.State.OPEN:
                pass_round(self.here, by=seat, number=number)

    def _differences(self) -> None:
        told = self.told
        rounds.open_round(self.here, by=self.facilitator)
        for one in told["agreements"]:
            agreement = put_agreement(self.here, by=self.facilitator, text=one["text"])
            for who in one["confirmed_by"]:
                answer_agreement(self.here, by=self.seats[who], agreement=agreement, confirms=True)
        for one in told["differences"]:
            difference = put_difference(
                self.here, by=self.facilitator, text=one["text"], sides=[text for text, _holders in one["sides"]]
            )
            for side, (_text, holders) in zip(difference.sides.all(), one["sides"], strict=True):
                for who in holders:
                    answer_side(self.here, by=self.seats[who], side=side, holds=True)
        for one in told["shifts"]:
            tell_shift(self.here, by=self.seats[one["who"]], changed=one["changed"], text=one["text"])
        self._pass_open(3)

    def _draft(self) -> None:
        told = self.told["outcome"]
        today = clock.now().date()
        decided = Option.objects.filter(deliberation=self.here, kind=Option.Kind.PROPOSAL).first()
        promised = [outcome.Promised(**_due(told["carry_out"], today))]
        losses = []
        for n, one in enumerate(told["remainders"], start=1):
            losses.append(outcome.Loss(loss=one["loss"], bearer=one["bearer"], owed=one["owed"], debt=one["debt"]))
            promised.append(outcome.Promised(**_due(one["commitment"], today), for_loss=n))
        content = outcome.Content(
            option=decided,
            decision=told["decision"],
            justification=told["justification"],
            assumptions=told["assumptions"],
            expects=told["expects"],
            applies_to=told["applies_to"],
            does_not_apply_to=told["does_not_apply_to"],
            review_date=today + timedelta(days=6 + 183),
            prioritized=told["prioritized"],
            deprioritized=told["deprioritized"],
            remainders=losses,
            triggers=told["triggers"],
            commitments=promised,
            hearings=[outcome.Heard(framework=f, heard=True) for f in self.frameworks],
        )
        outcome.draft_outcome(self.here, by=self.facilitator, content=content)
        outcome.circulate_outcome(self.here, by=self.facilitator)

    def _dissents(self) -> None:
        version = outcome.latest_version(self.here.outcome_set.get())
        assert version is not None, "a draft was circulated the day before"
        for one in self.told["outcome"]["dissents"]:
            written = dissent.write_dissent(
                self.here,
                by=self.seats[one["who"]],
                version_id=version.pk,
                framework=self.frameworks[one["framework"]],
                against=one["against"],
                lead=one["lead"],
                objection=one["objection"],
                removed_by=one["removed_by"],
                predicts=one["predicts"],
            )
            for who in one["joined_by"]:
                dissent.join_dissent(self.here, written, by=self.seats[who])

    def _answers(self) -> None:
        answers = {one["lead"]: one["answer"] for one in self.told["outcome"]["dissents"]}
        for one in outcome.standing_dissents(self.here.outcome_set.get()):
            dissent.answer_dissent(self.here, one, by=self.holder, text=answers[one.lead.body])


def _due(promised: dict[str, Any], today: Any) -> dict[str, Any]:
    kept = {key: value for key, value in promised.items() if key != "days"}
    return kept | {"due": today + timedelta(days=promised["days"])}
