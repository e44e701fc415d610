"""The addresses of the instruction history, under an organisation's own."""

from django.urls import path

from instructions.views import listing, writing

_HERE = "o/<slug:slug>/instructions/"
_ONE = f"{_HERE}<uuid:pk>/"

urlpatterns = [
    path(_HERE, listing.instruction_list, name="instructions"),
    path(f"{_HERE}new/", writing.instruction_new, name="instruction_new"),
    path(_ONE, listing.instruction_page, name="instruction"),
]
