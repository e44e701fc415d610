"""The invented people of the demo."""

from dataclasses import dataclass

from accounts.models import Membership, Organisation, SeatUser, User
from accounts.scope import open_organisation

ADDRESSES = "@demo.example"


@dataclass(frozen=True)
class DemoPerson:
    user: User
    roles: tuple[str, ...]


def demo_people() -> list[User]:
    """Everybody of the demo: its members, those on its seats, and its operator."""
    return [person.user for person in demo_cast()]


def demo_cast() -> list[DemoPerson]:
    """The people of the demo with what they are, members first, the operator last."""
    found: dict[object, DemoPerson] = {}
    for organisation in Organisation.objects.filter(is_demo=True):
        with open_organisation(organisation):
            members = (
                Membership.objects.filter(ended_at__isnull=True)
                .select_related("user")
                .prefetch_related("role_rows")
                .order_by("created_at", "id")
            )
            for membership in members:
                labels = tuple(str(role.label) for role in sorted(membership.roles))
                found[membership.user_id] = DemoPerson(membership.user, labels)
            seats = SeatUser.objects.filter(until__isnull=True).select_related("user").order_by("user__email")
            for seat in seats:
                found.setdefault(seat.user_id, DemoPerson(seat.user, ()))
    for user in User.objects.filter(email__endswith=ADDRESSES).order_by("is_operator", "email"):
        found.setdefault(user.pk, DemoPerson(user, ()))
    return [person for person in found.values() if person.user.is_active]
