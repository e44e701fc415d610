"""What the facilitator enters for somebody: it waits for its speaker to confirm it, and is marked so until then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import Invalid, WrongState
from accounts.roles import Part
from deliberation.domain.accommodations import proposal_said, shared_value_said, stance_said
from deliberation.domain.act import perform
from deliberation.domain.agreement import agreement_said, shift_said, side_said
from deliberation.domain.asks import ask_of, may_answer
from deliberation.domain.dissent import dissent_said
from deliberation.domain.positions import position_said
from deliberation.domain.saying import How
from deliberation.models import (
    Deliberation,
    Round,
    Seat,
)
from deliberation.models.rounds import Spoken

ENTERED: dict[str, tuple[int, Callable[..., Any]]] = {
    "position": (1, position_said),
    "shared_value": (2, shared_value_said),
    "proposal": (2, proposal_said),
    "stance": (2, stance_said),
    "agreement": (3, agreement_said),
    "side": (3, side_said),
    "shift": (3, shift_said),
    "dissent": (4, dissent_said),
}
"""What the facilitator may enter for a seat, and the round it belongs to."""


def enter_for(
    deliberation: Deliberation,
    *,
    by: User,
    seat: Seat,
    what: str,
    given: str,
    language: str = "",
    **said: Any,
) -> Any:
    """Enter what `seat` said, wrote on paper or had translated; `said` are the words of the verb of that kind.

    It is marked with how it was given and who entered it, and its speaker is asked to confirm it. What a person
    sent themselves is not overwritten but followed by the next version, as all changes are.
    """
    with perform("enter_for", deliberation, by=by) as act:
        if given not in set(Spoken.Given.values) - {Spoken.Given.TYPED}:
            raise Invalid(_("Say how it was given: spoken, on paper or translated."), "given")
        number, say = ENTERED[what]
        if seat.deliberation_id != deliberation.pk or seat.part != Part.PARTICIPANT or seat.left_at is not None:
            raise Invalid(_("Choose somebody who takes part."), "seat")
        ask = ask_of(deliberation, seat, number)
        # A letter that arrived in time is entered when the facilitator gets to it, while the round is open.
        if ask is None or not (may_answer(ask, act.now) or ask.round.state == Round.State.OPEN):
            raise WrongState(_("They are not asked in round %(n)d, or it has closed.") % {"n": number})
        if number > 1 and deliberation.round_number != number:
            raise WrongState(_("The deliberation does not stand at round %(n)d.") % {"n": number})
        row = say(act, ask, How(by, given, language), **said)
        act.decision = "entered"
        act.notify("entered_for", f"{what}:{row.pk}", seats=[seat])
    return row


def confirm_contribution(deliberation: Deliberation, *, by: Seat, contribution: Spoken) -> Spoken:
    """A speaker confirms what was entered for them. To correct it they send their own version instead."""
    with perform("confirm_contribution", deliberation, by=by) as act:
        contribution.refresh_from_db()
        if contribution.seat_id != by.pk or contribution.deliberation_id != deliberation.pk:
            raise WrongState(_("Only the person who said it can confirm it."))
        if contribution.confirmed_at is None:
            contribution.confirmed_at = act.now
            contribution.save(update_fields=["confirmed_at"])
        act.subject = (contribution._meta.model_name or "contribution", contribution.pk)
        act.decision = "confirmed"
    return contribution
