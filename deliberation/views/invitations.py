"""Inviting: the facilitator's page of everybody asked, the letter, and answers to what people asked for."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.notifications import mail_is_sent
from accounts.roles import Part
from accounts.views.acting import tries
from deliberation.domain.invitations import mark_not_reached, renew_link, resend, send_invitations
from deliberation.domain.requests import answer_request
from deliberation.domain.seats import sitter
from deliberation.domain.terms import accepted_terms, latest_terms
from deliberation.forms.invitations import AnswerForm, NotReachedForm, SendForm
from deliberation.models import Amendment, Deliberation, Invitation, Notice, Request
from deliberation.queries.invitations import invitations_page, link_to, promises_of, requests_of
from deliberation.views.access import DeliberationRequest, deliberation_view
from deliberation.views.acting import form_page, must_facilitate, to, user_of
from deliberation.views.writing import Writing

STAFF = {Part.FACILITATOR, Part.HOLDER, Part.APPROVER}


def _row(deliberation: Deliberation, key: UUID) -> Invitation:
    found = (
        Invitation.objects.select_related("stakeholder__why", "seat", "terms")
        .filter(deliberation=deliberation, pk=key)
        .first()
    )
    if found is None:
        raise Http404
    return found


@form_page
@deliberation_view()
def invitations(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Everybody asked, and where each stands. A POST sends all that have a mail address and were not sent."""
    standing = request.standing
    if not STAFF & standing.parts:
        raise Http404
    if request.method == "POST":
        tries(
            request,
            lambda: send_invitations(deliberation, by=user_of(request)),
            done=_("The invitations with a mail address are on their way."),
        )
        return to(deliberation, "invitations")
    rows = invitations_page(deliberation)
    states = {row.invitation.state: row.state for row in rows}
    only = request.GET.get("state", "")
    terms = latest_terms(deliberation)
    facilitates = Part.FACILITATOR in standing.parts
    mails = mail_is_sent()
    return render(
        request,
        "deliberation/invitations.html",
        {
            "deliberation": deliberation,
            "rows": [row for row in rows if only not in states or row.invitation.state == only],
            "states": states if len(states) > 1 else {},
            "only": only if only in states else "",
            "waiting": [row for row in rows if not row.is_sent],
            "mails": mails,
            "mailable": [row for row in rows if mails and not row.is_sent and row.invitation.stakeholder.email],
            "requests": requests_of(deliberation),
            "amendments": Amendment.objects.filter(
                deliberation=deliberation, state=Amendment.State.PROPOSED
            ).select_related("stakeholder"),
            "terms": terms,
            "terms_wait": terms is None or terms.accepted_at is None,
            "holder": sitter(deliberation, Part.HOLDER),
            "facilitates": facilitates,
            "may_send": facilitates and standing.may("send_invitations"),
        },
    )


@form_page
@deliberation_view()
def invitation_send(request: DeliberationRequest, deliberation: Deliberation, key: UUID) -> HttpResponse:
    must_facilitate(request)
    row = _row(deliberation, key)
    mails = mail_is_sent()
    initial = {"channel": Invitation.Channel.MAIL if mails and row.stakeholder.email else Invitation.Channel.LINK}
    writing = Writing(
        request,
        deliberation,
        SendForm,
        name="send",
        about=row.pk,
        by=user_of(request),
        initial=initial,
        mails=mails,
    )
    return writing.act(
        lambda data: send_invitations(deliberation, by=user_of(request), invitations=[row], **data),
        heading=_("Invite %(who)s") % {"who": row.stakeholder.title},
        lede=_("Whoever holds the link can speak in their place. Give it to them alone."),
        title=_("Invite them"),
        back="invitations",
    )


@require_POST
@deliberation_view()
def invitation_renew(request: DeliberationRequest, deliberation: Deliberation, key: UUID) -> HttpResponse:
    row = _row(deliberation, key)
    tries(
        request,
        lambda: renew_link(deliberation, row, by=user_of(request), by_hand="by_hand" in request.POST),
        done=_("%(who)s has a new link. The old one opens nothing any more.") % {"who": row.stakeholder.title},
    )
    return to(deliberation, "invitations")


@form_page
@deliberation_view()
def invitation_not_reached(request: DeliberationRequest, deliberation: Deliberation, key: UUID) -> HttpResponse:
    must_facilitate(request)
    row = _row(deliberation, key)
    writing = Writing(request, deliberation, NotReachedForm, name="not-reached", about=row.pk, by=user_of(request))
    return writing.act(
        lambda data: mark_not_reached(deliberation, row, by=user_of(request), **data),
        heading=_("%(who)s was not reached") % {"who": row.stakeholder.title},
        lede=_("They are printed as not reached, which is not having nothing to say. A late answer still counts."),
        title=_("Note it"),
        back="invitations",
    )


@require_safe
@deliberation_view()
def invitation_letter(request: DeliberationRequest, deliberation: Deliberation, key: UUID) -> HttpResponse:
    """One page to print: who asks, the question, why they are asked, the promises, and the address to type."""
    must_facilitate(request)
    row = _row(deliberation, key)
    if row.state == Invitation.State.LISTED:
        raise Http404
    if row.channel == Invitation.Channel.MAIL:
        messages.error(
            request, _("Their link was mailed to them alone. To print a letter, make a new link to hand over.")
        )
        return to(deliberation, "invitations")
    terms = accepted_terms(deliberation) or row.terms
    return render(
        request,
        "deliberation/invitation_letter.html",
        {
            "deliberation": deliberation,
            "invitation": row,
            "terms": terms,
            "promises": promises_of(terms),
            "facilitator": sitter(deliberation, Part.FACILITATOR),
            "link": link_to(row),
        },
    )


@require_POST
@deliberation_view()
def notice_resend(request: DeliberationRequest, deliberation: Deliberation, key: UUID) -> HttpResponse:
    notice = Notice.objects.filter(deliberation=deliberation, pk=key).first()
    if notice is None:
        raise Http404
    tries(
        request,
        lambda: resend(deliberation, notice, by=user_of(request)),
        done=_("The mail is sent once more."),
    )
    return to(deliberation, "invitations")


@form_page
@deliberation_view()
def request_answer(request: DeliberationRequest, deliberation: Deliberation, key: UUID) -> HttpResponse:
    must_facilitate(request)
    asked = Request.objects.select_related("seat", "text").filter(deliberation=deliberation, pk=key).first()
    if asked is None:
        raise Http404
    writing = Writing(request, deliberation, AnswerForm, name="request", about=asked.pk, by=user_of(request))
    return writing.act(
        lambda data: answer_request(deliberation, asked, by=user_of(request), **data),
        heading=_("%(who)s: %(what)s") % {"who": asked.seat.name, "what": asked.get_kind_display()},
        title=_("Send this answer"),
        text=asked,
        back="invitations",
    )
