"""Test databases as copies of one that has been migrated, because migrating takes longer than most test files.

It is named for the migrations that made it. On SQLite it is a file in pytest's cache; on the PostgreSQL that bin/test
starts and throws away, a database to copy. A copy is migrated again like any other test database, which then only
puts the guards back. While nobody has made it, one worker does and the others wait.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path

import pytest
from pytest_django.plugin import DjangoDbBlocker, blocking_manager_key

ROOT = Path(__file__).resolve().parent.parent
MAKER = pytest.StashKey[tuple["Migrated", TextIOWrapper]]()
READY = pytest.StashKey[bool]()
"""Whether the test database is there, in this process."""


class Migrated(ABC):
    """A database that is kept to be copied."""

    @abstractmethod
    def copy(self) -> bool:
        """Makes the test database a copy of it; False if it has not been made yet."""

    @abstractmethod
    def keep(self) -> None:
        """Makes it from the test database, to which nobody is connected."""


class SqliteFile(Migrated):
    def __init__(self, test: str, digest: str, folder: Path) -> None:
        self.test = Path(test)
        self.kept = folder / f"{digest}.sqlite3"

    def copy(self) -> bool:
        if self.kept.is_file():
            shutil.copyfile(self.kept, self.test)
        return self.kept.is_file()

    def keep(self) -> None:
        for older in self.kept.parent.glob("*.sqlite3"):
            older.unlink()
        half = self.kept.with_suffix(".half")
        shutil.copyfile(self.test, half)
        half.rename(self.kept)


class PostgresqlTemplate(Migrated):
    def __init__(self, test: str, digest: str, address: str) -> None:
        self.test = test
        self.kept = f"migrated_{digest[:16]}"
        self.address = address.replace("postgres://", "postgresql://")

    def run(self, *statements: str) -> None:
        import psycopg

        with psycopg.connect(self.address, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)  # type: ignore[call-overload]

    def copy(self) -> bool:
        import psycopg

        try:
            self.run(f'DROP DATABASE IF EXISTS "{self.test}"', f'CREATE DATABASE "{self.test}" TEMPLATE {self.kept}')
        except psycopg.errors.InvalidCatalogName:
            return False
        return True

    def keep(self) -> None:
        self.run(f'CREATE DATABASE {self.kept} TEMPLATE "{self.test}"')


def _migrated(config: pytest.Config) -> Migrated | None:
    from django.conf import settings
    from django.db import connection

    digest = hashlib.sha256()
    for path in sorted(ROOT.glob("*/migrations/*.py")):
        digest.update(path.read_bytes())
    if connection.vendor == "sqlite":
        folder: Path = config.cache.mkdir("migrated")  # type: ignore[union-attr]
        return SqliteFile(str(connection.settings_dict["TEST"]["NAME"]), digest.hexdigest(), folder)
    address = os.environ.get("TEST_POSTGRES_URL")
    if address and address == os.environ.get("DATABASE_URL"):
        test = connection.settings_dict["TEST"]["NAME"] or f"test_{settings.DATABASES['default']['NAME']}"
        return PostgresqlTemplate(str(test), digest.hexdigest(), address)
    return None


def kept_database(config: pytest.Config) -> Path | None:
    """The SQLite database that is kept to be copied, for a site that a test starts; None while nobody has made it."""
    found = _migrated(config)
    return found.kept if isinstance(found, SqliteFile) and found.kept.is_file() else None


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb: bool, request: pytest.FixtureRequest) -> bool:
    """What is a copy is there before the test database is made, and is thrown away with its folder or its server."""
    return django_db_keepdb or _migrated(request.config) is not None


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, request: pytest.FixtureRequest
) -> None:
    """Puts the copy in place, or takes the part of the one who makes it."""
    migrated = _migrated(request.config)
    if migrated is None:
        return
    lock = (Path(tempfile.gettempdir()) / f"tractatus-migrated-{os.getuid()}.lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    if migrated.copy():
        lock.close()
    else:
        request.config.stash[MAKER] = (migrated, lock)


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Keeps what was migrated, if this worker was the one to do it."""
    if MAKER in request.config.stash:
        migrated, lock = request.config.stash[MAKER]
        with django_db_blocker.unblock():
            _disconnect()
        migrated.keep()
        lock.close()
    request.config.stash[READY] = True
    yield
    request.config.stash[READY] = False
    nothing_left(request.config, "The last file")


def _disconnect() -> None:
    from django.db import connection

    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()


def nothing_left(config: pytest.Config, file: str) -> None:
    """Empties what this file of tests has left in the database, and fails if there was anything."""
    from tests.emptied import left_behind

    with config.stash[blocking_manager_key].unblock():
        left = left_behind()
    if left:
        pytest.fail(f"{file} left behind: {', '.join(left)}", pytrace=False)
