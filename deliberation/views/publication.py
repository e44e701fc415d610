"""Publishing: asking those quoted about the exact page, the page itself, and taking it back."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.scope import open_organisation
from accounts.views.acting import tries
from deliberation.addresses import address
from deliberation.domain.publication import choose_quote, propose_publication, publish, unpublish
from deliberation.forms.dissent import ChoiceForm, PublishForm, ReasonForm
from deliberation.models import Deliberation, Outcome, Publication, QuoteChoice
from deliberation.queries import outcome_page
from deliberation.queries.outcome import Document, NameOf, by_seat_name
from deliberation.queries.public import published_outcomes
from deliberation.queries.publication import current_publication, names_chosen, public_document, quoted_seats
from deliberation.views.access import DeliberationRequest, deliberation_view
from deliberation.views.acting import form_page, must, to, user_of
from deliberation.views.writing import Forms, Writing, status_of


def _outcome(deliberation: Deliberation) -> Outcome:
    outcome = Outcome.objects.filter(deliberation=deliberation, signed_at__isnull=False).first()
    if outcome is None:
        raise Http404
    return outcome


def page_of(document: Document) -> dict[str, Any]:
    """The public page's own part: what it prints of a document."""
    return {
        "deliberation": document.deliberation,
        "document": document,
        "version": document.version,
        "opinions": outcome_page.opinions(document),
        "losses": outcome_page.losses(document),
        "commitments": outcome_page.commitments(document),
        "status": outcome_page.status(document),
        "lede": outcome_page.lede(document),
        "left_out": document.left_out or any(each.left_out for each in document.dissents),
    }


@form_page
@deliberation_view("read_outcome")
def publication_propose(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Where publishing stands, and the step that is next. The page shown is the one that would be public."""
    must(request, deliberation, "propose_publication")
    by = user_of(request)
    outcome = _outcome(deliberation)
    if request.method == "POST":
        done = _("Everybody quoted is asked how they wish to appear. Nothing is public yet.")
        tries(request, lambda: propose_publication(deliberation, by=by), done=done)
        return redirect(request.path)
    return _standing(request, deliberation, outcome)


def _standing(
    request: DeliberationRequest, deliberation: Deliberation, outcome: Outcome, refused: Writing | None = None
) -> HttpResponse:
    publication = current_publication(outcome)
    name_of: NameOf = names_chosen(publication) if publication else by_seat_name
    choices = list(publication.choices.select_related("seat")) if publication else []
    forms_of = Forms(request, deliberation, user_of(request), refused)
    return render(
        request,
        "deliberation/publication.html",
        page_of(public_document(outcome, name_of))
        | {
            "publication": publication,
            "quoted": [seat.name for seat in quoted_seats(outcome)],
            "silent": any(not row.choice for row in choices),
            "publishing": forms_of("put_publish", PublishForm, action=address(deliberation, "publication_publish")),
            "ending": forms_of("put_unpublish", ReasonForm, action=address(deliberation, "publication_unpublish")),
            "form": refused.form if refused else None,
        },
        status=status_of(refused),
    )


@require_POST
@deliberation_view("read_outcome")
def publication_publish(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Make it public."""
    must(request, deliberation, "publish")
    by = user_of(request)
    outcome = _outcome(deliberation)
    writing = Writing(request, deliberation, PublishForm, name="put_publish", by=by)
    if writing.sends(lambda data: publish(deliberation, by=by, **data), done=_("It is public now.")):
        return redirect("published", slug=writing.result.slug)
    return _standing(request, deliberation, outcome, writing)


@require_POST
@deliberation_view("read_outcome")
def publication_unpublish(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Take the publication, or its proposal, back."""
    must(request, deliberation, "unpublish")
    by = user_of(request)
    outcome = _outcome(deliberation)
    writing = Writing(request, deliberation, ReasonForm, name="put_unpublish", by=by)
    if writing.sends(lambda data: unpublish(deliberation, by=by, **data), done=_("It is not public.")):
        return to(deliberation, "publication_propose")
    return _standing(request, deliberation, outcome, writing)


@form_page
@deliberation_view("read_outcome")
def quote_choose(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """The exact page, and how the person quoted wishes to appear on it."""
    seat = request.seat
    outcome = _outcome(deliberation)
    publication = current_publication(outcome)
    row = QuoteChoice.objects.filter(publication=publication, seat=seat).first() if publication and seat else None
    if publication is None or seat is None or row is None:
        raise Http404
    initial = {"choice": row.choice, "pseudonym": row.pseudonym}
    writing = Writing(request, deliberation, ChoiceForm, name="quote", about=publication.pk, by=seat, initial=initial)
    if not writing.form.is_bound:
        writing.put("digest", publication.page_digest)
    if writing.sends(
        lambda data: choose_quote(deliberation, by=seat, **data),
        done=_("Your choice is kept. You can change it here at any time."),
    ):
        return to(deliberation, "outcome")
    return render(
        request,
        "deliberation/quote.html",
        page_of(public_document(outcome, by_seat_name))
        | {"publication": publication, "row": row, "seat": seat, "form": writing.form},
        status=writing.status,
    )


@require_safe
def published(request: HttpRequest, slug: str) -> HttpResponse:
    """A published outcome, for anybody."""
    found = published_outcomes(slug)
    if not found:
        raise Http404
    with open_organisation(found[0].organisation):
        publication = Publication.objects.select_related("outcome__deliberation__organisation", "reason").get(
            pk=found[0].pk
        )
        context = page_of(public_document(publication.outcome, names_chosen(publication)))
        url = settings.SITE_URL + reverse("published", args=[slug])
        return render(request, "deliberation/published.html", context | {"publication": publication, "url": url})
