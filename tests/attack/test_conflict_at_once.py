"""Two people act on one conflict at the same moment: one is first, the other is told, and nothing is done twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from accounts.models import APIKey, SeatUser
from accounts.refusals import Refused, Stale, WrongState
from accounts.scope import open_organisation
from deliberation.domain import conflict, tensions, terms
from deliberation.models import Deliberation, Framework, State, Terms
from tests.cast import Cast
from tests.deliberation.stages import at_conflict, at_draft, with_terms

pytestmark = pytest.mark.django_db(transaction=True)


def together(cast: Cast, *verbs: Callable[[], Any]) -> list[Any]:
    """Run the verbs at once, each in a thread with its own connection; gives each result, or the refusal."""
    barrier = Barrier(len(verbs))

    def run(verb: Callable[[], Any]) -> Any:
        try:
            with open_organisation(cast.organisation):
                barrier.wait(timeout=20)
                return verb()
        except Refused as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(verbs)) as pool:
        return list(pool.map(run, verbs))


def test_questions_put_at_once_get_numbers_of_their_own():
    cast = Cast()
    made = together(cast, *[lambda: at_conflict(cast) for _ in range(5)])
    assert sorted(one.number for one in made) == [1, 2, 3, 4, 5]


def test_one_of_two_facilitators_takes_a_conflict_up():
    cast = Cast()
    with open_organisation(cast.organisation):
        key = APIKey.objects.create(
            organisation=cast.organisation, project=cast.project, name="Agent", prefix="p", hash="0" * 64
        )
        pk = conflict.propose_conflict(cast.project, by=key, decision="Disclose?").pk
    results = together(
        cast,
        lambda: conflict.take_up(Deliberation.objects.get(pk=pk), by=cast.facilitator),
        lambda: conflict.take_up(Deliberation.objects.get(pk=pk), by=cast.second_facilitator),
    )
    assert sum(isinstance(one, WrongState) for one in results) == 1
    with open_organisation(cast.organisation):
        assert SeatUser.objects.filter(deliberation_id=pk).count() == 1
        assert Deliberation.objects.get(pk=pk).state == State.DRAFT


def test_a_suggestion_settled_in_two_windows_is_settled_once():
    cast = Cast()
    with open_organisation(cast.organisation):
        deliberation = at_conflict(cast)
        tensions.suggest_tensions(deliberation, by=cast.facilitator)
        pk = Framework.objects.filter(deliberation=deliberation).latest("id").pk
    results = together(
        cast,
        lambda: tensions.settle_tension(Framework.objects.get(pk=pk), by=cast.facilitator, do="keep", seen="suggested"),
        lambda: tensions.settle_tension(
            Framework.objects.get(pk=pk), by=cast.facilitator, do="drop", reason="No.", seen="suggested"
        ),
    )
    assert sum(isinstance(one, Stale) for one in results) == 1


def test_terms_that_change_while_they_are_accepted_are_not_accepted_unread():
    cast = Cast()
    with open_organisation(cast.organisation):
        deliberation = at_draft(cast)
        with_terms(cast, deliberation, paid_by="The trust pays.")
        pk = deliberation.pk
    together(
        cast,
        lambda: with_terms(cast, Deliberation.objects.get(pk=pk), paid_by="Nobody pays."),
        lambda: terms.accept_terms(Deliberation.objects.get(pk=pk), by=cast.holder, version=2, name="Holder"),
    )
    with open_organisation(cast.organisation):
        assert not Terms.objects.filter(deliberation_id=pk, version=3, accepted_at__isnull=False).exists()
