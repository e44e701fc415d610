"""How often a key may ask and tell: a counter, so that a limit of thousands a minute costs no more than one of ten."""

from __future__ import annotations

import time
from typing import Any

from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle, SimpleRateThrottle

from accounts.interface import key_of
from accounts.models import APIKey

SCOPE = "checks"


class ManyPerKey(BaseThrottle):
    """Checks and reports of one key, counted from one full minute (second, hour, day) to the next.

    Answered with 429 and `Retry-After` beyond the rate that the setting CHECKS_RATE gives.
    """

    def __init__(self) -> None:
        rate = api_settings.DEFAULT_THROTTLE_RATES[SCOPE]
        most, every = SimpleRateThrottle.parse_rate(self, rate)  # type: ignore[arg-type]
        self.most, self.every = most or 0, every or 60

    def allow_request(self, request: Request, view: Any) -> bool:
        return self.allows(key_of(request))

    def allows(self, key: APIKey) -> bool:
        """Count one more of a key, and say whether it may."""
        now = int(time.time())
        self.over_in = self.every - now % self.every
        name = f"limit:{SCOPE}:{key.pk.hex}:{now // self.every}"
        try:
            return cache.incr(name) <= self.most
        except ValueError:  # the first of this while
            if cache.add(name, 1, self.every + 1):
                return self.most >= 1
        try:
            return cache.incr(name) <= self.most
        except ValueError:  # it ran out between the two
            return True

    def wait(self) -> float:
        return self.over_in
