"""Reviews: a decision comes back when its date comes, or when what it relied on has changed.

    scheduled → due → in_review → reaffirmed | retired | to_deliberation
    in_review → due       given back
    any open one → void   the decision was replaced

A precedent is under review from the start of its review until that ends or is given back, and stays so while a new
deliberation is to change it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import clock
from accounts.models import Organisation, User
from accounts.permissions import SYSTEM
from accounts.refusals import Invalid, NotAllowed, Refused, Stale
from accounts.roles import Role
from deliberation.domain.act import Act, By, perform
from deliberation.domain.agents import release_agents
from deliberation.domain.conflict import propose_successor, take_up
from deliberation.domain.precedent import citers, day_begins, move_precedent, schedule_review, today_in
from deliberation.domain.reviewers import may_sign, watchers
from deliberation.models import (
    Deliberation,
    Dissent,
    Precedent,
    Review,
    ReviewAuthor,
    ReviewVoice,
    Seat,
    State,
    Urgency,
)

ENDED_UNSIGNED: tuple[str, ...] = (State.WITHDRAWN, State.DISMISSED, State.SETTLED)
"""How a deliberation may end without a signed outcome that could replace an earlier one."""


# --- It falls due


def open_due_reviews(organisation: Organisation) -> int:
    """Open the reviews whose day has come, each once, however late the tick is. Gives how many."""
    due = Review.objects.filter(state=Review.State.SCHEDULED, due_at__lte=clock.now())
    return _each(due.select_related("deliberation"), lambda review: open_review(review, by=SYSTEM))


def return_stranded_reviews(organisation: Organisation) -> int:
    """Bring back the reviews whose new deliberation ended without a signed outcome. Gives how many."""
    stranded = Review.objects.filter(
        state=Review.State.TO_DELIBERATION,
        successor__state__in=ENDED_UNSIGNED,
        precedent__state=Precedent.State.UNDER_REVIEW,
    ).exclude(precedent__reviews__state__in=Review.OPEN)
    return _each(stranded.select_related("deliberation"), lambda review: return_review(review, by=SYSTEM))


def _each(reviews: Iterable[Review], verb: Callable[[Review], object]) -> int:
    done = 0
    for review in list(reviews):
        try:
            verb(review)
        except Refused:
            continue  # another worker, or a person, got there first
        done += 1
    return done


def open_review(review: Review, *, by: By) -> Review:
    """The review falls due: because its date has come, or because somebody wants it looked at before."""
    with perform("open_review", review.deliberation, by=by, thing=review) as act:
        fall_due(review, act)
        act.subject = ("review", review.pk)
        act.decision = "due"
        act.notify("review_due", f"review:{review.pk}", users=watchers(review))
    return review


def fall_due(review: Review, act: Act) -> None:
    """Set a scheduled review due, today at the latest. When it was found due is kept: the queue says how late."""
    today = today_in(act.deliberation.organisation)
    if review.due_on > today:
        review.due_on = today
        review.due_at = day_begins(today, act.deliberation.organisation)
    review.state = Review.State.DUE
    review.opened_at = act.now
    review.save(update_fields=["state", "opened_at", "due_on", "due_at", "triggered_by"])


def return_review(review: Review, *, by: By) -> Review:
    """A new deliberation ended without replacing the decision: its precedent is due for review again.

    The ended review stays as it was; a new one begins where it stood.
    """
    with perform("return_review", review.deliberation, by=by, thing=review) as act:
        precedent = Precedent.objects.get(pk=review.precedent_id)
        taken = Review.objects.filter(precedent=precedent, state__in=Review.OPEN).exists()
        if (
            precedent.state != Precedent.State.UNDER_REVIEW
            or taken
            or review.successor is None
            or review.successor.state not in ENDED_UNSIGNED
        ):
            raise Stale(_("This review has been brought back already."))
        organisation = act.deliberation.organisation
        again = Review.objects.create(
            organisation_id=review.organisation_id,
            deliberation_id=review.deliberation_id,
            precedent=precedent,
            state=Review.State.DUE,
            due_on=today_in(organisation),
            due_at=day_begins(today_in(organisation), organisation),
            opened_at=act.now,
            triggered_by_id=review.triggered_by_id,
        )
        move_precedent(precedent, Precedent.State.IN_FORCE, act.now)
        act.subject = ("review", again.pk)
        act.decision = "due"
        act.notify("review_due", f"review:{again.pk}", users=watchers(again))
    return again


# --- Somebody takes it


def start_review(review: Review, *, by: User) -> Review:
    """A reviewer takes the review. Those who dissented are asked at once, before it is prepared."""
    with perform("start_review", review.deliberation, by=by, thing=review) as act:
        review.state = Review.State.IN_REVIEW
        review.started_by = by
        review.started_at = act.now
        review.save(update_fields=["state", "started_by", "started_at"])
        move_precedent(review.precedent, Precedent.State.UNDER_REVIEW, act.now)
        act.subject = ("review", review.pk)
        act.decision = "in_review"
        act.notify("review_asked", f"review:{review.pk}", seats=dissenting_seats(act.deliberation))
    return review


def dissenting_seats(deliberation: Deliberation) -> list[Seat]:
    """The seats that wrote or joined a dissent that stands, in the order in which they took part."""
    standing = Dissent.objects.filter(deliberation=deliberation, withdrawn_at__isnull=True, replaced_by__isnull=True)
    said = Q(pk__in=standing.values("seat")) | Q(pk__in=standing.values("joins__seat"))
    return list(Seat.objects.filter(said, deliberation=deliberation, left_at__isnull=True))


def speak_to_review(review: Review, *, by: Seat, text: str, language: str = "") -> ReviewVoice:
    """Somebody who took part says to the review what they see now. A further word is a further row."""
    with perform("speak_to_review", review.deliberation, by=by, thing=review) as act:
        before = ReviewVoice.objects.filter(review=review, seat=by).order_by("-version").first()
        act.subject = ("review", review.pk)
        act.decision = "heard"
        return ReviewVoice.objects.create(
            organisation_id=review.organisation_id,
            deliberation_id=review.deliberation_id,
            review=review,
            seat=by,
            version=before.version + 1 if before else 1,
            text=act.keep("text", text),
            language=language,
            at=act.now,
            confirmed_at=act.now,
            entry_id=act.entry_id,
        )


def give_back_review(review: Review, *, by: User, reason: str) -> Review:
    """The review goes back to the queue. What was found so far stays for whoever takes it next, who prepares anew."""
    with perform("give_back_review", review.deliberation, by=by, thing=review) as act:
        review.state = Review.State.DUE
        review.given_back_reason = act.keep("reason", reason)
        review.started_by = review.started_at = None
        review.prepared_by = review.prepared_at = review.new_date = None
        review.proposal = ""
        review.save()
        move_precedent(review.precedent, Precedent.State.IN_FORCE, act.now)
        act.subject = ("review", review.pk)
        act.decision = "given_back"
        others = [user for user in watchers(review) if user.pk != by.pk]
        act.notify("review_given_back", f"review:{review.pk}:{act.entry_id.hex}", users=others)
    return review


# --- It is prepared, and signed by somebody else


def prepare_review(
    review: Review, *, by: User, since_then: str, proposal: str, grounds: str, new_date: date | None = None
) -> Review:
    """The reviewer who took it says what has happened since, and proposes to reaffirm or to retire, with grounds.

    Reaffirming needs a day to come on which it is looked at again. Raises `Invalid` by field, and `NotAllowed` for
    anybody but the reviewer who took it.
    """
    with perform("prepare_review", review.deliberation, by=by, thing=review) as act:
        if review.started_by_id != by.pk:
            raise NotAllowed(
                _("%(name)s has taken this review. They prepare it, or give it back.") % {"name": review.started_by}
            )
        if proposal not in Review.Proposal.values:
            raise Invalid(_("Please choose: reaffirm it, or retire it."), "proposal")
        review.new_date = _day_to_come(new_date, act.deliberation.organisation) if proposal == "reaffirm" else None
        review.since_then = act.keep("since_then", since_then)
        review.grounds = act.keep("grounds", grounds)
        review.proposal = proposal
        review.prepared_by = by
        review.prepared_at = act.now
        ReviewAuthor.objects.get_or_create(
            review=review,
            user=by,
            defaults={
                "organisation_id": review.organisation_id,
                "deliberation_id": review.deliberation_id,
                "since": act.now,
            },
        )
        review.save()
        act.subject = ("review", review.pk)
        act.decision = proposal
        act.notify("review_prepared", f"review:{review.pk}:{act.entry_id.hex}", users=may_sign(review))
    return review


def _day_to_come(day: date | None, organisation: Organisation) -> date:
    if day is None:
        raise Invalid(_("Reaffirmed is not for ever. Please say on which day it is looked at again."), "new_date")
    if day <= today_in(organisation):
        raise Invalid(_("This day has passed. Please choose a day to come."), "new_date")
    return day


def sign_review(
    review: Review, *, by: User, reason: str = "", prepared_at: datetime | None = None, proposal: str = ""
) -> Review:
    """A decision holder who neither prepared it nor ever facilitated that deliberation signs what was prepared.

    `prepared_at` and `proposal` say what the signer had read: raises `Stale` if it was prepared anew since.
    Reaffirmed, the precedent is in force again and its next review is scheduled; retired, it can no longer be cited.
    """
    with perform("sign_review", review.deliberation, by=by, thing=review) as act:
        if review.prepared_at is None:
            raise Invalid(_("Nothing has been prepared yet that could be signed."))
        if (prepared_at and prepared_at != review.prepared_at) or (proposal and proposal != review.proposal):
            raise Stale(_("It was prepared anew while you were reading. Please read it again before you sign."))
        review.signed_by = by
        review.signed_at = act.now
        review.signed_reason = act.keep("reason", reason, optional=True)
        review.signed_entry_id = act.entry_id
        act.texts |= {"since_then": review.since_then, "grounds": review.grounds}
        if review.proposal == Review.Proposal.REAFFIRM:
            day = _day_to_come(review.new_date, act.deliberation.organisation)
            review.state = Review.State.REAFFIRMED
            review.save()
            move_precedent(review.precedent, Precedent.State.IN_FORCE, act.now)
            schedule_review(review.precedent, day)
        else:
            review.state = Review.State.RETIRED
            review.save()
            move_precedent(review.precedent, Precedent.State.RETIRED, act.now)
            release_agents(act, review.precedent)
        act.subject = ("review", review.pk)
        act.decision = review.state
        _tell_it_closed(act, review)
    return review


def open_successor(review: Review, *, by: User, question: str, reason: str, urgency: str = "") -> Deliberation:
    """Open a deliberation that is to change the decision; the precedent stays under review until that is signed.

    Whoever opens it facilitates it where they have the role; otherwise it waits, proposed, for a facilitator.
    """
    with perform("open_successor", review.deliberation, by=by, thing=review) as act:
        if urgency and urgency not in Urgency.values:
            raise Invalid(_("Say how urgent it is."), "urgency")
        why = act.keep("reason", reason)
        review.signed_reason = why
        successor = propose_successor(
            act,
            project=act.deliberation.project,
            question=act.keep("question", question),
            decision_asked=why,
            succeeds=review.precedent,
            urgency=urgency or act.deliberation.urgency,
            language=act.deliberation.language,
        )
        review.successor = successor
        review.state = Review.State.TO_DELIBERATION
        review.save()
        act.subject = ("review", review.pk)
        act.decision = review.state
        _tell_it_closed(act, review)
        if Role.FACILITATOR in act.standing.roles:
            take_up(successor, by=by)
    return successor


def _tell_it_closed(act: Act, review: Review) -> None:
    spoke = Seat.objects.filter(pk__in=ReviewVoice.objects.filter(review=review).values("seat"), left_at__isnull=True)
    act.notify("review_closed", f"review:{review.pk}", users=citers(review.precedent), seats=spoke)
