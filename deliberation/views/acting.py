"""From a button to a verb and back: what was refused is said in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import rule
from accounts.refusals import NotAllowed, Refused
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


def uuid_of(value: str | None) -> UUID | None:
    """The id that a request names, or None where it is no id."""
    try:
        return UUID(value or "")
    except ValueError:
        return None


def must(request: DeliberationRequest, deliberation: Deliberation, verb: str) -> None:
    """Raise `NotAllowed` or `WrongState` unless the table lets this member of staff run `verb` now."""
    the_rule = rule(verb)
    sentence = request.standing.why_not(the_rule)
    if sentence:
        raise NotAllowed(sentence)
    check_state(the_rule, deliberation, None)


def tries(request: HttpRequest, verb: Callable[[], Any], *, done: str = "") -> bool:
    """Run a verb behind a plain button: say `done`, or say as a message why it was refused. Gives whether it ran."""
    try:
        verb()
    except Refused as refused:
        for sentence in refused.errors.values():
            messages.error(request, sentence)
        return False
    except IntegrityError as error:
        messages.error(request, sentence_of(error))
        return False
    if done:
        messages.success(request, done)
    return True


def sentence_of(error: IntegrityError) -> str:
    """What a database guard or a unique constraint refused, in a sentence for people."""
    text = str(error).split("\n")[0]
    name, colon, says = text.partition(": ")
    if colon and " " not in name:
        return says[:1].upper() + says[1:]
    return _("Somebody else changed this at the same moment. Please look again; what you wrote is kept.")
