"""Words that would be lines of a mail's head: names, questions and addresses with line ends in them add no receiver."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from email.message import EmailMessage, Message

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Organisation, User
from accounts.scope import open_organisation
from deliberation.models import Notice
from deliberation.notifications import send_due
from tests.cast import Cast
from tests.deliberation import stages
from tests.deliberation.pages import signed_in

pytestmark = pytest.mark.django_db

LINES = [
    "\r\nBcc: evil@evil.example",
    "\nBcc: evil@evil.example",
    "\rBcc: evil@evil.example",
    "\u2028Bcc: evil@evil.example",
]
"""What is put behind a name. The last is a line end for some programs and none for others."""

HEAD = {"Subject", "From", "To", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"}
OURS = {"Auto-Submitted", "X-Auto-Response-Suppress", "Reply-To", "List-Unsubscribe", "References", "In-Reply-To"}


def heads() -> list[Message | EmailMessage]:
    """The mails as they would leave, each with one receiver."""
    sent = [one.message() for one in mail.outbox]
    assert all(len(one.recipients()) == 1 for one in mail.outbox)
    return sent


@pytest.mark.parametrize("line", LINES)
def test_a_name_adds_no_line_to_the_head(
    cast: Cast, line: str, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]]
) -> None:
    """No name puts a line of its own into the head of a mail, neither the organisation's nor a member's."""
    Organisation.objects.filter(pk=cast.organisation.pk).update(name=f"Care{line}")
    where = reverse("settings_members", args=["care"])
    sent = {"email": "new@care.example", "name": f"New{line}", "roles": ["editor"]}
    with django_capture_on_commit_callbacks(execute=True):
        assert signed_in(cast.administrator).post(where, sent).status_code == 302
    (told,) = heads()
    assert set(told) <= HEAD | OURS
    assert told["To"] == "new@care.example"
    assert str(told["Subject"]).count("\n") == 0
    assert User.objects.get(email="new@care.example").name == "New Bcc: evil@evil.example"


@pytest.mark.parametrize("line", LINES)
def test_an_address_with_a_line_end_is_none(cast: Cast, line: str) -> None:
    """An address with a line end is none."""
    where = reverse("settings_members", args=["care"])
    answer = signed_in(cast.administrator).post(where, {"email": f"new@care.example{line}", "name": "New"})
    assert answer.status_code == 422
    for name in ("account_request_login_code", "account_reset_password"):
        Client().post(reverse(name), {"email": f"{cast.editor.email}{line}"})
    assert mail.outbox == []


def test_what_people_write_adds_no_line_to_the_mails_of_a_deliberation(cast: Cast) -> None:
    """No name of an organisation or person writes a second line into a mail."""
    with open_organisation(cast.organisation):
        stages.invited(cast, accept=False)
        Organisation.objects.filter(pk=cast.organisation.pk).update(name=f"Care{LINES[0]}")
        assert Notice.objects.filter(kind="invitation").exists()
        send_due(cast.organisation)
    assert heads()
    for one in heads():
        assert {name for name in one if name.startswith("Bcc")} == set()
        assert "evil" not in str(one["To"])
