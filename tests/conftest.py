"""What every test stands on: databases and files of its own, fast passwords, the cast, and guards that stay up."""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Organisation, User
    from tests.cast import Cast

ROOT = Path(__file__).resolve().parent.parent


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
    shutil.rmtree(folder, ignore_errors=True)


# Migrating takes longer than most test files, so the migrated SQLite file is kept, named for the migrations that made
# it. A copy of it is migrated again like any other database, which then only puts the guards back.

LOCK = pytest.StashKey[TextIOWrapper]()


def _kept(config: pytest.Config) -> Path:
    digest = hashlib.sha256()
    for path in sorted(ROOT.glob("*/migrations/*.py")):
        digest.update(path.read_bytes())
    folder: Path = config.cache.mkdir("migrated")  # type: ignore[union-attr]
    return folder / f"{digest.hexdigest()}.sqlite3"


def _sqlite_file() -> Path | None:
    from django.db import connection

    return Path(str(connection.settings_dict["TEST"]["NAME"])) if connection.vendor == "sqlite" else None


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb: bool) -> bool:
    """On SQLite the file is there before the test database is made, and goes with its folder."""
    return django_db_keepdb or _sqlite_file() is not None


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, request: pytest.FixtureRequest
) -> None:
    """Puts a copy of the migrated file in place. While nobody has made it, one worker does and the others wait."""
    if (file := _sqlite_file()) is None:
        return
    kept = _kept(request.config)
    lock = kept.with_name("lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    if kept.is_file():
        shutil.copyfile(kept, file)
        lock.close()
    else:
        request.config.stash[LOCK] = lock


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, request: pytest.FixtureRequest, django_db_blocker: Any) -> None:
    """Keeps the migrated file for the next run, in place of those of older migrations."""
    if (lock := request.config.stash.get(LOCK, None)) is None:
        return
    from django.db import connection

    kept = _kept(request.config)
    for old in kept.parent.glob("*.*"):
        old.unlink()
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(kept.with_suffix(".new"))])
        connection.close()
    kept.with_suffix(".new").rename(kept)
    lock.close()


@pytest.fixture(scope="session", autouse=True)
def guards_make_way_for_the_flush() -> Iterator[None]:
    """After a transactional test the tables are emptied, which append-only guards forbid: they are lifted for it."""
    from django.test import TransactionTestCase

    from accounts import guards

    flush = TransactionTestCase._fixture_teardown

    def lifted_flush(test: TransactionTestCase) -> None:
        with guards.lifted():
            flush(test)

    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", lifted_flush)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    """How often an address asked for a code is counted in the cache, which outlives a test."""
    from django.core.cache import cache

    cache.clear()


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
