"""/metrics: for whoever knows the token, and not there where none is set."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from audit.domain.metrics import count_new
from tests.audit.recorded import check
from tests.cast import Cast

pytestmark = pytest.mark.django_db

LINE = re.compile(r"^(# (HELP|TYPE) tractatus_\w+ .+|tractatus_\w+(\{(\w+=\"[^\"]*\",?)*\})? -?[0-9.]+)$")


def test_there_is_no_such_page_without_a_token(client: Client) -> None:
    assert client.get("/metrics").status_code == 404


def test_only_the_token_opens_it(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = "a long secret"
    for given in ("", "Bearer", "Bearer a long", "Bearer a long secret and more", "Basic a long secret", "Bearer ü"):
        response = client.get("/metrics", headers={"Authorization": given} if given else {})
        assert (given, response.status_code, response.headers["WWW-Authenticate"]) == (given, 401, "Bearer")
        assert b"tractatus" not in response.content
    response = client.get("/metrics", headers={"Authorization": "bearer a long secret", "Host": "10.1.2.3"})
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"


def test_it_tells_sums_and_names_nobody(cast: Cast, client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = "a long secret"
    for organisation, decision in ((cast.organisation, "allow"), (cast.organisation, "deny"), (cast.other, "deny")):
        check(organisation, decision)
    count_new(cast.organisation)
    count_new(cast.other)
    told = client.get("/metrics", headers={"Authorization": "Bearer a long secret"}).content.decode()
    assert [line for line in told.splitlines() if not LINE.match(line)] == []
    assert 'tractatus_entries_total{service="Gate",decision="deny"} 2\n' in told
    assert 'tractatus_entries_total{service="Gate",decision="allow"} 1\n' in told
    assert "tractatus_organisations 2" in told
    for name in (cast.organisation.slug, cast.organisation.name, str(cast.organisation.pk), "hiring"):
        assert name not in told.lower()
