"""What about agents needs a person now: for the sentences above the list of sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from accounts import clock
from accounts.models import Organisation
from oversight.domain.glass import owed, standing_glass
from oversight.domain.requests import still_waiting
from oversight.models import Incident, JudgmentRequest, Session, Stop

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
    """Six statements, however much there is."""
    now = clock.now()
    asked = JudgmentRequest.objects.filter(organisation=organisation)
    waiting = still_waiting(asked, now).aggregate(count=Count("id"), since=Min("asked_at"))
    reviews = owed(organisation).aggregate(owed=Count("id"), overdue=Count("id", filter=Q(review_due_at__lte=now)))
    stops = Stop.objects.filter(organisation=organisation, lifted_at__isnull=True)
    return Needs(
        waiting=waiting["count"],
        waiting_since=waiting["since"],
        stops=list(stops.select_related("by", "key", "session", "project").order_by("-id")[:10]),
        broken=standing_glass(now).filter(organisation=organisation).count(),
        owed=reviews["owed"],
        overdue=reviews["overdue"],
        incidents=Incident.objects.filter(organisation=organisation, at__gte=now - WEEK).count(),
        handoffs=Session.objects.filter(organisation=organisation, state=Session.State.HANDOFF_DUE).count(),
    )
