"""The public simulator: what anybody types there is judged, and is nowhere afterwards."""

from __future__ import annotations

import hashlib
import itertools
import logging
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.permissions import SYSTEM
from audit.domain.surfaces import switch_surface
from oversight.simulator.judging import judge
from oversight.simulator.proposal import Kind, Proposal
from tests.cast import Cast
from tests.oversight.house import in_force

pytestmark = pytest.mark.django_db

PAGE, WALK = reverse("public_simulator"), reverse("public_simulator_walk")
WORDS = "Tell Aroha Whetū-Example that her application was declined"


@pytest.fixture
def shown(cast: Cast) -> Iterator[Cast]:
    switch_surface(cast.organisation, "simulator", True, by=SYSTEM)
    cache.clear()
    yield cast
    cache.clear()


def _everything() -> str:
    """A digest of every row of every table."""
    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        for model in sorted(apps.get_models(include_auto_created=True), key=lambda one: one._meta.db_table):
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            digest.update("\n".join(sorted(map(str, cursor.fetchall()))).encode())
    return digest.hexdigest()


def test_it_is_not_there_until_it_is_switched_on(cast: Cast) -> None:
    """Until an administrator switches the simulator on, nothing is judged and there is no such page."""
    visitor = Client()
    assert {visitor.get(PAGE).status_code, visitor.get(WALK).status_code} == {404}
    assert visitor.post(PAGE, {"kind": "told", "words": WORDS}).status_code == 404


def test_what_is_typed_is_kept_nowhere(shown: Cast, caplog: pytest.LogCaptureFixture) -> None:
    """What a visitor types into the simulator changes no row, opens no session and stands in no log and no address."""
    visitor = Client()
    before = _everything()
    typed = {"kind": "told", "words": WORDS, "reasoning": WORDS, "instruction": WORDS[:200], "pressure": "HIGH"}
    with caplog.at_level(logging.DEBUG), CaptureQueriesContext(connection) as asked:
        answers = [
            visitor.post(PAGE, typed),
            visitor.post(PAGE, typed, headers={"HX-Request": "true"}),
            visitor.post(PAGE, typed | {"kind": "no such kind"}),
        ]
    assert [answer.status_code for answer in answers] == [200, 200, 422]
    assert _everything() == before
    assert not [query["sql"] for query in asked if not query["sql"].startswith("SELECT")]
    assert WORDS not in "".join(query["sql"] for query in asked)
    assert "Whet" not in caplog.text
    assert "sessionid" not in visitor.cookies
    for answer in answers:
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "Location" not in answer.headers
    assert WORDS not in visitor.get(PAGE, {"kind": "told", "words": WORDS}).content.decode()


def test_no_organisations_instructions_are_used(shown: Cast) -> None:
    """The simulator asks the database only whether it is shown: no organisation's instructions can reach its answer."""
    in_force(shown, "Never run pytest")
    visitor = Client()
    with CaptureQueriesContext(connection) as asked:
        page = visitor.post(PAGE, {"kind": "command", "words": "pytest -q"}).content.decode()
    assert "Never run pytest" not in page
    assert "Allowed:" in page
    assert {"audit_surface" in query["sql"] for query in asked} == {True}


def test_an_address_has_its_share_of_judgements(shown: Cast) -> None:
    """Whoever has too many acts judged in a minute is told to wait, and is shown the words they had typed."""

    def post() -> HttpResponse:
        return Client().post(PAGE, {"kind": "told", "words": WORDS})

    with override_settings(ACCOUNT_RATE_LIMITS=settings.ACCOUNT_RATE_LIMITS | {"simulated": "3/m/ip"}):
        assert [post().status_code for _ in range(3)] == [200] * 3
        refused = post()
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "60"
    page = refused.content.decode()
    assert "This was tried very often in a short time." in page
    assert WORDS in page
    assert Client(REMOTE_ADDR="198.51.100.9").post(PAGE, {"kind": "told", "words": WORDS}).status_code == 200


HOSTILE = (
    '"\'', "`", "$(", 'bash -c "', "((", "a|", "eval ", "<<E\n", "{", "\\", "not ", "never use port 27017 not 27027 ",
    "http://", "\x00", "‮", "😀", "AAAA=", "-", "psql -c 'drop table a'; ", "(a+)+", "%s{{ x }}{% y %}", "<script>",
)  # fmt: skip


def test_hostile_words_are_judged_like_others(shown: Cast) -> None:
    """Nested quotes, endless pipes, unseen characters and markup are judged to their end, and shown as text."""
    kinds = itertools.cycle((Kind.COMMAND, Kind.TOLD, Kind.COMMAND, Kind.WRITE))
    for piece, kind in zip(HOSTILE, kinds, strict=False):
        text = (piece * 2000)[:2000]
        judged = judge(Proposal(kind, text, path=text[:300], reasoning=text, instruction=text[:300]))
        assert len(judged.at) == 5
    visitor = Client()
    page = visitor.post(PAGE, {"kind": "told", "words": "<script>alert(1)</script> ‮{{ x }}"}).content.decode()
    assert "<script>alert" not in page
    assert "‹U+202E›" in page
    too_long = visitor.post(PAGE, {"kind": "told", "words": "\"'" * 5000})
    assert too_long.status_code == 422


def test_a_link_carries_no_act(shown: Cast) -> None:
    """An address that carries an act is answered with the first example: words come by form or not at all."""
    page = Client().get(PAGE, {"kind": "command", "words": "rm -rf /srv/secret", "instruction": "x"}).content.decode()
    assert "srv/secret" not in page
    assert "27017" in page
