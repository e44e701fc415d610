"""The first step of the participant's card, whether they take part, and the ways out that stand on it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.ids import uuid_or_none
from deliberation.domain.requests import ask_otherwise
from deliberation.domain.taking_part import (
    WAITING,
    accept_invitation,
    choose_frameworks,
    decline_invitation,
    leave,
)
from deliberation.forms.invitations import AcceptForm, FrameworksForm, OtherwiseForm, StatementForm
from deliberation.models import Deliberation, Invitation, Request, Seat, Terms, Voice
from deliberation.queries.card import ways_out
from deliberation.queries.conflict import drawn
from deliberation.queries.invitations import what_is_asked
from deliberation.views.access import DeliberationRequest, deliberation_view
from deliberation.views.acting import form_page, seat_of, to
from deliberation.views.writing import Writing


def asked_to_take_part(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse | None:
    """The card of somebody who has not said whether they take part, declined, or left; None for who takes part.

    The card's own view calls this first.
    """
    seat = seat_of(request)
    invitation = (
        Invitation.objects.select_related("stakeholder__why", "seat", "terms", "statement").filter(seat=seat).first()
    )
    if invitation is None or invitation.state == Invitation.State.ACCEPTED:
        return None
    if invitation.state not in WAITING:
        return render(request, "deliberation/card_ended.html", {"deliberation": deliberation, "invitation": invitation})
    return _accept_page(request, deliberation, invitation)


def _accepting(request: DeliberationRequest, deliberation: Deliberation, invitation: Invitation) -> Writing:
    seat = invitation.seat
    return Writing(
        request,
        deliberation,
        AcceptForm,
        name="accept",
        by=seat,
        initial={
            "name": seat.name,
            "relation": seat.relation,
            "language": seat.language or deliberation.language,
            "quoting": seat.quoting,
        },
        of=deliberation,
    )


def _accept_page(
    request: DeliberationRequest, deliberation: Deliberation, invitation: Invitation, writing: Writing | None = None
) -> HttpResponse:
    asked = what_is_asked(deliberation, invitation)
    writing = writing or _accepting(request, deliberation, invitation)
    _in_their_order(writing.form, deliberation, invitation.seat)
    return render(
        request,
        "deliberation/card_accept.html",
        {
            "deliberation": deliberation,
            "invitation": invitation,
            "asked": asked,
            "terms": asked.terms,
            "writing": writing,
            "form": writing.form,
            "ways": ways_out(deliberation),
        },
        status=writing.status,
    )


def _in_their_order(form: Any, deliberation: Deliberation, seat: Seat) -> None:
    """Frameworks have no rank: they stand in the order drawn for this person, here as elsewhere."""
    field = form.fields["frameworks"]
    rows = drawn(field.queryset, f"{deliberation.pk.hex}:{seat.pk.hex}")
    field.choices = [(row.pk, row.title) for row in rows]


@require_POST
@deliberation_view()
def card_accept(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    seat = seat_of(request)
    invitation = Invitation.objects.select_related("stakeholder__why", "seat", "terms").get(seat=seat)
    key = uuid_or_none(request.POST.get("terms"))
    read = Terms.objects.filter(deliberation=deliberation, pk=key).first() if key else None
    writing = _accepting(request, deliberation, invitation)
    if writing.sends(lambda data: accept_invitation(deliberation, by=seat, terms=read, **data)):
        return to(deliberation, "card")
    invitation.refresh_from_db()
    if invitation.state not in WAITING:
        return to(deliberation, "card")
    return _accept_page(request, deliberation, invitation, writing)


@form_page
@deliberation_view()
def card_decline(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    seat = seat_of(request)
    writing = Writing(request, deliberation, StatementForm, name="decline", by=seat)
    return writing.act(
        lambda data: decline_invitation(deliberation, by=seat, **data),
        heading=_("You do not take part"),
        lede=_("To say no is an answer. You need not say why, and nobody asks you again."),
        title=_("I decline"),
        back="card",
    )


@form_page
@deliberation_view()
def card_leave(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    seat = seat_of(request)
    writing = Writing(request, deliberation, StatementForm, name="leave", by=seat)
    return writing.act(
        lambda data: leave(deliberation, by=seat, **data),
        heading=_("You leave"),
        lede=_(
            "What you have said stays with your name or without it, as you chose. You are printed as having left, "
            "not as heard, and nothing more is asked of you. It cannot be taken back."
        ),
        title=_("I leave this deliberation"),
        back="card",
    )


OTHERWISE = {
    Request.Kind.FORMAT: gettext_lazy(
        "Say what would work for you: a call, paper, another language, somebody beside you."
    ),
    Request.Kind.SPEAKS_FOR: gettext_lazy(
        "Say for whom you speak, and whether they are to be asked instead of you or too."
    ),
    Request.Kind.MISSING: gettext_lazy(
        "Say who should be asked, and why. Another person decides whether they are added."
    ),
}


@form_page
@deliberation_view()
def card_otherwise(request: DeliberationRequest, deliberation: Deliberation, kind: str) -> HttpResponse:
    seat = seat_of(request)
    if kind not in Request.Kind.values:
        return to(deliberation, "card")
    chosen = Request.Kind(kind)
    writing = Writing(request, deliberation, OtherwiseForm, name=f"otherwise-{kind}", by=seat, initial={"kind": kind})
    return writing.act(
        lambda data: ask_otherwise(deliberation, by=seat, **(data | {"kind": kind})),
        heading=str(chosen.label),
        lede=str(OTHERWISE[chosen]),
        title=_("Send this to who asked me"),
        back="card",
    )


@form_page
@deliberation_view()
def card_frameworks(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    seat = seat_of(request)
    spoken = Voice.objects.filter(seat=seat, dropped_at__isnull=True).values_list("framework_id", flat=True)
    writing = Writing(
        request,
        deliberation,
        FrameworksForm,
        name="frameworks",
        by=seat,
        initial={"frameworks": list(spoken)},
        of=deliberation,
    )
    _in_their_order(writing.form, deliberation, seat)
    return writing.act(
        lambda data: choose_frameworks(deliberation, by=seat, **data),
        heading=_("What do you speak from?"),
        lede=_("You choose, and you may change it. What you have said stays as you said it."),
        title=_("Speak from these"),
        back="card",
    )
