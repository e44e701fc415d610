"""What about agents needs a person now: for the sentences above the list of sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from accounts import clock
from accounts.models import Organisation
from oversight.models import BrokenGlass, Incident, JudgmentRequest, Session, Stop

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Needs:
    """`waiting` acts since `waiting_since`; `stops` that stand; glass that is broken now; reviews owed and overdue."""

    waiting: int
    waiting_since: datetime | None
    stops: list[Stop]
    broken: int
    owed: int
    overdue: int
    incidents: int
    handoffs: int

    @property
    def nothing(self) -> bool:
        return not (self.waiting or self.stops or self.broken or self.owed or self.incidents or self.handoffs)


def needs_of(organisation: Organisation) -> Needs:
    """Five statements, however much there is."""
    now = clock.now()
    pending = JudgmentRequest.objects.filter(organisation=organisation, state=JudgmentRequest.State.PENDING)
    waiting = pending.aggregate(count=Count("id"), since=Min("asked_at"))
    unreviewed = Q(reviewed_at__isnull=True)
    glass = BrokenGlass.objects.filter(organisation=organisation).aggregate(
        broken=Count("id", filter=Q(until__gt=now, ended_at__isnull=True)),
        owed=Count("id", filter=unreviewed),
        overdue=Count("id", filter=unreviewed & Q(review_due_at__lt=now)),
    )
    stops = Stop.objects.filter(organisation=organisation, lifted_at__isnull=True)
    return Needs(
        waiting=waiting["count"],
        waiting_since=waiting["since"],
        stops=list(stops.select_related("by", "key", "session", "project").order_by("-id")[:10]),
        broken=glass["broken"],
        owed=glass["owed"],
        overdue=glass["overdue"],
        incidents=Incident.objects.filter(organisation=organisation, at__gte=now - WEEK).count(),
        handoffs=Session.objects.filter(organisation=organisation, state=Session.State.HANDOFF_DUE).count(),
    )
