"""A deliberation to take along: one zip with everything its reader may read."""

from __future__ import annotations

from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from audit.archive import spoken, zipped
from deliberation.export.one import FORMAT, export_one, name_of
from deliberation.export.reading import Reader
from deliberation.models import Deliberation, Outcome
from deliberation.views.access import DeliberationRequest, deliberation_view


@require_safe
@deliberation_view("read_outcome")
def deliberation_export(request: DeliberationRequest, deliberation: Deliberation) -> HttpResponseBase:
    """The zip, streamed while it is made. For members without a seat once there is a signed outcome."""
    reader = Reader(deliberation, request.standing, request.seat)
    signed = Outcome.objects.filter(deliberation=deliberation, signed_at__isnull=False)
    if not reader.takes_part and not signed.exists():
        raise Http404
    what = {"of": FORMAT, "deliberation": str(deliberation.pk), "reference": deliberation.reference}
    made_at = timezone.now()
    response = StreamingHttpResponse(
        zipped(what, spoken(export_one(reader, made_at=made_at))), content_type="application/zip"
    )
    response["Content-Disposition"] = f'attachment; filename="deliberation-{name_of(deliberation)}.zip"'
    response["Cache-Control"] = "no-store"
    response["Content-Encoding"] = "identity"  # a zip is not packed once more
    return response
