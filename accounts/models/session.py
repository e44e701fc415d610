"""One browser's session: what it remembers, whose it is, and when it was last used."""

import hashlib
from typing import Any

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from accounts.models.user import User


class Session(AbstractBaseSession):
    """A session of Django's, with columns by which its owner can tell it from others and end it.

    Those columns are copies of what stands in its data, made by `accounts.sessions.SessionStore`. Neither the address
    it came from nor the whole name the browser gave is kept.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    signed_in_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    browser = models.CharField(max_length=30, blank=True)
    system = models.CharField(max_length=30, blank=True)

    @classmethod
    def get_session_store_class(cls) -> Any:
        from accounts.sessions import SessionStore

        return SessionStore

    @property
    def handle(self) -> str:
        """What a page calls it. The key itself would let whoever reads the page be its owner."""
        return hashlib.sha256(f"session:{self.session_key}".encode()).hexdigest()[:32]
