"""A refusal becomes a page or a problem, and what was typed is still there."""

import json

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from rest_framework.decorators import api_view, permission_classes
from rest_framework.exceptions import Throttled, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.refusals import Invalid, NotAllowed, Refused, Stale, WrongState
from tractatus_site import urls as site_urls

WORDS = "Ehre und Würde <b>אשר</b> – twenty thousand words could stand here"
REFUSALS: dict[str, Refused] = {
    "not-allowed": NotAllowed("Only a decision holder signs."),
    "wrong-state": WrongState("The round has closed."),
    "stale": Stale("Somebody else was quicker."),
    "invalid": Invalid(errors={"scope": "Say where this applies.", "date": "This date has passed."}),
}


def page(request: HttpRequest, kind: str) -> HttpResponse:
    raise REFUSALS[kind]


@api_view(["GET", "POST"])
@permission_classes([])
def interface(request: Request, kind: str) -> Response:
    if kind == "fields":
        raise ValidationError({"remainders": [{}, {"value": ["Name it."]}], "non_field_errors": ["Too much."]})
    if kind == "throttled":
        raise Throttled(wait=30)
    if kind == "read":
        return Response(request.data)
    raise REFUSALS[kind]


urlpatterns = [
    path("page/<kind>/", page),
    path("api/v1/<kind>/", interface),
    *site_urls.urlpatterns,
]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture
def strict() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.mark.parametrize(
    ("kind", "status"), [("not-allowed", 403), ("wrong-state", 409), ("stale", 409), ("invalid", 422)]
)
def test_refused_page_says_why_and_leads_back(client: Client, kind: str, status: int) -> None:
    response = client.get(f"/page/{kind}/", headers={"referer": "http://testserver/o/demo/?page=2"})
    text = response.content.decode()
    assert response.status_code == status
    for sentence in REFUSALS[kind].errors.values():
        assert sentence in text
    assert 'href="/o/demo/?page=2"' in text
    assert "Nothing was changed." in text


@pytest.mark.parametrize("referrer", ["https://elsewhere.example/", "http://testserver//elsewhere.example/", ""])
def test_refused_page_never_leads_to_another_site(client: Client, referrer: str) -> None:
    text = client.get("/page/stale/", headers={"referer": referrer}).content.decode()
    assert "elsewhere" not in text


def test_refused_form_shows_what_was_typed(client: Client) -> None:
    """A closed round, a second tab: the words are on the page to be copied, and passwords are not."""
    typed = {"position_text": WORDS, "password": "correct horse battery staple", "choice": "short"}
    text = client.post("/page/wrong-state/", typed).content.decode()
    assert "Ehre und Würde &lt;b&gt;אשר&lt;/b&gt;" in text
    assert "Position text" in text
    assert "horse" not in text


def test_form_of_a_stale_session_is_refused_with_its_words(strict: Client) -> None:
    """Signed out in another tab: nothing is done, nothing is lost."""
    response = strict.post("/page/stale/", {"reason": WORDS})
    text = response.content.decode()
    assert response.status_code == 403
    assert "This form was open for too long" in text
    assert "twenty thousand words could stand here" in text


@pytest.mark.parametrize(("kind", "status"), [("not-allowed", 403), ("wrong-state", 409), ("stale", 409)])
def test_refusal_in_the_interface_is_a_problem(client: Client, kind: str, status: int) -> None:
    response = client.get(f"/api/v1/{kind}/")
    assert response["Content-Type"] == "application/problem+json"
    body = json.loads(response.content)
    assert response.status_code == status == body["status"]
    assert body["detail"] == REFUSALS[kind].sentence
    assert body["type"]
    assert body["title"]


def test_invalid_fields_are_named_where_they_are(client: Client) -> None:
    body = json.loads(client.get("/api/v1/invalid/").content)
    assert body["errors"] == [
        {"field": "scope", "detail": "Say where this applies."},
        {"field": "date", "detail": "This date has passed."},
    ]
    response = client.get("/api/v1/fields/")
    assert response.status_code == 422
    assert json.loads(response.content)["errors"] == [
        {"field": "remainders.1.value", "detail": "Name it."},
        {"field": "", "detail": "Too much."},
    ]


def test_too_many_requests_say_when_to_come_back(client: Client) -> None:
    response = client.get("/api/v1/throttled/")
    assert (response.status_code, response["Retry-After"]) == (429, "30")
    assert response["Content-Type"] == "application/problem+json"


def test_broken_json_is_a_problem(client: Client) -> None:
    response = client.post("/api/v1/read/", "{", content_type="application/json")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


def test_unknown_address_of_the_interface_is_a_problem(client: Client) -> None:
    response = client.get("/api/v2/nothing/")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


def test_error_page_of_the_server_needs_nothing() -> None:
    """Rendered when the database is gone, without a request: and it is still a page."""
    from django.template.loader import get_template

    text = get_template("500.html").render()
    assert "Something went wrong on our side" in text
