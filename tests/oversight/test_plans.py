"""What the page of a key and that of a request ask stays a look into an index, however many acts were asked about."""

from __future__ import annotations

import pytest
from django.db import connection

from accounts.scope import open_organisation
from oversight.domain.modes import mark_stop
from oversight.models import Check, JudgmentRequest
from oversight.queries.keys import ALL, figures, observed
from oversight.queries.requests import get_request_for, whole_of_request
from tests.audit.test_plans import looks_into, plans
from tests.cast import Cast
from tests.oversight.house import DROP, LOOK, ask, key_of

pytestmark = pytest.mark.django_db


def test_what_was_observed_and_asked_alike_is_found_in_indexes_of_its_own(cast: Cast) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # a table of one page is read whole, which says nothing about large ones
            cursor.execute("SET LOCAL enable_seqscan = off")
    with open_organisation(cast.organisation):
        watched, enforcing = key_of(cast.project, cast, enforces=False), key_of(cast.project, cast, "Another")
        for action in (LOOK, DROP, {"tool_name": "Bash", "tool_input": {"command": "dropdb shop"}}):
            ask(watched, action)
            ask(enforcing, action)
        one, two = Check.objects.filter(key=watched, would_have__in=["ask", "deny"])
        for right in (False, True):
            mark_stop(one, by=cast.holder, right=right)
        found = figures(watched)
        assert (found.checks, found.stopped, found.right, found.wrong, found.unmarked) == (3, 2, 1, 0, 1)
        assert figures(enforcing).checks == 0
        rows, _older = observed(cast.organisation, watched, ALL)
        assert {row.seen.check.pk for row in rows} == {one.pk, two.pk}
        counted = [plan for sql, plan in plans(lambda: figures(watched)) if "GROUP BY" in sql]
        assert [looks_into("check_observed", plan) for plan in counted] == [True]
        asked = get_request_for(cast.organisation, JudgmentRequest.objects.order_by("-id")[0].pk)
        assert asked is not None
        sent = [(sql, plan) for sql, plan in plans(lambda: whole_of_request(asked)) if "LIMIT 5" in sql]
        assert [looks_into("request_alike", plan) for _sql, plan in sent] == [True], sent
