"""The one address of the interface that asks for no key: counts of what the framework did, for any site to read."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audit.models import Surface
from audit.queries import metrics
from audit.queries.dashboard import REMEMBERED, now, remembered
from audit.views.metrics import shown_or_404

WINDOW = {
    "since": "2027-04-19T04:00:00Z",
    "until": "2027-04-20T04:00:00Z",
    "entries": 671,
    "services": {"Gate": {"operations": 637, "decisions": {"allow": 612, "warn": 20, "ask": 3, "deny": 2}}},
    "boundaries": {"12.1": {"allow": 0, "warn": 0, "ask": 3, "deny": 0}},
    "context_pressure": {"NORMAL": 600, "ELEVATED": 30, "HIGH": 5, "CRITICAL": 2, "DANGEROUS": 0},
    "refused_foreign_accesses": 1,
}
EXAMPLE = {
    "counted_until": "2027-04-20T03:14:07Z",
    "organisations": 1,
    "windows": dict.fromkeys(metrics.WINDOWS, WINDOW),
}


def _shape() -> Any:
    by_word = serializers.DictField(child=serializers.IntegerField(min_value=0))
    service = inline_serializer(
        "PublicService", {"operations": serializers.IntegerField(min_value=0), "decisions": by_word}
    )
    window = inline_serializer(
        "PublicWindow",
        {
            "since": serializers.DateTimeField(),
            "until": serializers.DateTimeField(),
            "entries": serializers.IntegerField(min_value=0),
            "services": serializers.DictField(child=service),
            "boundaries": serializers.DictField(
                child=serializers.DictField(child=serializers.IntegerField(min_value=0))
            ),
            "context_pressure": serializers.DictField(child=serializers.IntegerField(min_value=0)),
            "refused_foreign_accesses": serializers.IntegerField(min_value=0),
        },
    )
    return inline_serializer(
        "FrameworkMetrics",
        {
            "counted_until": serializers.DateTimeField(allow_null=True),
            "organisations": serializers.IntegerField(min_value=1),
            "windows": serializers.DictField(child=window),
        },
    )


class FrameworkMetrics(APIView):
    """Open to every site: what is sent holds no more for one reader than for another."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(
        operation_id="framework_metrics",
        summary="Count what the framework did",
        description="Of the organisations that show their figures, added up, for the last `24h`, `7d` and `30d` in "
        "whole hours. Counts of framework operations only. 404 where no organisation shows its figures. No key is "
        "needed, any site may read it, and an answer is kept for five minutes.",
        auth=[],
        responses={200: _shape(), 404: None},
        examples=[OpenApiExample("Counted", value=EXAMPLE, response_only=True)],
        tags=["public"],
    )
    def get(self, request: Request) -> Response:
        shown = shown_or_404(Surface.Name.METRICS)
        return Response(remembered("api", shown, lambda: metrics.as_json(shown, now())))

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Access-Control-Allow-Origin"] = "*"
        answer["Cross-Origin-Resource-Policy"] = "cross-origin"
        if answer.status_code == 200:
            answer["Cache-Control"] = f"public, max-age={REMEMBERED}"
        return answer
