"""A deliberation taken to each stage by its own verbs, so that a test begins where its subject begins.

Every function takes the cast, opens no scope (the test does) and gives the deliberation. The people: `cast.facilitator`
facilitates, `cast.holder` decides and approved the list, `cast.stakeholders` speak.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import time_machine

from accounts import clock
from accounts.domain.seats import sit
from accounts.ids import uuid7
from accounts.roles import Part
from audit.models import Text
from audit.texts import keep
from deliberation.domain import (
    approval,
    conflict,
    invitations,
    options,
    rounds,
    seats,
    stakeholder_list,
    stakeholders,
    tensions,
    terms,
)
from deliberation.domain.accommodations import answer_proposal, propose, share_value
from deliberation.domain.agreement import answer_agreement, answer_side, put_agreement, put_difference
from deliberation.domain.dissent import answer_dissent, write_dissent
from deliberation.domain.outcome import (
    Content,
    Heard,
    Loss,
    Promised,
    circulate_outcome,
    draft_outcome,
    send_to_sign,
    sign_outcome,
)
from deliberation.domain.positions import submit_position
from deliberation.domain.review import open_due_reviews, prepare_review, start_review
from deliberation.domain.taking_part import accept_invitation
from deliberation.models import (
    Ask,
    Deliberation,
    Dissent,
    Framework,
    Invitation,
    ListAuthor,
    ListEntry,
    Option,
    Outcome,
    OutcomeVersion,
    Precedent,
    Review,
    Round,
    Seat,
    Stakeholder,
    StakeholderList,
    State,
    Terms,
    Voice,
)
from tests.cast import Cast
from tests.prepared import prepared

# --- Conflict

QUESTION = "May we let the screening tool sort applications before a person reads them?"


@prepared
def at_conflict(cast: Cast, *, urgency: str = "IMPORTANT", question: str = QUESTION) -> Deliberation:
    """Convened a moment ago: a question, the facilitator's seat, and “do not do it”. Nothing else."""
    return conflict.convene(
        cast.organisation,
        cast.project,
        by=cast.facilitator,
        question=question,
        decision_asked="The tool ranks applicants by likeness to people who stayed. Six in ten are never read.",
        urgency=urgency,
    )


def with_terms(cast: Cast, deliberation: Deliberation, **changes: Any) -> Terms:
    """The next version of the terms, drafted by the facilitator."""
    words: dict[str, Any] = {
        "question": QUESTION,
        "can_change": "Whether the tool is used, for which posts, and what a person must read.",
        "off_table": "The number of posts.",
        "reach": "decides",
        "decided_by": "The head of people decides.",
        "answer_by": (clock.now() + timedelta(days=90)).date(),
        "meanwhile": "The tool stays off.",
        "after_disagreement": "The tool stays off until a later decision.",
        "asked_by": "The head of people asked for this.",
        "paid_by": "The organisation pays for it.",
        "compensation": "Nothing.",
    }
    return terms.draft_terms(deliberation, by=cast.facilitator, **(words | changes))


@prepared
def at_draft(cast: Cast, *, urgency: str = "IMPORTANT") -> Deliberation:
    """A complete draft: options with harms, two frameworks, a group, a holder, terms drafted and accepted.

    Frameworks “Rights-based” and “Fairness”, a trade-off, groups “People who apply” and “People who hire”.
    Nothing on the stakeholder list yet.
    """
    deliberation = at_conflict(cast, urgency=urgency)
    by = cast.facilitator
    options.add_finding(
        deliberation, by=by, kind="known", text="Six in ten applications are never read.", source="Our own count, 2026"
    )
    options.add_finding(deliberation, by=by, kind="unknown", text="Whom the ranking leaves out.")
    do_not = Option.objects.get(deliberation=deliberation, kind=Option.Kind.DO_NOT)
    use_it = options.add_option(deliberation, by=by, text="Let it sort, and a person reads the upper half.")
    options.add_harm(do_not, by=by, bearer="People who hire", harm="Posts stay empty for weeks.")
    options.add_harm(use_it, by=by, bearer="People with gaps in their working life", harm="Nobody ever reads them.")
    tensions.add_tension(deliberation, by=by, kind="framework", catalogue_key="rights")
    tensions.add_tension(deliberation, by=by, kind="framework", catalogue_key="fairness")
    tensions.add_tension(deliberation, by=by, kind="trade_off", title="Efficiency and fairness")
    tensions.add_tension(deliberation, by=by, kind="group", title="People who apply")
    tensions.add_tension(deliberation, by=by, kind="group", title="People who hire")
    seats.name_holder(deliberation, by=by, user=cast.holder)
    drafted = with_terms(cast, deliberation)
    terms.accept_terms(deliberation, by=cast.holder, version=drafted.version, name="Holder")
    deliberation.refresh_from_db()
    return deliberation


# --- Stakeholders and invitations


def with_stakeholders(cast: Cast, deliberation: Deliberation) -> list[Stakeholder]:
    """The four stakeholders of the cast on the list: two for each of the first two frameworks, groups covered."""
    frameworks = list(stakeholder_list.in_tension(deliberation))
    groups = list(stakeholder_list.affected_groups(deliberation))
    return [
        stakeholders.add_stakeholder(
            deliberation,
            by=cast.facilitator,
            title=person.name,
            why=f"{person.name} lives with what is decided here.",
            email=person.email,
            frameworks=frameworks if number == 3 else [frameworks[number % 2]],
            groups=groups if number == 3 else [groups[number % len(groups)]],
        )
        for number, person in enumerate(cast.stakeholders)
    ]


@prepared
def at_stakeholders(cast: Cast, *, urgency: str = "IMPORTANT") -> Deliberation:
    """A complete draft with a list of four, submitted: it waits for the holder's approval."""
    deliberation = at_draft(cast, urgency=urgency)
    with_stakeholders(cast, deliberation)
    conflict.submit(deliberation, by=cast.facilitator)
    return deliberation


@prepared
def at_inviting(cast: Cast, *, urgency: str = "IMPORTANT") -> Deliberation:
    """The list approved by the holder; nobody invited yet."""
    deliberation = at_stakeholders(cast, urgency=urgency)
    waiting = stakeholder_list.current_list(deliberation)
    assert waiting is not None
    approval.approve_stakeholders(
        deliberation, by=cast.holder, digest=waiting.digest, reason="Everybody who bears it is on the list."
    )
    return deliberation


@prepared
def invited(cast: Cast, *, accept: bool = True, urgency: str = "IMPORTANT") -> Deliberation:
    """Everybody invited by mail; unless `accept` is False the four take part, in both frameworks between them.

    Stakeholders one and three speak in the first framework, two in the second, four in both.
    """
    deliberation = at_inviting(cast, urgency=urgency)
    invitations.send_invitations(deliberation, by=cast.facilitator)
    if accept:
        for person in cast.stakeholders:
            accepts(cast, deliberation, person.name)
    deliberation.refresh_from_db()
    return deliberation


def accepts(cast: Cast, deliberation: Deliberation, name: str) -> Seat:
    """Whoever is listed under `name` accepts, and speaks in the frameworks they were asked for."""
    listed = Stakeholder.objects.prefetch_related("frameworks").get(deliberation=deliberation, title=name)
    seat = Seat.objects.get(invitation__stakeholder=listed)
    accept_invitation(
        deliberation, by=seat, name=name, relation=Seat.Relation.AFFECTED, frameworks=listed.frameworks.all()
    )
    return seat


# --- Rounds


@prepared
def at_round(cast: Cast, n: int, *, urgency: str = "IMPORTANT") -> Deliberation:
    """Round `n` open, the rounds before it answered by all four and closed by hand. Round 4: nothing drafted.

    Round 1 has everybody's position. Round 2 has one proposal of stakeholder one, which the others answered, and a
    shared value. Round 3 has one agreement, confirmed by all, and one difference with two sides.
    """
    deliberation = invited(cast, urgency=urgency)
    rounds.open_round(deliberation, by=cast.facilitator)
    for number in range(1, n):
        SPOKEN[number](cast, deliberation)
        rounds.close_round(deliberation, by=cast.facilitator)
        rounds.open_round(deliberation, by=cast.facilitator)
    deliberation.refresh_from_db()
    return deliberation


def voices(cast: Cast, deliberation: Deliberation) -> list[Seat]:
    """The four seats that speak, in the cast's order."""
    return [seat_of(deliberation, person.name) for person in cast.stakeholders]


def positions_given(cast: Cast, deliberation: Deliberation) -> None:
    """Everybody states a position, each in words that nobody else uses."""
    for seat in voices(cast, deliberation):
        submit_position(
            deliberation,
            by=seat,
            right=f"What {seat.name} thinks is right.",
            why=f"Why {seat.name} thinks so.",
            lost=f"What {seat.name} sees lost.",
            need=f"What {seat.name} needs.",
        )


def accommodations_given(cast: Cast, deliberation: Deliberation) -> None:
    """One shared value, one proposal by stakeholder one, and the three answers to it."""
    one, two, three, four = voices(cast, deliberation)
    share_value(deliberation, by=one, text="Nobody should wait five weeks to hear nothing.")
    proposal = propose(deliberation, by=one, text="A person reads every borderline application before a reply is sent.")
    answer_proposal(deliberation, by=two, option=proposal, answer="can_accept")
    answer_proposal(deliberation, by=three, option=proposal, answer="can_accept_if", reason="Anyone may ask for it.")
    answer_proposal(
        deliberation, by=four, option=proposal, answer="cannot_accept", reason="Two readers agree six times in ten."
    )


def agreements_given(cast: Cast, deliberation: Deliberation) -> None:
    """One agreement that all confirm, one difference of which one and two hold a side each."""
    agreement = put_agreement(
        deliberation, by=cast.facilitator, text="What decides about a person must be explainable to that person."
    )
    difference = put_difference(
        deliberation,
        by=cast.facilitator,
        text="Whether a line in an algorithm can be fair.",
        sides=["It can, if it is the same for all.", "It cannot, for those it learnt to turn away."],
    )
    first, second = difference.sides.all()
    for seat in voices(cast, deliberation):
        answer_agreement(deliberation, by=seat, agreement=agreement, confirms=True)
        side = first if seat.name in {"Stakeholder one", "Stakeholder three"} else second
        answer_side(deliberation, by=seat, side=side, holds=True)


SPOKEN = {1: positions_given, 2: accommodations_given, 3: agreements_given}


# --- Outcome


def content(deliberation: Deliberation, **changes: object) -> Content:
    """A complete outcome, as its facilitator would draft it; `changes` replace what it says."""
    option = Option.objects.filter(deliberation=deliberation, struck_at__isnull=True).exclude(kind="do_not").first()
    frameworks = list(Framework.objects.filter(deliberation=deliberation, status__in=["kept", "changed", "written"]))
    facts: dict[str, object] = {
        "kind": OutcomeVersion.Kind.DECISION,
        "option": option,
        "decision": "The tool may sort applications, and a person reads every borderline one before a reply is sent.",
        "justification": "Five weeks without a word is itself a harm.\n\nThe reading costs about 310 hours a year.",
        "assumptions": "Fewer than a quarter of applications are borderline; two readers are trained by 30 June.",
        "expects": "Half of all replies go out within six days.",
        "applies_to": "Care-worker posts, with version 4 of the tool.",
        "does_not_apply_to": "Registered nurses and internal moves; any version that scores video.",
        "review_date": (clock.now() + timedelta(days=180)).date(),
        "prioritized": ["Efficiency: a reply in days", "Equity: a pattern does not close the door on the next person"],
        "deprioritized": ["Full automation: one rule for everyone"],
        "remainders": [
            Loss("Applicants whose application is read wait longer.", "Borderline applicants", "acknowledge",
                 "The reply says that a person is reading, and by when"),
            Loss("People were declined on the tool's word alone.", "Applicants of the trial", "repair",
                 "Each is offered a reading by a person"),
        ],
        "triggers": ["More than a quarter of applications in a month are borderline", "The supplier changes the model"],
        "commitments": [
            Promised("Train two readers", "Everybody who applies", "Head of recruitment", _in_days(60)),
            Promised("Write to those declined in the trial", "Applicants of the trial", "Head of recruitment",
                     _in_days(90), for_loss=2),
        ],
        "hearings": [Heard(framework, True) for framework in frameworks],
    }  # fmt: skip
    return Content(**(facts | changes))  # type: ignore[arg-type]


@prepared
def at_drafted(cast: Cast, **changes: object) -> Deliberation:
    """Round 4 with a complete draft that nobody has seen."""
    deliberation = at_outcome(cast)
    draft_outcome(deliberation, by=cast.facilitator, content=content(deliberation, **changes))
    return deliberation


@prepared
def at_circulated(cast: Cast, **changes: object) -> Deliberation:
    """Round 4 with a circulated draft; the time for dissent runs."""
    deliberation = at_drafted(cast, **changes)
    circulate_outcome(deliberation, by=cast.facilitator)
    return deliberation


@prepared
def at_signing(cast: Cast, *, dissent: bool = True, answered: bool = True) -> Deliberation:
    """The time for dissent is over. Stakeholder one dissented, and the holder answered, unless said otherwise.

    The version was circulated so long ago that the time for dissent is over by now.
    """
    deliberation = at_drafted(cast)
    window = timedelta(days=6)
    with _earlier(window):
        version = circulate_outcome(deliberation, by=cast.facilitator)
    if dissent:
        with _earlier(window - timedelta(days=1)):
            seat = seat_of(deliberation, "Stakeholder one")
            written = write_dissent(
                deliberation,
                by=seat,
                version_id=version.pk,
                lead="The reading should go.",
                objection="One rule, audited in the open, treats applicants more alike than tired readers do.",
                removed_by="A published audit within six months.",
                predicts="Readers will have confirmed the tool more than nine times in ten.",
            )
        if answered:
            answer_dissent(deliberation, written, by=cast.holder, text="The audit is promised, within six months.")
    send_to_sign(deliberation, by=cast.facilitator)
    return deliberation


@prepared
def at_decided(cast: Cast, *, dissent: bool = True) -> Deliberation:
    """Signed by the holder: a precedent, with its first review."""
    deliberation = at_signing(cast, dissent=dissent)
    version = OutcomeVersion.objects.filter(deliberation=deliberation).latest("number")
    sign_outcome(deliberation, by=cast.holder, version_id=version.pk, name="Holder, Chief People Officer")
    return deliberation


def outcome_of(deliberation: Deliberation) -> Outcome:
    return Outcome.objects.get(deliberation=deliberation)


def dissent_of(deliberation: Deliberation) -> Dissent:
    """The one dissent that stands."""
    return Dissent.objects.get(deliberation=deliberation, withdrawn_at__isnull=True, replaced_by__isnull=True)


def seat_of(deliberation: Deliberation, name: str) -> Seat:
    return Seat.objects.get(deliberation=deliberation, name=name)


def _in_days(days: int) -> date:
    return (clock.now() + timedelta(days=days)).date()


def _earlier(by: timedelta) -> time_machine.travel:
    """So much earlier, with the clock running."""
    return time_machine.travel(clock.now() - by, tick=True)


@prepared
def at_outcome(cast: Cast) -> Deliberation:
    """Round 4, nothing drafted: three were heard, one did not answer, and those who gave up were not reached.

    Made row by row and not by the verbs, so that the guards of the signature can be tried one by one.
    """
    organisation, now = cast.organisation, clock.now()
    deliberation = Deliberation(
        organisation=organisation,
        project=cast.project,
        number=Deliberation.objects.count() + 1,
        state=State.ROUND_4,
        state_since=now - timedelta(days=7),
        created_at=now - timedelta(days=60),
        created_by=cast.facilitator,
        question=keep(organisation, "May the screening tool turn an applicant away before a person has read it?"),
        draw="0123456789abcdef",
    )
    deliberation.save(force_insert=True)
    of = {"organisation": organisation, "deliberation": deliberation}

    def text(body: str) -> Text:
        return keep(organisation, body)

    def staff(part: Part, name: str, user: object) -> None:
        seat = Seat.objects.create(**of, part=part, name=name, created_at=now)
        sit(organisation, deliberation.pk, seat.pk, user)  # type: ignore[arg-type]

    staff(Part.FACILITATOR, "Facilitator", cast.facilitator)
    staff(Part.HOLDER, "Holder", cast.holder)
    Terms.objects.create(
        **of,
        version=1,
        question=deliberation.question,
        can_change=text("Whether and how the tool is used."),
        off_table=text("Whether there are fewer posts."),
        decided_by=text("The Chief People Officer decides."),
        answer_by=(now + timedelta(days=30)).date(),
        meanwhile=text("The trial is paused."),
        after_disagreement=text("The trial stays paused."),
        asked_by=text("The applicants' advocate asked."),
        paid_by=text("Kererū Care pays."),
        compensation=text("Nothing."),
        drafted_by=cast.facilitator,
        drafted_at=now,
        accepted_by=cast.holder,
        accepted_name="Holder",
        accepted_at=now,
    )
    for number, (kind, words) in enumerate(
        [("do_not", "The tool is not used."), ("option", "The tool sorts; a person reads every borderline one.")], 1
    ):
        Option.objects.create(**of, kind=kind, number=number, text=text(words), by_user=cast.facilitator, at=now)
    suggestible = {**of, "origin": "human", "status": "written", "created_at": now, "settled_by": cast.facilitator}
    frameworks = [
        Framework.objects.create(**suggestible, title=title, position_no=number)
        for number, title in enumerate(["Rights-based", "Consequentialist", "Fairness"])
    ]
    names = [*(user.name for user in cast.stakeholders), "Applicants who gave up"]
    asked = [
        Stakeholder.objects.create(**suggestible, title=name, position_no=number) for number, name in enumerate(names)
    ]
    the_list = StakeholderList.objects.create(**of, version=1, created_at=now)
    ListAuthor.objects.create(**of, list=the_list, user=cast.facilitator, since=now)
    for stakeholder in asked:
        ListEntry.objects.create(**of, list=the_list, stakeholder=stakeholder)
    the_list.state, the_list.digest = "submitted", "0" * 64
    the_list.submitted_by, the_list.submitted_at = cast.facilitator, now
    the_list.save()
    the_list.state, the_list.decided_by, the_list.decided_at = "approved", cast.holder, now
    the_list.reason = text("Everybody I can think of is on it.")
    the_list.save()
    rounds = [
        Round.objects.create(
            **of,
            number=number,
            state="closed" if number < 4 else "open",
            opened_at=now - timedelta(days=40 - 8 * number),
            closed_at=now - timedelta(days=33 - 8 * number) if number < 4 else None,
        )
        for number in (1, 2, 3, 4)
    ]
    for number, (name, stakeholder) in enumerate(zip(names, asked, strict=True)):
        seat = Seat.objects.create(**of, part=Part.PARTICIPANT, name=name, relation="affected", created_at=now)
        reached = number < 4
        invitation = Invitation.objects.create(**of, stakeholder=stakeholder, seat=seat)
        invitation.state = "accepted" if number < 3 else "no_answer" if reached else "not_reached"
        invitation.channel, invitation.sent_at = "mail", now - timedelta(days=40)
        invitation.note = None if reached else text("They left no address.")
        invitation.save()
        if number >= 3:
            continue
        sit(organisation, deliberation.pk, seat.pk, cast.stakeholders[number])
        Voice.objects.create(**of, seat=seat, framework=frameworks[number], chosen_at=now)
        Ask.objects.create(
            **of,
            id=uuid7(),
            round=rounds[0],
            seat=seat,
            state="answered",
            asked_at=now - timedelta(days=32),
            due_at=now - timedelta(days=25),
            answered_at=now - timedelta(days=26),
        )
    return deliberation


# --- Review


@prepared
def at_review_due(cast: Cast, *, overdue: int = 3, dissent: bool = True) -> Deliberation:
    """Decided half a year ago, and its review has been due for `overdue` days; the tick has just found it."""
    with _earlier(timedelta(days=180 + overdue)):
        deliberation = at_decided(cast, dissent=dissent)
    open_due_reviews(cast.organisation)
    return deliberation


def review_of(deliberation: Deliberation) -> Review:
    """Its review that is open, or else the last one."""
    rows = Review.objects.filter(deliberation=deliberation)
    return rows.filter(state__in=Review.OPEN).first() or rows.latest("pk")


def precedent_of(deliberation: Deliberation) -> Precedent:
    return Precedent.objects.get(deliberation=deliberation)


@prepared
def at_review_prepared(cast: Cast, *, proposal: str = "reaffirm", overdue: int = 3) -> Review:
    """The reviewer took the review and prepared it; a decision holder is to sign."""
    review = review_of(at_review_due(cast, overdue=overdue))
    start_review(review, by=cast.reviewer)
    return prepare_review(
        review,
        by=cast.reviewer,
        since_then="Readers confirmed the tool in 811 of 962 readings. The second reader was trained in July.",
        proposal=proposal,
        grounds="What it relied on still holds, and the loss is being repaired.",
        new_date=_in_days(365) if proposal == "reaffirm" else None,
    )
