"""The participant's card: who asks, what exactly, until when, who will see it, and the form already open."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import clock
from accounts.views.acting import tries
from audit.models import Entry
from audit.queries.proofs import Proof, proof_of
from deliberation.addresses import address
from deliberation.domain.asks import ask_of, pass_round, something_waits
from deliberation.domain.entering import confirm_contribution
from deliberation.domain.more_time import ask_more_time
from deliberation.domain.positions import submit_position
from deliberation.forms import rounds as forms
from deliberation.models import Ask, Deliberation, Invitation, MoreTime, Round, State
from deliberation.permissions import INVITED
from deliberation.queries import card as reading
from deliberation.queries import said
from deliberation.queries.asks import changeable_until, current_ask
from deliberation.queries.positions import own_position, reads_others
from deliberation.views.access import DeliberationRequest, deliberation_view
from deliberation.views.acting import form_page, seat_of, to
from deliberation.views.rounds import may_say
from deliberation.views.taking_part import asked_to_take_part
from deliberation.views.writing import Forms, Writing, status_of


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
        version=lambda: position.version if (position := own_position(seat)) else 0,
    ):
        return to(deliberation, "card_sent", "position", writing.result.pk)
    return show_card(request, deliberation, writing)


def show_card(request: DeliberationRequest, deliberation: Deliberation, refused: Writing | None = None) -> HttpResponse:
    """Render the card of somebody who takes part, with the form that was refused, if it was."""
    seat, now = seat_of(request), clock.now()
    ask = current_ask(seat, now)
    invitation = Invitation.objects.select_related("stakeholder__why").get(seat=seat)
    number = ask.round.number if ask else None
    open_ = may_say(deliberation, ask)
    waits = open_ and ask is not None and ask.state == Ask.State.OPEN
    wish = reading.wish_of(ask)
    context: dict[str, Any] = {
        "deliberation": deliberation,
        "seat": seat,
        "ask": ask,
        "number": number,
        "open": open_,
        "asked": waits,
        "late_voice": bool(ask and number == 1 and ask.round.state == Round.State.CLOSED and open_),
        "says": reading.what_is_asked(ask, open_),
        "how_long": reading.HOW_LONG.get(number) if number and waits else "",
        "facts": reading.facts_of(deliberation, invitation, ask, open_),
        "terms": reading.terms_of(deliberation),
        "wish": wish,
        "waits": bool(ask and waits and number in (2, 3) and something_waits(ask)),
        # Once it is decided or withdrawn nobody can leave it or be added: no way out may lead to a refusal.
        "ways": _ways(deliberation, ask, open_, wish) if deliberation.state in INVITED else [],
        "said": (spoken := said.said_by(seat)),
        "confirms": any(one.needs_confirming for one in spoken),
        "why_not": reading.why_not(deliberation, ask) if ask and not open_ else "",
        "may_ask_time": reading.may_ask_time(deliberation, ask, wish),
        "next": reading.what_comes(deliberation),
        "outcome_url": address(deliberation, "outcome") if deliberation.state == State.DECIDED else "",
        "review": (review := reading.review_of(deliberation, seat)),
    }
    if review is not None and review.waits:
        context["says"] = _("It is looked at again. You dissented, so you are asked first what you see now.")
    if number == 1:
        position = own_position(seat)
        initial = {"based_on": 0} if position is None else reading.filled(position)
        writing = Forms(request, deliberation, seat, refused)(
            "position", forms.PositionForm, action=address(deliberation, "card"), initial=initial
        )
        context |= {"writing": writing, "form": writing.form, "position": position}
        # Words that were typed when the round closed are shown for as long as they are kept.
        context["show_form"] = open_ or writing.begun
    return render(request, "deliberation/card.html", context, status=status_of(refused))


def _ways(deliberation: Deliberation, ask: Ask | None, open_: bool, wish: MoreTime | None) -> list[dict[str, Any]]:
    ways = []
    if ask is not None and open_ and ask.state in {Ask.State.OPEN, Ask.State.ANSWERED}:
        ways.append(
            ("card_pass", [ask.round.number], _("Nothing to add"), _("You have read it, and leave it at that."))
        )
    if reading.may_ask_time(deliberation, ask, wish) and ask is not None:
        ways.append(
            (
                "card_more_time",
                [ask.round.number],
                _("I need more time"),
                _("Say until when. You are answered within two working days, sooner where it is urgent."),
            )
        )
    own = [
        {"url": address(deliberation, name, *args), "title": title, "says": says} for name, args, title, says in ways
    ]
    other = reading.ways_out(deliberation, accepted=True)
    speaking = {
        "url": address(deliberation, "card_frameworks"),
        "title": _("What I speak from"),
        "says": _("You choose, and you may change it."),
    }
    return [*own, *other[1:], speaking, other[0]]


# --- Receipts


@require_safe
@deliberation_view()
def card_sent(request: DeliberationRequest, deliberation: Deliberation, kind: str, row_id: UUID) -> HttpResponse:
    """The receipt of one thing this seat has said."""
    seat = seat_of(request)
    one = next((s for s in said.said_by(seat) if s.kind == kind and s.row.pk == row_id), None)
    if one is None:
        raise Http404
    ask = ask_of(deliberation, seat, one.round)
    until = changeable_until(ask, clock.now()) if ask and may_say(deliberation, ask) else None
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
            and not reads_others(
                deliberation,
                standing=request.standing,
                seat=seat,
            ),
            "next": reading.what_comes(deliberation),
        },
    )


def _proof(one: said.Said) -> Proof | None:
    return None if one.entry_id is None else proof_of(Entry.objects.get(pk=one.entry_id))


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
        done=_("Your wish is with the facilitator. You are answered in two working days, sooner where it is urgent."),
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
