"""The review queue, the packet of one review and its acts, and what people say to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import MemberRequest, for_members
from accounts.permissions import rule
from accounts.refusals import Stale
from accounts.views.acting import tries
from deliberation.domain import review as verbs
from deliberation.domain.change_reports import accept_report, dismiss_report
from deliberation.domain.standing import Standing, standing_of
from deliberation.forms.review import PrepareForm, ReasonForm, SignForm, SpeakForm, SuccessorForm
from deliberation.models import ChangeReport, Deliberation, Dissent, Review, ReviewVoice
from deliberation.queries.precedent import place_of
from deliberation.queries.review import SECTIONS, packet, queue, review_of
from deliberation.queries.review_page import packet_words, status_of_review
from deliberation.queries.review_queue import queue_sections
from deliberation.views.access import DeliberationRequest, deliberation_view
from deliberation.views.acting import form_page, to
from deliberation.views.writing import Forms, Writing, status_of


@require_safe
@for_members(read="read_reviews")
def reviews(request: MemberRequest, slug: str) -> HttpResponse:
    """Overdue, due in 30 days, triggered, cited while overdue: the beginning of each, or one of them page by page."""
    show = request.GET.get("show", "")
    show = show if show in SECTIONS else ""
    found = queue(request.organisation, show=show, after=request.GET.get("after", "") if show else "")
    sections = queue_sections(found, slug, roles=request.membership.roles, show=show)
    return render(request, "deliberation/reviews.html", {"queue": found, "sections": sections, "show": show})


def _review(request: MemberRequest, number: int) -> tuple[Review, Standing]:
    review = review_of(number)
    if review is None:
        raise Http404
    return review, standing_of(request.user, review.deliberation)


@require_safe
@for_members(read="read_reviews")
def review(request: MemberRequest, slug: str, number: int) -> HttpResponse:
    """The packet: decided, lost, predicted, what has happened since, what is owed; and the next act."""
    found, standing = _review(request, number)
    return _packet_page(request, found, standing)


def _packet_page(
    request: MemberRequest, found: Review, standing: Standing, refused: Writing | None = None
) -> HttpResponse:
    of = packet(found)
    forms_of = Forms(request, found.deliberation, request.user, refused)
    prepares = found.started_by_id == request.user.pk and standing.may("prepare_review", found)
    signs = bool(found.prepared_at) and standing.may("sign_review", found)
    return render(
        request,
        "deliberation/review.html",
        {
            "review": found,
            "packet": of,
            "words": packet_words(of),
            "status": status_of_review(of, place_of(found.precedent)),
            "preparing": forms_of(
                "review",
                PrepareForm,
                about=found.pk,
                action=_address("review_prepare", found),
                initial={
                    "since_then": str(found.since_then or ""),
                    "grounds": str(found.grounds or ""),
                    "proposal": found.proposal,
                    "new_date": found.new_date,
                },
            )
            if prepares
            else None,
            "signing": forms_of("sign-review", SignForm, about=found.pk, action=_address("review_sign", found))
            if signs
            else None,
            "form": refused.form if refused else None,
            "may": {
                verb: standing.may(verb, found)
                for verb in ("open_review", "start_review", "give_back_review", "open_successor")
            },
            "why_not_sign": standing.why_not(rule("sign_review"), found),
        },
        status=status_of(refused),
    )


def _address(name: str, found: Review) -> str:
    return reverse(name, args=[found.deliberation.organisation.slug, found.deliberation.number])


def _button(verb: Callable[..., object], done: str) -> Callable[..., HttpResponse]:
    @require_POST
    @for_members(read="read_reviews")
    def act(request: MemberRequest, slug: str, number: int) -> HttpResponse:
        found, _standing = _review(request, number)
        tries(request, lambda: verb(found, by=request.user), done=done)
        return redirect("review", slug=slug, number=number)

    return act


review_open = _button(verbs.open_review, "")
review_start = _button(verbs.start_review, "")


@form_page
@for_members(read="read_reviews")
def review_prepare(request: MemberRequest, slug: str, number: int) -> HttpResponse:
    """Keep the preparation; the form stands in the packet."""
    found, standing = _review(request, number)
    if request.method == "GET":
        return redirect("review", slug=slug, number=number)
    writing = Writing(request, found.deliberation, PrepareForm, name="review", about=found.pk, by=request.user)
    if writing.sends(
        lambda data: verbs.prepare_review(found, by=request.user, **data),
        done=_("It is prepared. A decision holder who neither prepared nor facilitated it signs."),
    ):
        return redirect("review", slug=slug, number=number)
    return _packet_page(request, found, standing, writing)


@form_page
@for_members(read="read_reviews")
def review_sign(request: MemberRequest, slug: str, number: int) -> HttpResponse:
    """Sign exactly what was read."""
    found, standing = _review(request, number)
    if request.method == "GET":
        return redirect("review", slug=slug, number=number)
    writing = Writing(request, found.deliberation, SignForm, name="sign-review", about=found.pk, by=request.user)
    read = request.POST.get("prepared_at", "")

    def signs(data: dict[str, Any]) -> object:
        try:
            moment = datetime.fromisoformat(read)
        except ValueError:
            raise Stale(_("The page you signed on was not whole. Please read it again before you sign.")) from None
        return verbs.sign_review(
            found,
            by=request.user,
            reason=data["reason"],
            prepared_at=moment,
            proposal=request.POST.get("proposal", ""),
        )

    if writing.sends(signs, done=_("You have signed. Whoever cited this decision is told.")):
        return redirect("review", slug=slug, number=number)
    return _packet_page(request, found, standing, writing)


@form_page
@for_members(read="read_reviews")
def review_give_back(request: MemberRequest, slug: str, number: int) -> HttpResponse:
    """Back to the queue, with a reason."""
    found, _standing = _review(request, number)
    user = request.user
    writing = Writing(request, found.deliberation, ReasonForm, name="give-back", about=found.pk, by=user)
    if writing.sends(
        lambda data: verbs.give_back_review(found, by=user, **data),
        done=_("The review is back in the queue. What was found so far is kept."),
    ):
        return redirect("reviews", slug=slug)
    return render(
        request,
        "confirm.html",
        {
            "kicker": found.deliberation.reference,
            "heading": _("Give this review back?"),
            "says": _(
                "It is due again, and the precedent is in force as before. What was found so far stays for whoever "
                "takes it next. The other reviewers and the decision holder are told."
            ),
            "form": writing.form,
            "title": _("Give it back"),
            "back": reverse("review", args=[slug, number]),
        },
        status=writing.status,
    )


@form_page
@for_members(read="read_reviews")
def review_successor(request: MemberRequest, slug: str, number: int) -> HttpResponse:
    """Open a new deliberation that may change the decision."""
    found, standing = _review(request, number)
    user = request.user
    initial = {"question": str(found.deliberation.question), "urgency": found.deliberation.urgency}
    writing = Writing(
        request, found.deliberation, SuccessorForm, name="successor", about=found.pk, by=user, initial=initial
    )
    if writing.sends(lambda data: verbs.open_successor(found, by=user, **data)):
        successor: Deliberation = writing.result
        messages.success(
            request,
            _("%(reference)s is opened. Until it is signed, the earlier decision stays under review.")
            % {"reference": successor.reference},
        )
        return redirect("review", slug=slug, number=number)
    return render(
        request,
        "deliberation/review_successor.html",
        {"review": found, "form": writing.form, "writing": writing, "facilitates": "facilitator" in standing.roles},
        status=writing.status,
    )


@form_page
@for_members(read="read_reviews")
def change_decide(request: MemberRequest, slug: str, report_id: UUID) -> HttpResponse:
    """Accept a report, which makes the review due, or dismiss it; either way with a reason."""
    report = (
        ChangeReport.objects.select_related(
            "deliberation__question", "deliberation__organisation", "text", "trigger__text", "by_user", "by_seat",
            "decided_by", "reason", "precedent__outcome__signed_version__assumptions",
        )
        .filter(pk=report_id)
        .first()
    )  # fmt: skip
    if report is None:
        raise Http404
    user = request.user
    writing = Writing(request, report.deliberation, ReasonForm, name="report", about=report.pk, by=user)
    if request.method == "POST":
        accepts = request.POST.get("do") != "dismiss"
        verb = accept_report if accepts else dismiss_report
        done = _("The review is due now.") if accepts else _("The report is dismissed.")
        if writing.sends(lambda data: verb(report, by=user, **data), done=done):
            return redirect("reviews", slug=slug)
    standing = standing_of(user, report.deliberation)
    return render(
        request,
        "deliberation/change_decide.html",
        {
            "report": report,
            "form": writing.form,
            "writing": writing,
            "may": standing.may("accept_report", report),
            "place": place_of(report.precedent),
        },
        status=writing.status,
    )


@form_page
@deliberation_view("read_outcome")
def review_speak(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Somebody who took part says what they see now; whoever dissented finds their own words above the form."""
    found = review_of(deliberation.number)
    if found is None:
        raise Http404
    seat = request.seat
    if seat is None:
        return to(deliberation, "review")
    writing = Writing(request, deliberation, SpeakForm, name="speak", about=found.pk, by=seat)
    if writing.sends(
        lambda data: verbs.speak_to_review(found, by=seat, text=data["text"], language=seat.language),
        done=_("Your words are with the review. You may add to them until it is signed."),
    ):
        return to(deliberation, "review_speak")
    mine = Dissent.objects.filter(
        deliberation=deliberation, seat=seat, withdrawn_at__isnull=True, replaced_by__isnull=True
    )
    version = found.precedent.outcome.signed_version
    return render(
        request,
        "deliberation/review_speak.html",
        {
            "deliberation": deliberation,
            "review": found,
            "version": version,
            "dissents": list(mine.select_related("lead", "predicts", "objection")),
            "said": list(ReviewVoice.objects.filter(review=found, seat=seat).select_related("text")),
            "writing": writing,
            "form": writing.form,
            "open": found.state in (Review.State.DUE, Review.State.IN_REVIEW),
            "place": place_of(found.precedent),
        },
        status=writing.status,
    )
