"""The facilitator's side of round 4: the draft, its circulation, and its way to the decision holder."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.permissions import rule
from accounts.refusals import NotAllowed
from deliberation.domain.act import check_state
from deliberation.domain.completeness import latest_version
from deliberation.domain.drafts import save_draft
from deliberation.domain.outcome import (
    circulate_outcome,
    draft_outcome,
    send_to_sign,
    set_aside_outcome_draft,
)
from deliberation.forms.outcome import OutcomeForm, initial_of, reshaped
from deliberation.models import Deliberation, Outcome, OutcomeVersion
from deliberation.views.access import deliberation_view
from deliberation.views.acting import NOT_WORDS, Writing, tries


def must(request: HttpRequest, deliberation: Deliberation, verb: str) -> None:
    """Raise `NotAllowed` or `WrongState` unless the table lets this member of staff run `verb` now."""
    the_rule = rule(verb)
    sentence = request.standing.why_not(the_rule)  # type: ignore[attr-defined]
    if sentence:
        raise NotAllowed(sentence)
    check_state(the_rule, deliberation, None)


def to_outcome(deliberation: Deliberation, anchor: str = "") -> HttpResponse:
    """Back to the outcome's page."""
    url = reverse("outcome", args=[deliberation.organisation.slug, deliberation.number])
    return redirect(url + (f"#{anchor}" if anchor else ""))


@require_http_methods(["GET", "HEAD", "POST"])
@deliberation_view("read_outcome")
def outcome_draft(request: HttpRequest, deliberation: Deliberation) -> HttpResponse:
    """The draft as one long form. Rows come and go by buttons; whatever was typed is kept each time."""
    must(request, deliberation, "draft_outcome")
    by: User = request.user  # type: ignore[assignment]
    version = _latest(deliberation)
    name = f"put_outcome:{deliberation.pk.hex}"
    do = request.POST.get("do", "")
    if do.startswith(("add-", "remove-")):
        fields = {k: v for k, v in request.POST.items() if k not in NOT_WORDS and isinstance(v, str)}
        fields, anchor = reshaped(fields, do)
        save_draft(deliberation.organisation, by=by, form=name, fields=fields, deliberation=deliberation)
        return redirect(f"{request.path}#{anchor}")
    writing = Writing(
        request,
        deliberation,
        OutcomeForm,
        name=name,
        by=by,
        initial=initial_of(version, deliberation),
        of=deliberation,
    )
    form: OutcomeForm = writing.form  # type: ignore[assignment]

    def keep(data: dict[str, Any]) -> OutcomeVersion:
        kept = draft_outcome(deliberation, by=by, content=form.content(), seen=parse_datetime(data["seen"] or ""))
        return circulate_outcome(deliberation, by=by) if do == "circulate" else kept

    if request.method == "POST" and writing.sends(keep):
        if do == "circulate":
            messages.success(request, _("The draft is circulated to everybody who takes part."))
        else:
            messages.success(request, _("The draft is kept. Nobody else has seen it."))
        return to_outcome(deliberation)
    _show_as_it_stands(form, _latest(deliberation))
    return render(
        request,
        "deliberation/outcome_draft.html",
        {
            "deliberation": deliberation,
            "version": _latest(deliberation),
            "form": form,
            "writing": writing,
            "autosave": reverse("draft_save", args=[deliberation.organisation.slug, deliberation.number, name]),
            "circulating": do == "circulate",
        },
        status=422 if form.is_bound else 200,
    )


def _latest(deliberation: Deliberation) -> OutcomeVersion | None:
    outcome = Outcome.objects.filter(deliberation=deliberation).first()
    return latest_version(outcome) if outcome else None


def _show_as_it_stands(form: OutcomeForm, version: OutcomeVersion | None) -> None:
    """Let the form speak of the draft as it stands now: who has been told of a change made elsewhere may save again."""
    seen = version.edited_at.isoformat() if version is not None and version.circulated_at is None else ""
    puts(form, "seen", seen)


def puts(form: Form, name: str, value: str) -> None:
    """Let a hidden field of the form say `value`, whatever was sent or kept in it."""
    sent: Any = form.data
    if form.is_bound:
        form.data = sent.copy()
        form.data[name] = value  # type: ignore[index]
    else:
        form.initial[name] = value


@require_POST
@deliberation_view("read_outcome")
def outcome_circulate(request: HttpRequest, deliberation: Deliberation) -> HttpResponse:
    """Circulate the draft as it is kept. What is missing is said on the form, at its place."""
    done = _("The draft is circulated to everybody who takes part.")
    if tries(request, lambda: circulate_outcome(deliberation, by=request.user), done=done):  # type: ignore[arg-type]
        return to_outcome(deliberation)
    return redirect("outcome_draft", slug=deliberation.organisation.slug, number=deliberation.number)


@require_POST
@deliberation_view("read_outcome")
def outcome_set_aside(request: HttpRequest, deliberation: Deliberation) -> HttpResponse:
    """Give up the draft that nobody has seen."""
    done = _("The draft is set aside. The one circulated before stands again.")
    tries(request, lambda: set_aside_outcome_draft(deliberation, by=request.user), done=done)  # type: ignore[arg-type]
    return to_outcome(deliberation)


@require_POST
@deliberation_view("read_outcome")
def outcome_send_to_sign(request: HttpRequest, deliberation: Deliberation) -> HttpResponse:
    """Hand the draft to the decision holder."""
    done = _("The decision holder has it now.")
    tries(request, lambda: send_to_sign(deliberation, by=request.user), done=done)  # type: ignore[arg-type]
    return to_outcome(deliberation)
