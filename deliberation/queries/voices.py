"""Who was heard, who was asked and did not answer, and who was not reached, framework by framework."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext as _

from audit.models import Text
from deliberation.domain.gathering import gathered
from deliberation.models import (
    Ask,
    Deliberation,
    Dissent,
    Framework,
    Hearing,
    Invitation,
    MaySpeakFrom,
    Position,
    Seat,
    Stance,
    Voice,
)


@dataclass
class HeardRow:
    """One framework's line; `framework` None is the line of those who spoke in none of them."""

    framework: Framework | None
    title: str
    heard: list[str] = field(default_factory=list)
    no_answer: list[str] = field(default_factory=list)
    not_reached: list[str] = field(default_factory=list)
    said_heard: bool | None = None
    because: Text | None = None

    @property
    def was_heard(self) -> bool:
        """What the outcome says of it; before anything is said, whether somebody spoke in it."""
        return bool(self.heard) if self.said_heard is None else self.said_heard


@dataclass(frozen=True)
class WhoSpoke:
    """Of one or several deliberations: who was asked, where they speak, and who answered."""

    invitations: dict[UUID, list[Invitation]]
    """By deliberation."""
    spoke_in: dict[UUID, list[UUID]]
    """Frameworks by seat."""
    expected: dict[UUID, list[UUID]]
    """Frameworks by stakeholder."""
    answered: set[UUID]
    """Seats."""
    how_given: dict[UUID, str]
    """By seat: how its words reached us, where they were not typed by the speaker."""


def who_spoke(deliberations: Iterable[Deliberation]) -> WhoSpoke:
    """Who was asked and who spoke in these deliberations, in a fixed number of queries."""
    here = {"deliberation__in": list(deliberations)}
    how_given: dict[UUID, str] = {}
    for model in (Dissent, Stance, Position):
        given = model.objects.filter(**here).exclude(given=Position.Given.TYPED)
        for seat_id, how in given.values_list("seat_id", "given"):
            how_given[seat_id] = str(Position.Given(how).label)
    invitations = Invitation.objects.filter(**here).select_related("seat")
    voices = Voice.objects.filter(**here, dropped_at__isnull=True).values_list("seat_id", "framework_id")
    expected = MaySpeakFrom.objects.filter(**here).values_list("stakeholder_id", "framework_id")
    return WhoSpoke(
        invitations=gathered(invitations.only("deliberation", "stakeholder", "state", "seat")),
        spoke_in=_frameworks(voices),
        expected=_frameworks(expected),
        answered=set(Ask.objects.filter(**here, state=Ask.State.ANSWERED).values_list("seat_id", flat=True)),
        how_given=how_given,
    )


def _frameworks(pairs: Iterable[tuple[UUID, UUID]]) -> dict[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for whose, framework in pairs:
        found[whose].append(framework)
    return found


def heard_by_framework(
    spoke: WhoSpoke,
    deliberation: Deliberation,
    hearings: Iterable[Hearing],
    order: Iterable[Framework],
    name_of: Callable[[Seat], str | None],
) -> tuple[list[HeardRow], bool]:
    """The line of each framework of `order`, and whether anybody asked to be left out of it.

    Who left is never printed as heard. Silence is not an answer.
    """
    frameworks = list(order)
    rows = {framework.pk: HeardRow(framework, framework.title) for framework in frameworks}
    in_none = HeardRow(None, _("In no framework"))
    for hearing in hearings:
        if hearing.framework_id in rows:
            rows[hearing.framework_id].said_heard = hearing.heard
            rows[hearing.framework_id].because = hearing.not_heard_because
    how = spoke.how_given
    left_out = False
    for invitation in spoke.invitations[deliberation.pk]:
        seat = invitation.seat
        name = name_of(seat)
        if name is None:
            left_out = True
            continue
        heard = invitation.state == Invitation.State.ACCEPTED and seat.left_at is None and seat.pk in spoke.answered
        places = spoke.spoke_in[seat.pk] if heard else spoke.expected[invitation.stakeholder_id]
        lines = [rows[framework] for framework in places if framework in rows] or [in_none]
        for row in lines:
            if heard:
                row.heard.append(f"{name} ({how[seat.pk]})" if seat.pk in how else name)
            elif invitation.state in {Invitation.State.NOT_REACHED, Invitation.State.LISTED}:
                row.not_reached.append(name)
            else:
                row.no_answer.append(_with_what_happened(name, invitation, seat))
    found = [rows[framework.pk] for framework in frameworks]
    if in_none.heard or in_none.no_answer or in_none.not_reached:
        found.append(in_none)
    return found, left_out


def _with_what_happened(name: str, invitation: Invitation, seat: Seat) -> str:
    if invitation.state == Invitation.State.LEFT or seat.left_at is not None:
        return _("%(name)s, left") % {"name": name}
    if invitation.state == Invitation.State.DECLINED:
        return _("%(name)s, declined") % {"name": name}
    return name
