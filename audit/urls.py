"""The addresses of the record, and of what is shown of it to anybody."""

from django.urls import path

from audit.api_public import FrameworkMetrics
from audit.views import dataset, erasure, evolution, exports, metrics, record, settings

_HERE = "o/<slug:slug>/record/"

urlpatterns = [
    path(_HERE, record.record, name="record"),
    path(f"{_HERE}file/<str:form>/", record.record_file, name="record_file"),
    path(f"{_HERE}metrics/", metrics.metrics, name="metrics"),
    path(f"{_HERE}evolution/", evolution.evolution, name="evolution"),
    path(f"{_HERE}evolution/markdown/", evolution.evolution_markdown, name="evolution_markdown"),
    path(f"{_HERE}evolution/add/", evolution.milestone_add, name="milestone_add"),
    path(f"{_HERE}<uuid:pk>/", record.record_entry, name="record_entry"),
    path(f"{_HERE}<uuid:pk>/proof/<str:form>/", record.record_proof, name="record_proof"),
    path(f"{_HERE}own/", erasure.own_words, name="own_words"),
    path(f"{_HERE}<uuid:pk>/erase/<str:name>/", erasure.words_erase, name="words_erase"),
    path("o/<slug:slug>/settings/public/", settings.settings_public, name="settings_public"),
    path("o/<slug:slug>/settings/export/", exports.settings_export, name="settings_export"),
    path("o/<slug:slug>/settings/export/<uuid:pk>.zip", exports.export_file, name="export_file"),
    path("public/metrics/", metrics.public_metrics, name="public_metrics"),
    path("public/metrics/figures.jsonl", metrics.public_metrics_file, name="public_metrics_file"),
    path("public/datasets/", dataset.public_datasets, name="public_datasets"),
    path("public/datasets/<uuid:pk>/decisions.jsonl", dataset.public_dataset_file, name="public_dataset_file"),
    path("public/datasets/<uuid:pk>/README.md", dataset.public_dataset_card, name="public_dataset_card"),
    path("public/framework/", dataset.framework_card, name="framework_card"),
    path("public/evidence/", metrics.public_evidence, name="public_evidence"),
    path("public/evolution/", evolution.public_evolution, name="public_evolution"),
    path("public/evolution.md", evolution.public_evolution_markdown, name="public_evolution_markdown"),
    path("api/public/framework-metrics", FrameworkMetrics.as_view(), name="api_public_framework_metrics"),
]
