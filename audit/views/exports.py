"""The settings page on which an administrator has everything taken out, and fetches it."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import MemberRequest, for_members
from accounts.views.acting import tries
from audit.domain.exports import start_export
from audit.export_job import place_of
from audit.models import Export

SHOWN = 10


def why_not_made(fault: str) -> str:
    """What went wrong, by the name of the fault, as far as it can be said to whoever asked for the export."""
    said = {
        "Killed": _("It was begun three times and stopped each time before its end."),
        "OSError": _("The file could not be written; the disk may be full."),
        "Damaged": _("What was written could not be read back as it was; the disk may be full or failing."),
        "Refusing": _("The record is not signed any more, so it could not be taken out whole."),
    }
    return said.get(fault) or _("Something in it could not be written down (%(fault)s).") % {"fault": fault}


@require_http_methods(["GET", "POST"])
@for_members(read="start_export")
def settings_export(request: MemberRequest, slug: str) -> HttpResponse:
    """The last exports, how far the one is that is being made, and the button for the next."""
    if request.method == "POST":
        done = _("It is being made, and will be here.")
        tries(request, lambda: start_export(request.organisation, by=request.user), done=done)
        return redirect("settings_export", slug=slug)
    rows = list(Export.objects.select_related("asked_by").order_by("-pk")[:SHOWN])
    for row in rows:
        # A backup that was restored brings the row back and not the file.
        row.why = why_not_made(row.part) if row.state == Export.State.FAILED else ""  # type: ignore[attr-defined]
        row.is_here = row.is_kept and place_of(row).is_file()  # type: ignore[attr-defined]
    return render(
        request,
        "audit/exports.html",
        {"rows": rows, "making": next((row for row in rows if row.state in Export.OPEN), None)},
    )


@require_safe
@for_members(read="read_export")
def export_file(request: MemberRequest, slug: str, pk: UUID) -> HttpResponseBase:
    """The file, streamed from the disk. 404 once its week is over, whether or not anybody has deleted it yet."""
    row = get_object_or_404(Export, pk=pk)
    place = place_of(row)
    if not row.is_kept or not place.is_file():
        raise Http404
    name = f"{slug}-{row.ready_at:%Y-%m-%d}.zip"
    response = FileResponse(place.open("rb"), as_attachment=True, filename=name, content_type="application/zip")
    response["Cache-Control"] = "no-store"
    response["Content-Encoding"] = "identity"  # a zip is not packed once more
    return response
