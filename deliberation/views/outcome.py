"""The outcome: the page, and what one takes along of it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.permissions import rule
from accounts.roles import Part
from audit.queries.proofs import proof_of
from deliberation.domain.completeness import missing_in, missing_to_sign
from deliberation.domain.standing import standing_of
from deliberation.models import Ask, Deliberation, DissentJoin, OutcomeVersion, Precedent, QuoteChoice, State
from deliberation.queries import outcome_page as page
from deliberation.queries.conflict import frameworks_in_order
from deliberation.queries.outcome import Document, document_of, version_to_read
from deliberation.queries.outcome_as_json import outcome_as_json
from deliberation.queries.precedent import place_of
from deliberation.queries.publication import current_publication
from deliberation.views.access import DeliberationRequest, deliberation_view
from deliberation.views.typeset import typeset


@require_safe
@deliberation_view("read_outcome")
def outcome(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """The outcome as it stands for the reader: signed for members; the circulated draft for who takes part."""
    version = readable(request, deliberation)
    if version is None:
        if not _takes_part(request):
            raise Http404
        return render(request, "deliberation/outcome_none.html", _nothing(request, deliberation))
    drawn = request.GET.get("order") == "drawn"
    viewer = request.seat.pk if request.seat else request.user.pk
    order = None if drawn else frameworks_in_order(deliberation, viewer)
    document = document_of(version, frameworks=order)
    proof = proof_of(document.entry) if document.entry else None
    shown = context_of(request, document) | {"drawn": drawn, "proof": proof}
    return render(request, "deliberation/outcome.html", shown)


def readable(request: DeliberationRequest, deliberation: Deliberation) -> OutcomeVersion | None:
    """The version this reader may see, if any."""
    drafts = Part.FACILITATOR in request.standing.parts
    return version_to_read(deliberation, drafts=drafts, circulated=_takes_part(request))


def _takes_part(request: DeliberationRequest) -> bool:
    seated = rule("read_deliberation").admits(request.standing.named)
    return bool(seated or request.seat)


def _nothing(request: DeliberationRequest, deliberation: Deliberation) -> dict[str, Any]:
    return {"deliberation": deliberation, "may_draft": request.standing.may("draft_outcome")}


def context_of(request: DeliberationRequest, document: Document) -> dict[str, Any]:
    """What the page shows of a document, and what this reader may do about it."""
    deliberation, version = document.deliberation, document.version
    precedent = Precedent.objects.filter(outcome=document.outcome).first()
    place = place_of(precedent) if precedent else None
    acts = acts_of(request, document)
    return {
        "deliberation": deliberation,
        "document": document,
        "version": version,
        "opinions": page.opinions(document, answering=not document.is_signed),
        "losses": page.losses(document),
        "commitments": page.commitments(document),
        "status": page.status(document, place.sentences if place else None),
        "lede": page.lede(document),
        "changes": page.changes(version) if not document.is_signed else [],
        "precedent": precedent,
        "acts": acts,
        "quote": quote_asked(request, document),
        "dissents_here": dissents_here(request, document),
    }


def acts_of(request: DeliberationRequest, document: Document) -> dict[str, Any]:
    """What this reader may do now, by the table; each is a button or a link on the page."""
    deliberation, version = document.deliberation, document.version
    standing, seat, now = request.standing, request.seat, clock.now()
    running = version.dissent_closes_at is not None and now < version.dissent_closes_at
    open_draft = version.circulated_at is None
    voice = standing_of(seat, deliberation) if seat else None
    facilitates = standing.may("draft_outcome")
    ask = Ask.objects.filter(deliberation=deliberation, seat=seat, round__number=4).first() if seat else None
    return {
        "edit": facilitates and open_draft,
        "new_version": facilitates and not open_draft,
        "circulate": facilitates and open_draft,
        "set_aside": facilitates and open_draft and version.number > 1,
        "missing": missing_in(version) if facilitates and open_draft else [],
        "send": standing.may("send_to_sign") and not open_draft and not running and version.returned_at is None,
        "dissent": bool(voice and voice.may("write_dissent") and running),
        "nothing_to_add": bool(ask and ask.state == Ask.State.OPEN and running),
        "answer": standing.may("answer_dissent") and not document.is_signed,
        "sign": standing.may("sign_outcome"),
        "return": standing.may("return_outcome"),
        "missing_to_sign": missing_to_sign(version, now=now) if standing.may("sign_outcome") else [],
        "report": standing.may("report_commitment"),
        "publication": standing.may("propose_publication"),
        "running": running,
        "waits": deliberation.state == State.SIGNING,
    }


def dissents_here(request: DeliberationRequest, document: Document) -> list[dict[str, Any]]:
    """What this reader may do about each dissent: join, change or take it back, or answer it."""
    seat = request.seat
    joined = set(
        DissentJoin.objects.filter(deliberation=document.deliberation, seat=seat).values_list("dissent_id", flat=True)
        if seat
        else []
    )
    return [
        {
            "id": printed.id,
            "title": page.ORDINALS[number] if number < len(page.ORDINALS) else _("Dissent"),
            "author": printed.author,
            "mine": bool(seat and printed.dissent.seat_id == seat.pk),
            "joined": printed.id in joined,
            "answered": printed.answer is not None,
        }
        for number, printed in enumerate(document.dissents)
    ]


def quote_asked(request: DeliberationRequest, document: Document) -> QuoteChoice | None:
    """The choice this reader's seat is asked to make about publishing, made or not."""
    seat = request.seat
    publication = current_publication(document.outcome) if seat and document.is_signed else None
    return QuoteChoice.objects.filter(publication=publication, seat=seat).first() if publication else None


# --- What one takes along. In print and export the frameworks stand in one drawn order.


def _document(request: DeliberationRequest, deliberation: Deliberation) -> Document:
    version = readable(request, deliberation)
    if version is None:
        raise Http404
    return document_of(version)


@require_safe
@deliberation_view("read_outcome")
def outcome_json(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """The same as JSON, with the keys of core concepts. Drafts are not given out."""
    document = _document(request, deliberation)
    if not document.is_signed:
        raise Http404
    return JsonResponse(outcome_as_json(document.outcome, document=document), json_dumps_params={"ensure_ascii": False})


@require_safe
@deliberation_view("read_outcome")
def outcome_markdown(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """The same as Markdown."""
    document = _document(request, deliberation)
    return file_of(markdown_of(document), "text/markdown; charset=utf-8", document, "md")


@require_safe
@deliberation_view("read_outcome")
def outcome_pdf(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """The same as PDF, decision and dissent at the same size."""
    document = _document(request, deliberation)
    return file_of(typeset(document), "application/pdf", document, "pdf")


def markdown_of(document: Document) -> str:
    """The document as Markdown."""
    facts = {
        "document": document,
        "deliberation": document.deliberation,
        "version": document.version,
        "opinions": page.opinions(document, answering=not document.is_signed),
        "losses": page.losses(document),
        "commitments": page.commitments(document),
        "lede": page.lede(document),
    }
    text = render_to_string("deliberation/outcome.md", facts)
    lines = [line.rstrip() for line in text.split("\n")]
    kept = [line for n, line in enumerate(lines) if line or (n and lines[n - 1])]
    return "\n".join(kept).strip() + "\n"


def file_of(body: str | bytes, kind: str, document: Document, ending: str) -> HttpResponse:
    """A download named after the outcome."""
    response = HttpResponse(body, content_type=kind)
    name = document.deliberation.reference.lower().replace(" ", "-").replace("/", "-")
    response["Content-Disposition"] = f'inline; filename="outcome-{name}.{ending}"'
    return response
