"""Dissent: written, joined, taken back, answered."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.ids import uuid_or_none
from accounts.permissions import rule
from accounts.views.acting import tries
from audit.models import Entry
from deliberation.addresses import address
from deliberation.domain.act import check_state
from deliberation.domain.dissent import answer_dissent, join_dissent, withdraw_dissent, write_dissent
from deliberation.forms.dissent import AnswerForm, DissentForm
from deliberation.models import Deliberation, Dissent, Seat
from deliberation.queries import outcome_page
from deliberation.queries.outcome import document_of, version_to_read
from deliberation.views.access import DeliberationRequest, deliberation_view
from deliberation.views.acting import form_page, must, seat_of, to, user_of
from deliberation.views.writing import Writing


@form_page
@deliberation_view("read_outcome")
def dissent_write(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Write a dissent, or change one's own (`?replaces=`). The decision it stands beside is on the same page."""
    seat = seat_of(request)
    version = version_to_read(deliberation)
    if version is None:
        raise Http404
    replaces = _replaced(request, deliberation, seat)
    if request.method != "POST":
        check_state(rule("write_dissent"), deliberation, None)
    writing = Writing(
        request,
        deliberation,
        DissentForm,
        name="dissent",
        by=seat,
        about=replaces.pk if replaces else None,
        initial=_initial(replaces),
        of=deliberation,
    )
    if not writing.form.is_bound:
        # A draft begun against an older version is sent against the one that stands on this page.
        writing.put("version_id", str(version.pk))

    def write(data: dict[str, Any]) -> Dissent:
        return write_dissent(deliberation, by=seat, replaces=replaces, **data)

    if writing.sends(write):
        leaf = Entry.objects.get(pk=writing.result.entry_id).leaf_hex
        messages.success(request, _("Your dissent stands beside the draft. Its receipt: %(leaf)s") % {"leaf": leaf})
        return to(deliberation, "outcome#dissent-1")
    if writing.form.is_bound:
        writing.put("version_id", str(version.pk))
    document = document_of(version)
    return render(
        request,
        "deliberation/dissent.html",
        {
            "deliberation": deliberation,
            "version": version,
            "decision": outcome_page.decision(document),
            "changes": outcome_page.changes(version),
            "form": writing.form,
            "writing": writing,
            "replaces": replaces,
        },
        status=writing.status,
    )


def _replaced(request: DeliberationRequest, deliberation: Deliberation, seat: Seat) -> Dissent | None:
    key = request.GET.get("replaces")
    return get_object_or_404(Dissent, pk=uuid_or_none(key), deliberation=deliberation, seat=seat) if key else None


def _initial(replaces: Dissent | None) -> dict[str, Any]:
    if replaces is None:
        return {}
    texts = {name: str(getattr(replaces, name) or "") for name in ("lead", "objection", "removed_by", "predicts")}
    return texts | {"against": replaces.against, "framework": str(replaces.framework_id or "")}


@require_POST
@deliberation_view("read_outcome")
def dissent_join(request: DeliberationRequest, deliberation: Deliberation, pk: UUID) -> HttpResponse:
    """Join somebody's dissent."""
    seat, dissent = seat_of(request), get_object_or_404(Dissent, pk=pk, deliberation=deliberation)
    done = _("You joined this dissent. Your name stands under it.")
    tries(request, lambda: join_dissent(deliberation, dissent, by=seat), done=done)
    return to(deliberation, "outcome#dissent-1")


@form_page
@deliberation_view("read_outcome")
def dissent_withdraw(request: DeliberationRequest, deliberation: Deliberation, pk: UUID) -> HttpResponse:
    """Take back one's own dissent, asked once more."""
    seat = seat_of(request)
    dissent = get_object_or_404(Dissent, pk=pk, deliberation=deliberation, seat=seat)
    if request.method == "POST":
        done = _("Your dissent is taken back. It stays in the record and is not printed.")
        tries(request, lambda: withdraw_dissent(deliberation, dissent, by=seat), done=done)
        return to(deliberation, "outcome")
    return render(
        request,
        "confirm.html",
        {
            "heading": _("Take back your dissent?"),
            "kicker": deliberation.reference,
            "says": _(
                "It is no longer printed beside the decision, and needs no answer. It stays in the record. While the "
                "time for dissent runs you can write another."
            ),
            "title": _("Take it back"),
            "back": address(deliberation, "outcome"),
        },
    )


@form_page
@deliberation_view("read_outcome")
def dissent_answer(request: DeliberationRequest, deliberation: Deliberation, pk: UUID) -> HttpResponse:
    """The decision holder's answer, with the dissent above it."""
    must(request, deliberation, "answer_dissent")
    by = user_of(request)
    dissent: Dissent = get_object_or_404(
        Dissent.objects.select_related("seat", "framework", "lead", "objection", "removed_by", "predicts"),
        pk=pk,
        deliberation=deliberation,
    )
    last = dissent.answers.select_related("text").last()
    initial = {"text": str(last.text)} if last else {}
    writing = Writing(request, deliberation, AnswerForm, name="put_answer", about=dissent.pk, by=by, initial=initial)
    if writing.sends(
        lambda data: answer_dissent(deliberation, dissent, by=by, **data),
        done=_("Your answer stands under the dissent. Who wrote it is told."),
    ):
        return to(deliberation, "outcome#dissent-1")
    return render(
        request,
        "deliberation/dissent_answer.html",
        {
            "deliberation": deliberation,
            "dissent": dissent,
            "last": last,
            "form": writing.form,
            "writing": writing,
        },
        status=writing.status,
    )
