"""The addresses of the site, and one under /api/ whose view has a fault."""

from typing import Never

from django.http import HttpRequest
from django.urls import include, path

from tractatus_site.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500"]


def broken(request: HttpRequest) -> Never:
    raise RuntimeError("a fault of ours")


urlpatterns = [path("api/v1/broken/", broken), path("", include("tractatus_site.urls"))]
