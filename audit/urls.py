"""The addresses of the record, and of what is shown of it to anybody."""

from django.urls import path

from audit.views import record

_HERE = "o/<slug:slug>/record/"

urlpatterns = [
    path(_HERE, record.record, name="record"),
    path(f"{_HERE}file/<str:form>/", record.record_file, name="record_file"),
    path(f"{_HERE}<uuid:pk>/", record.record_entry, name="record_entry"),
]
