"""The facilitator's board: a row a deliberation, with who has been heard, what holds it up, and one next action."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import clock
from accounts.models import User
from accounts.roles import Role
from deliberation.domain.standing import standings_of
from deliberation.models import (
    Ask,
    Deliberation,
    Framework,
    Heartbeat,
    Invitation,
    MaySpeakFrom,
    Round,
    Stakeholder,
    State,
    Voice,
)
from deliberation.models.conflict import ENDED
from deliberation.queries.conflict import blockers_of, next_of
from deliberation.queries.places import Places
from deliberation.queries.rounds import LATE, lateness
from deliberation.queries.situation import GONE, situations_of

PAGE = 25
FILTERS = ("all", "mine", "week", "gap", "ended")


@dataclass
class BoardRow:
    """One deliberation on the board."""

    deliberation: Deliberation
    round: Round | None
    coverage: list[dict[str, object]] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    next: tuple[str, str] | None = None
    late_by: timedelta | None = None


def board(
    user: User,
    places: Places,
    *,
    roles: frozenset[Role],
    show: str = "all",
    after: int | None = None,
    most: int = PAGE + 1,
) -> list[BoardRow]:
    """The rows `user` may see, newest first, at most `most` of them, from the number below `after` on.

    An administrator's board has all deliberations: title, state and dates, without what was said. How many queries
    it takes does not depend on how many rows there are.
    """
    now = clock.now()
    may_take_up = Role.FACILITATOR in roles
    rows: QuerySet[Deliberation] = Deliberation.objects.select_related("question", "organisation", "project")
    if Role.ADMINISTRATOR not in roles:
        rows = rows.filter(places.takes_part("pk") | (Q(state=State.PROPOSED) if may_take_up else Q()))
    rows = _filtered(rows, show, places, now)
    if after is not None:
        rows = rows.filter(number__lt=after)
    found = list(rows.prefetch_related(Prefetch("round_set", Round.objects.order_by("number")))[:most])
    mine = places.among(found)
    inside = [d for d in found if d.pk in mine]
    covered, situations, standings = coverage_of(inside), situations_of(inside), standings_of(user, inside)
    made = []
    for deliberation in found:
        current = _current(deliberation)
        row = BoardRow(deliberation, current, late_by=_late_by(current))
        if deliberation.pk in mine:
            situation = situations[deliberation.pk]
            row.coverage = covered[deliberation.pk]
            row.held = blockers_of(situation)
            row.next = next_of(situation, standings[deliberation.pk])
        elif deliberation.state == State.PROPOSED and may_take_up:
            url = reverse(
                "deliberation", kwargs={"slug": deliberation.organisation.slug, "number": deliberation.number}
            )
            row.next = (_("Take it up or dismiss it"), url)
        made.append(row)
    return made


def _filtered(rows: QuerySet[Deliberation], show: str, places: Places, now: datetime) -> QuerySet[Deliberation]:
    if show == "ended":
        return rows.filter(state__in=ENDED)
    rows = rows.exclude(state__in=ENDED)
    if show == "mine":
        facilitator = [State.DRAFT, State.INVITING, State.ROUND_4]
        holder = [State.STAKEHOLDERS, State.SIGNING]
        return rows.filter(
            Q(places.facilitates("pk"), state__in=facilitator)
            | (Q(places.approves("pk"), state__in=holder) & ~Q(places.facilitates("pk")))
            | Q(state=State.PROPOSED)
        )
    if show == "week":
        closing = Round.objects.filter(state=Round.State.OPEN, closes_at__lte=now + timedelta(days=7))
        return rows.filter(pk__in=closing.values("deliberation"))
    if show == "gap":
        missing = Invitation.objects.filter(state__in=[Invitation.State.NOT_REACHED, Invitation.State.NO_ANSWER])
        return rows.filter(pk__in=missing.values("deliberation"))
    return rows


def _current(deliberation: Deliberation) -> Round | None:
    rounds = list(deliberation.round_set.all())
    running = [r for r in rounds if r.state == Round.State.OPEN]
    if running:
        return running[-1]
    return next((r for r in reversed(rounds) if r.state == Round.State.CLOSED), None)


def _late_by(one: Round | None) -> timedelta | None:
    """The worse of how late its round was opened and closed."""
    return max((by for by in lateness(one) if by), default=None) if one else None


def coverage_of(deliberations: list[Deliberation]) -> dict[UUID, list[dict[str, object]]]:
    """Per deliberation and framework: how many people were heard, are asked, and were not reached.

    People are counted, never what they said. A person who chose frameworks counts where they chose; before that,
    where the list says that they may speak.
    """
    ids = [d.pk for d in deliberations]
    heard = set(Ask.objects.filter(deliberation_id__in=ids, state=Ask.State.ANSWERED).values_list("seat_id", flat=True))
    chosen: dict[UUID, set[UUID]] = defaultdict(set)
    voices = Voice.objects.filter(deliberation_id__in=ids, dropped_at__isnull=True)
    for seat, framework in voices.values_list("seat_id", "framework_id"):
        chosen[seat].add(framework)
    expected: dict[UUID, set[UUID]] = defaultdict(set)
    for stakeholder, framework in MaySpeakFrom.objects.filter(deliberation_id__in=ids).values_list(
        "stakeholder_id", "framework_id"
    ):
        expected[stakeholder].add(framework)
    counts: dict[UUID, Counter[str]] = defaultdict(Counter)
    listed = Stakeholder.objects.filter(deliberation_id__in=ids, status__in=Stakeholder.STANDING)
    for stakeholder, seat, state in listed.values_list("pk", "invitation__seat_id", "invitation__state"):
        if seat in heard and state != Invitation.State.LEFT:
            kind = "heard"
        else:
            kind = "unreached" if state in GONE else "asked"
        for framework in chosen.get(seat) or expected[stakeholder]:
            counts[framework][kind] += 1
    result: dict[UUID, list[dict[str, object]]] = {pk: [] for pk in ids}
    standing = Framework.objects.filter(deliberation_id__in=ids, status__in=Framework.STANDING)
    for key, framework, title in standing.values_list("deliberation_id", "pk", "title"):
        kinds = {kind: counts[framework][kind] for kind in ("heard", "asked", "unreached")}
        result[key].append({"title": title, **kinds})
    return result


def silence(now: datetime) -> tuple[datetime, datetime | None] | None:
    """The last time the clock stood still: from when until when, or until now (None). None if it has not lately."""
    beat = Heartbeat.objects.filter(name="tick").first()
    if beat is None:
        return None
    if now - beat.at > LATE:
        return beat.at, None
    if beat.silent_until and now - beat.silent_until < timedelta(days=14):
        return beat.silent_from or beat.silent_until, beat.silent_until
    return None


def where_it_stands(row: BoardRow) -> str:
    """The state in one phrase, such as "Round 2 of 4"."""
    number = row.deliberation.round_number
    return _("Round %(n)d of 4") % {"n": number} if number else row.deliberation.get_state_display()
