"""The figures: an organisation's own, and what is shown of them to anybody once it is switched on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import MemberRequest, for_members
from accounts.models import Organisation
from accounts.scope import open_organisation
from audit.models import Surface, Tally
from audit.queries import metrics as reading
from audit.queries.dashboard import dashboard, now, remembered, versions
from audit.queries.evidence import live
from audit.queries.milestones import own_log, public_log
from audit.views.record import READ

Name = Surface.Name


@require_safe
@for_members(read=READ)
def metrics(request: MemberRequest, slug: str) -> HttpResponse:
    """The organisation's own figures."""
    return render(
        request,
        "audit/metrics.html",
        {
            "board": dashboard([request.organisation], now()),
            "versions": versions(own_log(request.organisation)),
            "still": "still" in request.GET,
        },
    )


def shown_or_404(name: str) -> list[Organisation]:
    """Whose figures these are: of all that have switched it on. Where nobody has, there is no such page."""
    found = reading.shown(name)
    if not found:
        raise Http404
    return found


@require_safe
def public_metrics(request: HttpRequest) -> HttpResponse:
    """The figures of all organisations that show theirs, added up."""
    shown = shown_or_404(Name.METRICS)
    board = remembered("dashboard", shown, lambda: dashboard(shown, now(), in_public=True))
    return render(
        request,
        "audit/metrics.html",
        {"board": board, "versions": versions(public_log()), "in_public": True, "still": "still" in request.GET},
    )


@require_safe
def public_metrics_file(request: HttpRequest) -> StreamingHttpResponse:
    """The hourly tallies of the last 30 days, a line each: what every public figure is the sum of."""
    shown = shown_or_404(Name.METRICS)
    response = StreamingHttpResponse(_lines(shown), content_type="application/x-ndjson")
    response["Content-Disposition"] = 'attachment; filename="figures.jsonl"'
    return response


def _lines(shown: list[Organisation]) -> Iterator[str]:
    end = reading.next_hour(now())
    for number, organisation in enumerate(shown, 1):
        with open_organisation(organisation):
            rows = Tally.objects.filter(hour__gte=end - reading.WINDOWS["30d"], hour__lt=end).exclude(
                what=Tally.What.EVENT
            )
            found = list(rows.order_by("hour", "what", "first", "second").values_list(
                "hour", "what", "first", "second", "count"
            ))  # fmt: skip
        for hour, what, first, second, count in found:
            if what == Tally.What.BOUNDARY:
                first = reading.section_of(first)
            said = {
                "organisation": number,
                "hour": hour.astimezone(UTC).strftime("%Y-%m-%dT%HZ"),
                "what": what,
                "first": first,
                "second": second,
                "count": count,
            }
            yield json.dumps(said, ensure_ascii=False) + "\n"


@require_safe
def public_evidence(request: HttpRequest) -> HttpResponse:
    """Each claim with what was counted for it, and how anybody checks it."""
    found = live()
    if found is None:
        raise Http404
    return render(
        request,
        "audit/evidence.html",
        {
            "evidence": found,
            "shows_metrics": bool(reading.shown(Name.METRICS)),
            "site": settings.SITE_URL,
        },
    )
