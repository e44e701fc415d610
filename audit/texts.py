"""The text store: words are kept once, committed to, and shown late."""

import hashlib
import hmac
import json
import secrets

from django.utils.translation import gettext as _

from accounts.models import Organisation
from accounts.refusals import Invalid
from audit.models import Text

SALT_BYTES = 32


def commitment(salt: bytes, body: str) -> str:
    """HMAC-SHA256(salt, JCS(body)) in hex (record.md). Raises Invalid for what is no Unicode text."""
    try:
        # Of a text alone, the canonical JSON of RFC 8785 is what this writes, and writes much faster.
        canonical = json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Invalid(_("This text holds characters that cannot be kept. Please type it again.")) from None
    return hmac.new(salt, canonical, hashlib.sha256).hexdigest()


def keep(organisation: Organisation | None, body: str) -> Text:
    """Store somebody's words as they wrote them. Only None has no organisation: the installation's own log.

    Raises Invalid for a NUL or half a surrogate pair, which no database keeps.
    """
    text = text_of(organisation, body)
    text.save(force_insert=True)
    return text


def text_of(organisation: Organisation | None, body: str) -> Text:
    """Somebody's words, committed to and not yet stored. Raises Invalid as `keep` does."""
    if "\x00" in body:
        raise Invalid(_("This text holds characters that cannot be kept. Please type it again."))
    salt = secrets.token_bytes(SALT_BYTES)
    ours = organisation.pk if organisation is not None else None
    return Text(organisation_id=ours, salt=salt, body=body, commitment=commitment(salt, body))


def keep_written(
    organisation: Organisation | None, body: str | None, name: str, *, optional: bool = False, most: int
) -> Text | None:
    """Store what somebody wrote into the field `name`, without the space around it, its lines ending as on Unix.

    None for an empty optional one. Raises Invalid, at the field, on an empty one or more than `most` characters.
    """
    body = (body or "").replace("\r\n", "\n").replace("\x00", "").strip()
    if not body:
        if optional:
            return None
        raise Invalid(_("Please write something here."), name)
    if len(body) > most:
        raise Invalid(
            _("This is %(have)d characters long; at most %(most)d fit. Nothing you wrote is lost.")
            % {"have": len(body), "most": most},
            name,
        )
    return keep(organisation, body)
