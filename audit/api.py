"""The JSON interface to the record: the log of the key's organisation, its proofs, and all of it as a file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.interface import CURSOR, PAGE_SIZE, ProjectView, as_it_is, example, key_of, listing
from accounts.models import Organisation
from accounts.refusals import Invalid
from accounts.scope import streamed
from audit import api_examples as examples
from audit import api_shapes as shapes
from audit.envelope import SERVICES
from audit.export import NothingSigned, export
from audit.logs import rows_of
from audit.models import Checkpoint, Entry
from audit.queries.proofs import consistency_of, encoded, inclusion_of, last_checkpoint, tree_of
from audit.queries.search import look_up
from audit.receipts import receipt_of

SIZE = {"type": "integer", "minimum": 1, "maximum": 2**53}
LONGEST_WORD = 100


class Entries(ProjectView):
    reads = "read_record_by_key"

    @extend_schema(
        operation_id="list_entries",
        summary="The record",
        description="Every entry of the organisation, the newest first, whether or not it has its place in the tree. "
        "With several filters a page looks so far and no further: it may hold fewer than were asked for, even none, "
        "while `next` leads on.",
        parameters=[
            CURSOR,
            PAGE_SIZE,
            OpenApiParameter(
                "service", str, enum=SERVICES, description="The service an entry is of. A check is of the Gate."
            ),
            *(
                OpenApiParameter(name, {"type": "string", "maxLength": LONGEST_WORD})
                for name in ("event", "decision", "session")
            ),
        ],
        responses={200: listing("EntryList", shapes.EntryOut)},
        examples=[example("Entries", examples.ENTRY, listed=True, response_only=True)],
        tags=["record"],
    )
    def get(self, request: Request) -> Response:
        wanted: dict[str, str] = {}
        for name in ("service", "event", "decision", "session"):
            value = request.query_params.get(name)
            if value is None:
                continue
            if name == "service" and value not in SERVICES:
                raise Invalid(_("One of %(values)s is expected.") % {"values": ", ".join(SERVICES)}, name)
            if len(value) > LONGEST_WORD or "\x00" in value:
                raise Invalid(_("At most 100 characters, none of them NUL."), name)
            wanted[name] = value
        every = Entry.objects.filter(organisation=key_of(request).organisation)

        def reach(after: str | None, is_back: bool) -> tuple[QuerySet[Any] | None, UUID | None]:
            cut = {} if after is None else {"id__gt" if is_back else "id__lt": after}
            return look_up(every.filter(**cut), wanted, oldest_first=is_back)

        return self.page(request, every.filter(**wanted), lambda found: [shape(one) for one in found], reach)


class EntryProof(ProjectView):
    reads = "read_record_by_key"

    @extend_schema(
        operation_id="prove_entry",
        summary="The proof of one entry",
        description="That it is in the tree the newest checkpoint signs, and a receipt. A few seconds after it was "
        "recorded an entry may still wait for its place; then there is the receipt alone.",
        responses={200: shapes.ProofOut},
        examples=[example("Placed", examples.PROOF, response_only=True)],
        tags=["record"],
    )
    def get(self, request: Request, key: UUID) -> Response:
        return Response(proof_shape(self.one(Entry.objects.all(), key)))


class LastCheckpoint(ProjectView):
    reads = "read_record_by_key"

    @extend_schema(
        operation_id="read_checkpoint",
        summary="The newest checkpoint",
        description="The signed size and root of the log. Keep one now and then: it is what a later one is held to.",
        responses={200: shapes.CheckpointOut, 404: None},
        examples=[example("Checkpoint", examples.CHECKPOINT, response_only=True)],
        tags=["record"],
    )
    def get(self, request: Request) -> Response:
        found = newest(key_of(request).organisation)
        said = tree_of(found)
        return Response(
            {
                "origin": said.origin,
                "size": said.size,
                "root": encoded(said.root),
                "time": said.time,
                "checkpoint": found.note,
                "vkey": found.log.vkey,
            }
        )


class Consistency(ProjectView):
    reads = "read_record_by_key"

    @extend_schema(
        operation_id="prove_consistency",
        summary="That a later tree continues an earlier one",
        parameters=[
            OpenApiParameter("from", SIZE, required=True, description="How many entries the earlier tree has."),
            OpenApiParameter("to", SIZE, description="How many the later one has: as many as are signed, unless told."),
        ],
        description="The hashes by which a reader who kept an earlier checkpoint sees that nothing of it was changed.",
        responses={200: shapes.ConsistencyOut, 404: None},
        examples=[example("Consistent", examples.CONSISTENCY, response_only=True)],
        tags=["record"],
    )
    def get(self, request: Request) -> Response:
        first = _size(request, "from")
        last = newest(key_of(request).organisation)
        second = _size(request, "to") if "to" in request.query_params else last.size
        if not first <= second <= last.size:
            raise Invalid(
                _("From 1 to at most %(size)d, which is how many are signed.") % {"size": last.size},
                "from" if first > second else "to",
            )
        signed = rows_of(last.log, Checkpoint).filter(size__in=[first, second]).values_list("size", "note")
        notes = dict(signed.order_by("signed_at"))
        return Response(
            {
                "origin": last.log.origin,
                "from": first,
                "to": second,
                "hashes": [encoded(one) for one in consistency_of(last.log, first, second)],
                "older": notes.get(first),
                "checkpoint": notes.get(second),
                "vkey": last.log.vkey,
            }
        )


class Export(ProjectView):
    reads = "read_record_by_key"
    renderer_classes = (as_it_is("application/zip", "zip"),)

    @extend_schema(
        operation_id="export_record",
        summary="The record as a file",
        description="A zip archive of all entries up to the newest checkpoint, with the verifier that checks it; the "
        "same as `manage.py export_record`.",
        responses={(200, "application/zip"): OpenApiTypes.BINARY, 404: None},
        tags=["record"],
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        organisation = key_of(request).organisation
        try:
            pieces: Iterable[bytes] = export(organisation)
        except NothingSigned:
            raise NotFound(_("Nothing has been signed yet.")) from None
        response = StreamingHttpResponse(streamed(organisation, pieces), content_type="application/zip")
        response["Content-Disposition"] = f'attachment; filename="record-{organisation.slug}.zip"'
        return response


def newest(organisation: Organisation) -> Checkpoint:
    """The newest checkpoint. Raises NotFound before there is one."""
    found = last_checkpoint(organisation)
    if found is None:
        raise NotFound(_("Nothing has been signed yet."))
    return found


def _size(request: Request, name: str) -> int:
    given = request.query_params.get(name, "")
    if not (given.isascii() and given.isdigit() and len(given) < 17 and int(given)):
        raise Invalid(_("A number of entries is expected, from 1 on."), name)
    return int(given)


def shape(row: Entry) -> dict[str, Any]:
    """One entry as an answer has it."""
    return {"id": row.pk, "leaf_hash": row.leaf_hex, "envelope": json.loads(bytes(row.canonical))}


def proof_shape(row: Entry) -> dict[str, Any]:
    """The proof of one entry, as an answer and as the file `verify_record.py --proof` takes."""
    proof = inclusion_of(row)
    return {
        "id": row.pk,
        "state": "waiting" if proof is None else "placed",
        "canonical": bytes(row.canonical).decode(),
        "leaf_hash": row.leaf_hex,
        "receipt": receipt_of(row),
        "index": None if proof is None else proof.index,
        "size": None if proof is None else proof.size,
        "root": None if proof is None else encoded(proof.root),
        "hashes": [] if proof is None else [encoded(one) for one in proof.hashes],
        "checkpoint": None if proof is None else proof.checkpoint,
        "vkey": None if proof is None else proof.vkey,
        "tlog_proof": None if proof is None else proof.as_text(),
    }
