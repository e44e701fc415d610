"""The JSON interface to agents at work: a key asks before an act and tells what came of it. People decide on pages.

Sessions and handoffs have their own module, `api_sessions`.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.idempotency import HEADER, idempotent
from accounts.interface import IDEMPOTENCY, ProjectView, key_of, valid
from instructions.domain.exporting import moment
from oversight import api_examples as examples
from oversight import api_shapes as shapes
from oversight.api_limits import ManyPerKey
from oversight.api_reading import question_of
from oversight.api_words import request_as_data
from oversight.domain.answers import Question
from oversight.domain.checking import Considered, consider
from oversight.domain.reports import Report, judge_report, report_act
from oversight.domain.saying import again
from oversight.models import Check, JudgmentRequest


class AgentView(ProjectView):
    """A view that agents call before and after each act: it has a limit of its own."""

    reads = "read_checks_by_key"
    throttle_classes = (ManyPerKey,)


class Checks(AgentView):
    """Asked as agents ask, it is answered before any view: see `api_straight`. This is for whatever is unusual."""

    @extend_schema(
        operation_id="check_action",
        summary="Ask before an act",
        description="The gate judges the act against what is in force for the project; the check is recorded, and the "
        "answer says what holds. A key that observes is never stopped: `would_have` says what would have been. Where "
        "people must decide, a judgement request is opened, and its state can be read. Once it is granted, ask about "
        "exactly the same act again, as another tool call: it is let through once.",
        parameters=[IDEMPOTENCY],
        request=shapes.CheckIn,
        responses={200: shapes.CheckOut},
        examples=[
            OpenApiExample("An act", value=examples.QUESTION, request_only=True),
            OpenApiExample("Denied", value=examples.DENIED, response_only=True),
        ],
        tags=["checks"],
    )
    def post(self, request: Request) -> Response:
        question, dry_run = question_of(request.data)
        # Judged before a transaction is open: within one, what is in force would be read anew.
        considered = consider(key_of(request), question)
        if dry_run:
            return Response(considered.answer().to_dict())
        # A kept answer opens nothing that people have stopped since.
        if HEADER in request.headers and not considered.stands.stopped:
            return self.kept(request, considered)
        return Response(considered.keep().to_dict())

    @idempotent
    def kept(self, request: Request, considered: Considered) -> Response:
        return Response(considered.keep().to_dict())


class OneCheck(ProjectView):
    reads = "read_checks_by_key"

    @extend_schema(
        operation_id="read_check",
        summary="One check",
        responses={200: shapes.CheckOut},
        examples=[OpenApiExample("Denied", value=examples.DENIED, response_only=True)],
        tags=["checks"],
    )
    def get(self, request: Request, key: UUID) -> Response:
        rows = Check.objects.filter(project=key_of(request).project_id)
        return Response(again(self.one(rows.select_related("text", "request__organisation"), key)).to_dict())


class OneRequest(ProjectView):
    reads = "read_checks_by_key"

    @extend_schema(
        operation_id="read_judgment_request",
        summary="A judgement request, for an agent that waits",
        responses={200: shapes.RequestOut},
        examples=[OpenApiExample("Granted", value=examples.REQUEST, response_only=True)],
        tags=["checks"],
    )
    def get(self, request: Request, key: UUID) -> Response:
        rows = JudgmentRequest.objects.filter(project=key_of(request).project_id)
        return Response(
            request_as_data(
                self.one(rows.select_related("organisation", "session", "reason", "deliberation", "outcome"), key)
            )
        )


class Reports(AgentView):
    @extend_schema(
        operation_id="report_act",
        summary="Tell what came of an act",
        description="What was denied and done all the same is an incident. What was decided while this service could "
        "not be reached (`decided_locally`) comes with the action and what was decided; it is judged now.",
        parameters=[IDEMPOTENCY],
        request=shapes.ReportIn,
        responses={200: shapes.ReportOut},
        examples=[
            OpenApiExample("Done", value=examples.REPORT, request_only=True),
            OpenApiExample("An incident", value=examples.REPORTED, response_only=True),
        ],
        tags=["checks"],
    )
    def post(self, request: Request) -> Response:
        report = self.report(valid(shapes.ReportIn, request))
        # Judged before a transaction is open, as a check is.
        return self.kept(request, report, judge_report(key_of(request), report))

    def report(self, given: dict[str, Any]) -> Report:
        question = None
        if given.get("action") is not None:
            question = Question(
                action=given["action"],
                session=given.get("session_id"),
                tool_call=given.get("tool_call_id"),
                reasoning=given.get("reasoning"),
                environment=given.get("environment"),
                agent=given.get("agent") or {},
            )
        return Report(
            event=given["event"],
            check_id=given.get("check_id"),
            tool_call=given.get("tool_call_id"),
            question=question,
            decided=given.get("decided"),
            reason=given.get("reason") or "",
            at=given.get("at"),
        )

    @idempotent
    def kept(self, request: Request, report: Report, judged: Considered | None) -> Response:
        told = report_act(key_of(request), report, judged)
        check, incident = told.check, told.incident
        return Response(
            {
                "check_id": str(check.pk),
                "decision": check.decision,
                "would_have": check.would_have,
                "mode": check.mode,
                "became": check.became,
                "approved_at": moment(check.approved_at) if check.approved_at else None,
                "incident": incident
                and {"id": str(incident.pk), "kind": str(incident.kind), "at": moment(incident.at)},
                "repeated": told.repeated,
            }
        )
