"""What is said in the rounds: every verb keeps a new version, none rewrites one, and no verb adds anything up.

Words typed by their speaker are confirmed by being sent. What the facilitator enters for somebody (`enter_for`) waits
for its speaker to confirm it, and is marked so until then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Exists, Max, OuterRef
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import Invalid, Stale, WrongState
from accounts.roles import Part
from deliberation.domain.act import Act, perform
from deliberation.domain.rounds import ask_again, ask_of, may_answer, must_be_asked, round_of, settle_ask
from deliberation.models import (
    Agreement,
    AgreementAnswer,
    Ask,
    Deliberation,
    Difference,
    Dissent,
    DissentJoin,
    Framework,
    Option,
    Position,
    ProposalCost,
    Question,
    Reply,
    Round,
    Seat,
    SharedValue,
    Shift,
    Side,
    SideAnswer,
    Stance,
    State,
    Voice,
)
from deliberation.models.rounds import Spoken

S = TypeVar("S", bound=Spoken)


@dataclass(frozen=True)
class How:
    """How words came: from whom, who entered them, in which way and language. Typed by the speaker unless said."""

    entered_by: User | None = None
    given: str = Spoken.Given.TYPED
    language: str = ""


TYPED = How()


# --- Round 1


def submit_position(
    deliberation: Deliberation,
    *,
    by: Seat,
    right: str,
    why: str = "",
    lost: str = "",
    need: str = "",
    based_on: int | None = None,
) -> Position:
    """State a position, or change it. Blind until round 1 closes; a late voice writes on its own ask.

    `based_on` is the version the form showed (0: none): another one sent meanwhile raises `Stale`, and both stay kept.
    """
    with perform("submit_position", deliberation, by=by) as act:
        ask = must_be_asked(deliberation, by, 1, act.now)
        return _position(act, ask, TYPED, right=right, why=why, lost=lost, need=need, based_on=based_on)


def _position(
    act: Act,
    ask: Ask,
    how: How,
    *,
    right: str,
    why: str = "",
    lost: str = "",
    need: str = "",
    based_on: int | None = None,
) -> Position:
    said = {"right": (right, True), "why": (why, False), "lost": (lost, False), "need": (need, False)}
    row = _say(act, Position, ask.seat, how, words=said, based_on=based_on)
    settle_ask(act, ask)
    return row


# --- Round 2


def share_value(deliberation: Deliberation, *, by: Seat, text: str) -> SharedValue:
    """Name something all could share. Each is a value of its own; the same words twice are one."""
    with perform("share_value", deliberation, by=by) as act:
        ask = must_be_asked(deliberation, by, 2, act.now)
        return _shared_value(act, ask, TYPED, text=text)


def _shared_value(act: Act, ask: Ask, how: How, *, text: str) -> SharedValue:
    for earlier in SharedValue.objects.filter(seat=ask.seat).select_related("text"):
        if str(earlier.text) == _clean(text):
            act.decision = "unchanged"
            return earlier
    body = act.keep("text", text)
    row = SharedValue.objects.create(**_spoken(act, ask.seat, how), text=body)
    act.subject = ("shared_value", row.pk)
    settle_ask(act, ask, waits=something_waits(ask))
    return row


def propose(deliberation: Deliberation, *, by: Seat | User, text: str, detail: str = "") -> Option:
    """Make a proposal, which is an option from then on. Those who had answered everything are asked about it too."""
    with perform("propose", deliberation, by=by) as act:
        if isinstance(by, Seat):
            ask = must_be_asked(deliberation, by, 2, act.now)
            return _proposal(act, ask, TYPED, text=text, detail=detail)
        _must_be_open(deliberation, 2)
        return _new_proposal(act, text=text, detail=detail, by_user=by)


def _proposal(act: Act, ask: Ask, how: How, *, text: str, detail: str = "") -> Option:
    row = _new_proposal(act, text=text, detail=detail, by_seat=ask.seat, by_user=how.entered_by)
    settle_ask(act, ask, waits=something_waits(ask))
    return row


def _new_proposal(
    act: Act, *, text: str, detail: str, by_seat: Seat | None = None, by_user: User | None = None
) -> Option:
    here = Option.objects.filter(deliberation=act.deliberation)
    for earlier in here.filter(kind=Option.Kind.PROPOSAL, struck_at__isnull=True).select_related("text"):
        if str(earlier.text) == _clean(text):
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
        _must_be_proposal(deliberation, option)
        if framework.deliberation_id != deliberation.pk or not framework.stands:
            raise Invalid(_("This framework is not in tension here."), "framework")
        seat = by if isinstance(by, Seat) else None
        if seat is not None:
            must_be_asked(deliberation, seat, 2, act.now)
            if not Voice.objects.filter(seat=seat, framework=framework, dropped_at__isnull=True).exists():
                raise Invalid(_("You can say this for the frameworks you speak in."), "framework")
        else:
            _must_be_open(deliberation, 2)
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
        return _stance(act, ask, TYPED, option=option, answer=answer, reason=reason, based_on=based_on)


def _stance(
    act: Act, ask: Ask, how: How, *, option: Option, answer: str, reason: str = "", based_on: int | None = None
) -> Stance:
    _must_be_proposal(act.deliberation, option)
    if answer not in Stance.Answer.values:
        raise Invalid(_("Choose one of the three answers."), "answer")
    if answer == Stance.Answer.ACCEPT_IF and not _clean(reason):
        raise Invalid(_("Say under which condition you can accept it."), "reason")
    if answer == Stance.Answer.CANNOT and not _clean(reason):
        raise Invalid(_("Say why you cannot accept it, so that it can be answered."), "reason")
    row = _say(
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


# --- Questions, rounds 1 to 3


def put_question(
    deliberation: Deliberation, *, by: Seat, text: str, to: Seat | None = None, option: Option | None = None
) -> Question:
    """Put a question to one seat or to everybody, while a round is open. Unanswered ones are printed."""
    with perform("put_question", deliberation, by=by) as act:
        round_ = _must_be_open(deliberation, deliberation.round_number or 1)
        _must_take_part(deliberation, by)
        if to is not None and (to.deliberation_id != deliberation.pk or to.pk == by.pk):
            raise Invalid(_("Choose somebody else who has a part in this deliberation."), "to")
        if option is not None:
            _must_be_proposal(deliberation, option)
        row = Question.objects.create(
            organisation_id=deliberation.organisation_id,
            deliberation=deliberation,
            round=round_,
            option=option,
            by_seat=by,
            to_seat=to,
            text=act.keep("text", text),
            at=act.now,
            entry_id=act.entry_id,
        )
        act.subject = ("question", row.pk)
        if to is not None:
            _tell_seat(act, "question_put", f"question:{row.pk}", to)
    return row


def reply(deliberation: Deliberation, *, by: Seat | User, question: Question, text: str) -> Reply:
    """Answer a question. Its author is told."""
    with perform("reply", deliberation, by=by) as act:
        if question.deliberation_id != deliberation.pk:
            raise WrongState(_("This question was put elsewhere."))
        if isinstance(by, Seat):
            _must_take_part(deliberation, by)
        seat = by if isinstance(by, Seat) else _staff_seat(act)
        row = Reply.objects.create(
            organisation_id=deliberation.organisation_id,
            deliberation=deliberation,
            question=question,
            by_seat=seat,
            text=act.keep("text", text),
            at=act.now,
            entry_id=act.entry_id,
        )
        act.subject = ("question", question.pk)
        if question.by_seat_id != seat.pk:
            _tell_seat(act, "question_answered", f"reply:{row.pk}", question.by_seat)
    return row


# --- Round 3


def put_agreement(deliberation: Deliberation, *, by: User, text: str, replaces: Agreement | None = None) -> Agreement:
    """Put a sentence that seems agreed: while round 3 is open, or before, once round 2 has closed.

    `replaces` is an earlier sentence that is struck for it, with its answers; it stays readable.
    """
    with perform("put_agreement", deliberation, by=by) as act:
        round_ = _may_put(deliberation)
        body = act.keep("text", text)
        here = Agreement.objects.filter(deliberation=deliberation)
        if replaces is not None:
            here.filter(pk=replaces.pk, struck_at__isnull=True).update(struck_at=act.now)
        row = Agreement.objects.create(
            organisation_id=deliberation.organisation_id,
            deliberation=deliberation,
            number=(here.aggregate(last=Max("number"))["last"] or 0) + 1,
            text=body,
            by_user=by,
            at=act.now,
        )
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
        return _agreement(act, ask, TYPED, agreement=agreement, confirms=confirms, comment=comment, based_on=based_on)


def _agreement(
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
    row = _say(
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
    """Put a difference that cannot be resolved, with two sides or more, each for its holders to confirm."""
    with perform("put_difference", deliberation, by=by) as act:
        round_ = _may_put(deliberation)
        stated = [side for side in sides if _clean(side)]
        if len(stated) < 2:
            raise Invalid(_("A difference has at least two sides. Say what each of them holds."), "sides")
        body = act.keep("text", text)
        here = Difference.objects.filter(deliberation=deliberation)
        if replaces is not None:
            here.filter(pk=replaces.pk, struck_at__isnull=True).update(struck_at=act.now)
        row = Difference.objects.create(
            organisation_id=deliberation.organisation_id,
            deliberation=deliberation,
            number=(here.aggregate(last=Max("number"))["last"] or 0) + 1,
            text=body,
            by_user=by,
            at=act.now,
        )
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
        return _side(act, ask, TYPED, side=side, holds=holds, comment=comment, based_on=based_on)


def _side(
    act: Act, ask: Ask, how: How, *, side: Side, holds: bool, comment: str = "", based_on: int | None = None
) -> SideAnswer:
    difference = Difference.objects.get(pk=side.difference_id)
    if difference.deliberation_id != act.deliberation.pk or difference.struck_at is not None:
        raise Stale(_("This difference was reworded meanwhile. Please read the new one."))
    row = _say(
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


def tell_shift(
    deliberation: Deliberation, *, by: Seat, changed: bool, text: str = "", based_on: int | None = None
) -> Shift:
    """Say whether something changed in how one sees it, and what changed it. Nothing is expected either way."""
    with perform("tell_shift", deliberation, by=by) as act:
        if deliberation.state == State.ROUND_3:
            ask = must_be_asked(deliberation, by, 3, act.now)
            return _shift(act, ask, TYPED, changed=changed, text=text, based_on=based_on)
        _must_take_part(deliberation, by)
        return _say_shift(act, by, TYPED, changed=changed, text=text, based_on=based_on)


def _shift(act: Act, ask: Ask, how: How, *, changed: bool, text: str = "", based_on: int | None = None) -> Shift:
    row = _say_shift(act, ask.seat, how, changed=changed, text=text, based_on=based_on)
    settle_ask(act, ask, waits=something_waits(ask))
    return row


def _say_shift(act: Act, seat: Seat, how: How, *, changed: bool, text: str, based_on: int | None) -> Shift:
    if changed and not _clean(text):
        raise Invalid(_("Say what changed, and what changed it."), "text")
    return _say(act, Shift, seat, how, facts={"changed": changed}, words={"text": (text, False)}, based_on=based_on)


# --- On behalf of somebody


ENTERED: dict[str, tuple[int, Callable[..., Any]]] = {
    "position": (1, _position),
    "shared_value": (2, _shared_value),
    "proposal": (2, _proposal),
    "stance": (2, _stance),
    "agreement": (3, _agreement),
    "side": (3, _side),
    "shift": (3, _shift),
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


# --- What is still open for a seat


def something_waits(ask: Ask) -> bool:
    """Whether something of this round still awaits this seat: a proposal, an agreement, a difference."""
    seat, here = ask.seat, ask.deliberation_id
    if ask.round.number == 2:
        mine = Stance.objects.filter(option=OuterRef("pk"), seat=seat)
        proposals = Option.objects.filter(deliberation=here, kind=Option.Kind.PROPOSAL, struck_at__isnull=True)
        return proposals.exclude(by_seat=seat).exclude(Exists(mine)).exists()
    if ask.round.number == 3:
        answered = AgreementAnswer.objects.filter(agreement=OuterRef("pk"), seat=seat)
        sided = SideAnswer.objects.filter(side__difference=OuterRef("pk"), seat=seat)
        agreements = Agreement.objects.filter(deliberation=here, struck_at__isnull=True)
        differences = Difference.objects.filter(deliberation=here, struck_at__isnull=True)
        return agreements.exclude(Exists(answered)).exists() or differences.exclude(Exists(sided)).exists()
    return False


def said_in(ask: Ask) -> bool:
    """Whether the seat has said anything in the ask's round."""
    seat = ask.seat
    if ask.round.number == 1:
        return Position.objects.filter(seat=seat).exists()
    if ask.round.number == 2:
        proposed = Option.objects.filter(by_seat=seat, kind=Option.Kind.PROPOSAL)
        spoken = [m.objects.filter(seat=seat) for m in (Stance, SharedValue)]
        return any(rows.exists() for rows in (*spoken, proposed))
    if ask.round.number == 3:
        return any(m.objects.filter(seat=seat).exists() for m in (AgreementAnswer, SideAnswer, Shift))
    written = Dissent.objects.filter(seat=seat, at__gte=ask.asked_at)
    return written.exists() or DissentJoin.objects.filter(seat=seat, at__gte=ask.asked_at).exists()


# --- One version after the other


def _say(
    act: Act,
    model: type[S],
    seat: Seat,
    how: How,
    *,
    chain: dict[str, Any] | None = None,
    facts: dict[str, Any] | None = None,
    words: dict[str, tuple[str, bool]],
    based_on: int | None,
) -> S:
    """Add the next version of what `seat` says on `chain`. The same once more (a second click) adds nothing.

    `words` are bodies by field, and whether each must be there. Raises `Stale` where `based_on` is not the last
    version: the person sent another text from another page, and decides which one stands.
    """
    chain, facts = chain or {}, facts or {}
    last = model.objects.filter(seat=seat, **chain).select_related(*words).order_by("-version").first()
    if last is not None:
        same = all(getattr(last, name) == value for name, value in facts.items()) and all(
            str(getattr(last, name) or "") == _clean(body) for name, (body, _needed) in words.items()
        )
        if same:
            act.decision = "unchanged"
            act.subject = (model._meta.model_name or "contribution", last.pk)
            return last
        if based_on is not None and based_on != last.version:
            raise Stale(
                _(
                    "You sent another version meanwhile, from another page or device. It is shown below; what you "
                    "wrote here is still in the form. Send it once more if it is to stand instead. Both are kept."
                )
            )
    texts = {name: act.keep(name, body, optional=not needed) for name, (body, needed) in words.items()}
    version = last.version + 1 if last is not None else 1
    row = model.objects.create(**_spoken(act, seat, how), version=version, **chain, **facts, **texts)
    act.subject = (model._meta.model_name or "contribution", row.pk)
    return row


def _spoken(act: Act, seat: Seat, how: How) -> dict[str, Any]:
    return {
        "organisation_id": act.deliberation.organisation_id,
        "deliberation": act.deliberation,
        "seat": seat,
        "given": how.given,
        "entered_by": how.entered_by,
        "language": how.language or seat.language,
        "at": act.now,
        "confirmed_at": None if how.entered_by else act.now,
        "entry_id": act.entry_id,
    }


def _clean(body: str) -> str:
    return (body or "").replace("\r\n", "\n").replace("\x00", "").strip()


def _must_be_proposal(deliberation: Deliberation, option: Option) -> None:
    option.refresh_from_db()
    if option.deliberation_id != deliberation.pk or option.kind != Option.Kind.PROPOSAL or option.struck_at:
        raise WrongState(_("This is not a proposal that stands here."))


def _must_be_open(deliberation: Deliberation, number: int) -> Round:
    round_ = round_of(deliberation, number)
    if round_.state != Round.State.OPEN:
        raise WrongState(_("Round %(n)d is not open.") % {"n": number})
    return round_


def _may_put(deliberation: Deliberation) -> Round:
    """Round 3, if sentences may be put for it now: while it is open, or prepared once round 2 has closed."""
    round_ = round_of(deliberation, 3)
    if round_.state == Round.State.CLOSED:
        raise WrongState(_("Round 3 has closed."))
    if deliberation.state == State.ROUND_2 and round_of(deliberation, 2).state != Round.State.CLOSED:
        raise WrongState(_("This can be written once round 2 has closed."))
    return round_


def _must_take_part(deliberation: Deliberation, seat: Seat) -> None:
    if not Ask.objects.filter(deliberation=deliberation, seat=seat).exists():
        raise WrongState(_("You have not been asked in a round yet."))


def _staff_seat(act: Act) -> Seat:
    parts = [Part.FACILITATOR, Part.HOLDER]
    held = [part for part in parts if part in act.standing.parts]
    return Seat.objects.get(deliberation=act.deliberation, part=held[0])


def _tell_seat(act: Act, kind: str, about: str, seat: Seat) -> None:
    from deliberation.domain.rounds import people_on

    if seat.part == Part.PARTICIPANT:
        act.notify(kind, about, seats=[seat])
    else:
        act.notify(kind, about, users=people_on(act.deliberation, Part(seat.part)))
