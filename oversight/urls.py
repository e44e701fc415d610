"""The addresses of what agents do, under an organisation's own; and those by which agents' tools ask."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
