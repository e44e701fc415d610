"""The terms: read by everyone who takes part, drafted by the facilitator, accepted by the decision holder by name."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from deliberation.domain import terms as verbs
from deliberation.domain.terms import WORDS, anyone_invited, latest_terms
from deliberation.forms.terms import AcceptForm, TermsForm
from deliberation.models import Deliberation, Terms
from deliberation.queries.terms import facts, versions
from deliberation.views.access import deliberation_view
from deliberation.views.acting import Writing, tries
from deliberation.views.sheets import Sheets, signed_in, write


def _here(deliberation: Deliberation, anchor: str = "") -> str:
    return reverse("deliberation_terms", args=[deliberation.organisation.slug, deliberation.number]) + anchor


@deliberation_view()
def terms(request: HttpRequest, deliberation: Deliberation) -> HttpResponse:
    """The terms as they stand, and earlier versions; a POST writes the next version."""
    if request.method != "POST":
        return _page(request, deliberation)
    by = signed_in(request)
    writing = write(request, deliberation, TermsForm, "terms", by=by)
    if writing.sends(lambda data: verbs.draft_terms(deliberation, by=by, **data)):
        return redirect(_here(deliberation, "#standing"))
    return _page(request, deliberation, writing)


@deliberation_view()
def accept(request: HttpRequest, deliberation: Deliberation) -> HttpResponse:
    """Accept exactly the version that was read, by name."""
    by = signed_in(request)
    if request.method != "POST":
        return redirect(_here(deliberation, "#accept"))
    writing = write(request, deliberation, AcceptForm, "terms_accept", by=by)
    if writing.sends(lambda data: verbs.accept_terms(deliberation, by=by, **data)):
        tries(request, lambda: None, done=_("Accepted. The facilitator may invite people once the list is approved."))
        return redirect(_here(deliberation, "#standing"))
    return _page(request, deliberation, writing)


def _page(request: HttpRequest, deliberation: Deliberation, writing: Writing | None = None) -> HttpResponse:
    standing = request.standing  # type: ignore[attr-defined]
    latest = latest_terms(deliberation)
    drafts = standing.may("draft_terms")
    accepts = standing.may("accept_terms") and latest is not None and latest.accepted_at is None
    sheets = Sheets(request, deliberation, by=standing.user if drafts or accepts else None, writing=writing)
    context: dict[str, Any] = {
        "deliberation": deliberation,
        "terms": latest,
        "facts": facts(latest) if latest else [],
        "versions": versions(deliberation),
        "invited": anyone_invited(deliberation),
        "form": sheets.refused,
    }
    if drafts:
        context["terms_sheet"] = sheets.sheet("terms", TermsForm, initial=_initial(deliberation, latest))
    if accepts and latest is not None:
        context["accept_sheet"] = sheets.sheet("terms_accept", AcceptForm, initial={"version": latest.version})
    return render(request, "deliberation/terms.html", context, status=422 if sheets.refused else 200)


def _initial(deliberation: Deliberation, latest: Terms | None) -> dict[str, Any]:
    if latest is None:
        return {"question": str(deliberation.question), "seen": 0}
    standing = {name: str(getattr(latest, name)) for name in WORDS}
    return standing | {"reach": latest.reach, "answer_by": latest.answer_by, "seen": latest.version}
