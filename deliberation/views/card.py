"""The participant's card: who asks, what exactly, until when, who will see it, and the form already open."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.roles import Part
from audit.models import Entry
from audit.queries.proofs import Proof, proof_of
from deliberation.addresses import address
from deliberation.domain.asks import ask_of, pass_round, something_waits
from deliberation.domain.dates import in_words
from deliberation.domain.entering import confirm_contribution
from deliberation.domain.more_time import ask_more_time
from deliberation.domain.positions import submit_position
from deliberation.domain.seats import seat_of as staff_seat
from deliberation.domain.terms import accepted_terms
from deliberation.forms import rounds as forms
from deliberation.models import Ask, Deliberation, Invitation, MoreTime, Round, Seat, State
from deliberation.permissions import INVITED
from deliberation.queries import rounds as reads
from deliberation.queries import said
from deliberation.views.access import DeliberationRequest, deliberation_view
from deliberation.views.acting import form_page, seat_of, to, tries
from deliberation.views.participation import asked_to_take_part, ways_out
from deliberation.views.rounds import may_say
from deliberation.views.writing import Forms, Writing, status_of

HOW_LONG = {
    1: gettext_lazy("About twenty minutes"),
    2: gettext_lazy("About ten minutes a proposal"),
    3: gettext_lazy("About ten minutes"),
    4: gettext_lazy("About fifteen minutes"),
}


@form_page
@deliberation_view()
def card(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """What is asked of one participant now. Round 1 is answered here; later rounds link to what awaits an answer."""
    seat = request.seat
    if seat is None:
        return to(deliberation, "deliberation")
    not_yet = asked_to_take_part(request, deliberation)
    if not_yet is not None:
        return not_yet
    if request.method != "POST":
        return show_card(request, deliberation)
    writing = Writing(request, deliberation, forms.PositionForm, name="position", by=seat)
    if writing.sends(
        lambda data: submit_position(deliberation, by=seat, **data),
        version=lambda: position.version if (position := reads.own_position(seat)) else 0,
    ):
        return to(deliberation, "card_sent", "position", writing.result.pk)
    return show_card(request, deliberation, writing)


def show_card(request: DeliberationRequest, deliberation: Deliberation, refused: Writing | None = None) -> HttpResponse:
    """Render the card of somebody who takes part, with the form that was refused, if it was."""
    seat, now = seat_of(request), clock.now()
    ask = reads.current_ask(seat, now)
    invitation = Invitation.objects.select_related("stakeholder__why").get(seat=seat)
    number = ask.round.number if ask else None
    open_ = may_say(deliberation, ask)
    waits = open_ and ask is not None and ask.state == Ask.State.OPEN
    wish = _wish(ask)
    context: dict[str, Any] = {
        "deliberation": deliberation,
        "seat": seat,
        "ask": ask,
        "number": number,
        "open": open_,
        "asked": waits,
        "late_voice": bool(ask and number == 1 and ask.round.state == Round.State.CLOSED and open_),
        "says": _what_is_asked(deliberation, ask, open_),
        "how_long": HOW_LONG.get(number) if number and waits else "",
        "facts": _facts(deliberation, invitation, ask, open_),
        "terms": _terms(deliberation),
        "wish": wish,
        "waits": bool(ask and waits and number in (2, 3) and something_waits(ask)),
        # Once it is decided or withdrawn nobody can leave it or be added: no way out may lead to a refusal.
        "ways": _ways(deliberation, ask, open_, wish) if deliberation.state in INVITED else [],
        "said": (spoken := said.said_by(seat)),
        "confirms": any(one.needs_confirming for one in spoken),
        "why_not": _why_not(deliberation, seat, ask) if ask and not open_ else "",
        "may_ask_time": _may_ask_time(deliberation, ask, wish),
        "next": _next(deliberation, ask),
        "outcome_url": address(deliberation, "outcome") if deliberation.state == State.DECIDED else "",
    }
    if number == 1:
        position = reads.own_position(seat)
        initial = {"based_on": 0} if position is None else _filled(position)
        writing = Forms(request, deliberation, seat, refused)(
            "position", forms.PositionForm, action=address(deliberation, "card"), initial=initial
        )
        context |= {"writing": writing, "form": writing.form, "position": position}
        # Words that were typed when the round closed are shown for as long as they are kept.
        context["show_form"] = open_ or writing.begun
    return render(request, "deliberation/card.html", context, status=status_of(refused))


def _filled(position: Any) -> dict[str, Any]:
    return {name: str(getattr(position, name) or "") for name in reads.WORDS} | {"based_on": position.version}


def _wish(ask: Ask | None) -> MoreTime | None:
    if ask is None:
        return None
    return MoreTime.objects.filter(ask=ask).select_related("reason").order_by("-id").first()


def _may_ask_time(deliberation: Deliberation, ask: Ask | None, wish: MoreTime | None) -> bool:
    if ask is None or ask.state not in {Ask.State.OPEN, Ask.State.LAPSED} or deliberation.round_number is None:
        return False
    if wish is not None and wish.state == MoreTime.State.ASKED:
        return False
    return ask.round.number in {1, deliberation.round_number}


def _why_not(deliberation: Deliberation, seat: Seat, ask: Ask) -> str:
    if deliberation.round_number is None or ask.round.number not in {1, deliberation.round_number}:
        return ""
    if ask.state in {Ask.State.ANSWERED, Ask.State.PASSED}:
        return ""
    return _("Your time for this ended on %(when)s.") % {"when": in_words(ask.due_at, deliberation.organisation)}


def _what_is_asked(deliberation: Deliberation, ask: Ask | None, open_: bool) -> str:
    if ask is None:
        return _("You take part. The first round has not opened yet; what is asked of you will stand here.")
    if not open_:
        return _("Nothing is asked of you now.")
    if ask.state != Ask.State.OPEN:
        return _("Nothing more is asked of you in this round. Until it closes you may change your mind.")
    return {
        1: _("Say what you think is right here, in your own words. Nobody reads it before the round closes."),
        2: _("Read what others propose, and say to each whether you could live with it."),
        3: _("Read what seems agreed and what does not, and say whether it states you rightly."),
        4: _("Read the draft of the outcome. If you cannot stand behind it, write your dissent."),
    }[ask.round.number]


def _facts(deliberation: Deliberation, invitation: Invitation, ask: Ask | None, open_: bool) -> list[dict[str, Any]]:
    facilitator = staff_seat(deliberation, Part.FACILITATOR)
    holder = staff_seat(deliberation, Part.HOLDER)
    names = {"who": facilitator.name if facilitator else "", "house": deliberation.organisation.name}
    facts: list[dict[str, Any]] = [
        {"label": _("Who asks"), "says": _("%(who)s, %(house)s, who facilitates and does not decide.") % names},
        {"label": _("Why you"), "says": invitation.stakeholder.why},
    ]
    if ask is not None and open_:
        facts.append({"label": _("Until"), "when": ask.due_at})
        facts.append({"label": _("Who will see it"), "says": _who_sees(deliberation, ask, invitation)})
    if holder is not None:
        facts.append({"label": _("Who decides"), "says": holder.name})
    return facts


def _who_sees(deliberation: Deliberation, ask: Ask, invitation: Invitation) -> str:
    name = {"name": invitation.seat.name}
    if ask.round.number == 1 and ask.round.state == Round.State.OPEN:
        return _("Only you, until the round closes. Then everyone taking part, under the name %(name)s.") % name
    return _("Everyone taking part, under the name %(name)s, once you send it.") % name


def _terms(deliberation: Deliberation) -> list[dict[str, Any]]:
    terms = accepted_terms(deliberation)
    if terms is None:
        return []
    return [
        {"label": _("What can change"), "says": terms.can_change},
        {"label": _("Not on the table"), "says": terms.off_table},
        {"label": _("Who decides"), "says": terms.decided_by},
        {"label": _("Until then"), "says": terms.meanwhile},
        {"label": _("If people still disagree"), "says": terms.after_disagreement},
        {"label": _("Who asked for this"), "says": terms.asked_by},
        {"label": _("Who pays"), "says": terms.paid_by},
        {"label": _("For your time"), "says": terms.compensation},
    ]


def _ways(deliberation: Deliberation, ask: Ask | None, open_: bool, wish: MoreTime | None) -> list[dict[str, Any]]:
    ways = []
    if ask is not None and open_ and ask.state in {Ask.State.OPEN, Ask.State.ANSWERED}:
        ways.append(
            ("card_pass", [ask.round.number], _("Nothing to add"), _("You have read it, and leave it at that."))
        )
    if _may_ask_time(deliberation, ask, wish) and ask is not None:
        ways.append(
            (
                "card_more_time",
                [ask.round.number],
                _("I need more time"),
                _("Say until when. You are answered within two working days."),
            )
        )
    own = [
        {"url": address(deliberation, name, *args), "title": title, "says": says} for name, args, title, says in ways
    ]
    other = ways_out(deliberation, accepted=True)
    speaking = {
        "url": address(deliberation, "card_frameworks"),
        "title": _("What I speak from"),
        "says": _("You choose, and you may change it."),
    }
    return [*own, *other[1:], speaking, other[0]]


def _next(deliberation: Deliberation, ask: Ask | None) -> list[dict[str, Any]]:
    """What happens next, a line a date."""
    rows = []
    for round_ in reads.rounds_of(deliberation):
        if round_.state == Round.State.OPEN and round_.closes_at:
            rows.append({"at": round_.closes_at, "says": _closes(round_.number)})
        elif round_.state == Round.State.SCHEDULED and round_.opens_at:
            title = reads.TITLES[round_.number]
            rows.append(
                {
                    "at": round_.opens_at,
                    "says": _("Round %(n)d is expected to open: %(title)s.") % {"n": round_.number, "title": title},
                }
            )
    return rows


def _closes(number: int) -> str:
    if number == 1:
        return _("Round 1 closes. Then you can read what everybody wrote, side by side.")
    return _("Round %(n)d closes.") % {"n": number}


# --- Receipts


@require_GET
@deliberation_view()
def card_sent(request: DeliberationRequest, deliberation: Deliberation, kind: str, row_id: UUID) -> HttpResponse:
    """The receipt of one thing this seat has said."""
    seat = seat_of(request)
    one = next((s for s in said.said_by(seat) if s.kind == kind and s.row.pk == row_id), None)
    if one is None:
        raise Http404
    ask = ask_of(deliberation, seat, one.round)
    until = reads.changeable_until(ask, clock.now()) if ask and may_say(deliberation, ask) else None
    return render(
        request,
        "deliberation/card_sent.html",
        {
            "deliberation": deliberation,
            "seat": seat,
            "one": one,
            "receipt": receipt_of(one, until),
            "proof": _proof(one),
            "until": until,
            "blind": one.kind == "position"
            and not reads.reads_others(
                deliberation,
                standing=request.standing,
                seat=seat,
            ),
            "next": _next(deliberation, ask),
        },
    )


def _proof(one: said.Said) -> Proof | None:
    """Of what is an entry by itself; a proposal and a question are part of others."""
    entry_id: UUID | None = getattr(one.row, "entry_id", None)
    return None if entry_id is None else proof_of(Entry.objects.get(pk=entry_id))


def receipt_of(one: said.Said, until: Any = None) -> dict[str, Any]:
    """What was sent, for the component."""
    return {
        "stance": one.stance,
        "parts": one.parts,
        "facts": [{"label": _("To"), "says": f"“{one.to}”"}] if one.to else [],
        "received": one.at,
        "until": until,
        "hash": one.hash,
        "language": getattr(one.row, "language", ""),
    }


# --- Ways out that are answers


@form_page
@deliberation_view()
def card_more_time(request: DeliberationRequest, deliberation: Deliberation, round_number: int) -> HttpResponse:
    """Ask for more time, and until when."""
    seat = seat_of(request)
    ask: Ask = get_object_or_404(Ask.objects.select_related("round", "seat"), seat=seat, round__number=round_number)
    writing = Writing(request, deliberation, forms.MoreTimeForm, name="more_time", by=seat)
    if writing.sends(
        lambda data: ask_more_time(deliberation, by=seat, number=round_number, **data),
        done=_("Your wish is with the facilitator. You are answered within two working days."),
    ):
        return to(deliberation, "card")
    return _way_page(request, deliberation, ask, "more_time", writing)


@form_page
@deliberation_view()
def card_pass(request: DeliberationRequest, deliberation: Deliberation, round_number: int) -> HttpResponse:
    """Say that there is nothing to add in this round."""
    seat = seat_of(request)
    ask: Ask = get_object_or_404(Ask.objects.select_related("round", "seat"), seat=seat, round__number=round_number)
    writing = Writing(request, deliberation, forms.PassForm, name="pass", by=seat)
    if writing.sends(
        lambda data: pass_round(deliberation, by=seat, number=round_number, **data),
        done=_("It is noted that you have nothing to add. You can still answer until the round closes."),
    ):
        return to(deliberation, "card")
    return _way_page(request, deliberation, ask, "pass", writing)


def _way_page(
    request: DeliberationRequest, deliberation: Deliberation, ask: Ask, way: str, writing: Writing
) -> HttpResponse:
    return render(
        request,
        "deliberation/card_way.html",
        {
            "deliberation": deliberation,
            "seat": ask.seat,
            "ask": ask,
            "way": way,
            "writing": writing,
            "form": writing.form,
        },
        status=writing.status,
    )


@require_POST
@deliberation_view()
def card_confirm(request: DeliberationRequest, deliberation: Deliberation, kind: str, row_id: UUID) -> HttpResponse:
    """Confirm what the facilitator entered for this seat."""
    seat = seat_of(request)
    if kind not in said.KINDS:
        raise Http404
    row = get_object_or_404(said.KINDS[kind][0], pk=row_id, seat=seat)
    tries(
        request,
        lambda: confirm_contribution(deliberation, by=seat, contribution=row),
        done=_("Confirmed: it stands as yours."),
    )
    return to(deliberation, "card#said")
