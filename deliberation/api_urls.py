"""The addresses of the JSON interface, under /api/v1/."""

from django.urls import path

from deliberation import api

urlpatterns = [
    path("conflicts/", api.Conflicts.as_view(), name="api_conflicts"),
    path("deliberations/", api.Deliberations.as_view(), name="api_deliberations"),
    path("deliberations/<uuid:key>/", api.OneDeliberation.as_view(), name="api_deliberation"),
    path("outcomes/", api.Outcomes.as_view(), name="api_outcomes"),
    path("outcomes/<uuid:key>/", api.OneOutcome.as_view(), name="api_outcome"),
    path("precedents/", api.Precedents.as_view(), name="api_precedents"),
]
