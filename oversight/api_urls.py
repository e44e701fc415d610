"""The addresses of the JSON interface for agents that ask before they act, under /api/v1/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
