"""The JSON interface to agents at work: a key asks before an act and tells what came of it. People decide on pages."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from accounts.idempotency import HEADER, idempotent
from accounts.interface import IDEMPOTENCY, ProjectView, key_of
from accounts.refusals import Invalid
from instructions.domain.exporting import moment
from oversight import api_examples as examples
from oversight import api_shapes as shapes
from oversight.api_limits import ManyPerKey
from oversight.api_reading import question_of
from oversight.api_words import request_as_data, session_as_data
from oversight.domain.answers import Question
from oversight.domain.checking import Considered, consider
from oversight.domain.handoffs import as_data, as_markdown, write_handoff
from oversight.domain.reports import Report, report_act
from oversight.domain.saying import again, of_session
from oversight.domain.sessions import end_session_of_agent, open_session, session_of, tell_pressure
from oversight.models import Check, Handoff, JudgmentRequest, Session

SESSION = OpenApiParameter("id", str, OpenApiParameter.PATH, description="What the agent calls its session.")


class AgentView(ProjectView):
    """A view that agents call before and after each act: it has a limit of its own."""

    reads = "read_checks_by_key"
    throttle_classes = (ManyPerKey,)


class Checks(AgentView):
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
    def post(self, request: Request) -> HttpResponse:
        question, dry_run = question_of(request.data)
        # Judged before a transaction is open: within one, what is in force would be read anew.
        considered = consider(key_of(request), question)
        if dry_run:
            return Response(considered.answer().to_dict())
        if HEADER in request.headers:
            return self.kept(request, considered)
        # Written at once, past what chooses and calls a renderer: this is the answer before every act of every agent.
        return HttpResponse(json.dumps(considered.keep().to_dict()), content_type="application/json")

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
    @idempotent
    def post(self, request: Request) -> Response:
        given = _valid(shapes.ReportIn, request)
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
        told = report_act(
            key_of(request),
            Report(
                event=given["event"],
                check_id=given.get("check_id"),
                tool_call=given.get("tool_call_id"),
                question=question,
                decided=given.get("decided"),
                reason=given.get("reason") or "",
                at=given.get("at"),
            ),
        )
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


# --- Sessions


class Sessions(ProjectView):
    reads = "read_checks_by_key"

    @extend_schema(
        operation_id="open_session",
        summary="Open a session",
        description="One that is open already is answered with 200, as it stands. A session that continues another "
        "begins with fresh pressure: the other's newest handoff is acknowledged, and it ends.",
        parameters=[IDEMPOTENCY],
        request=shapes.SessionIn,
        responses={200: shapes.BegunOut, 201: shapes.BegunOut},
        examples=[
            OpenApiExample("A successor", value=examples.OPENING, request_only=True),
            OpenApiExample("Opened", value=examples.BEGUN, response_only=True, status_codes=["201"]),
        ],
        tags=["sessions"],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        given = _valid(shapes.SessionIn, request)
        session, new = open_session(
            key_of(request),
            given.get("session_id"),
            agent=given.get("agent"),
            counts=given.get("session_state"),
            continues=given.get("continues"),
        )
        handed = Handoff.objects.filter(acknowledged_by=session).select_related("body", "session").first()
        return Response(
            session_as_data(session) | {"handoff": as_data(handed) if handed is not None else None},
            status=201 if new else 200,
        )


class SessionView(ProjectView):
    """A view of one session of the key's project, by what the agent calls it."""

    reads = "read_checks_by_key"

    def session(self, request: Request, id: str) -> Session:
        found = session_of(key_of(request), id)
        if found is None:
            raise Http404
        return found


class SessionPressure(SessionView):
    @extend_schema(
        operation_id="tell_pressure",
        summary="Tell how long and how full a session has become",
        description="At CRITICAL or DANGEROUS the session is to be handed over, and its pressure falls no more.",
        parameters=[SESSION, IDEMPOTENCY],
        request=shapes.CountsIn,
        responses={200: shapes.PressureOut},
        examples=[
            OpenApiExample("Counts", value=examples.COUNTS, request_only=True),
            OpenApiExample("Pressure", value=examples.PRESSURE, response_only=True),
        ],
        tags=["sessions"],
    )
    @idempotent
    def post(self, request: Request, id: str) -> Response:
        session = self.session(request, id)
        pressure = tell_pressure(session, _valid(shapes.CountsIn, request), by=key_of(request))
        return Response({"session": of_session(session).to_dict(), **pressure.to_dict()})


class MarkdownRenderer(BaseRenderer):
    media_type = "text/markdown"
    format = "md"
    charset = "utf-8"

    def render(self, data: Any, *args: Any, **kwargs: Any) -> str:
        return str(data)


class SessionHandoff(SessionView):
    def get_renderers(self) -> list[Any]:
        both = self.request is not None and self.request.method == "GET"
        return [JSONRenderer(), MarkdownRenderer()] if both else [JSONRenderer()]

    @extend_schema(
        operation_id="read_handoff",
        summary="The newest handoff of a session",
        description="As JSON, or as a Markdown document where `Accept` asks for `text/markdown`.",
        parameters=[SESSION],
        responses={(200, "application/json"): shapes.HandoffOut, (200, "text/markdown"): str},
        examples=[OpenApiExample("Handoff", value=examples.HANDOFF, response_only=True, media_type="application/json")],
        tags=["sessions"],
    )
    def get(self, request: Request, id: str) -> Response:
        session = self.session(request, id)
        newest = Handoff.objects.filter(session=session).select_related("body", "session").order_by("-id").first()
        if newest is None:
            raise Http404
        if request.accepted_media_type == MarkdownRenderer.media_type:
            return Response(as_markdown(newest))
        return Response(as_data(newest))

    @extend_schema(
        operation_id="write_handoff",
        summary="Hand a session over",
        description="The agent's part; the server adds what it knows: instructions in force, checks, incidents, "
        "pressure. Several may be written, also after the end; the newest holds.",
        parameters=[SESSION, IDEMPOTENCY],
        request=shapes.HandoffIn,
        responses={201: shapes.HandoffOut},
        examples=[
            OpenApiExample("The agent's part", value=examples.HANDING_OVER, request_only=True),
            OpenApiExample("Handoff", value=examples.HANDOFF, response_only=True, status_codes=["201"]),
        ],
        tags=["sessions"],
    )
    @idempotent
    def post(self, request: Request, id: str) -> Response:
        session = self.session(request, id)
        if not isinstance(request.data, dict):
            raise Invalid(_("Send a JSON object."))
        written = write_handoff(session, request.data, by=key_of(request))
        return Response(as_data(written), status=201)


class SessionEnd(SessionView):
    @extend_schema(
        operation_id="end_session",
        summary="End a session",
        description="At HIGH pressure or above, where the agent gave no handoff, the server writes its own part.",
        parameters=[SESSION, IDEMPOTENCY],
        request=None,
        responses={200: shapes.SessionOut},
        examples=[OpenApiExample("Ended", value=examples.ENDED, response_only=True)],
        tags=["sessions"],
    )
    @idempotent
    def post(self, request: Request, id: str) -> Response:
        session = self.session(request, id)
        if not isinstance(request.data, dict):
            raise Invalid(_("Send a JSON object, or nothing."))
        end_session_of_agent(session, by=key_of(request))
        return Response(session_as_data(session))


def _valid(kind: type[Serializer], request: Request) -> dict[str, Any]:
    if not isinstance(request.data, dict):
        raise Invalid(_("Send a JSON object."))
    given = kind(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)
