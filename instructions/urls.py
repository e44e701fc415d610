"""The addresses of the instruction history, under an organisation's own."""

from django.urls import path

from instructions.views import files, listing, writing

_HERE = "o/<slug:slug>/instructions/"
_ONE = f"{_HERE}<uuid:pk>/"

urlpatterns = [
    path(_HERE, listing.instruction_list, name="instructions"),
    path(f"{_HERE}import/", files.instruction_import, name="instruction_import"),
    path(f"{_HERE}import/<uuid:pk>/", files.instruction_import_decide, name="instruction_import_decide"),
    path(f"{_HERE}export/", files.instruction_export, name="instruction_export"),
    path(f"{_HERE}new/", writing.instruction_new, name="instruction_new"),
    path(_ONE, listing.instruction_page, name="instruction"),
]
