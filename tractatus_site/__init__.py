"""The wiring of the site: settings, addresses, Celery, middleware. No rule about people's work is here."""

from tractatus_site.celery import app as celery_app

__all__ = ["celery_app"]
