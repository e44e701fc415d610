"""Dissent: written, joined, taken back, answered."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.permissions import rule
from accounts.refusals import NotAllowed
from audit.models import Entry
from deliberation.domain.act import check_state
from deliberation.domain.dissent import answer_dissent, join_dissent, withdraw_dissent, write_dissent
from deliberation.forms.dissent import AnswerForm, DissentForm
from deliberation.models import Deliberation, Dissent, Seat
from deliberation.queries import outcome_page
from deliberation.queries.outcome import document_of, version_to_read
from deliberation.views.access import deliberation_view
from deliberation.views.acting import Writing, tries
from deliberation.views.drafting import must, puts, to_outcome


def _seat(request: HttpRequest) -> Seat:
    seat: Seat | None = request.seat  # type: ignore[attr-defined]
    if seat is None:
        raise NotAllowed(rule("write_dissent").says)
    return seat


@require_http_methods(["GET", "HEAD", "POST"])
@deliberation_view("read_outcome")
def dissent_write(request: HttpRequest, deliberation: Deliberation) -> HttpResponse:
    """Write a dissent, or change one's own (`?replaces=`). The decision it stands beside is on the same page."""
    seat = _seat(request)
    version = version_to_read(deliberation)
    if version is None:
        raise Http404
    replaces = _replaced(request, deliberation, seat)
    name = f"dissent:{replaces.pk}" if replaces else f"dissent:{deliberation.pk.hex}"
    if request.method != "POST":
        check_state(rule("write_dissent"), deliberation, None)
    writing = Writing(
        request,
        deliberation,
        DissentForm,
        name=name,
        by=seat,
        initial=_initial(replaces),
        of=deliberation,
    )
    if not writing.form.is_bound:
        # A draft begun against an older version is sent against the one that stands on this page.
        puts(writing.form, "version_id", str(version.pk))

    def write(data: dict[str, Any]) -> Dissent:
        return write_dissent(deliberation, by=seat, replaces=replaces, **data)

    if request.method == "POST" and writing.sends(write):
        leaf = Entry.objects.get(pk=writing.result.entry_id).leaf_hex
        messages.success(request, _("Your dissent stands beside the draft. Its receipt: %(leaf)s") % {"leaf": leaf})
        return to_outcome(deliberation, "dissent-1")
    if writing.form.is_bound:
        puts(writing.form, "version_id", str(version.pk))
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
            "autosave": reverse("draft_save", args=[deliberation.organisation.slug, deliberation.number, name]),
        },
        status=422 if writing.form.is_bound else 200,
    )


def _replaced(request: HttpRequest, deliberation: Deliberation, seat: Seat) -> Dissent | None:
    key = request.GET.get("replaces")
    if not key:
        return None
    try:
        return get_object_or_404(Dissent, pk=UUID(key), deliberation=deliberation, seat=seat)
    except ValueError:
        raise Http404 from None


def _initial(replaces: Dissent | None) -> dict[str, Any]:
    if replaces is None:
        return {}
    texts = {name: str(getattr(replaces, name) or "") for name in ("lead", "objection", "removed_by", "predicts")}
    return texts | {"against": replaces.against, "framework": str(replaces.framework_id or "")}


@require_POST
@deliberation_view("read_outcome")
def dissent_join(request: HttpRequest, deliberation: Deliberation, pk: UUID) -> HttpResponse:
    """Join somebody's dissent."""
    seat, dissent = _seat(request), get_object_or_404(Dissent, pk=pk, deliberation=deliberation)
    done = _("You joined this dissent. Your name stands under it.")
    tries(request, lambda: join_dissent(deliberation, dissent, by=seat), done=done)
    return to_outcome(deliberation, "dissent-1")


@require_http_methods(["GET", "HEAD", "POST"])
@deliberation_view("read_outcome")
def dissent_withdraw(request: HttpRequest, deliberation: Deliberation, pk: UUID) -> HttpResponse:
    """Take back one's own dissent, asked once more."""
    seat = _seat(request)
    dissent = get_object_or_404(Dissent, pk=pk, deliberation=deliberation, seat=seat)
    if request.method == "POST":
        done = _("Your dissent is taken back. It stays in the record and is not printed.")
        tries(request, lambda: withdraw_dissent(deliberation, dissent, by=seat), done=done)
        return to_outcome(deliberation)
    back = reverse("outcome", args=[deliberation.organisation.slug, deliberation.number])
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
            "back": back,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@deliberation_view("read_outcome")
def dissent_answer(request: HttpRequest, deliberation: Deliberation, pk: UUID) -> HttpResponse:
    """The decision holder's answer, with the dissent above it."""
    must(request, deliberation, "answer_dissent")
    by: User = request.user  # type: ignore[assignment]
    dissent: Dissent = get_object_or_404(
        Dissent.objects.select_related("seat", "framework", "lead", "objection", "removed_by", "predicts"),
        pk=pk,
        deliberation=deliberation,
    )
    last = dissent.answers.select_related("text").last()
    name = f"put_answer:{dissent.pk}"
    initial = {"text": str(last.text)} if last else {}
    writing = Writing(request, deliberation, AnswerForm, name=name, by=by, initial=initial)
    if request.method == "POST" and writing.sends(lambda data: answer_dissent(deliberation, dissent, by=by, **data)):
        messages.success(request, _("Your answer stands under the dissent. Who wrote it is told."))
        return to_outcome(deliberation, "dissent-1")
    return render(
        request,
        "deliberation/dissent_answer.html",
        {
            "deliberation": deliberation,
            "dissent": dissent,
            "last": last,
            "form": writing.form,
            "writing": writing,
            "autosave": reverse("draft_save", args=[deliberation.organisation.slug, deliberation.number, name]),
        },
        status=422 if writing.form.is_bound else 200,
    )
