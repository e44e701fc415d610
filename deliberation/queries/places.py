"""Where one person has a part: their seats, to ask the database with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, Count, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.lookups import IsNull
from django.utils.functional import cached_property

from accounts.models import Membership, SeatUser, User
from accounts.roles import Part
from deliberation.models import Deliberation, Seat

NAMED = (Part.FACILITATOR, Part.HOLDER, Part.APPROVER)
MORE_THAN_READS = (*NAMED, Part.PARTICIPANT)
FEW = 500
"""Up to so many seats, what a person is asked is looked for from their seats; beyond, their seat from what waits."""


@dataclass(frozen=True)
class Places:
    """The seats one person holds in an organisation. They may be thousands: each part of them is a condition, unread.

    A condition names the field of a row that says where it belongs: `pk` of a deliberation, `deliberation` or `seat`.
    """

    seats: QuerySet[Seat]
    sitting: QuerySet[SeatUser]
    links: int = 0
    few: int = FEW

    @cached_property
    def parts(self) -> dict[Part, int]:
        """The parts they have anywhere, and how often; of any other nothing need be asked.

        Of many seats, those that are no part of the procedure are counted together, as a voice: they are the rest,
        and to look for them among the voices of everybody else would take longer than all that is asked.
        """
        seats = self.seats.filter(part__in=NAMED) if self.many else self.seats
        found = {Part(part): times for part, times in seats.values_list("part").annotate(Count("pk"))}
        if self.many and (rest := self._sits + self.links - sum(found.values())):
            found[Part.PARTICIPANT] = rest
        return found

    @property
    def many(self) -> bool:
        """Whether they are too many to begin from."""
        return self._sits > self.few

    @cached_property
    def _sits(self) -> int:
        return self.sitting.count()

    def facilitates(self, field: str) -> Q:
        return self._in(field, Part.FACILITATOR)

    def holds(self, field: str) -> Q:
        return self._in(field, Part.HOLDER)

    def approves(self, field: str) -> Q:
        return self._in(field, Part.HOLDER, Part.APPROVER)

    def speaks(self, field: str) -> Q:
        """Where the row belongs to a seat from which they speak; of all others it is a deliberation."""
        return self._here(field, "pk", Part.PARTICIPANT, many=self.parts.get(Part.PARTICIPANT, 0) > self.few)

    def takes_part(self, field: str) -> Q:
        """Where they do more than read."""
        return self._in(field, *MORE_THAN_READS)

    def among(self, rows: Iterable[Deliberation]) -> frozenset[UUID]:
        """Those of these in which they do more than read."""
        here = self.seats.filter(part__in=MORE_THAN_READS, deliberation__in=[row.pk for row in rows])
        return frozenset(here.values_list("deliberation", flat=True))

    def _in(self, field: str, *parts: Part) -> Q:
        return self._here(field, "deliberation", *parts, many=self.many)

    def _here(self, field: str, key: str, *parts: Part, many: bool) -> Q:
        seats = self.seats.filter(part__in=parts)
        if not many:
            return Q(**{f"{field}__in": seats.values(key)})
        # PostgreSQL would turn EXISTS round and read all the seats. This it asks of each row that it comes to, and
        # takes it to hold of every second: so it goes through what waits in order, and ends when a page is full.
        mine = seats.filter(**{key: OuterRef(field)}).values("pk")[:1]
        return Q(Case(When(IsNull(Subquery(mine), False), then=True), default=False))


def places_of(user: User | None, seat_ids: frozenset[UUID] = frozenset()) -> Places:
    """The seats of `user`, and those whose mailed links are open in this browser (`seat_ids`).

    Whoever is no member any more keeps what a guest may have: a voice, or a reader's seat.
    """
    sitting = SeatUser.objects.filter(user=user, until__isnull=True) if user else SeatUser.objects.none()
    held = Q(pk__in=sitting.values("seat_id"))
    if user and not Membership.objects.filter(user=user, ended_at__isnull=True).exists():
        held &= Q(part__in=[Part.PARTICIPANT, Part.READER])
    if seat_ids:
        held |= Q(pk__in=seat_ids, part=Part.PARTICIPANT)
    return Places(Seat.objects.filter(held).order_by(), sitting, len(seat_ids))
