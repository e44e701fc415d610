"""The Celery application. Beat only wakes the tasks; what is due is a row in the database."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tractatus_site.settings")

app = Celery("tractatus")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_the_sites_logging(**kwargs: Any) -> None:
    """Having a listener is enough for Celery to leave LOGGING as the settings have it."""
