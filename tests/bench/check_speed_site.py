"""This site with one view more, for tests/bench/check_speed.py: a key opens it, and it does nothing."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tractatus_site.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application

settings.ROOT_URLCONF = __name__
application = get_wsgi_application()

from django.urls import path  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402

from accounts.interface import ProjectView  # noqa: E402
from oversight.api_limits import ManyPerKey  # noqa: E402
from tractatus_site import urls  # noqa: E402
from tractatus_site.urls import handler400, handler403, handler404, handler500  # noqa: E402, F401


class Nothing(ProjectView):
    """What a request of a key costs before anything is asked of it: its body is read, and an empty answer given."""

    reads = "read_checks_by_key"
    throttle_classes = (ManyPerKey,)

    def post(self, request: Request) -> Response:
        assert isinstance(request.data, dict)
        return Response({})


# Beside the checks: a route is looked for from the top, which is to cost the two the same.
CHECKS, *OTHERS = urls.urlpatterns
urlpatterns = [CHECKS, path("api/v1/bench/nothing/", Nothing.as_view()), *OTHERS]
