"""A mail server that fails loses no mail and doubles none."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from accounts import clock
from accounts.scope import open_organisation
from deliberation.models import Notice
from deliberation.notifications import send_due
from tests.cast import Cast
from tests.deliberation import stages

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = Cast()
    with open_organisation(made.organisation):
        stages.invited(made, accept=False)
        Notice.objects.exclude(kind="invitation").update(dropped_at=clock.now())
        yield made


def waiting() -> int:
    return Notice.objects.filter(claimed_at__isnull=True, dropped_at__isnull=True, due_at__lte=clock.now()).count()


def test_while_the_mail_server_cannot_be_reached_everything_waits(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the mail server cannot be reached everything waits."""

    def refused(backend: Any) -> None:
        raise ConnectionRefusedError

    before = waiting()
    assert before > 1
    with monkeypatch.context() as broken:
        broken.setattr(EmailBackend, "open", refused)
        assert [send_due(cast.organisation) for _tick in range(5)] == [0] * 5
    assert (waiting(), len(mail.outbox)) == (before, 0)
    send_due(cast.organisation)
    assert waiting() == 0
    assert len({one.to[0] for one in mail.outbox}) == len(mail.outbox) >= before


def test_one_mail_that_is_refused_does_not_hold_up_the_others(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """One mail that is refused does not hold up the others."""
    sends = EmailBackend.send_messages
    refused: list[str] = []

    def picky(backend: Any, messages: Any) -> Any:
        if not refused:
            refused.append(messages[0].to[0])
            raise smtplib.SMTPRecipientsRefused({refused[0]: (550, b"No such person")})
        return sends(backend, messages)

    before = waiting()
    monkeypatch.setattr(EmailBackend, "send_messages", picky)
    send_due(cast.organisation)
    send_due(cast.organisation)
    to = [one.to[0] for one in mail.outbox]
    assert refused[0] not in to
    assert len(to) == len(set(to)) == before - 1


def test_a_server_that_goes_away_leaves_one_mail_in_doubt_and_the_others_waiting(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that goes away leaves one mail in doubt and the others waiting."""

    def gone(backend: Any, messages: Any) -> Any:
        raise smtplib.SMTPServerDisconnected("went away")

    before = waiting()
    with monkeypatch.context() as broken:
        broken.setattr(EmailBackend, "send_messages", gone)
        send_due(cast.organisation)
    assert waiting() == before - 1
    send_due(cast.organisation)
    assert len(mail.outbox) == before - 1
