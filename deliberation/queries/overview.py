"""The first page of a deliberation: where it stands among its eight steps, who holds which seat, what happened when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import SeatUser
from accounts.roles import Part, Role
from audit.models import Entry
from audit.queries.wording import event_in_words
from deliberation.domain.completeness import latest_version
from deliberation.models import (
    Amendment,
    Deliberation,
    Invitation,
    Outcome,
    OutcomeVersion,
    Precedent,
    Review,
    Round,
    Seat,
    StakeholderList,
    State,
    Terms,
)

IN_WORDS = {
    State.PROPOSED: gettext_lazy("A conflict was flagged. Nothing happens until a person takes it up."),
    State.DRAFT: gettext_lazy(
        "A draft. The facilitator completes it; then a second person approves who must be heard."
    ),
    State.DISMISSED: gettext_lazy("Dismissed. Nobody was asked."),
    State.STAKEHOLDERS: gettext_lazy(
        "Who must be heard waits for the approval of somebody who did not draft the list."
    ),
    State.INVITING: gettext_lazy("People are being invited. Silence is not agreement."),
    State.ROUND_1: gettext_lazy(
        "Round 1 of 4: all say what they think is right, unseen by the others until the round closes."
    ),
    State.ROUND_2: gettext_lazy("Round 2 of 4: what is shared, what is proposed, and who could accept it or not."),
    State.ROUND_3: gettext_lazy("Round 3 of 4: what is agreed, and what cannot be brought together."),
    State.ROUND_4: gettext_lazy("Round 4 of 4: the outcome is drafted and circulated; dissent is written against it."),
    State.SIGNING: gettext_lazy("The time for dissent is over. The decision holder answers each dissent, then signs."),
    State.DECIDED: gettext_lazy("Decided. The outcome informs later questions, and comes back for review."),
    State.SETTLED: gettext_lazy("Settled by what was decided in a like case."),
    State.WITHDRAWN: gettext_lazy("Withdrawn. What was said stays; there is no outcome."),
}

CURRENT = {
    State.PROPOSED: 2,
    State.DRAFT: 2,
    State.STAKEHOLDERS: 3,
    State.INVITING: 4,
    State.ROUND_1: 5,
    State.ROUND_2: 5,
    State.ROUND_3: 5,
    State.ROUND_4: 6,
    State.SIGNING: 6,
    State.DECIDED: 8,
}
"""The step, of the eight, at which each state stands."""


def steps(deliberation: Deliberation, terms: Terms | None, rounds: list[Round]) -> list[dict[str, object]]:
    """The eight steps, each with its date or what it waits for, the one it stands at marked."""
    lists = list(StakeholderList.objects.filter(deliberation=deliberation).order_by("version"))
    sent = Invitation.objects.filter(deliberation=deliberation, sent_at__isnull=False).order_by("sent_at").first()
    outcome = Outcome.objects.filter(deliberation=deliberation).select_related("signed_version").first()
    precedent = Precedent.objects.filter(deliberation=deliberation).first()
    review = (
        Review.objects.filter(precedent=precedent, state__in=Review.OPEN).order_by("due_at").first()
        if precedent
        else None
    )
    first_sent = _("Nobody invited yet.")
    if sent and sent.sent_at:
        first_sent = _("First sent %(day)s.") % {"day": day(sent.sent_at)}
    said = [
        (_("Terms"), _of_terms(terms)),
        (_("Conflict"), _of_conflict(deliberation, lists)),
        (_("Who is heard"), _of_lists(lists)),
        (_("Invitations"), first_sent),
        (_("Rounds"), _of_rounds(rounds)),
        (_("Outcome"), _of_outcome(outcome)),
        (
            _("Precedent"),
            _("%(state)s since %(day)s.") % {"state": precedent.get_state_display(), "day": day(precedent.state_since)}
            if precedent
            else _("Made by the signature."),
        ),
        (
            _("Review"),
            _("By %(day)s.") % {"day": formats.date_format(review.due_on, "DATE_FORMAT")}
            if review
            else _("A date is set with the outcome."),
        ),
    ]
    current = CURRENT.get(State(deliberation.state))
    return [
        {"title": title, "says": says, "current": number == current} for number, (title, says) in enumerate(said, 1)
    ]


def day(moment: datetime) -> str:
    """The date in the page's time zone."""
    return formats.date_format(timezone.localtime(moment), "DATE_FORMAT")


def _of_terms(terms: Terms | None) -> str:
    if terms is None:
        return _("Not drafted yet.")
    if terms.accepted_at is None:
        return _("Version %(version)d, not accepted yet.") % {"version": terms.version}
    return _("Version %(version)d, accepted %(day)s.") % {"version": terms.version, "day": day(terms.accepted_at)}


def _of_conflict(deliberation: Deliberation, lists: list[StakeholderList]) -> str:
    submitted = [one.submitted_at for one in lists if one.submitted_at]
    if deliberation.state in {State.PROPOSED, State.DRAFT} or not submitted:
        return _("Begun %(day)s.") % {"day": day(deliberation.created_at)}
    return _("Begun %(begun)s, complete %(day)s.") % {"begun": day(deliberation.created_at), "day": day(submitted[-1])}


def _of_lists(lists: list[StakeholderList]) -> str:
    latest = lists[-1] if lists else None
    if latest is None:
        return _("No list yet.")
    if latest.state == StakeholderList.State.APPROVED and latest.decided_at:
        return _("Approved %(day)s.") % {"day": day(latest.decided_at)}
    if latest.state == StakeholderList.State.SUBMITTED and latest.submitted_at:
        return _("Waits for approval since %(day)s.") % {"day": day(latest.submitted_at)}
    return _("Version %(version)d is a draft.") % {"version": latest.version}


def _of_rounds(rounds: list[Round]) -> str:
    running = next((one for one in rounds if one.state == Round.State.OPEN), None)
    if running and running.closes_at:
        return _("Round %(n)d of 4, closes %(day)s.") % {"n": running.number, "day": day(running.closes_at)}
    if running:
        return _("Round %(n)d of 4.") % {"n": running.number}
    closed = [one for one in rounds if one.state == Round.State.CLOSED and one.closed_at]
    if closed:
        return _("Round %(n)d closed %(day)s.") % {"n": closed[-1].number, "day": day(closed[-1].closed_at)}  # type: ignore[arg-type]
    return _("Not begun.")


def _of_outcome(outcome: Outcome | None) -> str:
    if outcome is None:
        return _("Not drafted yet.")
    if outcome.signed_version_id and outcome.signed_at:
        return _("Signed %(day)s.") % {"day": day(outcome.signed_at)}
    version = latest_version(outcome)
    if version and version.dissent_closes_at:
        return _("Dissent until %(day)s.") % {"day": day(version.dissent_closes_at)}
    return _("A draft, not circulated yet.")


# --- Seats


@dataclass
class SeatShown:
    """A staff seat: who sits on it, since when, and who sat there before."""

    part: Part
    title: str
    name: str = ""
    since: datetime | None = None
    before: list[str] = field(default_factory=list)
    also_voice: bool = False
    may: str = ""


def seats(deliberation: Deliberation) -> list[SeatShown]:
    """The facilitator's, the holder's and the approver's seat. A holder who is a voice too is said to be one."""
    parts = dict(Seat.objects.filter(deliberation=deliberation).values_list("pk", "part"))
    shown = {
        Part.FACILITATOR: SeatShown(
            Part.FACILITATOR, _("Facilitator"), may=_("drafts and runs the rounds; never a voice, never signs")
        ),
        Part.HOLDER: SeatShown(Part.HOLDER, _("Decision holder"), may=_("accepts the terms, answers dissents, signs")),
        Part.APPROVER: SeatShown(Part.APPROVER, _("Approver"), may=_("may approve who must be heard")),
    }
    voices, holder = set(), None
    sitting = SeatUser.objects.filter(deliberation_id=deliberation.pk).select_related("user").order_by("since")
    for row in sitting:
        part = Part(parts[row.seat_id])
        if part == Part.PARTICIPANT:
            voices.add(row.user_id)
        if part not in shown:
            continue
        if row.until is None and part == Part.HOLDER:
            holder = row.user_id
        if row.until is None:
            shown[part].name, shown[part].since = str(row.user), row.since
        elif str(row.user) not in shown[part].before:
            shown[part].before.append(str(row.user))
    shown[Part.HOLDER].also_voice = holder in voices
    return list(shown.values())


# --- What happened

MOST_SHOWN = 200


@dataclass
class Happened:
    """One act, or several of the same kind in a row: what, by which role, and when the last of them was."""

    says: str
    role: str
    at: datetime


PAST = {
    "deliberation.conflict.propose": gettext_lazy("A system flagged the conflict."),
    "deliberation.convene": gettext_lazy("The question was put."),
    "deliberation.take_up": gettext_lazy("The flagged conflict was taken up."),
    "deliberation.dismiss": gettext_lazy("It was dismissed, with a reason."),
    "deliberation.question.edit": gettext_lazy("The question was reworded."),
    "deliberation.tension.suggest": gettext_lazy("The software was asked for suggestions."),
    "deliberation.terms.draft": gettext_lazy("The terms were drafted."),
    "deliberation.terms.accept": gettext_lazy("The terms were accepted, by name."),
    "deliberation.seat.holder": gettext_lazy("A decision holder was named."),
    "deliberation.seat.approver": gettext_lazy("An approver was named."),
    "deliberation.seat.hand_over": gettext_lazy("The facilitator’s seat was handed over."),
    "deliberation.submit": gettext_lazy("The draft was put up for approval."),
    "deliberation.settle": gettext_lazy("It was settled by a precedent."),
    "deliberation.withdraw": gettext_lazy("It was withdrawn."),
    "deliberation.stakeholders.suggest": gettext_lazy("The software was asked whom to hear."),
    "deliberation.stakeholders.approve": gettext_lazy("The list of who is heard was approved."),
    "deliberation.stakeholders.return": gettext_lazy("The list was returned, with a reason."),
    "deliberation.stakeholders.reopen": gettext_lazy("The list was taken up again, which voids its approval."),
    "deliberation.amendment.propose": gettext_lazy("A change of the list was proposed."),
    "deliberation.amendment.approve": gettext_lazy("A change of the list was approved."),
    "deliberation.amendment.refuse": gettext_lazy("A change of the list was refused."),
    "deliberation.invitation.send": gettext_lazy("Invitations were sent."),
    "deliberation.round.open": gettext_lazy("Round %(number)s was opened."),
    "deliberation.round.close": gettext_lazy("Round %(number)s was closed."),
    "deliberation.outcome.draft": gettext_lazy("The outcome was drafted."),
    "deliberation.outcome.circulate": gettext_lazy("The draft was circulated; the time for dissent began."),
    "deliberation.outcome.set_aside": gettext_lazy("A draft nobody had seen was given up."),
    "deliberation.outcome.send_to_sign": gettext_lazy("The time for dissent ended; the draft went to be signed."),
    "deliberation.outcome.return": gettext_lazy("The draft was returned, with a reason."),
    "deliberation.outcome.sign": gettext_lazy("The outcome was signed."),
    "deliberation.publication.propose": gettext_lazy("Everybody quoted was asked about the page to be published."),
    "deliberation.publication.publish": gettext_lazy("The outcome was published."),
    "deliberation.publication.unpublish": gettext_lazy("The publication was taken back."),
    "deliberation.precedent.cite": gettext_lazy("The outcome was cited."),
    "deliberation.review.open": gettext_lazy("The decision fell due for review."),
    "deliberation.review.start": gettext_lazy("The review was taken up."),
    "deliberation.review.give_back": gettext_lazy("The review was given back, with a reason."),
    "deliberation.review.prepare": gettext_lazy("The review was prepared."),
    "deliberation.review.sign": gettext_lazy("The review was signed."),
    "deliberation.review.to_deliberation": gettext_lazy("A new deliberation was opened to change the decision."),
    "deliberation.review.return": gettext_lazy("The new deliberation left the decision as it was; it is due again."),
}
"""Acts of the process as their own deliberation tells them. The record tells each event of any, and who it was: see
`sentences.py`, which also has those that are not here."""

OF_THE_PROCESS = (Terms, StakeholderList, Amendment, Round, Outcome, OutcomeVersion, Precedent, Review)
"""The rows whose entries are the history of the process; what one person said or did is not among them."""


def history(deliberation: Deliberation, rounds: list[Round]) -> list[Happened]:
    """What happened, oldest first, from the record: acts of the process, by role. Repeated acts stand once."""
    parts = [Part.FACILITATOR, Part.HOLDER, Part.APPROVER]
    seats_of_staff = Seat.objects.filter(deliberation=deliberation, part__in=parts).order_by().values_list("pk")
    of_the_process = [
        model._default_manager.filter(deliberation=deliberation).order_by().values_list("pk")
        for model in OF_THE_PROCESS
    ]
    ids = {deliberation.pk} | {pk for (pk,) in seats_of_staff.union(*of_the_process, all=True)}
    # Put in order here: asked for the newest, SQLite would go through the log from its end until it had so many.
    about = Entry.objects.filter(subject_id__in=[str(pk) for pk in ids]).defer("canonical").order_by()
    entries = sorted(about, key=lambda entry: entry.pk)[-MOST_SHOWN:]
    numbers = {str(row.pk): row.number for row in rounds}
    found: list[Happened] = []
    for entry in entries:
        says = str(PAST.get(entry.event) or event_in_words(entry.event))
        if "%(number)s" in says:
            says %= {"number": numbers.get(entry.subject_id, "")}
        role = role_in_words(entry.actor_kind, entry.actor_role)
        if found and (found[-1].says, found[-1].role) == (says, role):
            found[-1].at = entry.timestamp
        else:
            found.append(Happened(says, role, entry.timestamp))
    return found


def role_in_words(kind: str, role: str | None) -> str:
    """The role an entry names, for people."""
    if kind == "system":
        return _("by the software, when it was time")
    if kind == "agent":
        return _("by a system, through the API")
    known: dict[str, Any] = {value: label for value, label in (*Role.choices, *Part.choices)}
    return _("by the %(role)s") % {"role": known[role]} if role in known else ""
