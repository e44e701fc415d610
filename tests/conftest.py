"""What every test stands on: databases and files of its own, fast passwords, the cast, and guards that stay up."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.migrated import (  # noqa: F401  (fixtures)
    READY,
    django_db_keepdb,
    django_db_modify_db_settings,
    django_db_setup,
    nothing_left,
)

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Organisation, User
    from tests.cast import Cast


def pytest_configure(config: pytest.Config) -> None:
    """Settings that only tests have. A test's own settings fixture may change them again."""
    from django.conf import settings
    from hypothesis import settings as properties

    # A busy machine is slow, not wrong; what failed is printed whole, so nothing is kept between runs.
    properties.register_profile("ours", deadline=None, database=None, print_blob=True)
    properties.load_profile("ours")
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
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def transactional_tests_leave_nothing() -> Iterator[None]:
    """After a transactional test the tables are emptied, by tests/emptied.py and not by Django's flush."""
    from django.test import TransactionTestCase

    from tests.emptied import empty

    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", lambda test: empty())
    yield
    patch.undo()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """What a file of tests leaves in the database is the failure of its last test, and met by no other file.

    After the last file of all `django_db_setup` looks, while the database is still there.
    """
    try:
        return (yield)
    finally:
        if nextitem is not None and nextitem.path != item.path and item.config.stash.get(READY, False):
            nothing_left(item.config, item.path.name)


@pytest.fixture(autouse=True)
def prepared_things(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What tests begin with is made once in a process and then written again, see tests/prepared.py."""
    from tests.prepared import one_test

    with one_test(monkeypatch):
        yield


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    """How often an address asked for a code, and which log is being written, is kept where it outlives a test."""
    from django.core.cache import cache

    from audit import logs

    cache.clear()
    logs.forget()


@pytest.fixture
def cast(db: None) -> "Cast":
    """Everybody, see tests/cast.py. A transactional test asks for `transactional_db` before it."""
    from tests.cast import Cast

    return Cast()


@pytest.fixture
def inside(cast: "Cast") -> Iterator["Organisation"]:
    """The test runs inside the cast's organisation."""
    from accounts.scope import open_organisation

    with open_organisation(cast.organisation):
        yield cast.organisation


@pytest.fixture
def sign_in(client: "Client") -> "Callable[[User], Client]":
    """`sign_in(cast.holder)` gives a client that is signed in as that person."""

    def signed_in(user: "User") -> "Client":
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


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
