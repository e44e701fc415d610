"""Which frameworks were heard: those in which somebody who stayed chose to speak, and answered."""

from __future__ import annotations

from uuid import UUID

from deliberation.domain.stakeholder_list import in_tension
from deliberation.models import Ask, Deliberation, Framework, Voice


def standing_frameworks(deliberation: Deliberation) -> list[Framework]:
    """The frameworks a person stands behind, in the order in which they were named."""
    return list(in_tension(deliberation))


def frameworks_heard(deliberation: Deliberation) -> set[UUID]:
    """The frameworks in which somebody who stayed chose to speak and answered an ask."""
    answered = Ask.objects.filter(deliberation=deliberation, state=Ask.State.ANSWERED).values("seat_id")
    voices = Voice.objects.filter(
        deliberation=deliberation, dropped_at__isnull=True, seat__left_at__isnull=True, seat_id__in=answered
    )
    return set(voices.values_list("framework_id", flat=True))
