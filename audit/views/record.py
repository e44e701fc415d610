"""The record as auditors and administrators read it: the list, one entry, and what was found as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import MemberRequest, for_members
from accounts.csv_lines import OPENS_AS_UTF_8, csv_lines
from accounts.durations import took
from accounts.ids import uuid_or_none
from accounts.roles import Role
from audit.envelope import instant
from audit.export import NothingSigned, export
from audit.forms.search import SearchForm
from audit.models import Entry
from audit.queries import wording
from audit.queries.distribution import MOST_DAYS, Distribution, distribution
from audit.queries.entry import Page, entry_page
from audit.queries.proofs import inclusion_of, last_checkpoint
from audit.queries.registry import acts_in_words, page_of_subject
from audit.queries.search import COLUMNS, WITHIN_CHECKS, Found, Wanted, every, search
from audit.receipts import receipt_of

READ = "read_record"
NOTHING = Found([], None)
PROOFS = {"receipt": "receipt.txt", "proof": "proof.json", "tlog": "tlog-proof"}
"""What can be taken along of an entry, and how the file ends."""
FILES = {
    "csv": ("text/csv; charset=utf-8", "record-{}.csv"),
    "jsonl": ("application/x-ndjson", "record-{}.jsonl"),
    "zip": ("application/zip", "record-{}.zip"),
    "checkpoint": ("text/plain; charset=utf-8", "checkpoint-{}.txt"),
}
"""What can be taken along of the record: of what kind the file is, and its name."""


@require_safe
@for_members(read=READ)
def record(request: MemberRequest, slug: str) -> HttpResponse:
    """The entries that are looked for, page after page, and how they are spread over the days."""
    given = {name: value for name, value in request.GET.items() if value}
    after = uuid_or_none(str(given.pop("after", "")))
    form = SearchForm(given)
    wanted = form.wanted()
    found = search(request.organisation, wanted, after) if wanted is not None else NOTHING
    names = wording.names_of(found.rows)
    acts = acts_in_words(found.rows, request.caller)
    chart = distribution(request.organisation, wanted or Wanted())
    return render(
        request,
        "audit/record.html",
        {
            "form": form,
            "narrow": bool(given),
            "rows": [_row(entry, names, acts) for entry in found.rows],
            "found": found,
            "query": urlencode(given),
            "older": urlencode(given | {"after": str(found.following)}) if found.following else "",
            "after": after,
            "chart": chart,
            "chart_note": _note(chart, wanted),
            "checkpoint": last_checkpoint(request.organisation),
        },
        status=200 if wanted is not None else 422,
    )


def _note(chart: Distribution, wanted: Wanted | None) -> str:
    """How the chart was counted, and what of the search it knows."""
    said = [_("Each strip has its own scale; a bar is a day.")]
    if chart.is_cut:
        said.append(_("Of the days looked at, the last %(n)s are shown.") % {"n": MOST_DAYS})
    if wanted is not None and wanted.service in WITHIN_CHECKS:
        said.append(_("Checks are in it by what the service said in them."))
    if wanted is not None and set(wanted.columns()) - {"service"}:
        said.append(_("All entries of these days are in it, not only those found below."))
    if chart.counted_at is None:
        said.append(_("The hours have not been counted yet; they are within minutes."))
    return " ".join(said)


def _row(entry: Entry, names: dict[str, str], acts: Mapping[UUID, str]) -> dict[str, Any]:
    return {
        "entry": entry,
        "day": entry.timestamp,
        "decision": wording.decision_in_words(entry.decision),
        "decision_class": wording.CLASSES.get(entry.decision, ""),
        "what": wording.entry_in_words(entry, names),
        "is_told_of_somebody": wording.names_its_actor(entry.event),
        "act": acts.get(entry.pk, ""),
        "actor": wording.actor_in_words(entry, names),
        "service": wording.service_in_words(entry.service),
        "boundary": wording.boundary_in_words(entry.boundary),
        "pressure": wording.pressure_in_words(entry.context_pressure),
    }


@require_safe
@for_members(read=READ)
def record_entry(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """One entry: every field in words, how the services worked together, what it answers, and its proof."""
    page = entry_page(request.organisation, pk, request.caller)
    if page is None:
        raise Http404
    told = [page.entry, *page.chain, *page.answers]
    names, acts = wording.names_of(told), acts_in_words(told, request.caller)
    return render(
        request,
        "audit/entry.html",
        {
            "page": page,
            "may_erase": Role.ADMINISTRATOR in request.caller.roles,
            "row": _row(page.entry, names, acts),
            "facts": _facts(request, page, names),
            "steps": [
                {
                    "title": wording.service_in_words(step.service),
                    "result": wording.result_in_words(step.result),
                    "result_class": wording.CLASSES.get(step.result, ""),
                    "ran": step.ran,
                    "took": took(step.microseconds) if step.ran else "",
                }
                for step in page.steps
            ],
            "took": took(page.took),
            "chain": [_row(entry, names, acts) for entry in page.chain] if len(page.chain) > 1 else [],
            "answers": [_row(entry, names, acts) for entry in page.answers],
            "canonical": bytes(page.entry.canonical).decode(),
            "proof": inclusion_of(page.entry),
        },
    )


def _facts(request: MemberRequest, page: Page, names: dict[str, str]) -> list[dict[str, Any]]:
    """Label and words of every field of the envelope that says something."""
    entry, envelope = page.entry, page.envelope
    agent = envelope["agent"] or {}
    project = wording.project_names().get(entry.project_id) if entry.project_id else ""
    rows = [
        (_("What was done"), format_html("{} <code>{}</code>", wording.entry_in_words(entry, names), entry.event)),
        (_("When, exactly"), format_html("<code>{}</code>", envelope["timestamp"])),
        (_("Result"), wording.decision_in_words(entry.decision)),
        (_("Who"), _linked(request, wording.actor_in_words(entry, names), "actor", entry.actor_ref)),
        (_("In which role"), wording.role_in_words(entry.actor_role)),
        (_("Agent, as it said"), ", ".join(filter(None, (agent.get(n) for n in ("name", "version", "model"))))),
        (_("About"), _subject(request, entry)),
        (_("Project"), _linked(request, project or str(entry.project_id or ""), "project", entry.project_id)),
        (_("Session"), _linked(request, entry.session or "", "session", entry.session)),
        (_("Service"), wording.service_in_words(entry.service)),
        (_("Boundary"), wording.boundary_in_words(entry.boundary)),
        (_("Context pressure"), wording.pressure_in_words(entry.context_pressure)),
        (_("What follows"), (entry.outcome or "").replace("_", " ")),
        (_("Mode"), wording.mode_in_words(entry)),
        (
            _("Judged under"),
            format_html('<code class="hash">{}</code>', envelope["policy"]) if envelope["policy"] else "",
        ),
    ]
    return [{"label": label, "says": says} for label, says in rows]


def _linked(request: MemberRequest, words: str, name: str, value: object) -> SafeString | str:
    """The words, leading to everything with the same value."""
    if not value:
        return words
    here = reverse("record", args=[request.organisation.slug])
    return format_html('<a href="{}?{}">{}</a>', here, urlencode({name: str(value)}), words)


def _subject(request: MemberRequest, entry: Entry) -> SafeString:
    named = f"{entry.subject_kind}:{entry.subject_id}"
    all_of_it = _linked(request, _("all entries about it"), "subject", named)
    address = page_of_subject(request.organisation, entry, request.caller)
    kind: SafeString | str = entry.subject_kind.replace("_", " ")
    if address:
        kind = format_html('<a href="{}">{}</a>', address, kind)
    return format_html('{} <code class="hash">{}</code>, {}', kind, entry.subject_id, all_of_it)


@require_safe
@for_members(read=READ)
def record_proof(request: MemberRequest, slug: str, pk: UUID, form: str) -> HttpResponse:
    """What somebody keeps of an entry: its receipt, or the proof that it is in the tree."""
    entry = Entry.objects.filter(organisation=request.organisation, pk=pk).first()
    if entry is None or form not in PROOFS:
        raise Http404
    if form == "receipt":
        text = receipt_of(entry)
    else:
        proof = inclusion_of(entry)
        if proof is None:
            raise Http404
        text = proof.as_file(entry) if form == "proof" else proof.as_text()
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{pk}.{PROOFS[form]}"'
    return response


# --- Files


@require_safe
@for_members(read=READ)
def record_file(request: MemberRequest, slug: str, form: str) -> StreamingHttpResponse:
    """What was found, whole: as a table, or as the envelopes themselves, a line each, the newest first.

    Or, whatever was looked for, the whole record with the program that checks it (`zip`), or its last checkpoint.
    """
    wanted = SearchForm({name: value for name, value in request.GET.items() if value and name != "after"}).wanted()
    if wanted is None or form not in FILES:
        raise Http404
    kind, name = FILES[form]
    pieces = {"csv": _csv, "jsonl": _jsonl, "zip": _zip, "checkpoint": _checkpoint}[form](request, wanted)
    response = StreamingHttpResponse(pieces, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name.format(slug)}"'
    return response


def _csv(request: MemberRequest, wanted: Wanted) -> Iterator[str]:
    columns = [name for name in COLUMNS if name != "organisation_id"]

    def cells(entry: Entry) -> list[object]:
        return [instant(entry.timestamp) if name == "timestamp" else getattr(entry, name) for name in columns]

    rows = every(request.organisation, wanted)
    return chain([OPENS_AS_UTF_8], csv_lines(chain([columns], map(cells, rows))))


def _jsonl(request: MemberRequest, wanted: Wanted) -> Iterator[bytes]:
    for entry in every(request.organisation, wanted, whole=True):
        yield bytes(entry.canonical) + b"\n"


def _zip(request: MemberRequest, wanted: Wanted) -> Iterator[bytes]:
    try:
        return export(request.organisation)
    except NothingSigned:
        raise Http404 from None


def _checkpoint(request: MemberRequest, wanted: Wanted) -> Iterator[str]:
    found = last_checkpoint(request.organisation)
    if found is None:
        raise Http404
    return iter([found.note])
