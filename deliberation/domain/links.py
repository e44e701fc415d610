"""The link of an invitation: it opens a participation in one deliberation, never an account.

It is signed over the invitation and the series of its links, so that a new link ends the old ones.
"""

from __future__ import annotations

import base64
from uuid import UUID

from django.core.signing import Signer
from django.utils.crypto import constant_time_compare

from deliberation.models import (
    Invitation,
)

SALT = "deliberation.invitation"

SIGNATURE = 22
"""Characters of the signature in a link: 132 bits, and short enough to be typed from a letter."""


def token_of(invitation: Invitation) -> str:
    """What stands in the link: the invitation, the series of its links, and a signature over both."""
    name = base64.urlsafe_b64encode(invitation.pk.bytes).decode().rstrip("=") + str(invitation.link_series)
    return f"{name}.{_signature(name)}"


def read_token(token: str) -> tuple[UUID, int] | None:
    """The invitation's id and the series a link was made for, or None where its signature is not ours."""
    name, dot, signature = token.partition(".")
    if not dot or len(name) < 23 or not name[22:].isdecimal() or len(name) > 28:
        return None
    if not constant_time_compare(signature, _signature(name)):
        return None
    return UUID(bytes=base64.urlsafe_b64decode(name[:22] + "==")), int(name[22:])


def _signature(name: str) -> str:
    return Signer(salt=SALT).signature(name)[:SIGNATURE]
