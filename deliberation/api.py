"""The JSON interface for systems: they propose conflicts, and read what their project may know. People act on pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.idempotency import idempotent
from accounts.interface import CURSOR, IDEMPOTENCY, PAGE_SIZE, ProjectView, example, key_of, listing, valid
from accounts.refusals import Invalid
from deliberation import api_shapes as shapes
from deliberation.api_examples import CONFLICT, DELIBERATION, OUTCOME, PRECEDENT, PROPOSED
from deliberation.domain.conflict import propose_conflict
from deliberation.domain.suggesting import orchestrator
from deliberation.models import Deliberation, Outcome, Precedent, Urgency
from deliberation.queries.likeness import similar
from deliberation.queries.outcome_as_json import outcome_as_json, outcomes_as_json
from deliberation.queries.precedent import Place, Wanted, places_of_precedents, precedents, whole

LONGEST_SEARCH = 5_000
WORDS = {"type": "string", "maxLength": LONGEST_SEARCH}


# --- Conflicts


class Conflicts(ProjectView):
    reads = "propose_conflict"

    @extend_schema(
        operation_id="propose_conflict",
        summary="Propose a values conflict",
        description="Makes a proposed deliberation, inert until a person takes it up. Frameworks, trade-offs and "
        "groups in the answer are the software's suggestions. The act in question waits for the people.",
        parameters=[IDEMPOTENCY],
        request=shapes.ConflictIn,
        responses={201: shapes.ConflictOut},
        examples=[
            OpenApiExample("A conflict", value=CONFLICT, request_only=True),
            OpenApiExample("Proposed", value=PROPOSED, response_only=True, status_codes=["201"]),
        ],
        tags=["conflicts"],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        given = valid(shapes.ConflictIn, request)
        key = key_of(request)
        deliberation = propose_conflict(
            key.project,
            by=key,
            decision=given["decision"],
            context=given.get("context") or {},
            urgency=given.get("urgency"),
        )
        here = settings.SITE_URL + reverse("api_deliberation", args=[deliberation.pk])
        return Response(conflict_as_json(deliberation), status=201, headers={"Location": here})


def conflict_as_json(deliberation: Deliberation) -> dict[str, Any]:
    """The proposed deliberation with the keys of core concepts, section 6. No word of it is a person's."""
    suggesting = orchestrator(deliberation.organisation)
    found = suggesting.analyze_conflict(
        str(deliberation.decision_asked or deliberation.question), deliberation.proposed_context
    )
    return {
        "id": str(deliberation.pk),
        "url": page_of(deliberation),
        "state": deliberation.state,
        "urgency": deliberation.urgency,
        "created_at": moment(deliberation.created_at),
        "moral_frameworks_in_tension": [
            {"framework": one.framework, "position": one.position, "stakeholders": list(one.stakeholders)}
            for one in found.moral_frameworks_in_tension
        ],
        "value_trade_offs": list(found.value_trade_offs),
        "affected_stakeholder_groups": list(found.affected_stakeholder_groups),
        "suggested_stakeholders": [person.title for person in suggesting.suggest_stakeholders(found)],
        "requires_human_approval": found.requires_human_approval,
    }


# --- Deliberations


class Deliberations(ProjectView):
    @extend_schema(
        operation_id="list_deliberations",
        summary="The project's deliberations",
        description="Newest first. Question, state and dates; what people say in them is not here before the outcome.",
        parameters=[CURSOR, PAGE_SIZE],
        responses={200: listing("DeliberationPage", shapes.DeliberationOut)},
        examples=[example("A page", DELIBERATION, listed=True, response_only=True)],
        tags=["deliberations"],
    )
    def get(self, request: Request) -> Response:
        return self.page(request, deliberations_of(request), lambda rows: [deliberation_as_json(row) for row in rows])


class OneDeliberation(ProjectView):
    @extend_schema(
        operation_id="read_deliberation",
        summary="One deliberation",
        description="Question, state and dates, for a system that waits for people.",
        parameters=[OpenApiParameter("key", OpenApiTypes.UUID, OpenApiParameter.PATH, description="Its id.")],
        responses={200: shapes.DeliberationOut},
        examples=[example("In round 2", DELIBERATION, response_only=True)],
        tags=["deliberations"],
    )
    def get(self, request: Request, key: UUID) -> Response:
        return Response(deliberation_as_json(self.one(deliberations_of(request), key)))


def deliberations_of(request: Request) -> QuerySet[Deliberation]:
    return (
        Deliberation.objects.filter(project=key_of(request).project)
        .select_related("question", "organisation")
        .prefetch_related("round_set", "outcome_set")
    )


def deliberation_as_json(deliberation: Deliberation) -> dict[str, Any]:
    """What the key's project may know: question, state, dates."""
    signed = [one for one in deliberation.outcome_set.all() if one.signed_at is not None]
    return {
        "id": str(deliberation.pk),
        "number": deliberation.number,
        "reference": deliberation.reference,
        "url": page_of(deliberation),
        "question": str(deliberation.question),
        "state": deliberation.state,
        "state_since": moment(deliberation.state_since),
        "urgency": deliberation.urgency,
        "origin": deliberation.origin,
        "created_at": moment(deliberation.created_at),
        "rounds": [
            {
                "number": one.number,
                "state": one.state,
                "opens_at": moment(one.opens_at),
                "closes_at": moment(one.closes_at),
                "closed_at": moment(one.closed_at),
            }
            for one in deliberation.round_set.all()
        ],
        "outcome": text_of(signed[0].pk) if signed else None,
        "succeeds": text_of(deliberation.succeeds_id),
        "requires_human_approval": True,
    }


# --- Outcomes


class Outcomes(ProjectView):
    @extend_schema(
        operation_id="list_outcomes",
        summary="The project's signed outcomes",
        description="Newest first, each whole: the decision, its dissents with their answers, and what it cost.",
        parameters=[CURSOR, PAGE_SIZE],
        responses={200: listing("OutcomePage", shapes.OutcomeOut)},
        examples=[example("A page", OUTCOME, listed=True, response_only=True)],
        tags=["outcomes"],
    )
    def get(self, request: Request) -> Response:
        return self.page(request, outcomes_of(request), outcomes_as_json)


class OneOutcome(ProjectView):
    @extend_schema(
        operation_id="read_outcome",
        summary="One signed outcome",
        description="It informs and does not bind: `precedent_binding` is always false.",
        parameters=[OpenApiParameter("key", OpenApiTypes.UUID, OpenApiParameter.PATH, description="Its id.")],
        responses={200: shapes.OutcomeOut},
        examples=[example("Signed", OUTCOME, response_only=True)],
        tags=["outcomes"],
    )
    def get(self, request: Request, key: UUID) -> Response:
        return Response(outcome_as_json(self.one(outcomes_of(request), key)))


def outcomes_of(request: Request) -> QuerySet[Outcome]:
    return Outcome.objects.filter(
        deliberation__project=key_of(request).project, signed_at__isnull=False
    ).select_related("deliberation__question", "deliberation__organisation")


# --- Precedents


class Precedents(ProjectView):
    @extend_schema(
        operation_id="list_precedents",
        summary="The project's precedents, or those like a question",
        description="With `similar_to` the precedents that may inform a question, each with what is alike and what "
        "differs: those that share a framework first, then a group, a value, or only words. No measure is given. "
        "Superseded and retired ones are then left out.",
        parameters=[
            OpenApiParameter("similar_to", WORDS, description="A question in words, or the id of a deliberation."),
            OpenApiParameter("q", WORDS, description="Words that must occur, or how they begin."),
            OpenApiParameter("state", str, enum=list(Precedent.State.values), description="Where it stands."),
            OpenApiParameter("framework", WORDS, description="The title of a framework in tension."),
            OpenApiParameter("urgency", str, enum=list(Urgency.values), description="The tier it was decided in."),
            OpenApiParameter("overdue", bool, description="Only those whose review is overdue."),
            CURSOR,
            PAGE_SIZE,
        ],
        responses={200: listing("PrecedentPage", shapes.PrecedentOut)},
        examples=[example("Like a question", PRECEDENT, listed=True, response_only=True)],
        tags=["precedents"],
    )
    def get(self, request: Request) -> Response:
        organisation, project = key_of(request).organisation, key_of(request).project
        given = request.query_params
        for name, value in given.items():
            if "\x00" in value or len(value) > LONGEST_SEARCH:
                raise Invalid(_("At most %(most)d characters, and no NUL.") % {"most": LONGEST_SEARCH}, name)
        if "similar_to" in given:
            about = _about(given["similar_to"], request)
            found = similar(about, organisation, project=project, most=10)
            results = [
                precedent_as_json(one.precedent, one.place) | {"alike": one.alike, "differs": one.differs}
                for one in found
            ]
            return Response({"results": results, "next": None, "previous": None})
        rows = precedents(organisation, _wanted(given), project=project)

        def shape(page: list[Precedent]) -> list[dict[str, Any]]:
            found = whole(row.pk for row in page)
            places = places_of_precedents(found, organisation)
            return [precedent_as_json(row, places[row.pk]) for row in found]

        return self.page(request, rows, shape)


def _about(given: str, request: Request) -> Deliberation | str:
    given = given.strip()
    if not given:
        raise Invalid(_("Write a question, or the id of a deliberation."), "similar_to")
    try:
        key = UUID(given)
    except ValueError:
        return given
    found = Deliberation.objects.filter(project=key_of(request).project, pk=key).select_related(
        "question", "decision_asked", "project"
    )
    deliberation = found.first()
    if deliberation is None:
        raise Http404
    return deliberation


def _wanted(given: Any) -> Wanted:
    state, urgency, overdue = given.get("state", ""), given.get("urgency", ""), given.get("overdue", "")
    if state and state not in Precedent.State.values:
        raise Invalid(_("State is one of %(known)s.") % {"known": ", ".join(Precedent.State.values)}, "state")
    if urgency and urgency not in Urgency.values:
        raise Invalid(_("Urgency is one of %(known)s.") % {"known": ", ".join(Urgency.values)}, "urgency")
    if overdue and overdue.lower() not in {"true", "false"}:
        raise Invalid(_("Overdue is true or false."), "overdue")
    return Wanted(
        text=given.get("q", ""),
        state=state,
        framework=given.get("framework", ""),
        urgency=urgency,
        overdue=overdue.lower() == "true",
    )


def precedent_as_json(precedent: Precedent, place: Place) -> dict[str, Any]:
    """A precedent and where it stands now."""
    deliberation, outcome = precedent.deliberation, precedent.outcome
    version = outcome.signed_version
    return {
        "id": str(precedent.pk),
        "deliberation": str(deliberation.pk),
        "outcome": str(outcome.pk),
        "reference": deliberation.reference,
        "url": settings.SITE_URL + reverse("precedent", args=[deliberation.organisation.slug, deliberation.number]),
        "question": str(deliberation.question),
        "decision_made": text_of(version and version.decision),
        "applies_to": text_of(version and version.applies_to),
        "does_not_apply_to": text_of(version and version.does_not_apply_to),
        "state": precedent.state,
        "precedent_binding": False,
        "signed_at": moment(outcome.signed_at),
        "review_date": place.review.due_on.isoformat() if place.review else None,
        "review_overdue": place.is_overdue,
        "shaken": place.is_shaken,
        "superseded_by": text_of(precedent.superseded_by_id),
    }


# --- Values


def page_of(deliberation: Deliberation) -> str:
    """The address of its page, for people."""
    return settings.SITE_URL + reverse("deliberation", args=[deliberation.organisation.slug, deliberation.number])


def text_of(value: Any) -> str | None:
    return None if value is None else str(value)


def moment(value: Any) -> str | None:
    """RFC 3339 in UTC, as every time of the interface."""
    return None if value is None else value.isoformat().replace("+00:00", "Z")
