"""A cursor that was made up is answered as not there, and never as a failure."""

from __future__ import annotations

import base64

import pytest
from django.test import Client

from accounts.domain.keys import create_api_key
from accounts.scope import open_organisation
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("said", ["p=%00", "p=';--", "p=1", "o=99999999999&p=x", "r=1&p=é", "p=" + "a" * 2000])
@pytest.mark.parametrize("listing", ["deliberations", "outcomes", "precedents"])
def test_a_made_up_cursor_is_not_there(cast: Cast, listing: str, said: str) -> None:
    """A made up cursor is not there."""
    with open_organisation(cast.organisation):
        secret = create_api_key(cast.project, "Intake", by=cast.administrator)[1]
    cursor = base64.b64encode(said.encode()).decode()
    browser = Client(headers={"Authorization": f"Bearer {secret}"}, raise_request_exception=False)
    assert browser.get(f"/api/v1/{listing}/", {"cursor": cursor}).status_code == 404
