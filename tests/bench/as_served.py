"""A process that reads pages through Django's client, and otherwise does what one that serves the site does.

Not as in tests: there every template that is rendered is noted with all it was given, which takes as long as a third of
a page and keeps what could be let go of.
"""

from __future__ import annotations

from django.conf import settings
from django.urls import get_resolver

from accounts.memory import set_aside


def as_served() -> None:
    """Reads pages by the client's host name, with files as they lie there, fast passwords and no limit for a key."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["key"] = "100000/min"
    get_resolver().url_patterns  # noqa: B018  # reads every view
    set_aside()
