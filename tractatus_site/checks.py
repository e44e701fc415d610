"""What an installation must have before people are let in, said by every `manage.py check`."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.caches)
def cache_is_shared(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Several processes that each count for themselves let through several times the rate limit."""
    if settings.EMBEDDED or not str(settings.CACHES["default"]["BACKEND"]).endswith("LocMemCache"):
        return []
    return [
        Error(
            "CELERY_BROKER_URL is set, so there may be several processes, but CACHE_URL is not shared by them.",
            hint="Set CACHE_URL, for example redis://127.0.0.1:6379/1. docs/settings.md says more.",
            id="tractatus.E001",
        )
    ]
