"""Who belongs where: memberships with their roles, and who sits on a deliberation's seat."""

from django.db import models

from accounts import clock
from accounts.ids import uuid7
from accounts.models.organisation import Organisation
from accounts.models.user import User
from accounts.roles import Role
from accounts.scope import ScopedManager


class Membership(models.Model):
    """A user in an organisation, from `created_at` until `ended_at`. Ended ones stay: the record points to them."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ScopedManager(organisation="organisation")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user"],
                condition=models.Q(ended_at__isnull=True),
                name="membership_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)

    @property
    def is_current(self) -> bool:
        return self.ended_at is None

    @property
    def roles(self) -> frozenset[Role]:
        """The roles it carries now; none once it has ended."""
        if not self.is_current:
            return frozenset()
        return frozenset(Role(row.role) for row in self.role_rows.all())


class MembershipRole(models.Model):
    """One role of one membership."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="role_rows")
    role = models.CharField(max_length=20, choices=Role.choices)

    objects = ScopedManager(organisation="organisation")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership", "role"], name="role_once_a_membership"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="role_is_known"),
        ]

    def __str__(self) -> str:
        return self.get_role_display()


class SeatUser(models.Model):
    """Who sits on a seat of a deliberation, and from when until when.

    What is written belongs to the seat; this table alone says who the person was.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    deliberation_id = models.UUIDField()
    seat_id = models.UUIDField()
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(default=clock.now, editable=False)
    until = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ScopedManager(organisation="organisation")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["seat_id"], condition=models.Q(until__isnull=True), name="seat_one_user_at_a_time"
            ),
        ]
        indexes = [models.Index(fields=["deliberation_id"], name="seatuser_deliberation")]
