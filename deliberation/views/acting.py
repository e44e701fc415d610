"""From a button to a verb and back: what was refused is said in a sentence."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import rule
from accounts.refusals import NotAllowed
from accounts.roles import Part
from deliberation.addresses import address
from deliberation.domain.act import check_state
from deliberation.models import Deliberation, Seat
from deliberation.views.access import DeliberationRequest

form_page = require_http_methods(["GET", "HEAD", "POST"])
"""A page that shows a form, and takes it."""


def to(deliberation: Deliberation, name: str, *args: object) -> HttpResponse:
    """On to a page of this deliberation, as `address` names it."""
    return redirect(address(deliberation, name, *args))


def user_of(request: HttpRequest) -> User:
    """The user who acts. Raises `NotAllowed` for a guest on a seat: what staff do needs an account."""
    if not isinstance(request.user, User):
        raise NotAllowed(_("This is for those who run the deliberation. Sign in if that is you."))
    return request.user


def seat_of(request: DeliberationRequest) -> Seat:
    """The seat from which the person of this request speaks. Raises `NotAllowed` where they have none."""
    if request.seat is None:
        raise NotAllowed(_("This is for those who take part as a voice."))
    return request.seat


def speaker_of(request: DeliberationRequest) -> Seat | User:
    """Who speaks: the seat, or staff without one."""
    return request.seat or user_of(request)


def must_facilitate(request: DeliberationRequest) -> None:
    """Raise `NotAllowed` for everybody but the facilitator: who is asked, and how they are invited, is theirs."""
    if Part.FACILITATOR not in request.standing.parts:
        raise NotAllowed(_("The facilitator draws up the list, and invites."))


def must(request: DeliberationRequest, deliberation: Deliberation, verb: str) -> None:
    """Raise `NotAllowed` or `WrongState` unless the table lets this member of staff run `verb` now."""
    the_rule = rule(verb)
    sentence = request.standing.why_not(the_rule)
    if sentence:
        raise NotAllowed(sentence)
    check_state(the_rule, deliberation, None)
