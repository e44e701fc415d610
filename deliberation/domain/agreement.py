"""Round 3: what is agreed, what cannot be resolved and who holds which side, and what changed for somebody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import Invalid, Stale, WrongState
from deliberation.domain.act import Act, perform
from deliberation.domain.asks import ask_again, must_be_asked, settle_ask, something_waits
from deliberation.domain.rounds import round_of
from deliberation.domain.saying import TYPED, How, cleaned, must_take_part, say
from deliberation.models import (
    Agreement,
    AgreementAnswer,
    Ask,
    Deliberation,
    Difference,
    Round,
    Seat,
    Shift,
    Side,
    SideAnswer,
    State,
)

P = TypeVar("P", Agreement, Difference)


def put_agreement(deliberation: Deliberation, *, by: User, text: str, replaces: Agreement | None = None) -> Agreement:
    """Put a sentence that seems agreed: while round 3 is open, or before, once round 2 has closed.

    `replaces` is an earlier sentence that is struck for it, with its answers; it stays readable. Raises `Stale` where
    that was reworded meanwhile, and `Invalid` where nothing is said otherwise.
    """
    with perform("put_agreement", deliberation, by=by) as act:
        round_ = _may_put(deliberation)
        if replaces is not None:
            _strike(act, replaces, says_else=cleaned(text) != str(replaces.text))
        row = _put(act, Agreement, text, replaces)
        act.subject = ("agreement", row.pk)
        ask_again(round_)
    return row


def answer_agreement(
    deliberation: Deliberation,
    *,
    by: Seat,
    agreement: Agreement,
    confirms: bool,
    comment: str = "",
    based_on: int | None = None,
) -> AgreementAnswer:
    """Confirm a sentence that seems agreed, or say that it is not."""
    with perform("answer_agreement", deliberation, by=by) as act:
        ask = must_be_asked(deliberation, by, 3, act.now)
        return agreement_said(
            act, ask, TYPED, agreement=agreement, confirms=confirms, comment=comment, based_on=based_on
        )


def agreement_said(
    act: Act,
    ask: Ask,
    how: How,
    *,
    agreement: Agreement,
    confirms: bool,
    comment: str = "",
    based_on: int | None = None,
) -> AgreementAnswer:
    agreement.refresh_from_db()
    if agreement.deliberation_id != act.deliberation.pk or agreement.struck_at is not None:
        raise Stale(_("This sentence was reworded meanwhile. Please read the new one."))
    row = say(
        act,
        AgreementAnswer,
        ask.seat,
        how,
        chain={"agreement": agreement},
        facts={"confirms": confirms},
        words={"comment": (comment, False)},
        based_on=based_on,
    )
    settle_ask(act, ask, waits=something_waits(ask))
    return row


def put_difference(
    deliberation: Deliberation,
    *,
    by: User,
    text: str,
    sides: Sequence[str],
    replaces: Difference | None = None,
) -> Difference:
    """Put a difference that cannot be resolved, with two sides or more, each for its holders to confirm.

    `replaces` is an earlier wording of it, struck as `put_agreement` says.
    """
    with perform("put_difference", deliberation, by=by) as act:
        round_ = _may_put(deliberation)
        stated = [side for side in sides if cleaned(side)]
        if len(stated) < 2:
            raise Invalid(_("A difference has at least two sides. Say what each of them holds."), "sides")
        if replaces is not None:
            before = [str(side.text) for side in replaces.sides.select_related("text")]
            after = [cleaned(side) for side in stated]
            _strike(act, replaces, says_else=(cleaned(text), after) != (str(replaces.text), before))
        row = _put(act, Difference, text, replaces)
        for side in stated:
            Side.objects.create(
                organisation_id=deliberation.organisation_id,
                deliberation=deliberation,
                difference=row,
                text=act.keep("side", side),
                by_user=by,
                at=act.now,
            )
        act.subject = ("difference", row.pk)
        ask_again(round_)
    return row


def answer_side(
    deliberation: Deliberation,
    *,
    by: Seat,
    side: Side,
    holds: bool,
    comment: str = "",
    based_on: int | None = None,
) -> SideAnswer:
    """Say whether one holds this side: as stated, or, with `comment`, how it should be stated instead."""
    with perform("answer_side", deliberation, by=by) as act:
        ask = must_be_asked(deliberation, by, 3, act.now)
        return side_said(act, ask, TYPED, side=side, holds=holds, comment=comment, based_on=based_on)


def side_said(
    act: Act, ask: Ask, how: How, *, side: Side, holds: bool, comment: str = "", based_on: int | None = None
) -> SideAnswer:
    difference = Difference.objects.get(pk=side.difference_id)
    if difference.deliberation_id != act.deliberation.pk or difference.struck_at is not None:
        raise Stale(_("This difference was reworded meanwhile. Please read the new one."))
    row = say(
        act,
        SideAnswer,
        ask.seat,
        how,
        chain={"side": side},
        facts={"holds": holds},
        words={"comment": (comment, False)},
        based_on=based_on,
    )
    settle_ask(act, ask, waits=something_waits(ask))
    return row


def _may_put(deliberation: Deliberation) -> Round:
    """Round 3, if sentences may be put for it now: while it is open, or prepared once round 2 has closed."""
    round_ = round_of(deliberation, 3)
    if round_.state == Round.State.CLOSED:
        raise WrongState(_("Round 3 has closed."))
    if deliberation.state == State.ROUND_2 and round_of(deliberation, 2).state != Round.State.CLOSED:
        raise WrongState(_("This can be written once round 2 has closed."))
    return round_


def _put(act: Act, model: type[P], text: str, replaces: P | None) -> P:
    """The next one of its kind, in these words."""
    here = model.objects.filter(deliberation=act.deliberation)
    if replaces is not None:
        act.decision = "reworded"
    return model.objects.create(
        organisation_id=act.deliberation.organisation_id,
        deliberation=act.deliberation,
        number=(here.aggregate(last=Max("number"))["last"] or 0) + 1,
        text=act.keep("text", text),
        by_user=act.user,
        at=act.now,
        replaces=replaces,
    )


def _strike(act: Act, row: Agreement | Difference, *, says_else: bool) -> None:
    """Strike an earlier wording for another one that says something else."""
    row.refresh_from_db()
    if row.deliberation_id != act.deliberation.pk or row.struck_at is not None:
        raise Stale(_("This was reworded meanwhile. Please read the new wording."))
    if not says_else:
        raise Invalid(_("It says the same as before. Everybody would be asked again for nothing."), "text")
    row.struck_at = act.now
    row.save(update_fields=["struck_at"])


# --- What changed


def tell_shift(
    deliberation: Deliberation, *, by: Seat, changed: bool, text: str = "", based_on: int | None = None
) -> Shift:
    """Say whether something changed in how one sees it, and what changed it. Nothing is expected either way."""
    with perform("tell_shift", deliberation, by=by) as act:
        if deliberation.state == State.ROUND_3:
            ask = must_be_asked(deliberation, by, 3, act.now)
            return shift_said(act, ask, TYPED, changed=changed, text=text, based_on=based_on)
        must_take_part(deliberation, by)
        return _say_shift(act, by, TYPED, changed=changed, text=text, based_on=based_on)


def shift_said(act: Act, ask: Ask, how: How, *, changed: bool, text: str = "", based_on: int | None = None) -> Shift:
    row = _say_shift(act, ask.seat, how, changed=changed, text=text, based_on=based_on)
    settle_ask(act, ask, waits=something_waits(ask))
    return row


def _say_shift(act: Act, seat: Seat, how: How, *, changed: bool, text: str, based_on: int | None) -> Shift:
    if changed and not cleaned(text):
        raise Invalid(_("Say what changed, and what changed it."), "text")
    return say(act, Shift, seat, how, facts={"changed": changed}, words={"text": (text, False)}, based_on=based_on)
