"""Who prepares reviews, who is told of them, and who may sign one."""

from __future__ import annotations

from accounts.models import Membership, SeatUser, User
from accounts.roles import Part, Role
from deliberation.models import Deliberation, Review, ReviewAuthor, Seat


def _members_in(role: Role) -> list[User]:
    current = Membership.objects.filter(ended_at__isnull=True, role_rows__role=role).values("user")
    return list(User.objects.filter(pk__in=current, is_active=True).order_by("pk"))


def reviewers() -> list[User]:
    """The members who may prepare a review."""
    return _members_in(Role.REVIEWER)


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
    return [user for user in _members_in(Role.DECISION_HOLDER) if user.pk not in authors | facilitated]
