"""The Celery application. Beat only wakes the tasks; what is due is a row in the database."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_init

from tractatus_site import running

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tractatus_site.settings")

app = Celery("tractatus")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_the_sites_logging(**kwargs: Any) -> None:
    """Having a listener is enough for Celery to leave LOGGING as the settings have it."""


@worker_init.connect
@beat_init.connect
def take_part(**kwargs: Any) -> None:
    """Worker and beat run in DATA_DIR as the web server does."""
    from django.conf import settings

    running.hold(settings.DATA_DIR)
