"""Who was heard, who was asked and did not answer, and who was not reached, framework by framework."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext as _

from audit.models import Text
from deliberation.models import (
    Ask,
    Deliberation,
    Dissent,
    Framework,
    Invitation,
    MaySpeakFrom,
    OutcomeVersion,
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


def heard_by_framework(
    deliberation: Deliberation,
    version: OutcomeVersion | None,
    order: Iterable[Framework],
    name_of: Callable[[Seat], str | None],
) -> tuple[list[HeardRow], bool]:
    """The line of each framework of `order`, and whether anybody asked to be left out of it.

    Who left is never printed as heard. Silence is not an answer.
    """
    frameworks = list(order)
    rows = {framework.pk: HeardRow(framework, framework.title) for framework in frameworks}
    in_none = HeardRow(None, _("In no framework"))
    if version is not None:
        for hearing in version.hearings.select_related("not_heard_because"):
            if hearing.framework_id in rows:
                rows[hearing.framework_id].said_heard = hearing.heard
                rows[hearing.framework_id].because = hearing.not_heard_because
    spoke_in = _spoke_in(deliberation)
    expected = _expected(deliberation)
    answered = set(
        Ask.objects.filter(deliberation=deliberation, state=Ask.State.ANSWERED).values_list("seat_id", flat=True)
    )
    how = _how_given(deliberation)
    left_out = False
    invitations = Invitation.objects.filter(deliberation=deliberation).select_related("seat", "stakeholder")
    for invitation in invitations:
        seat = invitation.seat
        name = name_of(seat)
        if name is None:
            left_out = True
            continue
        heard = invitation.state == Invitation.State.ACCEPTED and seat.left_at is None and seat.pk in answered
        places = spoke_in.get(seat.pk, []) if heard else expected.get(invitation.stakeholder_id, [])
        lines = [rows[pk] for pk in places if pk in rows] or [in_none]
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


def _spoke_in(deliberation: Deliberation) -> dict[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = {}
    voices = Voice.objects.filter(deliberation=deliberation, dropped_at__isnull=True)
    for seat_id, framework_id in voices.values_list("seat_id", "framework_id"):
        found.setdefault(seat_id, []).append(framework_id)
    return found


def _expected(deliberation: Deliberation) -> dict[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = {}
    rows = MaySpeakFrom.objects.filter(deliberation=deliberation).values_list("stakeholder_id", "framework_id")
    for stakeholder_id, framework_id in rows:
        found.setdefault(stakeholder_id, []).append(framework_id)
    return found


def _how_given(deliberation: Deliberation) -> dict[UUID, str]:
    """How a seat's words reached us, where they were not typed by the speaker: a seat, and the words for it."""
    found: dict[UUID, str] = {}
    for model in (Dissent, Stance, Position):
        given = model.objects.filter(deliberation=deliberation).exclude(given=Position.Given.TYPED)
        for seat_id, how in given.values_list("seat_id", "given"):
            found[seat_id] = str(Position.Given(how).label)
    return found
