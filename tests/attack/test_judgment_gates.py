"""Nobody gets an agent's act let through around the people who decide it: neither by a verb, nor with raw SQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts import clock
from accounts.domain.keys import create_api_key, revoke_api_key
from accounts.refusals import Invalid, NotAllowed, WrongState
from accounts.scope import open_organisation
from oversight.domain.convening import convene_for_request
from oversight.domain.glass import break_glass, mend_glass, review_glass, standing_glass
from oversight.domain.requests import grant_request, refuse_request, use_grant
from oversight.models import BrokenGlass, Check, JudgmentRequest
from tests.cast import Cast
from tests.oversight.house import DROP, WRONG_PORT, ask, in_force, key_of

pytestmark = pytest.mark.django_db
State = JudgmentRequest.State
GRANTED = {"ticked": range(9), "reason": "The contract is over, and the restore was tried."}


@pytest.fixture
def cast() -> Iterator[Cast]:
    people = Cast()
    with open_organisation(people.organisation):
        yield people


def _refused_by_the_database(*statements: str) -> None:
    for sql in statements:
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_only_a_decision_holder_of_the_organisation_grants(cast: Cast) -> None:
    """Neither the key that asks nor an auditor, an editor, an administrator or another organisation's holder grants."""
    key = key_of(cast.project, cast)
    ask(key, DROP)
    asked = JudgmentRequest.objects.get()
    convened = {"reason": "r", "question": "q", "decision_asked": "d", "urgency": "URGENT"}
    others = (cast.administrator, cast.editor, cast.auditor, cast.facilitator, cast.reviewer, cast.operator)
    for by in (*others, cast.outsider, key):
        for verb, facts in (
            (grant_request, GRANTED),
            (refuse_request, {"reason": "No."}),
            (convene_for_request, convened),
        ):
            with pytest.raises(NotAllowed):
                verb(asked, by=by, **facts)
    assert JudgmentRequest.objects.get().state == State.PENDING


def test_the_second_of_two_answers_is_told(cast: Cast) -> None:
    """Whoever answers second is told so, and the first answer stands."""
    ask(key_of(cast.project, cast), DROP)
    asked = JudgmentRequest.objects.get()
    refuse_request(JudgmentRequest.objects.get(), by=cast.holder, reason="It stays.")
    with pytest.raises(WrongState):
        grant_request(asked, by=cast.second_holder, **GRANTED)
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by) == (State.REFUSED, cast.holder)


def test_a_granted_act_cannot_be_changed(cast: Cast) -> None:
    """A grant is not moved to another act: not by asking a little differently, not by raw SQL on the request."""
    key = key_of(cast.project, cast)
    ask(key, DROP)
    asked = JudgmentRequest.objects.get()
    grant_request(asked, by=cast.holder, **GRANTED)
    changed = {
        "tool_name": "Bash",
        "tool_input": {"command": DROP["tool_input"]["command"].replace("customers", "orders")},
    }
    assert ask(key, changed).decision == "ask"
    other = create_api_key(cast.other_project, "Theirs", by=cast.outsider, enforces=True).key
    with open_organisation(cast.other):
        assert ask(other, DROP).decision == "ask"
    _refused_by_the_database(
        f"UPDATE oversight_judgmentrequest SET fingerprint = '{'0' * 64}' WHERE state = 'granted'",
        "UPDATE oversight_judgmentrequest SET text_id = (SELECT max(id) FROM audit_text) WHERE state = 'granted'"
        if connection.vendor == "sqlite"
        else "UPDATE oversight_judgmentrequest SET text_id = gen_random_uuid() WHERE state = 'granted'",
        "UPDATE oversight_judgmentrequest SET expires_at = '2199-01-01' WHERE state = 'granted'",
    )
    assert ask(key, DROP).decision == "allow"


def test_a_grant_is_not_used_twice_or_late_nor_by_who_may_not_ask(cast: Cast) -> None:
    """A used or expired grant lets nothing through, a revoked key has none, and another project's cannot be used."""
    key = key_of(cast.project, cast)
    ask(key, DROP)
    asked = JudgmentRequest.objects.get()
    grant_request(asked, by=cast.holder, **GRANTED)
    with time_machine.travel(asked.expires_at):
        with pytest.raises(WrongState):
            use_grant(asked, by=key)
        assert ask(key, DROP).decision == "ask"
    again = JudgmentRequest.objects.latest("id")
    assert again.pk != asked.pk
    with time_machine.travel(again.asked_at + timedelta(minutes=1)):
        grant_request(again, by=cast.holder, **GRANTED)
        new = create_api_key(cast.project, "Other", by=cast.administrator, enforces=True)
        revoke_api_key(new.key, by=cast.administrator)
        with pytest.raises(NotAllowed):
            use_grant(again, by=new.key)
        body = {"action": DROP}
        answer = Client().post(
            "/api/v1/checks/", body, "application/json", headers={"Authorization": f"Bearer {new.secret}"}
        )
        assert answer.status_code == 401
        assert ask(key, DROP).decision == "allow"
        with pytest.raises(WrongState):
            use_grant(again, by=key)
    assert Check.objects.filter(grant__isnull=False).count() == 1
    _refused_by_the_database("UPDATE oversight_judgmentrequest SET state = 'granted' WHERE state = 'used'")


def test_raw_sql_grants_nothing(cast: Cast) -> None:
    """Raw SQL makes no request that is granted from the start, grants none without a person, and removes none."""
    ask(key_of(cast.project, cast), DROP)
    columns = [one.column for one in JudgmentRequest._meta.concrete_fields]
    copied = ", ".join(f'"{one}"' for one in columns)
    made = copied.replace('"state"', "'granted'", 1).replace('"fingerprint"', f"'{'1' * 64}'", 1)
    _refused_by_the_database(
        f"INSERT INTO oversight_judgmentrequest ({copied}) SELECT {made} FROM oversight_judgmentrequest",
        "UPDATE oversight_judgmentrequest SET state = 'granted'",
        "UPDATE oversight_judgmentrequest SET state = 'used'",
        "DELETE FROM oversight_judgmentrequest",
        "DELETE FROM oversight_check",
        "UPDATE oversight_check SET decision = 'allow'",
    )


def test_glass_does_not_outlast_its_hour(cast: Cast) -> None:
    """61 minutes are refused by the verb and by the database, and a row that claims more suspends nothing after 60."""
    in_force(cast)
    with pytest.raises(Invalid):
        break_glass(cast.project, by=cast.holder, why="Why.", minutes=61)
    glass = break_glass(cast.project, by=cast.holder, why="Why.", minutes=60)
    _refused_by_the_database(
        "UPDATE oversight_brokenglass SET minutes = 61",
        "UPDATE oversight_brokenglass SET until = '2199-01-01'",
    )
    BrokenGlass.objects.create(
        organisation=cast.organisation, project=cast.project, by=cast.holder, at=glass.at - timedelta(minutes=61),
        minutes=60, until=glass.at + timedelta(days=9), why=glass.why, review_due_at=glass.at, entry_id=glass.entry_id,
    )  # fmt: skip
    mend_glass(glass, by=cast.holder)
    assert not standing_glass(clock.now()).exists()
    assert ask(key_of(cast.project, cast), WRONG_PORT).decision == "deny"


def test_who_broke_the_glass_never_reviews_it(cast: Cast) -> None:
    """Whoever broke the glass does not review it, whatever roles they have; the database says so too."""
    glass = break_glass(cast.project, by=cast.holder, why="Why.", minutes=15)
    with time_machine.travel(glass.until):
        with pytest.raises(NotAllowed):
            review_glass(glass, by=cast.holder, finding="I was right.")
        _refused_by_the_database("UPDATE oversight_brokenglass SET reviewed_by_id = by_id, reviewed_at = until")
        review_glass(glass, by=cast.second_holder, finding="It was needed.")
    _refused_by_the_database(
        "DELETE FROM oversight_brokenglass", "UPDATE oversight_brokenglass SET finding_id = why_id"
    )
