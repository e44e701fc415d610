"""What every test stands on: databases and files of its own, fast passwords, and guards that stay up but for the flush."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

TRANSACTIONAL = {"transactional_db", "live_server", "django_db_reset_sequences", "django_db_serialized_rollback"}


def pytest_configure(config: pytest.Config) -> None:
    """Settings that only tests have. A test's own settings fixture may change them again."""
    from django.conf import settings

    folder = Path(tempfile.mkdtemp(prefix="tractatus-test-"))
    config.add_cleanup(lambda: _remove(folder))
    settings.DATA_DIR = folder
    settings.LOG_KEY_FILE = str(folder / "log.key")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": plain}}
    settings.STATIC_ROOT = folder / "static"
    settings.STATIC_ROOT.mkdir()
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        # A file and not memory: locks between threads are then the ones that people meet.
        database.setdefault("TEST", {})["NAME"] = str(folder / "test.sqlite3")
        options = database["OPTIONS"]
        options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def guards_make_way_for_the_flush(request: pytest.FixtureRequest) -> Iterator[None]:
    """After a transactional test the tables are emptied, which append-only guards forbid. The flush puts them back."""
    marker = request.node.get_closest_marker("django_db")
    transactional = bool(TRANSACTIONAL & set(request.fixturenames)) or bool(
        marker and (marker.kwargs.get("transaction") or (marker.args and marker.args[0]))
    )
    if not transactional:
        yield
        return
    from accounts import guards

    request.getfixturevalue("_django_db_helper")
    yield
    guards.remove()


@pytest.fixture
def redis_url() -> str:
    """The address of a real Redis, which bin/test starts."""
    return _address("TEST_REDIS_URL", "Redis")


@pytest.fixture
def postgres_url() -> str:
    """The address of a real PostgreSQL, which bin/test starts, for a test that starts a site of its own on it."""
    return _address("TEST_POSTGRES_URL", "PostgreSQL")


def _address(variable: str, what: str) -> str:
    address = os.environ.get(variable)
    if address:
        return address
    if os.environ.get("CI"):
        pytest.fail(f"{variable} is not set; bin/test starts a {what} and sets it.")
    pytest.skip(f"needs {what}; bin/test starts one")
