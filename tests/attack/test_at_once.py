"""Two at once, on both databases, at every verb there is: what the table allows happens once, the rest is refused."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from accounts import clock
from accounts.permissions import TABLE
from accounts.scope import open_organisation
from audit.models import Entry
from deliberation.models import Round
from deliberation.tasks import tick_organisation
from tests.attack import races
from tests.attack.arena import STAGES, Arena, together
from tests.cast import Cast
from tests.deliberation import stages

assert races


@pytest.mark.alone
def test_every_verb_is_raced() -> None:
    """Every verb that changes something is raced against itself."""
    raced = frozenset[str]().union(*[verbs for _run, verbs in STAGES.values()])
    assert {verb for verb, row in TABLE.items() if not row.is_read} == raced


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", STAGES)
def test_at_once(name: str) -> None:
    """What two do at once happens once, and the other is refused in words."""
    run, verbs = STAGES[name]
    arena = Arena(Cast())
    with open_organisation(arena.cast.organisation):
        run(arena)
    assert arena.raced == verbs


@pytest.mark.django_db(transaction=True)
def test_two_ticks_at_once_do_everything_due_once_and_mail_nobody_twice() -> None:
    """Two ticks at once do everything due once and mail nobody twice."""
    cast = Cast()
    with open_organisation(cast.organisation):
        deliberation = stages.at_round(cast, 1)
        stages.positions_given(cast, deliberation)
    with time_machine.travel(clock.now() + timedelta(days=31), tick=True):
        together(cast.organisation, *[lambda: tick_organisation(cast.organisation.pk)] * 3)
    with open_organisation(cast.organisation):
        closed = Round.objects.filter(deliberation=deliberation, number=1, state=Round.State.CLOSED)
        assert closed.count() == 1
        assert Entry.objects.filter(event="deliberation.round.close").count() == 1
        for event in ("deliberation.round.open", "deliberation.ask.lapse", "deliberation.invitation.lapse"):
            once = Counter(Entry.objects.filter(event=event).values_list("subject_id", flat=True))
            assert set(once.values()) <= {1}, event
    sent = Counter((one.to[0], one.subject) for one in mail.outbox)
    assert sent
    assert max(sent.values()) == 1
