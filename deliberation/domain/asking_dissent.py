"""The asks of round 4: everybody who takes part is asked about each version, until its time for dissent is over."""

from __future__ import annotations

from accounts.models import SeatUser, User
from accounts.roles import Part
from deliberation.domain.act import Act
from deliberation.models import Ask, Deliberation, Invitation, OutcomeVersion, Round, Seat


def seat_users(deliberation: Deliberation, part: Part) -> list[User]:
    """The members of staff who sit on a part's seat now."""
    seats = Seat.objects.filter(deliberation=deliberation, part=part).values("pk")
    sitting = SeatUser.objects.filter(deliberation_id=deliberation.pk, seat_id__in=seats, until__isnull=True)
    return list(User.objects.filter(pk__in=sitting.values("user_id"), is_active=True))


def seats_taking_part(deliberation: Deliberation) -> list[Seat]:
    """The seats that accepted and did not leave."""
    return list(
        Seat.objects.filter(
            deliberation=deliberation, left_at__isnull=True, invitation__state=Invitation.State.ACCEPTED
        )
    )


def ask_for_dissent(act: Act, version: OutcomeVersion) -> None:
    """Ask everybody who takes part about `version`, and tell them. A later version is a new question to them all."""
    deliberation, due = act.deliberation, version.dissent_closes_at
    the_round, _made = Round.objects.get_or_create(
        organisation_id=deliberation.organisation_id,
        deliberation=deliberation,
        number=4,
        defaults={"opened_at": act.now},
    )
    the_round.state, the_round.closes_at, the_round.closed_at = Round.State.OPEN, due, None
    the_round.opened_at = the_round.opened_at or act.now
    the_round.save()
    seats = seats_taking_part(deliberation)
    for seat in seats:
        Ask.objects.update_or_create(
            organisation_id=deliberation.organisation_id,
            deliberation=deliberation,
            round=the_round,
            seat=seat,
            defaults={"state": Ask.State.OPEN, "asked_at": act.now, "due_at": due, "answered_at": None},
        )
    kind = "outcome_circulated" if version.number == 1 else "outcome_new_version"
    act.notify(kind, f"outcome_version:{version.pk}", seats=seats)


def answered_draft(act: Act, seat: Seat) -> None:
    """Note that a seat has answered the ask of round 4."""
    Ask.objects.filter(round__number=4, round__deliberation=act.deliberation, seat=seat).exclude(
        state=Ask.State.ANSWERED
    ).update(state=Ask.State.ANSWERED, answered_at=act.now)


def close_asking(act: Act) -> None:
    """End round 4: what was not answered in time lapses."""
    rounds = Round.objects.filter(deliberation=act.deliberation, number=4)
    rounds.update(state=Round.State.CLOSED, closed_at=act.now, closed_by=act.user)
    Ask.objects.filter(round__in=rounds, state=Ask.State.OPEN).update(state=Ask.State.LAPSED)
