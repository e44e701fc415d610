"""Which frameworks stand in tension, and who was heard in each, from who contributed."""

from __future__ import annotations

from uuid import UUID

from deliberation.models import Ask, Deliberation, Framework, Voice

STANDS = (Framework.Status.KEPT, Framework.Status.CHANGED, Framework.Status.WRITTEN)


def standing_frameworks(deliberation: Deliberation) -> list[Framework]:
    """The frameworks a person stands behind, in the order in which they were named."""
    return list(Framework.objects.filter(deliberation=deliberation, status__in=STANDS))


def frameworks_heard(deliberation: Deliberation) -> set[UUID]:
    """The frameworks in which somebody who stayed chose to speak and answered an ask."""
    answered = Ask.objects.filter(deliberation=deliberation, state=Ask.State.ANSWERED).values("seat_id")
    voices = Voice.objects.filter(
        deliberation=deliberation, dropped_at__isnull=True, seat__left_at__isnull=True, seat_id__in=answered
    )
    return set(voices.values_list("framework_id", flat=True))
