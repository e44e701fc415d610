"""What the walls are walked through: everybody there is, and something of every kind in every state."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import time_machine
from django.db import connection, models

from accounts import clock, guards
from accounts.domain.keys import create_api_key
from accounts.domain.members import set_roles
from accounts.domain.seats import sit
from accounts.models import APIKey, Organisation, User
from accounts.permissions import SYSTEM, System
from accounts.roles import Part, Role
from audit.dataset.publishing import publish
from audit.domain.erasure import erase_text
from audit.domain.logs import start_new_log
from audit.domain.surfaces import switch_surface
from audit.export_job import place_of
from audit.logs import current_log
from audit.models import Export
from audit.receivers import actor_of
from audit.record import record
from audit.texts import keep
from deliberation import models as of
from deliberation.domain import publication
from deliberation.domain.accommodations import state_cost
from deliberation.domain.agreement import tell_shift
from deliberation.domain.amendments import propose_amendment
from deliberation.domain.approval import approve_stakeholders
from deliberation.domain.change_reports import report_change
from deliberation.domain.commitments import report_commitment
from deliberation.domain.conflict import submit
from deliberation.domain.dissent import answer_dissent, join_dissent, write_dissent
from deliberation.domain.entering import enter_for
from deliberation.domain.invitations import send_invitations
from deliberation.domain.more_time import ask_more_time
from deliberation.domain.outcome import circulate_outcome, draft_outcome, send_to_sign, sign_outcome
from deliberation.domain.questions import put_question, reply
from deliberation.domain.requests import ask_otherwise
from deliberation.domain.review import open_due_reviews, prepare_review, speak_to_review, start_review
from deliberation.domain.rounds import close_round, open_round
from deliberation.domain.seats import hand_over, name_approver
from deliberation.domain.stakeholder_list import current_list
from deliberation.domain.taking_part import leave
from deliberation.models import Deliberation, Seat
from tests.cast import Cast, make_member, make_project, make_user
from tests.copies import copy_rows
from tests.deliberation import stages
from tests.walls.agents import watched
from tests.walls.decided import decided
from tests.walls.history import told

Word = Role | Part | str
MACHINES: dict[type[models.Model], str] = {of.ChangeReport: "report"}
"""What the table calls the machine of a model, where it is not the model's own name."""


@dataclass
class Actor:
    """Somebody who tries, the words of the table that are true of them, and the gates that keep them out."""

    name: str
    words: tuple[Word, ...]
    by: User | APIKey | System | None = None
    seat: str = ""
    """For a voice: under which name they sit. They act as their seat in whichever deliberation it is."""
    barred: frozenset[str] = frozenset()
    stranger: bool = False
    """Of another organisation, or without any standing in this one."""

    def in_(self, deliberation: Deliberation) -> Any:
        return stages.seat_of(deliberation, self.seat) if self.seat else self.by


@dataclass
class World:
    """`cast` and those who join it; `at` gives a thing of a machine in a state: `at["review"]["due"]`."""

    cast: Cast = field(default_factory=Cast)
    actors: list[Actor] = field(default_factory=list)
    at: dict[str, dict[str, Any]] = field(default_factory=dict)

    def prepare(self) -> None:
        self._people()
        self.whole = everything_said(self)
        self.actors = self._actors()

        self.at = _in_every_state(self.whole, Deliberation, of.Review, of.Precedent, of.ChangeReport)
        self.at |= told(self.cast)
        self.at |= watched(self.key.key)
        self.at |= decided(self.cast, self.key.key)
        self.at["log"] = _logs(self.cast)
        self.at["text"] = _words(self.cast)
        _export(self.cast)
        _dataset(self.cast)
        # These are brought into their states and not copied: see `bring`.
        self.at["installation"] = dict.fromkeys(["started", "new", "demo"], self.cast.organisation)
        self.at["organisation"] = dict.fromkeys(["active", "deactivated"], self.cast.organisation)
        self.at["user"] = dict.fromkeys(["active", "deactivated"], self.cast.stakeholders[3])

    def bring(self, machine: str, state: str) -> None:
        """Bring what there is only one of into this state, until the transaction is undone."""
        if (machine, state) == ("organisation", "deactivated"):
            Organisation.objects.filter(pk=self.cast.organisation.pk).update(deactivated_at=clock.now())
        elif (machine, state) == ("user", "deactivated"):
            User.objects.filter(pk=self.cast.stakeholders[3].pk).update(is_active=False)
        elif machine == "installation" and state != "started":
            Organisation.objects.update(is_demo=True)

    def _people(self) -> None:
        cast = self.cast
        self.reader = make_user("Reader")
        self.plain = make_member(cast.organisation, "Plain")
        self.third_holder = make_member(cast.organisation, "Third holder", Role.DECISION_HOLDER)
        self.demoted = make_member(cast.organisation, "Demoted", Role.DECISION_HOLDER)
        self.other_holder = make_user("Other reader")
        self.elsewhere = make_project(cast.organisation, "elsewhere", "Elsewhere")
        self.key = create_api_key(cast.project, "Screening", by=SYSTEM, enforces=True)
        self.key_elsewhere = create_api_key(self.elsewhere, "Elsewhere", by=SYSTEM, enforces=True)
        self.key_revoked = create_api_key(cast.project, "Old", by=SYSTEM)

    def _actors(self) -> list[Actor]:
        cast = self.cast
        facilitated = frozenset({"facilitator", "drafter"})
        return [
            Actor("the facilitator", ("member", Role.FACILITATOR, Part.FACILITATOR), cast.facilitator,
                  barred=facilitated),
            Actor("who facilitated before", ("member", Role.FACILITATOR), cast.second_facilitator, barred=facilitated),
            Actor("the decision holder", ("member", Role.DECISION_HOLDER, Part.HOLDER), cast.holder),
            Actor("the approver", ("member", Role.DECISION_HOLDER, Part.APPROVER), cast.second_holder),
            Actor("an approver without the role", ("member",), self.demoted),
            Actor("a decision holder without a seat", ("member", Role.DECISION_HOLDER), self.third_holder),
            Actor("a voice", (Part.PARTICIPANT,), seat="Stakeholder one"),
            Actor("a voice that left", (), seat="Stakeholder three"),
            Actor("the account of a voice, as a user", (), cast.first),
            Actor("a reader", (Part.READER,), self.reader),
            Actor("a reviewer who prepared", ("member", Role.REVIEWER), cast.reviewer, barred=frozenset({"preparer"})),
            Actor("an editor", ("member", Role.EDITOR), cast.editor),
            Actor("an auditor", ("member", Role.AUDITOR), cast.auditor),
            Actor("an administrator", ("member", Role.ADMINISTRATOR), cast.administrator),
            Actor("a member without a role", ("member",), self.plain),
            Actor("the operator", ("operator",), cast.operator, stranger=True),
            Actor("all roles of another organisation", (), cast.outsider, stranger=True),
            Actor("a key of the project", ("key",), self.key.key),
            Actor("a key of another project", (), self.key_elsewhere.key),
            Actor("the software", ("system",), SYSTEM),
        ]  # fmt: skip


def everything_said(world: World) -> Deliberation:
    """Decided, and on the way everything was said and asked that can be; its review is taken and prepared."""
    cast = world.cast
    with ago(days=230):
        deliberation = _agreed_whom_to_ask(world)
    with ago(days=228):
        _invited(world, deliberation)
    with ago(days=226):
        _three_rounds(cast, deliberation)
    with ago(days=224):
        _circulated(cast, deliberation)
    with ago(days=210):
        _signed(cast, deliberation)
    _reviewed(cast, deliberation)
    return deliberation


def _export(cast: Cast) -> None:
    """One that is ready, with its file."""
    now = clock.now()
    ready = {"state": Export.State.READY, "ready_at": now, "ends_at": now + timedelta(days=7), "digest": "0" * 64}
    place = place_of(Export.objects.create(organisation=cast.organisation, asked_at=now, **ready))
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(b"A zip.")


def _dataset(cast: Cast) -> None:
    """One that is published, without a line yet."""
    switch_surface(cast.organisation, "dataset", True, by=SYSTEM)
    publish(cast.organisation)


def _words(cast: Cast) -> dict[str, Any]:
    """Entries that commit to words: some that are kept, and some that their author had erased."""
    kept, erased = (
        record("x.y", actor=actor_of(cast.facilitator, cast.organisation), organisation=cast.organisation,
               subject=("x", "1"), decision="done", texts={"why": keep(cast.organisation, "Because.")})
        for _ in range(2)
    )  # fmt: skip
    erase_text(erased, "why", by=cast.administrator, reason="They asked.")
    return {"kept": kept, "erased": erased}


def _logs(cast: Cast) -> dict[str, Any]:
    ended = current_log(cast.organisation)
    return {"current": start_new_log(ended, by=SYSTEM, reason="A backup was restored."), "ended": ended}


def ago(**span: int) -> time_machine.travel:
    """So long ago, with the clock running."""
    return time_machine.travel(clock.now() - timedelta(**span), tick=True)


def _agreed_whom_to_ask(world: World) -> Deliberation:
    cast = world.cast
    deliberation = stages.at_draft(cast)
    hand_over(deliberation, by=cast.facilitator, user=cast.second_facilitator)
    hand_over(deliberation, by=cast.second_facilitator, user=cast.facilitator)
    name_approver(deliberation, by=cast.facilitator, user=cast.second_holder)
    _sits(deliberation, Part.READER, world.reader)
    _sits(deliberation, Part.APPROVER, world.demoted)
    set_roles(cast.membership(world.demoted), [], by=cast.administrator)
    stages.with_stakeholders(cast, deliberation)
    of.Gap.objects.create(
        organisation=cast.organisation,
        deliberation=deliberation,
        group=of.Group.objects.filter(deliberation=deliberation).first(),
        explanation=keep(cast.organisation, "Nobody could be found."),
        by_user=cast.facilitator,
        at=clock.now(),
    )
    submit(deliberation, by=cast.facilitator)
    waiting = current_list(deliberation)
    assert waiting is not None
    approve_stakeholders(deliberation, by=cast.holder, digest=waiting.digest, reason="Everybody is on it.")
    return deliberation


def _sits(deliberation: Deliberation, part: Part, user: User) -> None:
    """Put somebody on a seat that no verb gives."""
    seat = Seat.objects.create(
        organisation=deliberation.organisation, deliberation=deliberation, part=part, name=user.name,
        created_at=clock.now(),
    )  # fmt: skip
    sit(deliberation.organisation, deliberation.pk, seat.pk, user)


def _invited(world: World, deliberation: Deliberation) -> None:
    cast = world.cast
    send_invitations(deliberation, by=cast.facilitator)
    for person in cast.stakeholders:
        seat = stages.accepts(cast, deliberation, person.name)
        sit(cast.organisation, deliberation.pk, seat.pk, person)
    ask_otherwise(deliberation, by=stages.seat_of(deliberation, "Stakeholder two"), kind="format", text="On paper.")
    propose_amendment(
        deliberation, by=cast.facilitator, reason="Nights are worked too.", title="Night staff", why="You work nights."
    )


def _three_rounds(cast: Cast, deliberation: Deliberation) -> None:
    by = cast.facilitator
    open_round(deliberation, by=by)
    one, two, *_others = stages.voices(cast, deliberation)
    ask = of.Ask.objects.get(round__number=1, round__deliberation=deliberation, seat=one)
    ask_more_time(deliberation, by=one, number=1, until=ask.due_at + timedelta(days=9), why="I work nights.")
    stages.positions_given(cast, deliberation)
    enter_for(deliberation, by=by, seat=two, what="position", given="spoken", right="What two said by telephone.")
    close_round(deliberation, by=by)
    open_round(deliberation, by=by)
    stages.accommodations_given(cast, deliberation)
    proposal = of.Option.objects.get(deliberation=deliberation, kind="proposal")
    framework = of.Framework.objects.filter(deliberation=deliberation).first()
    assert framework is not None
    state_cost(deliberation, by=by, option=proposal, framework=framework, cost="Five weeks.")
    asked = put_question(deliberation, by=two, text="How many readers?", option=proposal)
    reply(deliberation, by=one, question=asked, text="Two.")
    close_round(deliberation, by=by)
    open_round(deliberation, by=by)
    stages.agreements_given(cast, deliberation)
    tell_shift(deliberation, by=one, changed=True, text="What the second reader said.")
    close_round(deliberation, by=by)
    open_round(deliberation, by=by)
    leave(deliberation, by=stages.seat_of(deliberation, "Stakeholder three"), statement="Nobody listened.")


def _circulated(cast: Cast, deliberation: Deliberation) -> None:
    draft_outcome(deliberation, by=cast.facilitator, content=stages.content(deliberation))
    version = circulate_outcome(deliberation, by=cast.facilitator)
    one, two = stages.seat_of(deliberation, "Stakeholder one"), stages.seat_of(deliberation, "Stakeholder two")
    written = write_dissent(
        deliberation, by=one, version_id=version.pk, lead="The reading should go.", objection="One rule is more alike."
    )
    join_dissent(deliberation, written, by=two)
    answer_dissent(deliberation, written, by=cast.holder, text="The audit is promised.")


def _signed(cast: Cast, deliberation: Deliberation) -> None:
    version = send_to_sign(deliberation, by=cast.facilitator)
    sign_outcome(deliberation, by=cast.holder, version_id=version.pk, name="Holder")
    promise = of.Commitment.objects.filter(deliberation=deliberation).first()
    assert promise is not None
    report_commitment(
        deliberation, promise, by=cast.holder, state="handed_on", account="Somebody else does.", new_owner="The deputy"
    )
    publication.propose_publication(deliberation, by=cast.holder)


def _reviewed(cast: Cast, deliberation: Deliberation) -> None:
    precedent = stages.precedent_of(deliberation)
    report_change(precedent, by=cast.facilitator, text="The supplier changed the model.")
    open_due_reviews(cast.organisation)
    review = start_review(stages.review_of(deliberation), by=cast.reviewer)
    speak_to_review(review, by=stages.seat_of(deliberation, "Stakeholder one"), text="As I said.")
    prepare_review(
        review,
        by=cast.reviewer,
        since_then="Readers confirmed the tool nine times in ten.",
        proposal="reaffirm",
        grounds="What it relied on still holds.",
        new_date=(clock.now() + timedelta(days=365)).date(),
    )


def _in_every_state(whole: Deliberation, *kinds: type[models.Model]) -> dict[str, dict[str, Any]]:
    """Copies of the whole deliberation, one for each state of these kinds: by kind and state, the row in that state.

    The guards let nothing begin in the middle, so the state is written while they are lifted.
    """
    wanted = [(kind, str(state)) for kind in kinds for state, _label in kind._meta.get_field("state").choices]
    also = _signed_fields(whole)
    before = set(Deliberation.objects.values_list("pk", flat=True))
    copy_rows(len(wanted), [whole])
    copies = Deliberation.objects.exclude(pk__in=before).order_by("number")
    found: dict[str, dict[str, Any]] = {}
    connection.check_constraints()  # on PostgreSQL a trigger is not switched off while checks wait for the end
    with guards.lifted():
        for (kind, state), deliberation in zip(wanted, copies, strict=True):
            here = {"pk": deliberation.pk} if kind is Deliberation else {"deliberation": deliberation}
            rows = kind._default_manager.filter(**here)
            rows.update(state=state, **also.get((kind, state), {}))
            found.setdefault(MACHINES.get(kind, kind._meta.model_name), {})[state] = rows.get()
        connection.check_constraints()
    return found


def _signed_fields(whole: Deliberation) -> dict[tuple[type[models.Model], str], dict[str, Any]]:
    """What a row says besides its state once it stands there."""
    outcome, report = of.Outcome.objects.get(deliberation=whole), of.ChangeReport.objects.get(deliberation=whole)
    signed = {"signed_by": outcome.signed_by, "signed_at": clock.now()}
    decided = {"decided_by": outcome.signed_by, "decided_at": clock.now(), "reason": report.text}
    return {
        (of.Review, "reaffirmed"): signed,
        (of.Review, "retired"): {**signed, "proposal": "retire"},
        (of.Review, "to_deliberation"): {"successor": whole},
        (of.Precedent, "superseded"): {"superseded_by": stages.precedent_of(whole)},
        (of.ChangeReport, "accepted"): decided,
        (of.ChangeReport, "dismissed"): decided,
    }
