"""The addresses of the record at the JSON interface, under /api/v1/."""

from django.urls import path

from audit import api, api_tiles

urlpatterns = [
    path("audit/entries/", api.Entries.as_view(), name="api_entries"),
    path("audit/entries/<uuid:key>/proof/", api.EntryProof.as_view(), name="api_entry_proof"),
    path("audit/checkpoint/", api.LastCheckpoint.as_view(), name="api_checkpoint"),
    path("audit/consistency/", api.Consistency.as_view(), name="api_consistency"),
    path("audit/export/", api.Export.as_view(), name="api_record_export"),
    # A log's own addresses, as C2SP tlog-tiles has them: without a slash at the end.
    path("audit/logs/<uuid:log>/checkpoint", api_tiles.TiledCheckpoint.as_view(), name="api_log_checkpoint"),
    path("audit/logs/<uuid:log>/tile/entries/<path:place>", api_tiles.EntryBundle.as_view(), name="api_log_entries"),
    path("audit/logs/<uuid:log>/tile/<str:level>/<path:place>", api_tiles.HashTile.as_view(), name="api_log_tile"),
]
