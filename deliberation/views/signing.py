"""The decision holder's side: the signature over one version, the return, and later what became of the promises."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from accounts import clock
from deliberation.addresses import address
from deliberation.domain.commitments import report_commitment
from deliberation.domain.completeness import Missing, missing_to_sign
from deliberation.domain.outcome import return_outcome, sign_outcome
from deliberation.forms.dissent import CommitmentForm, ReasonForm, SignForm
from deliberation.models import Commitment, Deliberation
from deliberation.queries import outcome_page
from deliberation.queries.outcome import document_of, version_to_read
from deliberation.views.access import DeliberationRequest, deliberation_view
from deliberation.views.acting import form_page, must, to, user_of
from deliberation.views.writing import Writing
from instructions.domain.by_outcome import goes_against
from instructions.forms.wording import answers_in
from instructions.views.clashes import shown


@form_page
@deliberation_view("read_outcome")
def outcome_sign(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """The whole version, what is missing, and the signature. Signed is final."""
    must(request, deliberation, "sign_outcome")
    by = user_of(request)
    version = version_to_read(deliberation)
    if version is None:
        raise Http404
    writing = Writing(request, deliberation, SignForm, name="put_signature", by=by, initial={"name": by.name})
    if not writing.form.is_bound:
        writing.put("version_id", str(version.pk))
    if writing.sends(
        lambda data: sign_outcome(deliberation, by=by, answers=answers_in(request.POST), **data),
        done=_("Signed. It is final, and a precedent from now on: it informs, it does not bind."),
    ):
        return to(deliberation, "outcome")
    document = document_of(version)
    missing = missing_to_sign(version, now=clock.now())
    if writing.form.is_bound:
        _drop_what_is_listed(writing, missing)
        writing.put("version_id", str(version.pk))
    return render(
        request,
        "deliberation/outcome_sign.html",
        {
            "deliberation": deliberation,
            "document": document,
            "version": version,
            "opinions": outcome_page.opinions(document, answering=True),
            "losses": outcome_page.losses(document),
            "commitments": outcome_page.commitments(document),
            "missing": [(place_of(deliberation, one), one.sentence) for one in missing],
            "form": writing.form,
            "clashes": _clashes(request, deliberation),
        },
        status=writing.status,
    )


def _clashes(request: DeliberationRequest, deliberation: Deliberation) -> list[dict[str, Any]]:
    """What the words for the agents go against, with what was answered so far."""
    words = request.POST.get("agents", "").strip()
    found = goes_against(words, deliberation.project) if words else []
    return [shown(one, request.POST, may_give_way=False) for one in found]


def _drop_what_is_listed(writing: Writing, missing: list[Missing]) -> None:
    """What the summary above lists with links is not said a second time below it."""
    said = {str(one.sentence) for one in missing}
    errors = writing.form.errors.get("__all__")
    if errors is not None:
        errors.data = [error for error in errors.as_data() if not set(error.messages) & said]


def place_of(deliberation: Deliberation, missing: Missing) -> str:
    """Where something missing is mended: the answer's page, or the place on this one."""
    kind, _dash, key = missing.field.partition("-")
    if kind == "dissent":
        return address(deliberation, "dissent_answer", UUID(key))
    return {
        "remainders": "#remainder-h",
        "prioritized": "#values-h",
        "deprioritized": "#values-h",
        "commitments": "#commitments-h",
        "applies_to": "#scope-h",
        "does_not_apply_to": "#scope-h",
        "review_date": "#scope-h",
        "triggers": "#scope-h",
        "hearings": "#heard-h",
    }.get(kind, "#decision")


@form_page
@deliberation_view("read_outcome")
def outcome_return(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Give the draft back, with a reason."""
    must(request, deliberation, "return_outcome")
    by = user_of(request)
    writing = Writing(request, deliberation, ReasonForm, name="put_return", by=by)
    if writing.sends(
        lambda data: return_outcome(deliberation, by=by, **data),
        done=_("The draft is given back. The facilitator reads your reason."),
    ):
        return to(deliberation, "outcome")
    return render(
        request,
        "confirm.html",
        {
            "heading": _("Give the draft back?"),
            "kicker": deliberation.reference,
            "says": _(
                "The facilitator reads your reason and writes a new version. It is circulated again, with the whole "
                "time for dissent, before it comes back to you."
            ),
            "form": writing.form,
            "title": _("Give it back"),
            "back": address(deliberation, "outcome_sign"),
        },
        status=writing.status,
    )


@form_page
@deliberation_view("read_outcome")
def commitment_report(request: DeliberationRequest, deliberation: Deliberation, pk: UUID) -> HttpResponse:
    """Report what became of a commitment."""
    must(request, deliberation, "report_commitment")
    by = user_of(request)
    commitment: Commitment = get_object_or_404(
        Commitment.objects.select_related("what", "to_whom", "owner"),
        pk=pk,
        deliberation=deliberation,
        version__signed_outcome__isnull=False,
    )
    writing = Writing(
        request, deliberation, CommitmentForm, name="put_report", about=commitment.pk, by=by, commitment=commitment
    )
    if writing.sends(
        lambda data: report_commitment(deliberation, commitment, by=by, **data),
        done=_("Your report stands with the commitment."),
    ):
        return to(deliberation, "outcome#commitments-h")
    return render(
        request,
        "deliberation/commitment.html",
        {
            "deliberation": deliberation,
            "commitment": commitment,
            "reports": commitment.reports.select_related("account", "by_user", "new_owner"),
            "form": writing.form,
            "writing": writing,
        },
        status=writing.status,
    )
