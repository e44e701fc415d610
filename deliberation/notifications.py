"""Telling people: a notice is a row, claimed once, rendered late, and dropped when it is no longer needed.

Each kind of notice is a function registered with `@notice("kind")`. It gives the facts for the templates
`notices/<kind>.txt` (first line: the subject), or None when nothing is to be told any more: the person has acted, the
round has closed, the deliberation was withdrawn. Nobody is reminded who has acted.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts import clock
from accounts.models import Membership, Organisation
from accounts.notifications import mail_is_sent
from deliberation.models import Notice
from deliberation.registers import in_register, own_registers
from tractatus.registers import Register

log = logging.getLogger(__name__)

Facts = dict[str, Any]
KINDS: dict[str, Callable[[Notice], Facts | None]] = {}

UNCERTAIN_AFTER = timedelta(minutes=10)
"""A notice claimed longer ago than this and never marked sent may or may not have gone out; a person decides."""


def notice(kind: str) -> Callable[[Callable[[Notice], Facts | None]], Callable[[Notice], Facts | None]]:
    """Register the function that gives a kind's facts, or None when it need not be told any more."""

    def register(function: Callable[[Notice], Facts | None]) -> Callable[[Notice], Facts | None]:
        KINDS[kind] = function
        return function

    return register


def address_of(row: Notice) -> str:
    """The mail address of the person told, or an empty string: none is known, or they are no member any more."""
    if row.user is not None:
        member = Membership.objects.filter(user=row.user, ended_at__isnull=True)
        return row.user.email if row.user.is_active and member.exists() else ""
    invitation = getattr(row.seat, "invitation", None)
    return invitation.stakeholder.email if invitation is not None else ""


def send_due(organisation: Organisation, *, now: datetime | None = None, most: int = 200) -> int:
    """Send what is due in `organisation`. Gives the number of mails handed to the mail server.

    A row is claimed by an update that is committed before the mail goes out: two workers cannot both send it, and a
    process that dies in between leaves it claimed, never sent twice. Where links are passed on by hand no mail goes
    out: what is due is dropped, and people find what is asked of them on their pages. While the mail server cannot be
    reached nothing is claimed and everything waits; one mail that it refuses stays claimed, and does not hold up the
    others.
    """
    now = now or clock.now()
    mails = mail_is_sent()
    due = Notice.objects.filter(due_at__lte=now, claimed_at__isnull=True, dropped_at__isnull=True)
    keys = list(due.values_list("pk", flat=True)[:most])
    if not keys:
        return 0
    server = get_connection()
    try:
        if mails:
            server.open()
    except OSError:
        log.exception("The mail server cannot be reached. %s mails wait.", len(keys))
        return 0
    try:
        return _send_each(keys, organisation, server, now=now, mails=mails)
    finally:
        server.close()


def _send_each(keys: list[UUID], organisation: Organisation, server: Any, *, now: datetime, mails: bool) -> int:
    sent, registers = 0, own_registers(organisation)
    for key in keys:
        with transaction.atomic():
            if not Notice.objects.filter(pk=key, claimed_at__isnull=True).update(claimed_at=now):
                continue  # another worker got there first
        row = Notice.objects.select_related(
            "organisation", "seat__invitation__stakeholder", "user", "deliberation"
        ).get(pk=key)
        try:
            facts = KINDS[row.kind](row)
            address = address_of(row)
            if facts is None or not address or not mails:
                Notice.objects.filter(pk=key).update(dropped_at=now)
                continue
            _send(row, address, facts, organisation, server, registers)
        except (smtplib.SMTPServerDisconnected, ConnectionError, TimeoutError):
            log.exception("The mail server went away at notice %s. The others wait.", key)
            break
        except Exception:
            log.exception("A mail could not be sent: notice %s.", key)
            continue
        Notice.objects.filter(pk=key).update(sent_at=clock.now())
        sent += 1
    return sent


def _send(
    row: Notice,
    address: str,
    facts: Facts,
    organisation: Organisation,
    server: Any,
    registers: Sequence[Register],
) -> None:
    language = (row.seat.language if row.seat else row.user.language if row.user else "") or organisation.language
    with translation.override(language), timezone.override(ZoneInfo(organisation.time_zone)):
        said = in_register(row, facts, registers, language)
        text = render_to_string(
            "emails/in_register.txt" if said else f"notices/{row.kind}.txt",
            facts
            | {
                "said": said,
                "notice": row,
                "organisation": organisation,
                "deliberation": row.deliberation,
                "site_url": settings.SITE_URL,
            },
        )
    subject, _line, body = text.strip().partition("\n")
    EmailMessage(
        " ".join(subject.split()),
        body.strip() + "\n",
        to=[address],
        connection=server,
        headers={
            "Message-ID": f"<{row.pk.hex}@{settings.SITE_URL.split('//')[-1].split(':')[0].split('/')[0]}>",
            "Auto-Submitted": "auto-generated",
        },
    ).send()
