"""Round 2: what all could share, proposals, what each would cost, and how each is answered."""

from __future__ import annotations

from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import Invalid
from deliberation.domain.act import Act, perform
from deliberation.domain.asks import ask_again, must_be_asked, settle_ask, something_waits
from deliberation.domain.rounds import round_of
from deliberation.domain.saying import TYPED, How, cleaned, must_be_open, must_be_proposal, say, spoken
from deliberation.models import (
    Ask,
    Deliberation,
    Framework,
    Option,
    ProposalCost,
    Seat,
    SharedValue,
    Stance,
    Voice,
)


def share_value(deliberation: Deliberation, *, by: Seat, text: str) -> SharedValue:
    """Name something all could share. Each is a value of its own; the same words twice are one."""
    with perform("share_value", deliberation, by=by) as act:
        ask = must_be_asked(deliberation, by, 2, act.now)
        return shared_value_said(act, ask, TYPED, text=text)


def shared_value_said(act: Act, ask: Ask, how: How, *, text: str) -> SharedValue:
    for earlier in SharedValue.objects.filter(seat=ask.seat).select_related("text"):
        if str(earlier.text) == cleaned(text):
            act.decision = "unchanged"
            return earlier
    body = act.keep("text", text)
    row = SharedValue.objects.create(**spoken(act, ask.seat, how), text=body)
    act.subject = ("shared_value", row.pk)
    settle_ask(act, ask, waits=something_waits(ask))
    return row


def propose(deliberation: Deliberation, *, by: Seat | User, text: str, detail: str = "") -> Option:
    """Make a proposal, which is an option from then on. Those who had answered everything are asked about it too."""
    with perform("propose", deliberation, by=by) as act:
        if isinstance(by, Seat):
            ask = must_be_asked(deliberation, by, 2, act.now)
            return proposal_said(act, ask, TYPED, text=text, detail=detail)
        must_be_open(deliberation, 2)
        return _new_proposal(act, text=text, detail=detail, by_user=by)


def proposal_said(act: Act, ask: Ask, how: How, *, text: str, detail: str = "") -> Option:
    row = _new_proposal(act, text=text, detail=detail, by_seat=ask.seat, by_user=how.entered_by)
    settle_ask(act, ask, waits=something_waits(ask))
    return row


def _new_proposal(
    act: Act, *, text: str, detail: str, by_seat: Seat | None = None, by_user: User | None = None
) -> Option:
    here = Option.objects.filter(deliberation=act.deliberation)
    for earlier in here.filter(kind=Option.Kind.PROPOSAL, struck_at__isnull=True).select_related("text"):
        if str(earlier.text) == cleaned(text):
            raise Invalid(_("This has been proposed already, in the same words."), "text")
    body, more = act.keep("text", text), act.keep("detail", detail, optional=True)
    last = here.aggregate(last=Max("number"))["last"] or 0
    row = Option.objects.create(
        organisation_id=act.deliberation.organisation_id,
        deliberation=act.deliberation,
        kind=Option.Kind.PROPOSAL,
        number=last + 1,
        text=body,
        detail=more,
        by_seat=by_seat,
        by_user=by_user,
        at=act.now,
    )
    act.subject = ("option", row.pk)
    ask_again(round_of(act.deliberation, 2), but=by_seat)
    return row


def state_cost(
    deliberation: Deliberation, *, by: Seat | User, option: Option, framework: Framework, cost: str
) -> ProposalCost:
    """Say what a proposal would cost a framework: the facilitator for any, a voice for those it speaks in."""
    with perform("state_cost", deliberation, by=by) as act:
        must_be_proposal(deliberation, option)
        if framework.deliberation_id != deliberation.pk or not framework.stands:
            raise Invalid(_("This framework is not in tension here."), "framework")
        seat = by if isinstance(by, Seat) else None
        if seat is not None:
            must_be_asked(deliberation, seat, 2, act.now)
            if not Voice.objects.filter(seat=seat, framework=framework, dropped_at__isnull=True).exists():
                raise Invalid(_("You can say this for the frameworks you speak in."), "framework")
        else:
            must_be_open(deliberation, 2)
        row = ProposalCost.objects.create(
            organisation_id=deliberation.organisation_id,
            deliberation=deliberation,
            option=option,
            framework=framework,
            cost=act.keep("cost", cost),
            by_user=act.user,
            by_seat=seat,
            at=act.now,
        )
        act.subject = ("option", option.pk)
    return row


def answer_proposal(
    deliberation: Deliberation,
    *,
    by: Seat,
    option: Option,
    answer: str,
    reason: str = "",
    based_on: int | None = None,
) -> Stance:
    """Answer a proposal: can accept, can accept if…, cannot accept because…; the last two say what."""
    with perform("answer_proposal", deliberation, by=by) as act:
        ask = must_be_asked(deliberation, by, 2, act.now)
        return stance_said(act, ask, TYPED, option=option, answer=answer, reason=reason, based_on=based_on)


def stance_said(
    act: Act, ask: Ask, how: How, *, option: Option, answer: str, reason: str = "", based_on: int | None = None
) -> Stance:
    must_be_proposal(act.deliberation, option)
    if answer not in Stance.Answer.values:
        raise Invalid(_("Choose one of the three answers."), "answer")
    if answer == Stance.Answer.ACCEPT_IF and not cleaned(reason):
        raise Invalid(_("Say under which condition you can accept it."), "reason")
    if answer == Stance.Answer.CANNOT and not cleaned(reason):
        raise Invalid(_("Say why you cannot accept it, so that it can be answered."), "reason")
    row = say(
        act,
        Stance,
        ask.seat,
        how,
        chain={"option": option},
        facts={"answer": answer},
        words={"reason": (reason, False)},
        based_on=based_on,
    )
    settle_ask(act, ask, waits=something_waits(ask))
    return row
