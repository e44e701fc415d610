"""Where one person has a part: their seats, to ask the database with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.functional import cached_property

from accounts.models import Membership, SeatUser, User
from accounts.roles import Part
from deliberation.models import Deliberation, Seat

Keys = QuerySet[Any, Any]
"""Ids, for `…__in`."""


@dataclass(frozen=True)
class Places:
    """The seats one person holds in an organisation. They may be thousands: each part of them is a query, unread."""

    seats: QuerySet[Seat]

    @cached_property
    def parts(self) -> frozenset[Part]:
        """The parts they have anywhere; of any other nothing need be asked."""
        return frozenset(map(Part, self.seats.values_list("part", flat=True).distinct()))

    @property
    def facilitates(self) -> Keys:
        return self._of(Part.FACILITATOR)

    @property
    def holds(self) -> Keys:
        return self._of(Part.HOLDER)

    @property
    def approves(self) -> Keys:
        return self._of(Part.HOLDER, Part.APPROVER)

    @property
    def speaks(self) -> Keys:
        """The ids of the seats from which they speak; all others are ids of deliberations."""
        return self.seats.filter(part=Part.PARTICIPANT).values("pk")

    @property
    def deliberations(self) -> Keys:
        """Where they do more than read."""
        return self._of(Part.FACILITATOR, Part.HOLDER, Part.APPROVER, Part.PARTICIPANT)

    def among(self, rows: Iterable[Deliberation]) -> frozenset[UUID]:
        """Those of these in which they do more than read."""
        here = [row.pk for row in rows]
        return frozenset(self.deliberations.filter(deliberation__in=here).values_list("deliberation", flat=True))

    def _of(self, *parts: Part) -> Keys:
        return self.seats.filter(part__in=parts).values("deliberation")


def places_of(user: User | None, seat_ids: frozenset[UUID] = frozenset()) -> Places:
    """The seats of `user`, and those whose mailed links are open in this browser (`seat_ids`).

    Whoever is no member any more keeps what a guest may have: a voice, or a reader's seat.
    """
    held = Q(pk__in=SeatUser.objects.filter(user=user, until__isnull=True).values("seat_id")) if user else Q(pk=None)
    if user and not Membership.objects.filter(user=user, ended_at__isnull=True).exists():
        held &= Q(part__in=[Part.PARTICIPANT, Part.READER])
    if seat_ids:
        held |= Q(pk__in=seat_ids, part=Part.PARTICIPANT)
    return Places(Seat.objects.filter(held).order_by())
