"""Browsers for tests: a member signed in, a participant by their link, and addresses of one deliberation."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from accounts.access import PARTICIPATIONS
from accounts.models import User
from deliberation.models import Deliberation, Seat


def signed_in(user: User) -> Client:
    """A browser in which `user` has signed in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def by_link(seat: Seat) -> Client:
    """A browser in which the mailed link of this seat was opened."""
    client = Client()
    session = client.session
    session[PARTICIPATIONS] = {seat.deliberation_id.hex: {"seat": seat.pk.hex, "series": seat.invitation.link_series}}
    session.save()
    client.cookies["sessionid"] = session.session_key or ""
    return client


def address(name: str, deliberation: Deliberation, *args: object) -> str:
    """The address of a page of this deliberation."""
    return reverse(name, args=[deliberation.organisation.slug, deliberation.number, *args])
