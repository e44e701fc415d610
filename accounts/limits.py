"""How often somebody may try: counted by the address they come from and by what they try, where all processes count.

The rates stand in the settings, ACCOUNT_RATE_LIMITS, beside those that the sign-in library counts by itself; it keeps
the counts in the cache. `docs/operating.md` prints them.
"""

import ipaddress
import re

from allauth.core import ratelimit
from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.refusals import Refused, Sentence

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 24 * 3600}
SAYS: Promise = _("This was tried very often in a short time. Please wait a little, then send it again.")


class TooMany(Refused):
    """It was tried too often. `after` is how many seconds to wait, at most."""

    status = 429

    def __init__(self, after: int, sentence: Sentence = SAYS) -> None:
        super().__init__(sentence)
        self.after = after


def count(request: HttpRequest, action: str, *, target: str = "", user: User | None = None) -> None:
    """Count one try. Raises TooMany where the address, or the `target` or `user` it is about, has had its share.

    Only what is sent is counted: to read a page is free.
    """
    if not ratelimit.consume(request, action=action, key=target, user=user):
        raise TooMany(longest_wait(action))


def longest_wait(action: str) -> int:
    """The seconds after which a count of this action is certainly empty again."""
    spans = re.findall(r"/(\d*)([smhd])", settings.ACCOUNT_RATE_LIMITS[action])
    return max(int(number or 1) * SECONDS[unit] for number, unit in spans)


def address_of(request: HttpRequest) -> str:
    """The address the request came from: behind proxies what the outermost of ours saw, never what a client wrote.

    Each proxy appends the address it was called from, so the first trustworthy one stands as many places from the end
    as there are proxies. Where the header is shorter, or is no address, whoever connects is who they are.
    """
    here: str = request.META.get("REMOTE_ADDR", "")
    if not settings.TRUSTED_PROXIES:
        return here
    seen = request.headers.get("X-Forwarded-For", "").split(",")
    if len(seen) < settings.TRUSTED_PROXIES:
        return here
    return _without_port(seen[-settings.TRUSTED_PROXIES].strip()) or here


def _without_port(address: str) -> str:
    if address.startswith("["):
        address = address[1:].partition("]")[0]
    elif address.count(":") == 1:
        address = address.partition(":")[0]
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return ""
