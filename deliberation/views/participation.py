"""From a mailed link to taking part: the page behind the link, and the first step of the participant's card.

A mail scanner opens links too: to look at the page changes nothing, only its button does.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import PARTICIPATIONS
from accounts.refusals import Refused
from accounts.roles import Part
from accounts.scope import open_organisation, owner_of
from deliberation.domain.links import read_token
from deliberation.domain.requests import ask_otherwise
from deliberation.domain.seats import ever_facilitated, sitter
from deliberation.domain.taking_part import (
    WAITING,
    accept_invitation,
    choose_frameworks,
    decline_invitation,
    leave,
    open_link,
)
from deliberation.domain.terms import accepted_terms
from deliberation.forms.invitations import AcceptForm, FrameworksForm, OtherwiseForm, StatementForm
from deliberation.models import Deliberation, Invitation, Request, Seat, State, Terms, Voice
from deliberation.queries.conflict import drawn
from deliberation.queries.invitations import what_is_asked
from deliberation.views.access import DeliberationRequest, deliberation_view
from deliberation.views.acting import form_page, seat_of, to, uuid_of
from deliberation.views.writing import Writing

# Behind the link


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


# The first step of the card


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


def ways_out(deliberation: Deliberation, *, accepted: bool = False) -> list[dict[str, str]]:
    """The ways out that stand on every card, all equal. Those who take part also have *more time* from the round."""

    def url(name: str, *args: str) -> str:
        return reverse(name, args=[deliberation.organisation.slug, deliberation.number, *args])

    no = (
        {"url": url("card_leave"), "title": _("I leave"), "says": _("At any time. What you said stays.")}
        if accepted
        else {
            "url": url("card_decline"),
            "title": _("Not my question"),
            "says": _("You decline, with a word if you wish."),
        }
    )
    return [
        no,
        {
            "url": url("card_otherwise", Request.Kind.SPEAKS_FOR.value),
            "title": _("I speak for someone else"),
            "says": _("Say for whom, and who should be asked instead or beside you."),
        },
        {
            "url": url("card_otherwise", Request.Kind.FORMAT.value),
            "title": _("I need another format"),
            "says": _("A call, paper, another language, someone beside you."),
        },
        {
            "url": url("card_otherwise", Request.Kind.MISSING.value),
            "title": _("Someone is missing"),
            "says": _("Say who should be asked, too."),
        },
    ]


@require_POST
@deliberation_view()
def card_accept(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    seat = seat_of(request)
    invitation = Invitation.objects.select_related("stakeholder__why", "seat", "terms").get(seat=seat)
    key = uuid_of(request.POST.get("terms"))
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
    if writing.sends(lambda data: decline_invitation(deliberation, by=seat, **data)):
        return to(deliberation, "card")
    return writing.page(
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
    if writing.sends(lambda data: leave(deliberation, by=seat, **data)):
        return to(deliberation, "card")
    return writing.page(
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
    if writing.sends(lambda data: ask_otherwise(deliberation, by=seat, **(data | {"kind": kind}))):
        return to(deliberation, "card")
    return writing.page(
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
    if writing.sends(lambda data: choose_frameworks(deliberation, by=seat, **data)):
        return to(deliberation, "card")
    return writing.page(
        heading=_("What do you speak from?"),
        lede=_("You choose, and you may change it. What you have said stays as you said it."),
        title=_("Speak from these"),
        back="card",
    )
