"""Alive and ready, as a process manager asks."""

import datetime

import pytest
from django.test import Client

from accounts import guards
from deliberation.models import Heartbeat


def heard(ago: datetime.timedelta) -> None:
    Heartbeat.objects.update_or_create(name="tick", defaults={"at": datetime.datetime.now(datetime.UTC) - ago})


def test_alive_needs_no_database(client: Client) -> None:
    """A site whose database is away is not to be restarted for it."""
    response = client.get("/healthz", headers={"host": "10.1.2.3"})
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_ready_when_database_broker_and_beat_are(client: Client) -> None:
    heard(datetime.timedelta(seconds=50))
    response = client.get("/readyz", headers={"host": "10.1.2.3"})
    assert response.status_code == 200
    assert response.json() == {"database": "ok", "guards": "ok", "broker": "ok", "beat": "ok", "record": "0 s behind"}


@pytest.mark.django_db
def test_not_ready_while_a_guard_is_missing(client: Client) -> None:
    heard(datetime.timedelta(seconds=50))
    with guards.lifted():
        response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["guards"].endswith("missing; run migrate")
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_not_ready_when_beat_is_silent(client: Client) -> None:
    heard(datetime.timedelta(hours=1))
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["beat"].startswith("last heard 36")


@pytest.mark.django_db
def test_not_ready_before_the_first_beat(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["beat"] == "not heard yet"


@pytest.mark.django_db
def test_health_is_not_redirected_to_https(client: Client, settings: object) -> None:
    """A probe asks by address and without TLS."""
    settings.SECURE_SSL_REDIRECT = True  # type: ignore[attr-defined]
    assert client.get("/healthz").status_code == 200
    assert client.get("/accounts/login/").status_code == 301
