"""The JSON interface to sessions: opened, told how full they are, handed over, ended."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.idempotency import idempotent
from accounts.interface import IDEMPOTENCY, ProjectView, key_of, valid
from accounts.refusals import Invalid
from oversight import api_examples as examples
from oversight import api_shapes as shapes
from oversight.api_words import session_as_data
from oversight.domain.handoffs import as_data, as_markdown, write_handoff
from oversight.domain.saying import of_session
from oversight.domain.sessions import end_session_of_agent, open_session, session_of, tell_pressure
from oversight.models import Handoff, Session

SESSION = OpenApiParameter("id", str, OpenApiParameter.PATH, description="What the agent calls its session.")


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
            OpenApiExample("Opened", value=examples.BEGUN, response_only=True, status_codes=["200", "201"]),
        ],
        tags=["sessions"],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        given = valid(shapes.SessionIn, request)
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
        pressure = tell_pressure(session, valid(shapes.CountsIn, request), by=key_of(request))
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
