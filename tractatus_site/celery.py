"""The Celery application. Beat only wakes the tasks; what is due is a row in the database."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tractatus_site.settings")

app = Celery("tractatus")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
