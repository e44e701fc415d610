"""The decision corpus for anybody: the page, the file, its card; and the card of the framework itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from audit.dataset.projection import FIELDS
from audit.dataset.publishing import file_of
from audit.models import Surface
from audit.queries import dataset as reads
from audit.queries.wording import service_in_words
from audit.views.metrics import shown_or_404

PIECE = 1 << 16
_FROM = re.compile(r"bytes=(\d{1,18})-\Z")


@require_safe
def public_datasets(request: HttpRequest) -> HttpResponse:
    """What is published, what is in it and what is not. Where nobody has switched it on there is no such page."""
    shown_or_404(Surface.Name.DATASET)
    return render(request, "audit/datasets.html", {"rows": reads.published(), "fields": FIELDS})


@require_safe
def framework_card(request: HttpRequest) -> HttpResponse:
    """The framework as a card: problem, how it works, limits, use, figures with their source, ethics."""
    shown_or_404(Surface.Name.DATASET)
    said = reads.evaluation()
    figures = [one | {"title": service_in_words(one["service"])} for one in said.figures]
    return render(request, "audit/framework_card.html", {"evaluation": said, "figures": figures})


@require_safe
def public_dataset_file(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The lines, streamed; `Range: bytes=N-` goes on from there, for the file only ever grows."""
    row = reads.published_one(pk)
    if row is None or (row.size and not file_of(row).is_file()):
        raise Http404
    wanted = _FROM.match(request.headers.get("Range", ""))
    start = int(wanted[1]) if wanted else 0
    if wanted and start >= row.size:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{row.size}"})
    response = StreamingHttpResponse(
        _part(file_of(row), start, row.size),
        status=206 if wanted else 200,
        content_type="application/jsonl; charset=utf-8",
        headers={
            "Accept-Ranges": "bytes",
            # Places in the file are those of its own octets: it goes out as it is.
            "Content-Encoding": "identity",
            "Content-Length": str(row.size - start),
            "Content-Disposition": 'attachment; filename="decisions.jsonl"',
            "Access-Control-Allow-Origin": "*",
        },
    )
    if wanted:
        response["Content-Range"] = f"bytes {start}-{row.size - 1}/{row.size}"
    return response


def _part(place: Path, start: int, end: int) -> Iterator[bytes]:
    if start >= end:
        return
    with place.open("rb") as file:
        file.seek(start)
        while start < end:
            piece = file.read(min(PIECE, end - start))
            if not piece:
                raise EOFError("The corpus is shorter than what was published of it.")
            start += len(piece)
            yield piece


@require_safe
def public_dataset_card(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The dataset's card, as platforms for data sets read it: Markdown with its facts at the top."""
    row = reads.published_one(pk)
    if row is None:
        raise Http404
    facts = {"row": row, "size": reads.size_category(row.lines), "evaluation": reads.evaluation()}
    return HttpResponse(render_to_string("audit/dataset_card.md", facts), content_type="text/markdown; charset=utf-8")
