"""The description of the JSON interface, and what every list and limit of it does."""

from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tractatus_site.interface import PerKey


class Three(PerKey):
    rate = "3/min"


class Limited(APIView):
    permission_classes = ()
    throttle_classes = (Three,)

    def get(self, request: Request) -> Response:
        return Response({})


class Forgotten(APIView):
    """A view whose author forgot who may call it."""

    def get(self, request: Request) -> Response:
        return Response({"secret": True})


urlpatterns = [path("api/v1/limited/", Limited.as_view()), path("api/v1/forgotten/", Forgotten.as_view())]


@pytest.mark.alone
def test_description_is_valid_and_without_a_warning() -> None:
    """Every view says what it takes and gives; a warning would be a gap in the readable page."""
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    assert out.getvalue().startswith("openapi: 3.1.0")


@pytest.mark.urls(__name__)
def test_a_view_that_says_nothing_is_shut(client: Client) -> None:
    assert client.get("/api/v1/forgotten/").status_code in {401, 403}


@pytest.mark.urls(__name__)
def test_limit_is_answered_with_when_to_come_back(client: Client) -> None:
    cache.clear()
    answers = [client.get("/api/v1/limited/") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 0 < int(answers[3]["Retry-After"]) <= 60
