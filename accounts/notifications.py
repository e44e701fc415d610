"""The few mails of `accounts`. Each is sent after the act stands, and failing to send undoes nothing."""

import logging

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.domain.names import one_line
from accounts.models import Installation, Membership, User
from accounts.models.installation import MailChoice

log = logging.getLogger(__name__)


def mail_is_sent() -> bool:
    """Whether this installation sends mail at all."""
    return Installation.current().mail_choice != MailChoice.LINKS


def mail_leaves() -> bool:
    """Whether a mail that is sent leaves this machine: without EMAIL_URL each is written to a file."""
    return settings.EMAIL_BACKEND.rpartition(".")[0] not in {
        "django.core.mail.backends.filebased",
        "django.core.mail.backends.console",
    }


def tell_new_member(membership: Membership, *, by: object) -> None:
    """Tell somebody that they were added, by whom, and how to sign in. Not in the demo, whose people are invented."""
    if membership.organisation.is_demo or not mail_is_sent():
        return
    facts = {
        "member": membership,
        "by": by,
        "sign_in": settings.SITE_URL + reverse("account_login"),
    }
    with override(membership.user.language or membership.organisation.language):
        name = one_line(membership.organisation.name)
        subject = _("You are a member of %(organisation)s now") % {"organisation": name}
        body = render_to_string("accounts/mail/new_member.txt", facts)
    transaction.on_commit(lambda: _send(subject, body, membership.user.email))


def send_test_mail(user: User) -> str:
    """Send a test. Returns what went wrong, or nothing."""
    try:
        send_mail(
            _("A test from Tractatus"),
            _("This mail was sent to see whether mail leaves your installation. It does."),
            None,
            [user.email],
        )
    except OSError as problem:
        return str(problem) or type(problem).__name__
    return ""


def _send(subject: str, body: str, address: str) -> None:
    try:
        send_mail(subject, body, None, [address])
    except OSError:
        log.exception("A mail could not be sent.")
