"""The WSGI application that waitress and gunicorn serve."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from accounts.memory import set_aside
from tractatus_site import running

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tractatus_site.settings")

application = get_wsgi_application()
running.hold(settings.DATA_DIR)
get_resolver().url_patterns  # noqa: B018  # reads every view
set_aside()
