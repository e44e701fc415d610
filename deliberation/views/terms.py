"""The terms: read by everyone who takes part, drafted by the facilitator, accepted by the decision holder by name."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from deliberation.domain import terms as verbs
from deliberation.domain.terms import WORDS, anyone_invited, latest_terms
from deliberation.forms.terms import AcceptForm, TermsForm
from deliberation.models import Deliberation, Terms
from deliberation.queries.terms import facts, versions
from deliberation.views.access import DeliberationRequest, deliberation_view
from deliberation.views.acting import to, user_of
from deliberation.views.writing import Forms, Writing, status_of


@deliberation_view()
def terms(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """The terms as they stand, and earlier versions; a POST writes the next version."""
    if request.method != "POST":
        return _page(request, deliberation)
    by = user_of(request)
    writing = Writing(request, deliberation, TermsForm, name="terms", by=by)
    if writing.sends(lambda data: verbs.draft_terms(deliberation, by=by, **data)):
        return to(deliberation, "deliberation_terms#standing")
    return _page(request, deliberation, writing)


@deliberation_view()
def accept(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Accept exactly the version that was read, by name."""
    by = user_of(request)
    if request.method != "POST":
        return to(deliberation, "deliberation_terms#accept")
    writing = Writing(request, deliberation, AcceptForm, name="terms_accept", by=by)
    if writing.sends(
        lambda data: verbs.accept_terms(deliberation, by=by, **data),
        done=_("Accepted. The facilitator may invite people once the list is approved."),
    ):
        return to(deliberation, "deliberation_terms#standing")
    return _page(request, deliberation, writing)


def _page(request: DeliberationRequest, deliberation: Deliberation, refused: Writing | None = None) -> HttpResponse:
    standing = request.standing
    latest = latest_terms(deliberation)
    drafts = standing.may("draft_terms")
    accepts = standing.may("accept_terms") and latest is not None and latest.accepted_at is None
    forms_of = Forms(request, deliberation, by=standing.user if drafts or accepts else None, refused=refused)
    context: dict[str, Any] = {
        "deliberation": deliberation,
        "terms": latest,
        "facts": facts(latest) if latest else [],
        "versions": versions(deliberation),
        "invited": anyone_invited(deliberation),
        "form": refused.form if refused else None,
    }
    if drafts:
        context["terms_form"] = forms_of("terms", TermsForm, initial=_initial(deliberation, latest))
    if accepts and latest is not None:
        context["accept_form"] = forms_of("terms_accept", AcceptForm, initial={"version": latest.version})
    return render(request, "deliberation/terms.html", context, status=status_of(refused))


def _initial(deliberation: Deliberation, latest: Terms | None) -> dict[str, Any]:
    if latest is None:
        return {"question": str(deliberation.question), "seen": 0}
    standing = {name: str(getattr(latest, name)) for name in WORDS}
    return standing | {"reach": latest.reach, "answer_by": latest.answer_by, "seen": latest.version}
