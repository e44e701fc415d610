"""A key proposes, says which task it is at, and asks and tells of acts. No address takes more of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.domain.keys import create_api_key
from accounts.models import APIKey
from accounts.permissions import SYSTEM, TABLE
from accounts.refusals import NotAllowed
from accounts.scope import open_organisation
from audit.models import Entry
from deliberation import api_urls
from deliberation.domain import approval, conflict, outcome, publication, review, rounds, stakeholder_list, terms
from deliberation.models import Deliberation, OutcomeVersion
from tests.cast import Cast
from tests.deliberation import stages

pytestmark = pytest.mark.django_db

ROUTES = [route.name for route in api_urls.urlpatterns]
PROPOSES = {"propose_conflict", "propose_instruction", "open_period", "end_period"}
ASKS_AND_TELLS = {
    "check_action", "ask_judgment", "use_grant", "report_act", "open_session", "tell_pressure", "write_handoff",
    "end_session_of_agent",
}  # fmt: skip
"""With the former, all that the table lets a key do: none of it decides."""


@pytest.fixture
def cast() -> Iterator[Cast]:
    cache.clear()
    people = Cast()
    with open_organisation(people.organisation):
        yield people


@pytest.fixture
def key(cast: Cast) -> Any:
    return create_api_key(cast.project, "Screening", by=SYSTEM, enforces=True)


def address(name: str, row: Any) -> str:
    route = next(route for route in api_urls.urlpatterns if route.name == name)
    return reverse(name, args=[row] if "key" in route.pattern.converters else [])


SIGNED = {"decision": "Sign it.", "state": "signed"}


def sent(method: str, to: str, secret: str, said: dict[str, str] = SIGNED) -> Any:
    body = json.dumps(said)
    headers = {"Authorization": f"Bearer {secret}"}
    return Client().generic(method, to, body, content_type="application/json", headers=headers)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("name", ROUTES)
def test_key_writes_at_no_address_but_conflicts(cast: Cast, key: Any, name: str, method: str) -> None:
    """Key writes at no address but conflicts."""
    if (name, method) == ("api_conflicts", "POST"):
        refused = sent(method, address(name, None), key.secret)
        assert (refused.status_code, [one["field"] for one in refused.json()["errors"]]) == (422, ["state"])
        asked = {"decision": SIGNED["decision"]}
        assert sent(method, address(name, None), key.secret, asked).status_code == 201
        return
    deliberation = stages.at_outcome(cast)
    entries, state = Entry.objects.count(), deliberation.state
    for row in (deliberation.pk, uuid4()):
        assert sent(method, address(name, row), key.secret).status_code in {404, 405}
    deliberation.refresh_from_db()
    assert (Entry.objects.count(), Deliberation.objects.count(), deliberation.state) == (entries, 1, state)


def test_key_is_nobody_at_the_pages(cast: Cast, key: Any) -> None:
    """Key is nobody at the pages."""
    deliberation = stages.at_outcome(cast)
    here = [deliberation.organisation.slug, deliberation.number]
    for name in ("stakeholders_approve", "outcome_sign", "outcome_draft", "publication_publish", "deliberation_terms"):
        answer = sent("POST", reverse(name, args=here), key.secret)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse("account_login"))


def test_table_lets_a_key_propose_ask_and_tell_and_nothing_else() -> None:
    """The table lets a key propose, ask and tell, and nothing else."""
    assert {row.verb for row in TABLE.values() if "key" in row.who and not row.is_read} == PROPOSES | ASKS_AND_TELLS


def test_no_verb_takes_a_key_for_a_person(cast: Cast, key: Any) -> None:
    """No verb takes a key for a person."""
    by: APIKey = key.key
    waiting = stages.at_stakeholders(cast)
    digest = stakeholder_list.list_digest(waiting)
    refuses(lambda: approval.approve_stakeholders(waiting, by=by, digest=digest, reason="Fine."))  # type: ignore[arg-type]
    refuses(lambda: approval.return_stakeholders(waiting, by=by, digest=digest, reason="No."))  # type: ignore[arg-type]
    draft = stages.at_draft(cast)
    refuses(lambda: conflict.submit(draft, by=by))  # type: ignore[arg-type]
    refuses(lambda: terms.accept_terms(draft, by=by, version=1, name="Screening"))  # type: ignore[arg-type]
    inviting = stages.at_inviting(cast)
    refuses(lambda: rounds.open_round(inviting, by=by))
    refuses(lambda: conflict.withdraw(inviting, by=by, reason="No.", meanwhile="Nothing."))  # type: ignore[arg-type]


def test_no_key_drafts_signs_or_publishes(cast: Cast, key: Any) -> None:
    """No key drafts, signs or publishes."""
    by: APIKey = key.key
    drafted = stages.at_drafted(cast)
    content = stages.content(drafted)
    refuses(lambda: outcome.draft_outcome(drafted, by=by, content=content))  # type: ignore[arg-type]
    refuses(lambda: outcome.circulate_outcome(drafted, by=by))  # type: ignore[arg-type]
    waiting = stages.at_signing(cast)
    version = OutcomeVersion.objects.get(deliberation=waiting)
    refuses(lambda: outcome.sign_outcome(waiting, by=by, version_id=version.pk, name="Screening"))  # type: ignore[arg-type]
    refuses(lambda: outcome.return_outcome(waiting, by=by, reason="No."))  # type: ignore[arg-type]
    decided = stages.at_decided(cast)
    refuses(lambda: publication.propose_publication(decided, by=by))  # type: ignore[arg-type]
    publication.propose_publication(decided, by=cast.holder)
    refuses(lambda: publication.publish(decided, by=by, reason="Let it be seen.", leave_out_silent=True))  # type: ignore[arg-type]


def test_no_key_signs_a_review(cast: Cast, key: Any) -> None:
    """No key signs a review."""
    prepared = stages.at_review_prepared(cast)
    refuses(lambda: review.sign_review(prepared, by=key.key))


def refuses(verb: Any) -> None:
    with pytest.raises(NotAllowed):
        verb()
