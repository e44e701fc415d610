"""The log of a key's organisation as tiles (C2SP tlog-tiles), so that readers others have written can follow it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from accounts.interface import ProjectView, as_it_is
from audit.queries.tiles import EntryTooLong, Tile, entries_of, hashes_of, last_of, tile_at

FOR_EVER = "private, max-age=31536000, immutable"
"""What an address names never changes, and is the organisation's own: no cache keeps it for others."""
FOR_NOW = "private, no-cache"

LOG = OpenApiParameter(
    "log", OpenApiTypes.UUID, OpenApiParameter.PATH, description="The last part of the origin a checkpoint names."
)
LEVEL = OpenApiParameter(
    "level",
    {"type": "integer", "minimum": 0, "maximum": 63},
    OpenApiParameter.PATH,
    description="0 for the leaves; a hash of each further level is over a full tile of the one below.",
)
PLACE = OpenApiParameter(
    "place",
    {"type": "string", "pattern": r"^(x[0-9]{3}/)*[0-9]{3}(\.p/[1-9][0-9]{0,2})?$"},
    OpenApiParameter.PATH,
    description="The number of the tile in groups of three digits, all but the last after an x: `x001/x234/067`. "
    "`.p/W` asks for its first W alone, which is all there is at the end of the log.",
)


TEXT = as_it_is("text/plain", "txt")
OCTETS = as_it_is("application/octet-stream", "bin")


class TiledCheckpoint(ProjectView):
    reads = "read_record_by_key"
    renderer_classes = (TEXT,)

    @extend_schema(
        operation_id="read_tiled_checkpoint",
        summary="The newest checkpoint, as a note",
        description="What a reader of tlog-tiles fetches first. The addresses below the log's own are its tiles.",
        parameters=[LOG],
        responses={(200, "text/plain"): str},
        tags=["record"],
    )
    def get(self, request: Request, log: UUID) -> HttpResponse:
        found = last_of(log)
        if found is None:
            raise NotFound(_("Nothing has been signed yet."))
        response = HttpResponse(found.note, content_type="text/plain; charset=utf-8")
        response["Cache-Control"] = FOR_NOW
        return response


class HashTile(ProjectView):
    reads = "read_record_by_key"
    renderer_classes = (OCTETS,)

    @extend_schema(
        operation_id="read_tile",
        summary="Hashes of the tree",
        description="256 hashes of 32 octets, or as many as were asked for. They never change.",
        parameters=[LOG, LEVEL, PLACE],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
        tags=["record"],
    )
    def get(self, request: Request, log: UUID, level: str, place: str) -> HttpResponse:
        return _answer(log, tile_at(level, place), hashes_of)


class EntryBundle(ProjectView):
    reads = "read_record_by_key"
    renderer_classes = (OCTETS,)

    @extend_schema(
        operation_id="read_entry_bundle",
        summary="Entries in the order of the tree",
        description="256 entries or as many as were asked for, each as the exact octets that were hashed, after their "
        "number in two octets, the higher first. Where one has more than 65,535 the bundle is not given: the export "
        "has it.",
        parameters=[LOG, PLACE],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
        tags=["record"],
    )
    def get(self, request: Request, log: UUID, place: str) -> HttpResponse:
        try:
            return _answer(log, tile_at("0", place), entries_of)
        except EntryTooLong:
            raise NotFound(
                _("An entry of this bundle is longer than the format can say. The export of the record has it.")
            ) from None


def _answer(log: UUID, tile: Tile | None, octets: Callable[[UUID, Tile], bytes | None]) -> HttpResponse:
    found = None if tile is None else octets(log, tile)
    if found is None:
        raise NotFound(_("No checkpoint of this log is over such a tile."))
    response = HttpResponse(found, content_type="application/octet-stream")
    response["Cache-Control"] = FOR_EVER
    patch_vary_headers(response, ["Authorization"])
    return response
