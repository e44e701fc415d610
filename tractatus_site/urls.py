"""Every address of the site, app by app."""

from importlib.util import find_spec

from django.apps import apps
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("operator/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
]
for app in ("accounts", "audit", "deliberation"):
    if apps.is_installed(app) and find_spec(f"{app}.urls"):
        urlpatterns.append(path("", include(f"{app}.urls")))
