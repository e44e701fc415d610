"""Whoever knew a browser's session before its link was opened does not get the seat with it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.access import PARTICIPATIONS
from accounts.scope import open_organisation
from deliberation.domain.links import token_of
from deliberation.models import Invitation
from tests.cast import Cast
from tests.deliberation import stages
from tests.deliberation.pages import address

pytestmark = pytest.mark.django_db


def test_opening_a_link_changes_the_session(cast: Cast) -> None:
    """Opening a link changes the session."""
    with open_organisation(cast.organisation):
        deliberation = stages.invited(cast, accept=False)
        link = reverse("participate", args=[token_of(Invitation.objects.filter(deliberation=deliberation)[0])])
    known = Client()
    session = known.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    victim = Client()
    victim.cookies["sessionid"] = planted
    victim.post(link)
    assert victim.get(address("card", deliberation)).status_code == 200
    known.cookies["sessionid"] = planted
    assert PARTICIPATIONS not in known.session
    assert known.get(address("card", deliberation)).status_code == 302
