"""The WSGI application that waitress and gunicorn serve."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from tractatus_site import memory, running

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tractatus_site.settings")

application = get_wsgi_application()
running.hold(settings.DATA_DIR)
memory.set_aside()
