"""The findings over all instructions, and how far a job over the history is."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import MemberRequest, for_members
from accounts.permissions import may
from accounts.queries.organisations import open_projects
from instructions.domain.findings import Finding, Kind, findings_of
from instructions.domain.rejudging import shown
from instructions.models import Instruction, Reckoning
from instructions.queries.instruction import first_words
from instructions.views.listing import READ

PAGE = 50


@require_safe
@for_members(read=READ)
def instruction_findings(request: MemberRequest, slug: str) -> HttpResponse:
    """What can be said against the instructions in force by looking at them alone."""
    projects = list(open_projects())
    chosen = next((one for one in projects if str(one.pk) == request.GET.get("project", "")), None)
    kind = request.GET.get("kind", "")
    found = findings_of(request.organisation, chosen, by=request.user)
    wanted = [one for one in found.found if kind not in Kind.values or one.kind == kind]
    page = Paginator(wanted, PAGE).get_page(request.GET.get("page"))
    query = {"project": str(chosen.pk)} if chosen is not None else {}
    return render(
        request,
        "instructions/findings.html",
        {
            "found": found,
            "page": page,
            "findings": _with_rows(list(page)),
            "kind": kind,
            "kinds": [(value, label, found.count(value)) for value, label in Kind.choices],
            "projects": projects,
            "chosen": chosen,
            "query": urlencode(query | ({"kind": kind} if kind in Kind.values else {})),
            "of_project": urlencode(query),
            "may_revise": may(request.caller, "revise_instruction", Instruction.State.ACTIVE),
        },
    )


def _with_rows(findings: list[Finding]) -> list[dict[str, object]]:
    ids = {UUID(id) for one in findings for id in (one.instruction, one.other) if id}
    rows = Instruction.objects.filter(pk__in=ids).select_related("current__text", "project")
    by_id = {str(row.pk): row for row in rows}
    return [
        {
            "says": one.says,
            "kind": Kind(one.kind).label,
            "instructions": [_titled(by_id[id]) for id in (one.instruction, one.other) if id in by_id],
        }
        for one in findings
        if one.instruction in by_id
    ]


def _titled(row: Instruction) -> tuple[Instruction, str]:
    return row, first_words(row.current.text) if row.current is not None else ""


@require_safe
@for_members(read="read_reckoning")
def instruction_changed(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """How far it is found what a change would have changed: the part of a page for htmx, else a page of its own."""
    row = Reckoning.objects.filter(pk=pk, kind=Reckoning.Kind.CHANGED, organisation=request.organisation).first()
    if row is None:
        raise Http404
    part = "parts/would_have_changed.html" if request.headers.get("HX-Request") else "changed.html"
    return render(request, f"instructions/{part}", {"changed": shown(row), "slug": slug})
