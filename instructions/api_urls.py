"""The addresses of the JSON interface to the instruction history, under /api/v1/."""

from django.urls import path

from instructions import api

urlpatterns = [
    path("classifications/", api.Classifications.as_view(), name="api_classifications"),
    path("instructions/", api.Instructions.as_view(), name="api_instructions"),
    path("instructions/<path:id>/", api.OneInstruction.as_view(), name="api_instruction"),
    path("validations/", api.Validations.as_view(), name="api_validations"),
]
