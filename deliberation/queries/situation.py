"""What is read of deliberations to say what holds each up and what comes next: for a page of them as for one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from accounts import clock
from accounts.models import User
from accounts.queries.organisations import users_with
from accounts.roles import Part, Role
from deliberation.domain.completeness import Missing as MissingInOutcome
from deliberation.domain.completeness import missing_in_each
from deliberation.domain.gathering import gathered
from deliberation.domain.lacking import Missing, lacks_of
from deliberation.domain.seats import LISTING, able_to_hold, facilitators_ever, sitters
from deliberation.domain.terms import latest_terms_of
from deliberation.models import (
    Amendment,
    Deliberation,
    Framework,
    Gap,
    Invitation,
    MaySpeakFrom,
    MoreTime,
    OutcomeVersion,
    Request,
    Round,
    Seat,
    State,
    Terms,
    Voice,
)

GONE = (Invitation.State.DECLINED, Invitation.State.NOT_REACHED, Invitation.State.NO_ANSWER, Invitation.State.LEFT)
"""Where somebody asked will not speak."""


@dataclass(frozen=True)
class Situation:
    """Where one deliberation stands. What its state has no use for is empty and was not read."""

    deliberation: Deliberation
    holder: User | None
    holder_has_left: bool
    second_person: bool
    terms: Terms | None
    lacks: list[Missing]
    """Of a draft: what keeps it from being submitted."""
    invited: set[str]
    """While people are invited: the states in which invitations stand."""
    may_begin: bool
    """While people are invited: whether the rounds are scheduled and somebody accepted."""
    silent: list[Framework]
    more_time_asked: bool
    request_waits: bool
    overdue: Round | None
    amendment_waits: bool
    version: OutcomeVersion | None
    missing: list[MissingInOutcome]
    """In round 4 what an open draft needs to go round; at signing what stands between it and a signature."""


def situation_of(deliberation: Deliberation) -> Situation:
    """Where one deliberation stands."""
    return situations_of([deliberation])[deliberation.pk]


def situations_of(deliberations: Iterable[Deliberation]) -> dict[UUID, Situation]:
    """Where each stands, by id. How many queries it takes depends on the states among them, never on how many."""
    rows = list(deliberations)

    def those_in(*states: State) -> list[Deliberation]:
        return [row for row in rows if row.state in states]

    inviting = those_in(State.INVITING)
    in_rounds = those_in(State.ROUND_1, State.ROUND_2, State.ROUND_3, State.ROUND_4)
    holders = sitters(rows, Part.HOLDER)
    able = able_to_hold(holders.values())
    second = with_second_person(those_in(*LISTING), holders)
    terms = latest_terms_of(rows)
    lacks = lacks_of(those_in(State.DRAFT), holders=holders, terms=terms)
    invited = gathered(Invitation.objects.filter(deliberation__in=inviting))
    may_begin = _may_begin(inviting)
    silent = gathered(_silent_frameworks([*inviting, *in_rounds]))
    overdue = {row.deliberation_id: row for row in _overdue(in_rounds)}
    asked = _which(MoreTime.objects.filter(deliberation__in=in_rounds, state=MoreTime.State.ASKED))
    requests = _which(Request.objects.filter(deliberation__in=in_rounds, answered_at__isnull=True))
    amendments = _which(Amendment.objects.filter(deliberation__in=rows, state=Amendment.State.PROPOSED))
    versions = _versions(those_in(State.ROUND_4, State.SIGNING))
    signing = [version for version in versions.values() if version.deliberation.state == State.SIGNING]
    drafted = [version for version in versions.values() if version not in signing and version.circulated_at is None]
    missing = missing_in_each(drafted, to_sign=signing)
    return {
        row.pk: Situation(
            deliberation=row,
            holder=(holder := holders.get(row.pk)),
            holder_has_left=holder is None or holder.pk not in able,
            second_person=row.pk in second,
            terms=terms.get(row.pk),
            lacks=lacks.get(row.pk, []),
            invited={one.state for one in invited[row.pk]},
            may_begin=row.pk in may_begin,
            silent=silent[row.pk],
            more_time_asked=row.pk in asked,
            request_waits=row.pk in requests,
            overdue=overdue.get(row.pk),
            amendment_waits=row.pk in amendments,
            version=(version := versions.get(row.pk)),
            missing=missing.get(version.pk, []) if version else [],
        )
        for row in rows
    }


def _which(rows: QuerySet[Any]) -> set[UUID]:
    return set(rows.values_list("deliberation_id", flat=True))


def with_second_person(deliberations: list[Deliberation], holders: Mapping[UUID, User]) -> set[UUID]:
    """Those where somebody could approve and sign who never facilitated: named already, or a member with the role."""
    if not deliberations:
        return set()
    facilitated = facilitators_ever(deliberations)
    able = {user.pk for user in users_with(Role.DECISION_HOLDER)}
    return {
        row.pk
        for row in deliberations
        if (able | ({holders[row.pk].pk} if row.pk in holders else set())) - facilitated[row.pk]
    }


def _may_begin(deliberations: list[Deliberation]) -> set[UUID]:
    """Those of which round 1 could be opened: it is scheduled, and somebody accepted and stayed."""
    if not deliberations:
        return set()
    scheduled = Round.objects.filter(deliberation__in=deliberations, number=1, state=Round.State.SCHEDULED)
    accepted = Seat.objects.filter(
        deliberation__in=deliberations,
        part=Part.PARTICIPANT,
        left_at__isnull=True,
        invitation__state=Invitation.State.ACCEPTED,
    )
    return _which(scheduled) & _which(accepted)


def _silent_frameworks(deliberations: list[Deliberation]) -> Iterable[Framework]:
    """The frameworks in which nobody speaks any more: all who might were not reached, declined or left."""
    here = Invitation.objects.filter(deliberation__in=deliberations).exclude(state__in=GONE)
    chosen = Voice.objects.filter(framework=OuterRef("pk"), dropped_at__isnull=True, seat__in=here.values("seat"))
    may = MaySpeakFrom.objects.filter(framework=OuterRef("pk"), stakeholder__in=here.values("stakeholder"))
    explained = Gap.objects.filter(framework=OuterRef("pk"), struck_at__isnull=True)
    return Framework.objects.filter(
        ~Exists(chosen),
        ~Exists(may),
        ~Exists(explained),
        deliberation__in=deliberations,
        status__in=Framework.STANDING,
    )


def _overdue(deliberations: list[Deliberation]) -> Iterable[Round]:
    """Rounds 1 to 3 that are still open after their time."""
    return Round.objects.filter(
        deliberation__in=deliberations, state=Round.State.OPEN, closes_at__lte=clock.now(), number__lt=4
    ).order_by("-number")


def _versions(deliberations: list[Deliberation]) -> dict[UUID, OutcomeVersion]:
    """The newest version of each that was not set aside, by deliberation."""
    whole = {row.pk: row for row in deliberations}
    rows = OutcomeVersion.objects.filter(deliberation__in=deliberations, set_aside_at__isnull=True).order_by("number")
    found = {row.deliberation_id: row for row in rows}
    for key, version in found.items():
        version.deliberation = whole[key]
    return found
