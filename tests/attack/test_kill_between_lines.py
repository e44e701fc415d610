"""The process is killed between any two lines of ours: nothing typed is lost, and no act is half done.

A kill is an exception that nothing of ours catches, raised at one line after the other. What a transaction had not
committed is gone, as after a real kill; `tests/site/test_serve.py` kills the real process.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction

from accounts.scope import open_organisation
from audit.models import Entry
from deliberation.domain.drafts import draft_of
from deliberation.models import Ask, Deliberation, Outcome, OutcomeVersion, Position, Precedent, Review
from tests.cast import Cast
from tests.deliberation import stages
from tests.deliberation.pages import address, by_link, signed_in

pytestmark = pytest.mark.django_db

ROOMS = tuple(f"{Path(settings.BASE_DIR) / room}/" for room in ("accounts", "audit", "deliberation", "tractatus_site"))
WORDS = "Nobody should wait five weeks to hear nothing."


class Killed(BaseException):
    """The end of the process, as far as our code can tell."""


@pytest.fixture
def cast() -> Iterator[Cast]:
    people = Cast()
    with open_organisation(people.organisation):
        yield people


def run(act: Callable[[], Any], *, until: int | None = None) -> int:
    """Run `act`, killed before line number `until` of ours. Gives how many lines were reached."""
    reached = 0
    open_before = len(connection.atomic_blocks)

    def line(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal reached
        if event == "line":
            reached += 1
            if reached == until:
                raise Killed
        return line

    def call(frame: FrameType, event: str, arg: Any) -> Any:
        return line if frame.f_code.co_filename.startswith(ROOMS) else None

    before = sys.gettrace()
    sys.settrace(call)
    try:
        act()
    except Killed as killed:
        # Python skips the end of a `with` when it is stopped just before that end, and a transaction would stay open
        # that the death of a process ends.
        while len(connection.atomic_blocks) > open_before:
            connection.atomic_blocks[-1].__exit__(Killed, killed, None)
    finally:
        sys.settrace(before)
    return reached


def each_kill(act: Callable[[], Any], check: Callable[[], None], *, most: int) -> None:
    """Kill `act` at about `most` of its lines, spread evenly, each time from the same beginning, and `check`."""
    with transaction.atomic():
        lines = run(act)
        transaction.set_rollback(True)
    assert lines > 100, "the act did not run"
    step = max(1, lines // most)
    for at in range(1, lines + 1, step):
        cache.clear()  # how often something was sent is counted there, and not taken back
        with transaction.atomic():
            run(act, until=at)
            check()
            transaction.set_rollback(True)


@pytest.mark.parametrize("most", [25, pytest.param(100, marks=pytest.mark.long)])
def test_a_position_is_sent_or_its_draft_is_kept(cast: Cast, most: int) -> None:
    """A position is sent or its draft is kept."""
    deliberation = stages.at_round(cast, 1)
    one = stages.seat_of(deliberation, "Stakeholder one")
    browser = by_link(one)
    browser.post(address("draft_save", deliberation, "position"), {"right": WORDS, "based_on": "0"})
    entries = Entry.objects.count()

    def send() -> Any:
        return browser.post(address("card", deliberation), {"right": WORDS, "based_on": "0"})

    def check() -> None:
        sent = list(Position.objects.filter(seat=one))
        draft = draft_of(cast.organisation, by=one, form="position")
        assert len(sent) == Entry.objects.count() - entries
        assert Ask.objects.get(seat=one, round__number=1).state == ("answered" if sent else "open")
        assert sent or (draft and draft.fields["right"] == WORDS)
        assert send().status_code == 302
        assert [str(row.right) for row in Position.objects.filter(seat=one)] == [WORDS]

    each_kill(send, check, most=most)


@pytest.mark.parametrize("most", [25, pytest.param(100, marks=pytest.mark.long)])
def test_a_draft_is_the_newer_or_the_older_one(cast: Cast, most: int) -> None:
    """A draft is the newer or the older one."""
    deliberation = stages.at_round(cast, 1)
    one = stages.seat_of(deliberation, "Stakeholder one")
    browser = by_link(one)

    def keep(words: str) -> None:
        browser.post(address("draft_save", deliberation, "position"), {"right": words, "based_on": "0"})

    keep(WORDS)

    def check() -> None:
        draft = draft_of(cast.organisation, by=one, form="position")
        assert draft is not None
        assert draft.fields["right"] in {WORDS, WORDS + " And nobody should ask twice."}

    each_kill(lambda: keep(WORDS + " And nobody should ask twice."), check, most=most)


@pytest.mark.parametrize("most", [15, pytest.param(100, marks=pytest.mark.long)])
def test_a_signature_is_whole_or_not_there(cast: Cast, most: int) -> None:
    """A process killed while signing leaves a whole signature or none."""
    deliberation = stages.at_signing(cast)
    version = OutcomeVersion.objects.get(deliberation=deliberation)
    browser = signed_in(cast.holder)
    entries = Entry.objects.count()

    def sign() -> Any:
        page = address("outcome_sign", deliberation)
        return browser.post(page, {"version_id": str(version.pk), "name": "Holder", "reason": WORDS})

    def check() -> None:
        outcome = Outcome.objects.get(deliberation=deliberation)
        signed = outcome.state == "signed"
        assert Deliberation.objects.get(pk=deliberation.pk).state == ("decided" if signed else "signing")
        assert Precedent.objects.filter(outcome=outcome).exists() == signed
        assert Review.objects.filter(deliberation=deliberation).exists() == signed
        assert Entry.objects.count() - entries == int(signed)
        assert Entry.objects.filter(pk=outcome.signed_entry_id).exists() == signed

    each_kill(sign, check, most=most)
