"""The JSON interface to the instruction history: a key reads, asks and proposes. People decide on pages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.idempotency import idempotent
from accounts.interface import CURSOR, IDEMPOTENCY, PAGE_SIZE, ProjectView, example, key_of, listing, valid
from accounts.models import APIKey
from accounts.refusals import Invalid
from instructions import api_examples as examples
from instructions import api_shapes as shapes
from instructions.domain.classification import Wording, classify
from instructions.domain.exporting import moment
from instructions.domain.instruction import propose_instruction
from instructions.domain.judging import validate
from instructions.models import Instruction
from instructions.models.instruction import Quadrant
from instructions.queries.search import matching


class Classifications(ProjectView):
    reads = "read_classification"

    @extend_schema(
        operation_id="classify_instruction",
        summary="Classify a text as an instruction",
        description="What the framework makes of it, by the organisation's thresholds. Nothing is stored.",
        request=shapes.TextIn,
        responses={200: shapes.ClassificationOut},
        parameters=[IDEMPOTENCY],
        examples=[
            OpenApiExample("A text", value={"text": "MongoDB runs on port 27017"}, request_only=True),
            OpenApiExample("Classified", value=examples.CLASSIFIED, response_only=True),
        ],
        tags=["instructions"],
    )
    def post(self, request: Request) -> Response:
        given = valid(shapes.TextIn, request)
        return Response(classify(given["text"], key_of(request).organisation).to_dict())


class Instructions(ProjectView):
    reads = "read_instructions_by_key"

    @extend_schema(
        operation_id="list_instructions",
        summary="The instruction history",
        description="What the key's project was told and what the whole organisation was, the newest first.",
        parameters=[
            CURSOR,
            PAGE_SIZE,
            OpenApiParameter("state", str, enum=Instruction.State.values),
            OpenApiParameter("quadrant", str, enum=Quadrant.values),
            OpenApiParameter(
                "words", {"type": "string", "maxLength": 200}, description="Each begins a word of the text, or the id."
            ),
        ],
        responses={200: listing("InstructionList", shapes.InstructionOut)},
        examples=[example("Instructions", examples.INSTRUCTION, listed=True, response_only=True)],
        tags=["instructions"],
    )
    def get(self, request: Request) -> Response:
        rows = known_to(key_of(request))
        for name, allowed in (("state", Instruction.State.values), ("quadrant", Quadrant.values)):
            if (value := request.query_params.get(name)) is not None:
                if value not in allowed:
                    raise Invalid(_("One of %(values)s is expected.") % {"values": ", ".join(allowed)}, name)
                rows = rows.filter(**{name: value})
        words = request.query_params.get("words", "")
        if len(words) > 200:
            raise Invalid(_("At most 200 characters."), "words")
        return self.page(request, matching(rows, words), lambda found: [shape(one) for one in found])

    @extend_schema(
        operation_id="propose_instruction",
        summary="Propose an instruction",
        description="It binds nobody until an editor publishes it on a page. What is less explicit than 0.6 is "
        "refused, with what to say more clearly.",
        parameters=[IDEMPOTENCY],
        request=shapes.InstructionIn,
        responses={201: shapes.InstructionOut},
        examples=[
            OpenApiExample("A proposal", value={"text": "MongoDB runs on port 27017"}, request_only=True),
            OpenApiExample(
                "Proposed",
                value=examples.INSTRUCTION | {"state": "proposed", "active": False},
                response_only=True,
                status_codes=["201"],
            ),
        ],
        tags=["instructions"],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        given = valid(shapes.InstructionIn, request)
        key = key_of(request)
        wording = Wording(given["text"], environment=given.get("environment") or "", expires_at=given.get("expires_at"))
        made = propose_instruction(key.organisation, wording, by=key, project=key.project, why=given.get("why", ""))
        made = known_to(key).get(pk=made.pk)
        here = settings.SITE_URL + reverse("api_instruction", args=[made.key])
        return Response(shape(made), status=201, headers={"Location": here})


class OneInstruction(ProjectView):
    reads = "read_instructions_by_key"

    @extend_schema(
        operation_id="read_instruction",
        summary="One instruction",
        responses={200: shapes.InstructionOut},
        examples=[OpenApiExample("Instruction", value=examples.INSTRUCTION, response_only=True)],
        tags=["instructions"],
    )
    def get(self, request: Request, id: str) -> Response:
        found = known_to(key_of(request)).filter(key=id).first() if "\x00" not in id else None
        if found is None:
            raise Http404
        return Response(shape(found))


class Validations(ProjectView):
    reads = "read_validation"

    @extend_schema(
        operation_id="validate_action",
        summary="Ask the validator about an act",
        description="The answer of the cross-reference validator alone, against what is in force for the project. "
        "Nothing is stored. What may be done, the check of the gate says.",
        parameters=[IDEMPOTENCY],
        request=shapes.ValidationIn,
        responses={200: shapes.ValidationOut},
        examples=[
            OpenApiExample("An action", value={"action": examples.ACTION}, request_only=True),
            OpenApiExample("Rejected", value=examples.REJECTED, response_only=True),
        ],
        tags=["instructions"],
    )
    def post(self, request: Request) -> Response:
        given = valid(shapes.ValidationIn, request)
        if not given["action"].keys() & {"type", "description", "tool_name"}:
            raise Invalid(_("An action has a type and a description, or the name of a tool and its input."), "action")
        try:
            found = validate(given["action"], key_of(request).project, environment=given.get("environment") or None)
        except (TypeError, ValueError) as error:
            raise Invalid(str(error), "action") from None
        return Response(found)


def known_to(key: APIKey) -> QuerySet[Instruction]:
    """What a key may know: its project's instructions and the organisation's universal ones."""
    mine = Q(project=key.project_id) | Q(project__isnull=True)
    rows = Instruction.objects.filter(mine, current__isnull=False)
    return rows.select_related("current__text", "supersedes", "organisation").prefetch_related("current__overrules")


def shape(row: Instruction) -> dict[str, Any]:
    """One instruction as an answer has it."""
    revision = row.current
    assert revision is not None
    return {
        "id": row.key,
        "text": str(revision.text),
        "timestamp": moment(row.created_at),
        "quadrant": row.quadrant,
        "persistence": row.persistence,
        "temporal_scope": row.temporal_scope,
        "verification_required": row.verification_required,
        "explicitness": revision.explicitness,
        "active": row.is_in_force,
        "parameters": revision.fixes,
        "environment": row.environment or None,
        "expires_at": moment(row.expires_at) if row.expires_at else None,
        "supersedes": row.supersedes.key if row.supersedes else None,
        "state": row.state,
        "state_since": moment(row.state_since),
        "revision": revision.number,
        "universal": row.is_universal,
        "overruled": [
            {"field": one.field, "proposed": one.proposed, "chosen": one.chosen} for one in revision.overrules.all()
        ],
        "url": settings.SITE_URL + reverse("instruction", args=[row.organisation.slug, row.pk]),
        "source": row.source,
    }
