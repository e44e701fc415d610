"""Every address of the site, app by app."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from tractatus_site.problems import nothing_here
from tractatus_site.style_page import card, style
from tractatus_site.views import client_file, security_txt

urlpatterns: list[URLPattern | URLResolver] = [
    # First, since a route is looked for from the top and agents ask before every act.
    path("api/v1/", include("oversight.api_urls")),
    path("api/v1/", include("instructions.api_urls")),
    path("api/v1/", include("deliberation.api_urls")),
    path("api/v1/", include("audit.api_urls")),
    path("operator/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("about/", TemplateView.as_view(template_name="about.html"), name="about"),
    path(".well-known/security.txt", security_txt, name="security_txt"),
    path("client/<str:name>", client_file, name="client_file"),
    path("style/", style, name="style"),
    path("style/card/", card, name="style_card"),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    # The default page of drf-spectacular carries script in the page, which our policy refuses.
    path("api/docs/", SpectacularSwaggerSplitView.as_view(template_name="api_docs.html"), name="api_docs"),
    path("", include("accounts.urls")),
    path("", include("audit.urls")),
    path("", include("instructions.urls")),
    path("", include("deliberation.urls")),
    path("", include("oversight.urls")),
    path("", include("oversight.adapter_urls")),
    re_path(r"^(api|hooks|beta)/", nothing_here),
]

# The sign-in library looks for it here.
handler429 = "tractatus_site.views.too_many"
handler400 = "tractatus_site.problems.bad_request"
handler403 = "tractatus_site.problems.permission_denied"
handler404 = "tractatus_site.problems.page_not_found"
handler500 = "tractatus_site.problems.server_error"
