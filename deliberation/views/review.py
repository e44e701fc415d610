"""The review queue, the packet of one review and its acts, and what people say to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import for_members
from accounts.models import User
from accounts.permissions import rule
from accounts.refusals import Stale
from deliberation.domain import review as verbs
from deliberation.domain.standing import Standing, standing_of
from deliberation.forms.review import PrepareForm, ReasonForm, SignForm, SpeakForm, SuccessorForm
from deliberation.models import ChangeReport, Deliberation, Dissent, Review, ReviewVoice
from deliberation.queries.precedent import place_of
from deliberation.queries.review import packet, queue, review_of
from deliberation.views.access import deliberation_view
from deliberation.views.acting import Writing, tries
from deliberation.views.review_words import packet_words, queue_sections, status_of


@require_GET
@for_members(read="read_reviews")
def reviews(request: HttpRequest, slug: str) -> HttpResponse:
    """Overdue, due in 30 days, triggered, cited while overdue."""
    found = queue(request.organisation)  # type: ignore[attr-defined]
    sections = queue_sections(found, slug, roles=request.membership.roles)  # type: ignore[attr-defined]
    return render(request, "deliberation/reviews.html", {"queue": found, "sections": sections})


def _review(request: HttpRequest, number: int) -> tuple[Review, Standing]:
    review = review_of(number)
    if review is None:
        raise Http404
    return review, standing_of(request.user, review.deliberation)  # type: ignore[arg-type]


@require_GET
@for_members(read="read_reviews")
def review(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The packet: decided, lost, predicted, what has happened since, what is owed; and the next act."""
    found, standing = _review(request, number)
    return _packet_page(request, found, standing)


def _packet_page(
    request: HttpRequest,
    found: Review,
    standing: Standing,
    *,
    preparing: Writing | None = None,
    signing: Writing | None = None,
) -> HttpResponse:
    of = packet(found)
    preparing = preparing or (_preparing(request, found) if _prepares(request, found, standing) else None)
    signing = signing or (
        _signing(request, found) if standing.may("sign_review", found) and found.prepared_at else None
    )
    writing = preparing if preparing and preparing.form.is_bound else signing
    return render(
        request,
        "deliberation/review.html",
        {
            "review": found,
            "packet": of,
            "words": packet_words(of),
            "status": status_of(of, place_of(found.precedent)),
            "preparing": preparing,
            "signing": signing,
            "form": writing.form if writing and writing.form.is_bound else None,
            "may": {
                verb: standing.may(verb, found)
                for verb in ("open_review", "start_review", "give_back_review", "open_successor")
            },
            "why_not_sign": standing.why_not(rule("sign_review"), found),
        },
    )


def _prepares(request: HttpRequest, found: Review, standing: Standing) -> bool:
    return found.started_by_id == request.user.pk and standing.may("prepare_review", found)


def _preparing(request: HttpRequest, found: Review) -> Writing:
    initial = {
        "since_then": str(found.since_then or ""),
        "grounds": str(found.grounds or ""),
        "proposal": found.proposal,
        "new_date": found.new_date,
    }
    name = f"review:{found.pk.hex}"
    return Writing(request, found.deliberation, PrepareForm, name=name, by=request.user, initial=initial)  # type: ignore[arg-type]


def _signing(request: HttpRequest, found: Review) -> Writing:
    return Writing(request, found.deliberation, SignForm, name=f"sign-review:{found.pk.hex}", by=request.user)  # type: ignore[arg-type]


def _button(verb: Callable[..., object], done: str) -> Callable[..., HttpResponse]:
    @require_POST
    @for_members(read="read_reviews")
    def act(request: HttpRequest, slug: str, number: int) -> HttpResponse:
        found, _standing = _review(request, number)
        tries(request, lambda: verb(found, by=request.user), done=done)
        return redirect("review", slug=slug, number=number)

    return act


review_open = _button(verbs.open_review, "")
review_start = _button(verbs.start_review, "")


@require_http_methods(["GET", "POST"])
@for_members(read="read_reviews")
def review_prepare(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Keep the preparation; the form stands in the packet."""
    found, standing = _review(request, number)
    if request.method == "GET":
        return redirect("review", slug=slug, number=number)
    writing = _preparing(request, found)
    if writing.sends(lambda data: verbs.prepare_review(found, by=request.user, **data)):  # type: ignore[arg-type]
        messages.success(request, _("It is prepared. A decision holder who neither prepared nor facilitated it signs."))
        return redirect("review", slug=slug, number=number)
    return _packet_page(request, found, standing, preparing=writing)


@require_http_methods(["GET", "POST"])
@for_members(read="read_reviews")
def review_sign(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Sign exactly what was read."""
    found, standing = _review(request, number)
    if request.method == "GET":
        return redirect("review", slug=slug, number=number)
    writing = _signing(request, found)
    read = request.POST.get("prepared_at", "")

    def signs(data: dict[str, Any]) -> object:
        try:
            moment = datetime.fromisoformat(read)
        except ValueError:
            raise Stale(_("The page you signed on was not whole. Please read it again before you sign.")) from None
        return verbs.sign_review(
            found,
            by=request.user,  # type: ignore[arg-type]
            reason=data["reason"],
            prepared_at=moment,
            proposal=request.POST.get("proposal", ""),
        )

    if writing.sends(signs):
        messages.success(request, _("You have signed. Whoever cited this decision is told."))
        return redirect("review", slug=slug, number=number)
    return _packet_page(request, found, standing, signing=writing)


@require_http_methods(["GET", "POST"])
@for_members(read="read_reviews")
def review_give_back(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Back to the queue, with a reason."""
    found, _standing = _review(request, number)
    user: User = request.user  # type: ignore[assignment]
    writing = Writing(request, found.deliberation, ReasonForm, name=f"give-back:{found.pk.hex}", by=user)
    if request.method == "POST" and writing.sends(lambda data: verbs.give_back_review(found, by=user, **data)):
        messages.success(request, _("The review is back in the queue. What was found so far is kept."))
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
    )


@require_http_methods(["GET", "POST"])
@for_members(read="read_reviews")
def review_successor(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Open a new deliberation that may change the decision."""
    found, standing = _review(request, number)
    user: User = request.user  # type: ignore[assignment]
    initial = {"question": str(found.deliberation.question), "urgency": found.deliberation.urgency}
    writing = Writing(
        request, found.deliberation, SuccessorForm, name=f"successor:{found.pk.hex}", by=user, initial=initial
    )
    if request.method == "POST" and writing.sends(lambda data: verbs.open_successor(found, by=user, **data)):
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
    )


@require_http_methods(["GET", "POST"])
@for_members(read="read_reviews")
def change_decide(request: HttpRequest, slug: str, report_id: UUID) -> HttpResponse:
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
    user: User = request.user  # type: ignore[assignment]
    writing = Writing(request, report.deliberation, ReasonForm, name=f"report:{report.pk.hex}", by=user)
    if request.method == "POST":
        accepts = request.POST.get("do") != "dismiss"
        verb = verbs.accept_report if accepts else verbs.dismiss_report
        if writing.sends(lambda data: verb(report, by=user, **data)):
            messages.success(request, _("The review is due now.") if accepts else _("The report is dismissed."))
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
    )


@require_http_methods(["GET", "POST"])
@deliberation_view("read_outcome")
def review_speak(request: HttpRequest, deliberation: Deliberation) -> HttpResponse:
    """Somebody who took part says what they see now; whoever dissented finds their own words above the form."""
    found = review_of(deliberation.number)
    if found is None:
        raise Http404
    seat = request.seat  # type: ignore[attr-defined]
    if seat is None:
        return redirect("review", slug=deliberation.organisation.slug, number=deliberation.number)
    writing = Writing(request, deliberation, SpeakForm, name=f"speak:{found.pk.hex}", by=seat)
    if request.method == "POST" and writing.sends(
        lambda data: verbs.speak_to_review(found, by=seat, text=data["text"], language=seat.language)
    ):
        messages.success(request, _("Your words are with the review. You may add to them until it is signed."))
        return redirect("review_speak", slug=deliberation.organisation.slug, number=deliberation.number)
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
    )
