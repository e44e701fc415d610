"""The page behind a mailed link.

A mail scanner opens links too: to look at the page changes nothing, only its button does.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import PARTICIPATIONS
from accounts.refusals import Refused
from accounts.roles import Part
from accounts.scope import open_organisation, owner_of
from deliberation.domain.links import read_token
from deliberation.domain.seats import ever_facilitated, sitter
from deliberation.domain.taking_part import (
    open_link,
)
from deliberation.domain.terms import accepted_terms
from deliberation.models import Deliberation, Invitation, State


@require_http_methods(["GET", "HEAD", "POST"])
def participate(request: HttpRequest, token: str) -> HttpResponse:
    """Who asks, and one button. The button opens the participation in this browser, and nothing else."""
    found = read_token(token)
    organisation = owner_of(Invitation, found[0]) if found else None
    if found is None or organisation is None:
        return _sorry(
            request,
            _("This link is not whole. Please open it from the message again, or type the letter’s whole address."),
            404,
        )
    key, series = found
    with open_organisation(organisation):
        request.organisation = organisation  # type: ignore[attr-defined]
        invitation = Invitation.objects.select_related(
            "deliberation__organisation",
            "deliberation__question",
            "deliberation__ended_meanwhile",
            "seat",
            "stakeholder",
        ).get(pk=key)
        response = _behind(request, invitation, series)
    # The address is a key: no cache keeps the page. No other site is told it either, by the policy of every page;
    # with the stricter "no-referrer" a browser sends the button's form from the origin "null", which is refused.
    patch_cache_control(response, private=True, no_store=True)
    return response


def _behind(request: HttpRequest, invitation: Invitation, series: int) -> HttpResponse:
    deliberation = invitation.deliberation
    if series != invitation.link_series:
        return _sorry(
            request, _("This link was replaced by a newer one. Please use the newest message or letter you have."), 410
        )
    if deliberation.state in {State.WITHDRAWN, State.DISMISSED}:
        return _sorry(
            request,
            _("This deliberation was withdrawn. Nothing is asked of you. What you wrote stays as it was."),
            410,
            deliberation=deliberation,
        )
    if invitation.state == Invitation.State.LISTED:
        return _sorry(request, _("This invitation was taken back before it was sent. Nothing is asked of you."), 410)
    user = request.user if request.user.is_authenticated else None
    barred = user is not None and ever_facilitated(deliberation, user)
    if request.method == "POST":
        try:
            seat = open_link(deliberation, invitation, series=series, user=user)
        except Refused as refused:
            return _sorry(request, refused.sentence, refused.status)
        held = request.session.get(PARTICIPATIONS, {})
        held[deliberation.pk.hex] = {"seat": seat.pk.hex, "series": series}
        request.session[PARTICIPATIONS] = held
        request.session.cycle_key()  # whoever knew this browser's session before does not get the seat with it
        page = "card" if deliberation.is_open else "deliberation"
        return redirect(page, deliberation.organisation.slug, deliberation.number)
    terms = accepted_terms(deliberation)
    return render(
        request,
        "deliberation/participate.html",
        {
            "deliberation": deliberation,
            "invitation": invitation,
            "question": terms.question if terms else deliberation.question,
            "facilitator": sitter(deliberation, Part.FACILITATOR),
            "barred": barred,
            "stranger": user is not None
            and not barred
            and invitation.stakeholder.email
            and user.email.lower() != invitation.stakeholder.email,
            "is_open": deliberation.is_open,
        },
    )


def _sorry(
    request: HttpRequest, sentence: str, status: int, *, deliberation: Deliberation | None = None
) -> HttpResponse:
    response = render(
        request,
        "deliberation/participate_not.html",
        {"sentence": sentence, "deliberation": deliberation},
        status=status,
    )
    patch_cache_control(response, private=True, no_store=True)
    return response
