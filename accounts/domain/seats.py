"""Who sits on a deliberation's seat. Called by the verbs of `deliberation`, which record why."""

from uuid import UUID

from accounts import clock
from accounts.models import Organisation, SeatUser, User


def sit(organisation: Organisation, deliberation_id: UUID, seat_id: UUID, user: User) -> SeatUser:
    """Put a user on a free seat. Raises IntegrityError where somebody sits already."""
    row = SeatUser(
        organisation=organisation,
        deliberation_id=deliberation_id,
        seat_id=seat_id,
        user=user,
        since=clock.now(),
    )
    row.save(force_insert=True)
    return row


def stand_up(seat_id: UUID) -> bool:
    """Free a seat; the row stays and says until when. False where nobody sat. To be called inside the scope."""
    return bool(SeatUser.objects.filter(seat_id=seat_id, until__isnull=True).update(until=clock.now()))
