"""The addresses of the record at the JSON interface, under /api/v1/."""

from django.urls import path

from audit import api

urlpatterns = [
    path("audit/entries/", api.Entries.as_view(), name="api_entries"),
    path("audit/entries/<uuid:key>/proof/", api.EntryProof.as_view(), name="api_entry_proof"),
    path("audit/checkpoint/", api.LastCheckpoint.as_view(), name="api_checkpoint"),
    path("audit/consistency/", api.Consistency.as_view(), name="api_consistency"),
    path("audit/export/", api.Export.as_view(), name="api_record_export"),
]
