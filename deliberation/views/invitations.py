"""Inviting: the facilitator's page of everybody asked, the letter, and answers to what people asked for."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.notifications import mail_is_sent
from accounts.refusals import NotAllowed
from accounts.roles import Part
from deliberation.domain.invitations import mark_not_reached, renew_link, resend, send_invitations
from deliberation.domain.requests import answer_request
from deliberation.domain.seats import sitter
from deliberation.domain.terms import accepted_terms, latest_terms
from deliberation.forms.invitations import AnswerForm, NotReachedForm, SendForm
from deliberation.models import Amendment, Deliberation, Invitation, Notice, Request
from deliberation.queries.invitations import invitations_page, link_to, promises_of, requests_of
from deliberation.views.access import deliberation_view
from deliberation.views.acting import Writing, tries
from deliberation.views.stakeholders import form_page

STAFF = {Part.FACILITATOR, Part.HOLDER, Part.APPROVER}


def _back(deliberation: Deliberation) -> HttpResponse:
    return redirect("invitations", deliberation.organisation.slug, deliberation.number)


def _facilitates(request: HttpRequest) -> None:
    """Raise `NotAllowed` for anybody but the facilitator: whoever sees a link could speak in another's place."""
    if Part.FACILITATOR not in request.standing.parts:  # type: ignore[attr-defined]
        raise NotAllowed(_("The facilitator sends the invitations."))


def _row(deliberation: Deliberation, key: UUID) -> Invitation:
    found = (
        Invitation.objects.select_related("stakeholder__why", "seat", "terms")
        .filter(deliberation=deliberation, pk=key)
        .first()
    )
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@deliberation_view()
def invitations(request: HttpRequest, deliberation: Deliberation) -> HttpResponse:
    """Everybody asked, and where each stands. A POST sends all that have a mail address and were not sent."""
    standing = request.standing  # type: ignore[attr-defined]
    if not STAFF & standing.parts:
        raise Http404
    if request.method == "POST":
        tries(
            request,
            lambda: send_invitations(deliberation, by=request.user),  # type: ignore[arg-type]
            done=_("The invitations with a mail address are on their way."),
        )
        return _back(deliberation)
    rows = invitations_page(deliberation)
    terms = latest_terms(deliberation)
    facilitates = Part.FACILITATOR in standing.parts
    mails = mail_is_sent()
    return render(
        request,
        "deliberation/invitations.html",
        {
            "deliberation": deliberation,
            "rows": rows,
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
def invitation_send(request: HttpRequest, deliberation: Deliberation, key: UUID) -> HttpResponse:
    _facilitates(request)
    row = _row(deliberation, key)
    mails = mail_is_sent()
    initial = {"channel": Invitation.Channel.MAIL if mails and row.stakeholder.email else Invitation.Channel.LINK}
    writing = Writing(
        request,
        deliberation,
        SendForm,
        name=f"send:{row.pk}",
        by=request.user,  # type: ignore[arg-type]
        initial=initial,
        mails=mails,
    )
    if request.method == "POST" and writing.sends(
        lambda data: send_invitations(deliberation, by=request.user, invitations=[row], **data)  # type: ignore[arg-type]
    ):
        return _back(deliberation)
    return _form(
        request,
        deliberation,
        writing,
        heading=_("Invite %(who)s") % {"who": row.stakeholder.title},
        lede=_("Whoever holds the link can speak in their place. Give it to them alone."),
        title=_("Invite them"),
    )


@require_POST
@deliberation_view()
def invitation_renew(request: HttpRequest, deliberation: Deliberation, key: UUID) -> HttpResponse:
    row = _row(deliberation, key)
    tries(
        request,
        lambda: renew_link(deliberation, row, by=request.user, by_hand="by_hand" in request.POST),  # type: ignore[arg-type]
        done=_("%(who)s has a new link. The old one opens nothing any more.") % {"who": row.stakeholder.title},
    )
    return _back(deliberation)


@form_page
@deliberation_view()
def invitation_not_reached(request: HttpRequest, deliberation: Deliberation, key: UUID) -> HttpResponse:
    _facilitates(request)
    row = _row(deliberation, key)
    writing = Writing(request, deliberation, NotReachedForm, name=f"not-reached:{row.pk}", by=request.user)  # type: ignore[arg-type]
    if request.method == "POST" and writing.sends(
        lambda data: mark_not_reached(deliberation, row, by=request.user, **data)  # type: ignore[arg-type]
    ):
        return _back(deliberation)
    return _form(
        request,
        deliberation,
        writing,
        heading=_("%(who)s was not reached") % {"who": row.stakeholder.title},
        lede=_("They are printed as not reached, which is not having nothing to say. A late answer still counts."),
        title=_("Note it"),
    )


@require_GET
@deliberation_view()
def invitation_letter(request: HttpRequest, deliberation: Deliberation, key: UUID) -> HttpResponse:
    """One page to print: who asks, the question, why they are asked, the promises, and the address to type."""
    _facilitates(request)
    row = _row(deliberation, key)
    if row.state == Invitation.State.LISTED:
        raise Http404
    if row.channel == Invitation.Channel.MAIL:
        messages.error(
            request, _("Their link was mailed to them alone. To print a letter, make a new link to hand over.")
        )
        return _back(deliberation)
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
def notice_resend(request: HttpRequest, deliberation: Deliberation, key: UUID) -> HttpResponse:
    notice = Notice.objects.filter(deliberation=deliberation, pk=key).first()
    if notice is None:
        raise Http404
    tries(
        request,
        lambda: resend(deliberation, notice, by=request.user),  # type: ignore[arg-type]
        done=_("The mail is sent once more."),
    )
    return _back(deliberation)


@form_page
@deliberation_view()
def request_answer(request: HttpRequest, deliberation: Deliberation, key: UUID) -> HttpResponse:
    _facilitates(request)
    asked = Request.objects.select_related("seat", "text").filter(deliberation=deliberation, pk=key).first()
    if asked is None:
        raise Http404
    writing = Writing(request, deliberation, AnswerForm, name=f"request:{asked.pk}", by=request.user)  # type: ignore[arg-type]
    if request.method == "POST" and writing.sends(
        lambda data: answer_request(deliberation, asked, by=request.user, **data)  # type: ignore[arg-type]
    ):
        return _back(deliberation)
    return _form(
        request,
        deliberation,
        writing,
        heading=_("%(who)s: %(what)s") % {"who": asked.seat.name, "what": asked.get_kind_display()},
        title=_("Send this answer"),
        text=asked,
    )


def _form(
    request: HttpRequest,
    deliberation: Deliberation,
    writing: Writing,
    *,
    heading: str,
    title: str,
    lede: str = "",
    text: Request | None = None,
) -> HttpResponse:
    return render(
        request,
        "deliberation/people_form.html",
        {
            "deliberation": deliberation,
            "writing": writing,
            "form": writing.form,
            "heading": heading,
            "lede": lede,
            "title": title,
            "text": text,
            "back": "invitations",
        },
    )
