"""Every operation of the JSON interface keeps to its description: it is driven by it, and gives nothing else.

The operations are read from the description, so a new one is tried as soon as it is there. The rows they give are those
of the demo organisation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import schemathesis
from django.conf import settings
from django.core import signals
from django.core.cache import cache
from django.core.management import call_command
from django.db import close_old_connections, transaction
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck
from hypothesis import settings as tried
from schemathesis import Case
from schemathesis.checks import CHECKS

from accounts.domain.keys import create_api_key
from accounts.models import Organisation, Project
from accounts.permissions import SYSTEM
from accounts.scope import open_organisation
from audit.sequencer import sequence
from tractatus_site.problems import MEDIA_TYPE
from tractatus_site.wsgi import application

pytestmark = pytest.mark.django_db

contract = schemathesis.openapi.from_wsgi("/api/schema/", application)

UNUSED = CHECKS.get_by_names(["positive_data_acceptance", "negative_data_rejection"])
"""What fits the shape may still be refused, for a reason no shape can say; a parameter nobody knows is passed over."""


@pytest.fixture(scope="module")
def key(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The secret of a key of the demo organisation, in a transaction that every test of this file begins from."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("seed_demo", stdout=StringIO())
        sequence(Organisation.objects.get(slug="demo"))
        with open_organisation(Organisation.objects.get(slug="demo")):
            yield create_api_key(Project.objects.get(slug="hiring"), "Contract", by=SYSTEM, enforces=True).secret
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def transaction_outlives_requests() -> Iterator[None]:
    """No request closes the connection, as with Django's own client."""
    ends = (signals.request_started, signals.request_finished)
    for one in ends:
        one.disconnect(close_old_connections)
    yield
    for one in ends:
        one.connect(close_old_connections)


def headers_with(key: str) -> dict[str, str]:
    """What each request says: who asks, and that the answer comes as it is, which the driver would not uncompress."""
    return {"Authorization": f"Bearer {key}", "Accept-Encoding": "identity"}


def keep_to_it(case: Case, key: str) -> None:
    cache.clear()  # nobody asks so often that the limit is all they meet
    case.call_and_validate(headers=headers_with(key), excluded_checks=UNUSED)


@contract.parametrize()
@tried(max_examples=20, derandomize=True, suppress_health_check=list(HealthCheck))
def test_operation_gives_what_it_says(case: Case, key: str) -> None:
    keep_to_it(case, key)


@pytest.mark.long
@contract.parametrize()
@tried(max_examples=1000, suppress_health_check=list(HealthCheck))
def test_operation_gives_what_it_says_a_thousand_times(case: Case, key: str) -> None:
    keep_to_it(case, key)


def test_what_a_list_gives_is_found_at_its_address(key: str) -> None:
    """Each page of each list, and each object on it, in the shape that is described."""
    seen = set()
    headers = headers_with(key)
    operations = [found.ok() for found in contract.get_all_operations()]
    for many in operations:
        if many.method != "get" or "{" in many.path:
            continue
        answer = many.Case(query={"page_size": 1}).call_and_validate(headers=headers, excluded_checks=UNUSED)
        page = answer.json() if answer.headers["content-type"][0] == "application/json" else {}
        if "results" not in page:
            continue
        ids = [row["id"] for row in page["results"]]
        while page["next"]:
            query = dict(parse_qsl(urlsplit(page["next"]).query))
            if len(ids) > 20:
                query["page_size"] = "200"  # the record is long
            page = many.Case(query=query).call_and_validate(headers=headers, excluded_checks=UNUSED).json()
            ids += [row["id"] for row in page["results"]]
        assert len(ids) == len(set(ids))
        for one in operations:
            if one.method == "get" and one.path.startswith(many.path + "{") and one.path.count("/") == 5:
                name = one.path.removeprefix(many.path).strip("/{}")
                for pk in ids:
                    cache.clear()  # each is asked with a wrong key too
                    case = one.Case(path_parameters={name: pk})
                    answer = case.call_and_validate(headers=headers, excluded_checks=UNUSED)
                    assert answer.status_code == 200
                    seen.add(one.path)
    assert {"/api/v1/deliberations/{key}/", "/api/v1/outcomes/{key}/"} <= seen


def test_description_is_the_committed_one() -> None:
    out = StringIO()
    call_command("spectacular", stdout=out)
    kept = Path(settings.BASE_DIR, "docs", "openapi.yaml").read_text(encoding="utf-8")
    assert kept == out.getvalue(), "run manage.py spectacular --file docs/openapi.yaml, and read what changed"


def test_every_operation_names_its_problems_one_by_one() -> None:
    described = SchemaGenerator().get_schema(request=None, public=True)
    for address, operations in described["paths"].items():
        for method, operation in operations.items():
            answers = operation["responses"]
            assert "default" not in answers, (method, address)
            assert {"406", "429"} <= answers.keys(), (method, address)
            problems = [answer for code, answer in answers.items() if code >= "400"]
            assert all(list(answer["content"]) == [MEDIA_TYPE] for answer in problems), (method, address)
            assert all(answer["description"] for answer in problems), (method, address)


# fmt: off
WRONG = [
    ("GET", "/api/", {}, 404), ("GET", "/api/v2/outcomes/", {}, 404), ("POST", "/api/v1/outcomes", {}, 404),
    ("GET", "/api/v1/deliberations/1/", {}, 404), ("GET", "/api/v1/broken/", {}, 500),
    ("GET", "/api/v1/outcomes/", {"HTTP_HOST": "elsewhere.example"}, 400),
    ("GET", "/api/v1/outcomes/", {"HTTP_AUTHORIZATION": "Basic eDp5"}, 401),
    ("GET", "/api/v1/outcomes/", {"HTTP_ACCEPT": "text/html"}, 406),
    ("GET", "/api/v1/outcomes/?page_size=0", {}, 422), ("GET", "/api/v1/outcomes/?page_size=many", {}, 422),
    ("GET", "/api/v1/outcomes/?cursor=made-up", {}, 404),
    ("DELETE", "/api/v1/outcomes/", {}, 405), ("OPTIONS", "/api/v1/outcomes/", {}, 405),
    ("PROPFIND", "/api/v1/outcomes/", {}, 405),
    ("POST", "/api/schema/", {}, 405), ("OPTIONS", "/api/docs/", {}, 405),
    ("GET", "/api/schema/", {"HTTP_ACCEPT": "text/html"}, 406),
    ("GET", "/api/docs/", {"HTTP_ACCEPT": "image/png"}, 406),
    ("POST", "/api/v1/conflicts/", {"data": b"{", "content_type": "application/json"}, 400),
    ("POST", "/api/v1/conflicts/", {"data": b"<a/>", "content_type": "text/xml"}, 415),
    ("POST", "/api/v1/conflicts/", {"data": b"x", "content_type": "no type"}, 415),
]
# fmt: on


@pytest.mark.urls("tests.site.broken_urls")
def test_whatever_goes_wrong_under_api_is_a_problem(key: str) -> None:
    for method, address, how, status in WRONG:
        sent = {"HTTP_AUTHORIZATION": f"Bearer {key}"} | how
        answer = Client(raise_request_exception=False).generic(method, address, **sent)
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, MEDIA_TYPE), (method, address, how)
        said = json.loads(answer.content)
        assert said["status"] == status
        assert said["type"].startswith("/api/docs/#")
        assert said["title"].endswith(".")
