"""A signed outcome becomes a precedent: it informs later questions, never binds them, and comes back for review."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts import clock
from accounts.models import Organisation, User
from accounts.refusals import Invalid
from deliberation.domain.act import Act, perform
from deliberation.domain.agents import release_agents
from deliberation.domain.findable import hold_what_finds, make_findable
from deliberation.domain.likeness import forget_terms, index_precedent
from deliberation.models import Citation, Deliberation, Outcome, Precedent, Review

if TYPE_CHECKING:
    from django.db.models import QuerySet

STANDING = (Precedent.State.IN_FORCE, Precedent.State.UNDER_REVIEW)
"""The states in which a precedent may be cited."""


def day_begins(day: date, organisation: Organisation) -> datetime:
    """The first moment of `day` where the organisation is."""
    return datetime.combine(day, time.min, ZoneInfo(organisation.time_zone))


def today_in(organisation: Organisation) -> date:
    """The date the verbs' clock shows where the organisation is."""
    return clock.now().astimezone(ZoneInfo(organisation.time_zone)).date()


def make_precedent(act: Act, outcome: Outcome) -> Precedent:
    """Keep a signed outcome as a precedent with its first review, inside the transaction of the signature.

    Where the deliberation was opened to change an earlier decision, that precedent and its outcome are superseded,
    what was left of its review is void, and whoever cited it is told. Raises `Invalid` without a review date.
    """
    deliberation = act.deliberation
    version = outcome.signed_version
    if version is None or version.review_date is None:
        raise Invalid(_("It needs a date on which it is looked at again."), "review_date")
    precedent = Precedent.objects.create(
        organisation_id=deliberation.organisation_id,
        deliberation=deliberation,
        outcome=outcome,
        state_since=act.now,
        created_at=act.now,
    )
    hold_what_finds(precedent)
    index_precedent(precedent)
    make_findable(precedent)
    schedule_review(precedent, version.review_date)
    if deliberation.succeeds is not None:
        supersede(act, deliberation.succeeds, precedent)
    return precedent


def schedule_review(precedent: Precedent, day: date) -> Review:
    """Note the day on which the precedent comes back."""
    return Review.objects.create(
        organisation_id=precedent.organisation_id,
        deliberation_id=precedent.deliberation_id,
        precedent=precedent,
        due_on=day,
        due_at=day_begins(day, precedent.deliberation.organisation),
    )


def supersede(act: Act, old: Precedent, new: Precedent) -> None:
    """Put `new` in the place of `old`. The old one stays readable and says what replaced it."""
    # Its review may be at work in this moment: that holds the row of its own deliberation, as every verb does.
    Deliberation.objects.select_for_update(of=("self",)).get(pk=old.deliberation_id)
    old = Precedent.objects.select_for_update(of=("self",)).get(pk=old.pk)
    if old.state not in STANDING:
        return
    Review.objects.filter(precedent=old, state__in=Review.OPEN).update(state=Review.State.VOID)
    move_precedent(old, Precedent.State.UNDER_REVIEW, act.now)
    old.superseded_by = new
    move_precedent(old, Precedent.State.SUPERSEDED, act.now)
    Outcome.objects.filter(pk=old.outcome_id, state=Outcome.State.SIGNED).update(state=Outcome.State.SUPERSEDED)
    release_agents(act, old)
    act.notify("precedent_replaced", f"precedent:{old.pk}", users=citers(old))


def move_precedent(precedent: Precedent, to: str, now: datetime) -> None:
    """Set the state of a precedent and since when; nothing happens where it stands there already."""
    if precedent.state == to:
        return
    precedent.state = to
    precedent.state_since = now
    precedent.save(update_fields=["state", "state_since", "superseded_by"])
    if to not in STANDING:
        forget_terms(precedent)


def citers(precedent: Precedent) -> QuerySet[User]:
    """Everybody who cited it: they are told when its review closes and when it is replaced."""
    cited = Citation.objects.filter(precedent=precedent).values("by_user")
    return User.objects.filter(pk__in=cited, is_active=True)


def cite(
    act: Act, precedent: Precedent, *, alike: str, differs: str, purpose: str = Citation.Purpose.INFORMS
) -> Citation:
    """Cite a precedent inside another verb: what is alike and what differs, both in words.

    Whether its review was overdue or going on at that moment is kept with the citation. Raises `Invalid` where
    either is missing, and where the precedent is the deliberation's own, or no longer stands.
    """
    precedent.refresh_from_db()
    if precedent.deliberation_id == act.deliberation.pk:
        raise Invalid(_("This is the outcome of this very deliberation. A question cannot cite itself."), "precedent")
    if precedent.state == Precedent.State.SUPERSEDED:
        raise Invalid(_("A later decision has replaced this one. Please cite the later one."), "precedent")
    if precedent.state == Precedent.State.RETIRED:
        raise Invalid(_("This precedent was retired by a review. It can be read, and no longer cited."), "precedent")
    review = Review.objects.filter(precedent=precedent, state__in=Review.OPEN).first()
    return Citation.objects.create(
        organisation_id=act.deliberation.organisation_id,
        deliberation=act.deliberation,
        precedent=precedent,
        purpose=purpose,
        alike=act.keep("alike", alike),
        differs=act.keep("differs", differs),
        by_user=act.user,  # type: ignore[misc]  # the rules admit persons only
        at=act.now,
        was_overdue=review is not None and review.is_overdue(today_in(act.deliberation.organisation)),
        was_under_review=precedent.state == Precedent.State.UNDER_REVIEW,
    )


def cite_precedent(deliberation: Deliberation, precedent: Precedent, *, by: User, alike: str, differs: str) -> Citation:
    """Cite a precedent in a deliberation. Raises as `cite` does."""
    with perform("cite_precedent", deliberation, by=by) as act:
        citation = cite(act, precedent, alike=alike, differs=differs)
        act.subject = ("citation", citation.pk)
        act.decision = "cited"
        return citation
