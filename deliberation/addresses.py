"""Where the pages of a deliberation are."""

from __future__ import annotations

from django.urls import reverse

from deliberation.models import Deliberation


def address(deliberation: Deliberation, name: str, *args: object) -> str:
    """The address of the page `name` of this deliberation, and of a place on it: `address(it, "outcome#dissent-1")`."""
    page, _hash, place = name.partition("#")
    found = reverse(page, args=[deliberation.organisation.slug, deliberation.number, *args])
    return f"{found}#{place}" if place else found
