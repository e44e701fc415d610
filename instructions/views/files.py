"""Files of instructions: coming in as proposals, decided many at once, and going out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.access import MemberRequest, for_members
from accounts.ids import uuid_or_none
from accounts.models import Project
from accounts.queries.organisations import open_projects, projects
from accounts.refusals import Invalid
from accounts.views.acting import sent
from instructions.domain.conflicts import Clash, Unanswered
from instructions.domain.deciding import accept_proposals, reject_proposals
from instructions.domain.exporting import as_csv, as_json, as_markdown
from instructions.domain.history_file import LARGEST_FILE
from instructions.domain.importing import Imported, NotReadable, import_instructions
from instructions.forms.files import DecideForm, FileForm
from instructions.models import Import, Instruction
from instructions.queries.files import imports, proposals_of, states_of

PAGE = 100
MOST_AT_ONCE = 5_000
"""Proposals decided in one go on a page."""

MOST_ON_A_PAGE = 10_000
"""Instructions of a file that a page takes in; the command takes more."""

EXPORTS = {
    "json": (as_json, "application/json", "instruction-history.json"),
    "markdown": (as_markdown, "text/markdown; charset=utf-8", "instructions.md"),
    "csv": (as_csv, "text/csv; charset=utf-8", "instructions.csv"),
}


@require_http_methods(["GET", "POST"])
@for_members(read="import_instructions")
def instruction_import(request: MemberRequest, slug: str) -> HttpResponse:
    """Choose a file; what is wrong with it is said by line, and what is right becomes proposals."""
    form = FileForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        projects=open_projects(),
    )
    unreadable: NotReadable | None = None

    def verb(given: dict[str, Any]) -> Imported:
        nonlocal unreadable
        file = given["file"]
        try:
            return import_instructions(
                request.organisation,
                form.chosen,
                file.name,
                file.read(LARGEST_FILE + 1),
                by=request.user,
                most=MOST_ON_A_PAGE,
            )
        except NotReadable as refused:
            unreadable = refused
            raise Invalid(_("Nothing was imported. What is wrong stands below."), "file") from None

    made = sent(form, verb)
    if made is not None:
        if not made.left_out:
            return redirect("instruction_import_decide", slug=slug, pk=made.row.pk)
        # The words of what was left out are stored nowhere, so they are shown in this answer.
        return render(request, "instructions/imported.html", {"made": made})
    return render(
        request,
        "instructions/import.html",
        {"form": form, "unreadable": unreadable, "imports": imports(request.organisation)[:20]},
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "POST"])
@for_members(read="accept_proposals")
def instruction_import_decide(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """The proposals of one file: accept or reject many under one reason."""
    brought_by = imports(request.organisation).filter(pk=pk).first()
    if brought_by is None:
        raise Http404
    form = DecideForm(request.POST if request.method == "POST" else None)
    ticked = set(request.POST.getlist("chosen"))
    clashes: list[Clash] = []

    def verb(_given: dict[str, Any]) -> str:
        nonlocal clashes
        try:
            return _decide(request, brought_by, form, ticked)
        except Unanswered as refused:
            clashes = refused.clashes
            raise Invalid(refused.sentence, "apart") from None

    decided = sent(form, verb)
    if decided is not None:
        messages.success(request, decided)
        return redirect("instruction_import_decide", slug=slug, pk=pk)
    shown_at = clock.now()
    rows, following = _page(brought_by, request.GET.get("after", ""))
    return render(
        request,
        "instructions/import_decide.html",
        {
            "brought_by": brought_by,
            "form": form,
            "rows": rows,
            "shown_at": shown_at,
            "ticked": ticked if form.is_bound else {str(row.pk) for row in rows},
            "after": following,
            "states": [(Instruction.State(state).label, number) for state, number in states_of(brought_by).items()],
            "clashes": clashes,
            "asks_apart": bool(clashes) or bool(form.is_bound and form.data.get("apart")),
        },
        status=422 if form.is_bound and form.errors else 200,
    )


def _decide(request: MemberRequest, brought_by: Import, form: DecideForm, ticked: set[str]) -> str:
    rows = proposals_of(brought_by)
    if form.cleaned_data["which"] == "ticked":
        rows = rows.filter(pk__in=[key for one in ticked if (key := uuid_or_none(one))])
    chosen = list(rows[:MOST_AT_ONCE])
    why = form.cleaned_data["why"]
    if request.POST.get("do") == "reject":
        number = len(reject_proposals(chosen, by=request.user, why=why))
        return ngettext("%(n)d proposal is rejected.", "%(n)d proposals are rejected.", number) % {"n": number}
    number = len(
        accept_proposals(
            chosen, by=request.user, why=why, apart=form.cleaned_data["apart"], shown_at=form.cleaned_data["shown_at"]
        )
    )
    return ngettext("%(n)d instruction is in force.", "%(n)d instructions are in force.", number) % {"n": number}


def _page(brought_by: Import, after: str) -> tuple[list[Instruction], UUID | None]:
    rows = proposals_of(brought_by)
    if key := uuid_or_none(after):
        rows = rows.filter(pk__gt=key)
    found = list(rows[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None


@require_safe
@for_members(read="read_instructions")
def instruction_export(request: MemberRequest, slug: str) -> HttpResponseBase:
    """Choose a project and a form, or get the file."""
    project = _project(request.GET.get("project", ""))
    chosen = EXPORTS.get(request.GET.get("form", ""))
    if project is None or chosen is None:
        return render(request, "instructions/export.html", {"projects": projects()})
    write, kind, name = chosen
    response = StreamingHttpResponse(write(project), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{project.slug}-{name}"'
    return response


def _project(given: str) -> Project | None:
    key = uuid_or_none(given)
    return projects().filter(pk=key).first() if key else None
