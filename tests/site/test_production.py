"""The production mode: gunicorn, PostgreSQL, Redis, and Celery in processes of its own."""

import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.site.site_process import ROOT, Site, environment, manage

pytestmark = pytest.mark.alone


@pytest.fixture
def database(postgres_url: str) -> Iterator[str]:
    """An empty database; gives its address."""
    name = f"production_{uuid.uuid4().hex[:8]}"
    server = postgres_url.rsplit("/", 1)[0]
    with psycopg.connect(postgres_url.replace("postgres://", "postgresql://"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield f"{server}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.redis
def test_production_runs_the_tick_in_a_worker_of_its_own(data: Path, port: int, database: str, redis_url: str) -> None:
    """Web, worker and beat as separate processes that meet only in PostgreSQL and Redis."""
    variables = {"DATABASE_URL": database, "CELERY_BROKER_URL": f"{redis_url}/4", "CACHE_URL": f"{redis_url}/5"}
    migrated = manage(data, "migrate", "-v", "0", **variables)
    assert migrated.returncode == 0, migrated.stderr
    collected = manage(data, "collectstatic", "--noinput", "-v", "0", **variables)
    assert collected.returncode == 0, collected.stderr
    celery = [sys.executable, "-m", "celery", "-A", "tractatus_site"]
    worker = subprocess.Popen(
        [*celery, "worker", "--pool", "prefork", "-c", "2", "-l", "WARNING", "--without-mingle", "--without-gossip"],
        cwd=ROOT, env=environment(data, **variables),
    )  # fmt: skip
    gunicorn = [sys.executable, "-m", "gunicorn", "tractatus_site.wsgi", "-w", "2", "--threads", "2"]
    gunicorn += ["-b", f"127.0.0.1:{port}"]
    try:
        with Site(data, port, gunicorn, **variables) as site:
            assert site.get("/accounts/login/")[0] == 200
            assert site.get("/readyz")[0] == 503
            sent = subprocess.run(
                [*celery, "call", "deliberation.tasks.tick"], cwd=ROOT, env=environment(data, **variables),
                capture_output=True, text=True, timeout=60, check=False,
            )  # fmt: skip
            assert sent.returncode == 0, sent.stderr
            site.wait("/readyz", within=30)
            assert site.stop() == 0
    finally:
        worker.terminate()
        worker.wait(20)


def test_beat_knows_every_task_it_wakes() -> None:
    """A renamed task would be woken in vain, each minute, for ever."""
    from django.conf import settings

    from tractatus_site.celery import app

    app.loader.import_default_modules()
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert entry["task"] in app.tasks
        assert entry["options"]["expires"] < entry["schedule"]
