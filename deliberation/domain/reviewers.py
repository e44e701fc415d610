"""Who prepares reviews, who is told of them, and who may sign one."""

from __future__ import annotations

from accounts.models import Membership, SeatUser, User
from accounts.queries.organisations import users_with
from accounts.roles import Part, Role
from deliberation.models import Deliberation, Review, ReviewAuthor, Seat


def reviewers() -> list[User]:
    """The members who may prepare a review."""
    return list(users_with(Role.REVIEWER).order_by("pk"))


def holder_of(deliberation: Deliberation) -> User | None:
    """The person on the decision holder's seat, if they still belong to the organisation; else nobody holds it."""
    seats = Seat.objects.filter(deliberation=deliberation, part=Part.HOLDER).values("pk")
    sits = SeatUser.objects.filter(seat_id__in=seats, until__isnull=True).select_related("user").first()
    if sits is None or not sits.user.is_active:
        return None
    current = Membership.objects.filter(user=sits.user, ended_at__isnull=True).exists()
    return sits.user if current else None


def watchers(review: Review) -> list[User]:
    """Who is told that it falls due: the reviewers, and whoever decides there."""
    holder = holder_of(review.deliberation)
    people = reviewers()
    return people if holder is None or holder in people else [*people, holder]


def may_sign(review: Review) -> list[User]:
    """The decision holders whom no gate keeps from signing this review."""
    authors = set(ReviewAuthor.objects.filter(review=review).values_list("user", flat=True))
    seats = Seat.objects.filter(deliberation=review.deliberation_id, part=Part.FACILITATOR).values("pk")
    facilitated = set(SeatUser.objects.filter(seat_id__in=seats).values_list("user", flat=True))
    able = users_with(Role.DECISION_HOLDER).order_by("pk")
    return [user for user in able if user.pk not in authors | facilitated]
