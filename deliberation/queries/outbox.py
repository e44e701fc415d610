"""The demo's mails: files, read back so that somebody looking around sees what people would have been sent."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from pathlib import Path

from django.conf import settings

DEMO_ADDRESSES = "@demo.example"
SEPARATOR = b"-" * 79 + b"\n"
"""What Django's file backend writes after each message."""
MOST = 100


@dataclass(frozen=True)
class Mail:
    """One mail to people of the demo."""

    key: str
    to: str
    subject: str
    at: datetime | None
    body: str


def mails() -> list[Mail]:
    """The last mails to people of the demo, newest first; none where mail does not go to files."""
    folder = getattr(settings, "EMAIL_FILE_PATH", None)
    if not folder or not Path(folder).is_dir():
        return []
    found: list[Mail] = []
    for path in sorted(Path(folder).glob("*.log"), reverse=True):
        for part in reversed(path.read_bytes().split(SEPARATOR)):
            if part.strip() and (mail := _read(part)) is not None:
                found.append(mail)
        if len(found) >= MOST:
            break
    return found[:MOST]


def mail(key: str) -> Mail | None:
    """One of them, by its key."""
    return next((one for one in mails() if one.key == key), None)


def _read(raw: bytes) -> Mail | None:
    message = message_from_bytes(raw.lstrip(b"\n"), _class=EmailMessage, policy=policy.default)
    assert isinstance(message, EmailMessage)
    addresses = [address for _name, address in getaddresses([str(message.get("To", ""))])]
    if not addresses or not all(address.endswith(DEMO_ADDRESSES) for address in addresses):
        return None
    text = message.get_body(preferencelist=("plain",))
    date = message["Date"].datetime if message["Date"] else None
    return Mail(
        key=hashlib.sha256(raw).hexdigest()[:16],
        to=", ".join(addresses),
        subject=str(message.get("Subject", "")),
        at=date,
        body=text.get_content() if text is not None else "",
    )
