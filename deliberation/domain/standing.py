"""Where somebody stands in one deliberation: their parts and roles, and what the gates make of the person.

Gates compare persons, not roles: whoever drafted, facilitated or prepared is kept out, administrators included.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.models import APIKey, Membership, SeatUser, User
from accounts.permissions import Rule, System, rule
from accounts.roles import Part, Role
from deliberation.models import Amendment, Deliberation, ListAuthor, Review, ReviewAuthor, Seat, StakeholderList

ROLE_OF_PART = {
    Part.FACILITATOR: Role.FACILITATOR,
    Part.HOLDER: Role.DECISION_HOLDER,
    Part.APPROVER: Role.DECISION_HOLDER,
}
"""The role without which nobody is given the part, nor acts in it. Voices and readers need none."""


@dataclass(frozen=True, eq=False)
class Standing:
    """One actor in one deliberation. `parts` are the seats held now; `roles` those of the membership."""

    deliberation: Deliberation
    user: User | None = None
    seat: Seat | None = None
    key: APIKey | None = None
    system: bool = False
    membership: Membership | None = None
    parts: frozenset[Part] = frozenset()
    roles: frozenset[Role] = frozenset()
    seat_id: UUID | None = None

    @cached_property
    def named(self) -> tuple[Role | Part | str, ...]:
        """Everything a rule's `who` may name that this actor is.

        A tuple: a role and a part of the same name are equal as texts, and a set would keep one of them.
        """
        words = {"system": self.system, "key": self.key is not None, "member": self.membership is not None}
        return (*self.parts, *self.roles, *(word for word, holds in words.items() if holds))

    def acts_as(self, the_rule: Rule) -> str | None:
        """The part or role by which a rule admits this actor, for the record."""
        named = {(type(n), str(n)) for n in self.named}
        return next((str(w) for w in the_rule.who if (type(w), str(w)) in named), None)

    @cached_property
    def ever_facilitated(self) -> bool:
        """Whether this person sits, or ever sat, on the facilitator's seat here."""
        if self.user is None:
            return False
        seats = Seat.objects.filter(deliberation=self.deliberation, part=Part.FACILITATOR).values("pk")
        return SeatUser.objects.filter(seat_id__in=seats, user=self.user).exists()

    def why_not(self, the_rule: Rule, thing: Any = None) -> str | None:
        """The sentence that says why this actor may not run the rule, or None when they may."""
        if not the_rule.admits(self.named):
            return str(the_rule.says)
        if self.seat is not None and self.seat.left_at is not None and the_rule.verb != "open_link":
            return _("You left this deliberation. What you said stays; nothing more is asked of you.")
        if self.user is None:
            return None
        if "facilitator" in the_rule.barred and self.ever_facilitated:
            return _("You facilitate this deliberation, or did. It takes a second person for this.")
        if "drafter" in the_rule.barred and self._drafted(thing):
            return _("You drafted this. It takes a second person to decide on it.")
        if "preparer" in the_rule.barred and self._prepared(thing):
            return _("You prepared this review. It takes a second person to sign it.")
        return None

    def _drafted(self, thing: Any) -> bool:
        if isinstance(thing, Amendment):
            return thing.drafted_by_id == self.user.pk  # type: ignore[union-attr]
        if isinstance(thing, StakeholderList):
            return ListAuthor.objects.filter(list=thing, user=self.user).exists()
        return False

    def _prepared(self, thing: Any) -> bool:
        if not isinstance(thing, Review) or self.user is None:
            return False
        return ReviewAuthor.objects.filter(review=thing, user=self.user).exists()

    def may(self, verb: str, thing: Any = None) -> bool:
        """Whether the verb is open to this actor as things stand; pages show what it says."""
        the_rule = rule(verb)
        machine = self.deliberation if the_rule.machine in {"deliberation", "read"} else thing
        if not ("*" in the_rule.states or the_rule.holds_in(machine.state)):
            return False
        return self.why_not(the_rule, thing) is None


def standing_of(by: User | Seat | APIKey | System, deliberation: Deliberation) -> Standing:
    """The standing of `by` in `deliberation`. A seat of another deliberation has none."""
    if isinstance(by, System):
        return Standing(deliberation, system=True)
    if isinstance(by, APIKey):
        same = by.project_id == deliberation.project_id and by.revoked_at is None
        return Standing(deliberation, key=by if same else None)
    if isinstance(by, Seat):
        if by.deliberation_id != deliberation.pk:
            return Standing(deliberation)
        by.refresh_from_db()
        return Standing(deliberation, seat=by, parts=frozenset({Part(by.part)}), seat_id=by.pk)
    return standings_of(by, [deliberation])[deliberation.pk]


def standings_of(user: User, deliberations: Iterable[Deliberation]) -> dict[UUID, Standing]:
    """The standing of `user` in each of several deliberations, by their ids, in three queries however many."""
    rows = list(deliberations)
    if not user.is_active:
        return {row.pk: Standing(row, user=user) for row in rows}
    organisations = {row.organisation_id for row in rows}
    memberships = {
        one.organisation_id: one
        for one in Membership.objects.filter(
            organisation_id__in=organisations, user=user, ended_at__isnull=True
        ).prefetch_related("role_rows")
    }
    seats: dict[UUID, list[Seat]] = defaultdict(list)
    for seat in seats_held(user, rows):
        seats[seat.deliberation_id].append(seat)
    return {row.pk: standing_on(user, row, memberships.get(row.organisation_id), seats[row.pk]) for row in rows}


def seats_held(user: User, deliberations: Iterable[Deliberation]) -> list[Seat]:
    """The seats `user` sits on in these deliberations."""
    keys = [row.pk for row in deliberations]
    held = SeatUser.objects.filter(deliberation_id__in=keys, user=user, until__isnull=True).values("seat_id")
    return list(Seat.objects.filter(pk__in=held, deliberation__in=keys))


def standing_on(user: User, deliberation: Deliberation, membership: Membership | None, seats: list[Seat]) -> Standing:
    """The standing of `user`, whose present membership and seats in this deliberation these are."""
    if not user.is_active:
        return Standing(deliberation, user=user)
    # What a participant says belongs to the seat: a user speaks there as that seat, never as a user.
    roles = membership.roles if membership else frozenset()
    parts = frozenset(Part(s.part) for s in seats if s.part != Part.PARTICIPANT and _eligible(Part(s.part), roles))
    return Standing(
        deliberation,
        user=user,
        membership=membership,
        parts=parts,
        roles=roles,
        seat_id=seats[0].pk if seats else None,
    )


def _eligible(part: Part, roles: frozenset[Role]) -> bool:
    """Whether these roles still carry the part: a role makes eligible, so who lost it runs, approves and signs nothing.

    Their name stays on the seat, and with the role the part comes back.
    """
    return part not in ROLE_OF_PART or ROLE_OF_PART[part] in roles
