"""The intake page: the question, what is known, what could be done, and what is in tension."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Part
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
from deliberation.views.access import deliberation_view
from deliberation.views.acting import Writing, tries
from deliberation.views.precedent import like_cases
from deliberation.views.sheets import Sheets, signed_in, write

ADD: dict[str, tuple[str, type[Form]]] = {
    "framework": ("frameworks", FrameworkForm),
    "trade_off": ("trade-offs", TitleForm),
    "group": ("groups", TitleForm),
}


def author(request: HttpRequest, deliberation: Deliberation, verb: str) -> User | Seat | None:
    """As whom the reader may run `verb`: as staff, else as the participant's seat they speak from, else nobody."""
    standing, seat = request.standing, request.seat  # type: ignore[attr-defined]
    staff = replace(standing, parts=standing.parts - {Part.PARTICIPANT})
    if standing.user is not None and staff.may(verb):
        return standing.user
    if seat is not None and standing_of(seat, deliberation).may(verb):
        return seat
    return None


def viewer_id(request: HttpRequest) -> UUID | None:
    """Whose order of frameworks this page is in: the seat's that speaks, else the user's."""
    seat = request.seat  # type: ignore[attr-defined]
    return seat.pk if seat is not None else request.user.pk


@deliberation_view()
def deliberation_intake(request: HttpRequest, deliberation: Deliberation) -> HttpResponse:
    """The whole intake; a POST rewords the question."""
    if request.method != "POST":
        return page(request, deliberation)
    by = signed_in(request)
    writing = write(request, deliberation, QuestionForm, "question", by=by, organisation=deliberation.organisation)
    if writing.sends(lambda data: conflict.edit_question(deliberation, by=by, **data)):
        return back(deliberation, "question")
    return page(request, deliberation, writing)


def back(deliberation: Deliberation, anchor: str) -> HttpResponse:
    """To the place on the page where something was changed."""
    address = reverse("deliberation_intake", args=[deliberation.organisation.slug, deliberation.number])
    return redirect(f"{address}#{anchor}")


def page(request: HttpRequest, deliberation: Deliberation, writing: Writing | None = None) -> HttpResponse:
    """The intake page, with the form that could not be taken where one was sent."""
    standing = request.standing  # type: ignore[attr-defined]
    edits = standing.may("edit_question")
    finder, harmer = author(request, deliberation, "add_finding"), author(request, deliberation, "add_harm")
    sheets = Sheets(request, deliberation, by=finder or harmer, writing=writing)
    context: dict[str, Any] = {
        "deliberation": deliberation,
        "edits": edits,
        "may": {
            verb: standing.may(verb) for verb in ("add_option", "suggest_tensions", "add_tension", "strike_finding")
        },
        "findings": reads.findings(deliberation),
        "options": [_option(shown, sheets, edits, harmer) for shown in reads.options(deliberation)],
        "kinds": [_kind(kind, sheets, edits) for kind in reads.tensions(deliberation, viewer_id(request))],
        "lacks": conflict.missing(deliberation) if edits else [],
        "form": sheets.refused,
        **like_cases(request, deliberation),
    }
    if edits:
        context["question_sheet"] = sheets.sheet(
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
        context["finding_sheet"] = sheets.sheet("finding", FindingForm)
    if context["may"]["add_option"]:
        context["option_sheet"] = sheets.sheet("option", OptionForm)
    return render(request, "deliberation/intake.html", context, status=422 if sheets.refused else 200)


def _option(shown: reads.OptionShown, sheets: Sheets, edits: bool, harmer: User | Seat | None) -> dict[str, Any]:
    key = shown.option.pk
    row: dict[str, Any] = {"shown": shown, "option": shown.option, "harms": shown.harms}
    if harmer is not None:
        row["harm_sheet"] = sheets.sheet("harm", HarmForm, of=key)
    if edits:
        row["edit_sheet"] = sheets.sheet(
            "edit_option",
            OptionForm,
            of=key,
            initial={"text": str(shown.option.text), "detail": str(shown.option.detail or "")},
        )
    return row


def _kind(kind: reads.Tensions, sheets: Sheets, edits: bool) -> dict[str, Any]:
    entries = []
    for shown in kind.entries:
        row: dict[str, Any] = {"shown": shown, "row": shown.row}
        if edits:
            key = shown.row.pk
            row["change"] = sheets.sheet(
                "change",
                ChangeForm,
                of=key,
                framework=kind.kind == "framework",
                initial={"title": shown.row.title, "concern": str(shown.concern or "")},
            )
            row["drop"] = sheets.sheet("drop", ReasonForm, of=key, label=_("Why it is dropped"))
        entries.append(row)
    found: dict[str, Any] = {"kind": kind, "entries": entries, "add": None}
    if edits:
        found["add"] = sheets.sheet(f"add_{kind.kind}", ADD[kind.kind][1])
    return found


# --- Findings, options, harms


@deliberation_view()
def finding_add(request: HttpRequest, deliberation: Deliberation) -> HttpResponse:
    """Add something known, disputed or unknown."""
    by = author(request, deliberation, "add_finding") or signed_in(request)
    return _add(request, deliberation, FindingForm, "finding", "findings", by, options.add_finding)


@deliberation_view()
def finding_strike(request: HttpRequest, deliberation: Deliberation, pk: UUID) -> HttpResponse:
    """Strike a finding."""
    return _strike(request, _one(Finding, deliberation, pk), options.strike_finding, "findings")


@deliberation_view()
def option_add(request: HttpRequest, deliberation: Deliberation) -> HttpResponse:
    """Add an option."""
    return _add(request, deliberation, OptionForm, "option", "options", signed_in(request), options.add_option)


@deliberation_view()
def option_edit(request: HttpRequest, deliberation: Deliberation, pk: UUID) -> HttpResponse:
    """Reword an option."""
    option = _one(Option, deliberation, pk)
    by = signed_in(request)
    writing = write(request, deliberation, OptionForm, "edit_option", of=pk, by=by)
    if request.method != "POST" or writing.sends(lambda data: options.edit_option(option, by=by, **data)):
        return back(deliberation, f"option-{option.number}")
    return page(request, deliberation, writing)


@deliberation_view()
def option_strike(request: HttpRequest, deliberation: Deliberation, pk: UUID) -> HttpResponse:
    """Strike an option."""
    return _strike(request, _one(Option, deliberation, pk), options.strike_option, "options")


@deliberation_view()
def harm_add(request: HttpRequest, deliberation: Deliberation, pk: UUID) -> HttpResponse:
    """Name who would bear what if this option were chosen."""
    option = _one(Option, deliberation, pk)
    by: Any = author(request, deliberation, "add_harm") or signed_in(request)
    writing = write(request, deliberation, HarmForm, "harm", of=pk, by=by)
    if request.method != "POST" or writing.sends(lambda data: options.add_harm(option, by=by, **data)):
        return back(deliberation, f"option-{option.number}")
    return page(request, deliberation, writing)


@deliberation_view()
def harm_strike(request: HttpRequest, deliberation: Deliberation, pk: UUID) -> HttpResponse:
    """Strike a harm."""
    harm = _one(Harm, deliberation, pk)
    return _strike(request, harm, options.strike_harm, f"option-{harm.option.number}")


def _add(
    request: HttpRequest,
    deliberation: Deliberation,
    form_class: type[Form],
    name: str,
    anchor: str,
    by: Any,
    verb: Any,
) -> HttpResponse:
    writing = write(request, deliberation, form_class, name, by=by)
    if request.method != "POST" or writing.sends(lambda data: verb(deliberation, by=by, **data)):
        return back(deliberation, anchor)
    return page(request, deliberation, writing)


def _strike(request: HttpRequest, row: Any, verb: Any, anchor: str) -> HttpResponse:
    if request.method == "POST":
        tries(request, lambda: verb(row, by=signed_in(request)), done=_("Struck. The record keeps that it stood here."))
    return back(row.deliberation, anchor)


def _one(model: Any, deliberation: Deliberation, pk: UUID) -> Any:
    """The row of this very deliberation, else 404."""
    row = model.objects.filter(pk=pk, deliberation=deliberation).first()
    if row is None:
        raise Http404
    return row


# --- What is in tension


@deliberation_view()
def suggest(request: HttpRequest, deliberation: Deliberation) -> HttpResponse:
    """Ask the software for suggestions."""
    if request.method == "POST":
        by = signed_in(request)
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
def tension_add(request: HttpRequest, deliberation: Deliberation, kind: str) -> HttpResponse:
    """Write a framework, a trade-off or a group."""
    if kind not in ADD:
        raise Http404
    anchor, form_class = ADD[kind]
    by = signed_in(request)
    writing = write(request, deliberation, form_class, f"add_{kind}", by=by)
    if request.method != "POST" or writing.sends(
        lambda data: tensions.add_tension(deliberation, by=by, kind=kind, **data)
    ):
        return back(deliberation, anchor)
    return page(request, deliberation, writing)


@deliberation_view()
def tension_settle(request: HttpRequest, deliberation: Deliberation, kind: str, pk: UUID) -> HttpResponse:
    """Keep, change or drop one of them; `do` is the button."""
    if kind not in ADD:
        raise Http404
    anchor = ADD[kind][0]
    tension = _one(tensions.KINDS[kind], deliberation, pk)
    here = back(deliberation, f"{kind}-{pk.hex}")
    if request.method != "POST":
        return here
    by = signed_in(request)
    do, seen = request.POST.get("do", ""), request.POST.get("seen") or None
    if do not in {"change", "drop"}:
        tries(request, lambda: tensions.settle_tension(tension, by=by, do=do, seen=seen))
        return here
    form_class: type[Form] = ChangeForm if do == "change" else ReasonForm
    more = {"framework": kind == "framework"} if do == "change" else {"label": _("Why it is dropped")}
    writing = write(request, deliberation, form_class, do, of=pk, by=by, **more)
    if writing.sends(lambda data: tensions.settle_tension(tension, by=by, do=do, seen=seen, **data)):
        return here if do == "change" else back(deliberation, anchor)
    return page(request, deliberation, writing)
