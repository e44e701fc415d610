"""The intake page: the question, what is known, what could be done, and what is in tension."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Part
from accounts.views.acting import tries
from deliberation.domain import conflict, options, tensions
from deliberation.domain.standing import standing_of
from deliberation.forms.conflict import (
    ChangeForm,
    FindingForm,
    FrameworkForm,
    HarmForm,
    OptionForm,
    QuestionForm,
    ReasonForm,
    TitleForm,
)
from deliberation.models import Deliberation, Finding, Harm, Option, Seat
from deliberation.queries import intake as reads
from deliberation.views.access import DeliberationRequest, deliberation_view
from deliberation.views.acting import to, user_of
from deliberation.views.precedent import like_cases
from deliberation.views.writing import Forms, Writing, status_of

ADD: dict[str, tuple[str, type[Form]]] = {
    "framework": ("frameworks", FrameworkForm),
    "trade_off": ("trade-offs", TitleForm),
    "group": ("groups", TitleForm),
}


def author(request: DeliberationRequest, deliberation: Deliberation, verb: str) -> User | Seat | None:
    """As whom the reader may run `verb`: as staff, else as the participant's seat they speak from, else nobody."""
    standing, seat = request.standing, request.seat
    staff = replace(standing, parts=standing.parts - {Part.PARTICIPANT})
    if standing.user is not None and staff.may(verb):
        return standing.user
    if seat is not None and standing_of(seat, deliberation).may(verb):
        return seat
    return None


def viewer_id(request: DeliberationRequest) -> UUID | None:
    """Whose order of frameworks this page is in: the seat's that speaks, else the user's."""
    seat = request.seat
    return seat.pk if seat is not None else request.user.pk


@deliberation_view()
def deliberation_intake(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """The whole intake; a POST rewords the question."""
    if request.method != "POST":
        return page(request, deliberation)
    by = user_of(request)
    writing = Writing(
        request, deliberation, QuestionForm, name="question", by=by, organisation=deliberation.organisation
    )
    if writing.sends(lambda data: conflict.edit_question(deliberation, by=by, **data)):
        return back(deliberation, "question")
    return page(request, deliberation, writing)


def back(deliberation: Deliberation, anchor: str) -> HttpResponse:
    """To the place on the page where something was changed."""
    return to(deliberation, f"deliberation_intake#{anchor}")


def page(request: DeliberationRequest, deliberation: Deliberation, refused: Writing | None = None) -> HttpResponse:
    """The intake page, with the form that could not be taken where one was sent."""
    standing = request.standing
    edits = standing.may("edit_question")
    finder, harmer = author(request, deliberation, "add_finding"), author(request, deliberation, "add_harm")
    forms_of = Forms(request, deliberation, by=finder or harmer, refused=refused)
    context: dict[str, Any] = {
        "deliberation": deliberation,
        "edits": edits,
        "may": {
            verb: standing.may(verb) for verb in ("add_option", "suggest_tensions", "add_tension", "strike_finding")
        },
        "findings": reads.findings(deliberation),
        "options": [_option(shown, forms_of, edits, harmer) for shown in reads.options(deliberation)],
        "kinds": [_kind(kind, forms_of, edits) for kind in reads.tensions(deliberation, viewer_id(request))],
        "lacks": conflict.missing(deliberation) if edits else [],
        "form": refused.form if refused else None,
        **like_cases(request, deliberation),
    }
    if edits:
        context["question_form"] = forms_of(
            "question",
            QuestionForm,
            organisation=deliberation.organisation,
            initial={
                "question": str(deliberation.question),
                "decision_asked": str(deliberation.decision_asked or ""),
                "urgency": deliberation.urgency,
            },
        )
    if finder is not None:
        context["finding_form"] = forms_of("finding", FindingForm)
    if context["may"]["add_option"]:
        context["option_form"] = forms_of("option", OptionForm)
    return render(request, "deliberation/intake.html", context, status=status_of(refused))


def _option(shown: reads.OptionShown, forms_of: Forms, edits: bool, harmer: User | Seat | None) -> dict[str, Any]:
    key = shown.option.pk
    row: dict[str, Any] = {"shown": shown, "option": shown.option, "harms": shown.harms}
    if harmer is not None:
        row["harm_form"] = forms_of("harm", HarmForm, about=key)
    if edits:
        row["edit_form"] = forms_of(
            "edit_option",
            OptionForm,
            about=key,
            initial={"text": str(shown.option.text), "detail": str(shown.option.detail or "")},
        )
    return row


def _kind(kind: reads.Tensions, forms_of: Forms, edits: bool) -> dict[str, Any]:
    entries = []
    for shown in kind.entries:
        row: dict[str, Any] = {"shown": shown, "row": shown.row}
        if edits:
            key = shown.row.pk
            row["change"] = forms_of(
                "change",
                ChangeForm,
                about=key,
                framework=kind.kind == "framework",
                initial={"title": shown.row.title, "concern": str(shown.concern or "")},
            )
            row["drop"] = forms_of("drop", ReasonForm, about=key, label=_("Why it is dropped"))
        entries.append(row)
    found: dict[str, Any] = {"kind": kind, "entries": entries, "add": None}
    if edits and forms_of.deliberation is not None:
        found["add"] = forms_of(f"add_{kind.kind}", ADD[kind.kind][1], **_asks(kind.kind, forms_of.deliberation))
    return found


def _asks(kind: str, deliberation: Deliberation) -> dict[str, Any]:
    """What the form of a kind has to be told: a framework is chosen from the organisation's catalogue."""
    return {"organisation": deliberation.organisation} if kind == "framework" else {}


# --- Findings, options, harms


@deliberation_view()
def finding_add(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Add something known, disputed or unknown."""
    by = author(request, deliberation, "add_finding") or user_of(request)
    return _add(request, deliberation, FindingForm, "finding", "findings", by, options.add_finding)


@deliberation_view()
def finding_strike(request: DeliberationRequest, deliberation: Deliberation, pk: UUID) -> HttpResponse:
    """Strike a finding."""
    return _strike(request, _one(Finding, deliberation, pk), options.strike_finding, "findings")


@deliberation_view()
def option_add(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Add an option."""
    return _add(request, deliberation, OptionForm, "option", "options", user_of(request), options.add_option)


@deliberation_view()
def option_edit(request: DeliberationRequest, deliberation: Deliberation, pk: UUID) -> HttpResponse:
    """Reword an option."""
    option = _one(Option, deliberation, pk)
    by = user_of(request)
    writing = Writing(request, deliberation, OptionForm, name="edit_option", about=pk, by=by)
    if request.method != "POST" or writing.sends(lambda data: options.edit_option(option, by=by, **data)):
        return back(deliberation, f"option-{option.number}")
    return page(request, deliberation, writing)


@deliberation_view()
def option_strike(request: DeliberationRequest, deliberation: Deliberation, pk: UUID) -> HttpResponse:
    """Strike an option."""
    return _strike(request, _one(Option, deliberation, pk), options.strike_option, "options")


@deliberation_view()
def harm_add(request: DeliberationRequest, deliberation: Deliberation, pk: UUID) -> HttpResponse:
    """Name who would bear what if this option were chosen."""
    option = _one(Option, deliberation, pk)
    by: Any = author(request, deliberation, "add_harm") or user_of(request)
    writing = Writing(request, deliberation, HarmForm, name="harm", about=pk, by=by)
    if request.method != "POST" or writing.sends(lambda data: options.add_harm(option, by=by, **data)):
        return back(deliberation, f"option-{option.number}")
    return page(request, deliberation, writing)


@deliberation_view()
def harm_strike(request: DeliberationRequest, deliberation: Deliberation, pk: UUID) -> HttpResponse:
    """Strike a harm."""
    harm = _one(Harm, deliberation, pk)
    return _strike(request, harm, options.strike_harm, f"option-{harm.option.number}")


def _add(
    request: DeliberationRequest,
    deliberation: Deliberation,
    form_class: type[Form],
    name: str,
    anchor: str,
    by: Any,
    verb: Any,
) -> HttpResponse:
    writing = Writing(request, deliberation, form_class, name=name, by=by)
    if request.method != "POST" or writing.sends(lambda data: verb(deliberation, by=by, **data)):
        return back(deliberation, anchor)
    return page(request, deliberation, writing)


def _strike(request: DeliberationRequest, row: Any, verb: Any, anchor: str) -> HttpResponse:
    if request.method == "POST":
        tries(request, lambda: verb(row, by=user_of(request)), done=_("Struck. The record keeps that it stood here."))
    return back(row.deliberation, anchor)


def _one(model: Any, deliberation: Deliberation, pk: UUID) -> Any:
    """The row of this very deliberation, else 404."""
    row = model.objects.filter(pk=pk, deliberation=deliberation).first()
    if row is None:
        raise Http404
    return row


# --- What is in tension


@deliberation_view()
def suggest(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponse:
    """Ask the software for suggestions."""
    if request.method == "POST":
        by = user_of(request)
        found: list[Any] = []
        if tries(request, lambda: found.extend(tensions.suggest_tensions(deliberation, by=by))):
            messages.success(
                request,
                _("The software made suggestions. Each waits for you to keep, change or drop it.")
                if found
                else _("The software has nothing more to suggest. What it does not know, you do."),
            )
    return back(deliberation, "frameworks")


@deliberation_view()
def tension_add(request: DeliberationRequest, deliberation: Deliberation, kind: str) -> HttpResponse:
    """Write a framework, a trade-off or a group."""
    if kind not in ADD:
        raise Http404
    anchor, form_class = ADD[kind]
    by = user_of(request)
    writing = Writing(request, deliberation, form_class, name=f"add_{kind}", by=by, **_asks(kind, deliberation))
    if request.method != "POST" or writing.sends(
        lambda data: tensions.add_tension(deliberation, by=by, kind=kind, **data)
    ):
        return back(deliberation, anchor)
    return page(request, deliberation, writing)


@deliberation_view()
def tension_settle(request: DeliberationRequest, deliberation: Deliberation, kind: str, pk: UUID) -> HttpResponse:
    """Keep, change or drop one of them; `do` is the button."""
    if kind not in ADD:
        raise Http404
    anchor = ADD[kind][0]
    tension = _one(tensions.KINDS[kind], deliberation, pk)
    here = back(deliberation, f"{kind}-{pk.hex}")
    if request.method != "POST":
        return here
    by = user_of(request)
    do, seen = request.POST.get("do", ""), request.POST.get("seen") or None
    if do not in {"change", "drop"}:
        tries(request, lambda: tensions.settle_tension(tension, by=by, do=do, seen=seen))
        return here
    form_class: type[Form] = ChangeForm if do == "change" else ReasonForm
    more = {"framework": kind == "framework"} if do == "change" else {"label": _("Why it is dropped")}
    writing = Writing(request, deliberation, form_class, name=do, about=pk, by=by, **more)
    if writing.sends(lambda data: tensions.settle_tension(tension, by=by, do=do, seen=seen, **data)):
        return here if do == "change" else back(deliberation, anchor)
    return page(request, deliberation, writing)
