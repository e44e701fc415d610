"""What every answer tells the browser it may do."""

import pytest
from django.test import Client

POLICY = {
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
}
ADDRESSES = ["/", "/no-such-page", "/accounts/login/", "/api/docs/", "/api/schema/", "/api/no-such", "/operator/login/"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_carries_the_rules(client: Client, address: str) -> None:
    """Pages, errors and the interface alike: nobody embeds us, nothing runs but our own files."""
    response = client.get(address)
    assert set(response["Content-Security-Policy"].split("; ")) == POLICY
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert "camera=()" in response["Permissions-Policy"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/no-such-page", "/accounts/login/", "/api/docs/"])
def test_no_page_has_anything_inline(client: Client, address: str) -> None:
    """A strict policy would refuse it, and the page would be broken without anybody being told."""
    page = client.get(address).content.decode()
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick=" not in page
    assert "<script>" not in page
    assert "hx-on" not in page


@pytest.mark.django_db
def test_the_script_of_the_docs_page_is_a_file_of_ours(client: Client) -> None:
    """drf-spectacular's default page has it inline."""
    response = client.get("/api/docs/?script=")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("application/javascript")
    assert b"SwaggerUIBundle" in response.content
