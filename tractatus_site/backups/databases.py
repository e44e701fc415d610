"""How each kind of database is copied while it is used, and put back in one piece."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote, urlsplit, urlunsplit

from django.conf import settings

from tractatus_site import environment
from tractatus_site.backups import Unfit

if TYPE_CHECKING:
    import psycopg

APPLIED = "SELECT app, name FROM django_migrations ORDER BY id"


class Database(Protocol):
    """What backing up and restoring ask of a kind of database."""

    engine: str

    def copy(self, to: Path) -> list[str]:
        """One consistent state of it in a file, while others write; gives the migrations it has."""

    def in_use(self) -> bool:
        """Whether somebody else has it open."""

    def is_empty(self) -> bool:
        """Whether there is nothing in it, not even tables."""

    def set_aside(self, folder: Path) -> Iterator[tuple[Path, Path]]:
        """Keeps what it holds in `folder`. Gives each file it has moved, from and to, to be moved back."""

    def put_back(self, file: Path) -> None:
        """Makes it what `copy` wrote, wholly or not at all."""


def database() -> Database:
    """The database of this installation."""
    entry: dict[str, Any] = settings.DATABASES["default"]
    if entry["ENGINE"].endswith("sqlite3"):
        return SQLite(Path(entry["NAME"]))
    return PostgreSQL(environment.text("DATABASE_URL", ""))


class SQLite:
    engine = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path

    def copy(self, to: Path) -> list[str]:
        if not self.path.is_file():
            raise Unfit(f"There is no database at {self.path}.")
        with closing(sqlite3.connect(self.path, timeout=60)) as here, closing(sqlite3.connect(to)) as there:
            # In one step, so that it is one state: with a write-ahead log writers go on meanwhile.
            here.backup(there)
            there.execute("PRAGMA journal_mode=DELETE")
            found = there.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise Unfit(f"The database is damaged: {found}")
            try:
                return [f"{app}.{name}" for app, name in there.execute(APPLIED)]
            except sqlite3.OperationalError:
                raise Unfit(f"The database at {self.path} has never been prepared.") from None

    def in_use(self) -> bool:
        if not self.path.exists():
            return False
        try:
            with closing(sqlite3.connect(self.path, timeout=0.2, isolation_level=None)) as connection:
                # Leaving the write-ahead log needs the file for oneself.
                connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            return "locked" in str(error)
        except sqlite3.DatabaseError:
            return False  # not a database: nobody can be using it
        return False

    def is_empty(self) -> bool:
        return not self.path.exists() or self.path.stat().st_size == 0 or not self._tables()

    def _tables(self) -> int:
        try:
            with closing(sqlite3.connect(self.path)) as connection:
                return int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
        except sqlite3.DatabaseError:
            return 1  # something is there, whatever it is

    def set_aside(self, folder: Path) -> Iterator[tuple[Path, Path]]:
        for end in ("", "-wal", "-shm", "-journal"):
            one = self.path.with_name(self.path.name + end)
            if one.exists():
                yield one, Path(shutil.move(one, folder / one.name))

    def put_back(self, file: Path) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = self.path.with_name(self.path.name + ".restoring")
        try:
            shutil.move(file, beside)  # perhaps from another disk, so not yet at its place
            with beside.open("rb") as written:
                os.fsync(written.fileno())
            beside.replace(self.path)
        finally:
            beside.unlink(missing_ok=True)


class PostgreSQL:
    engine = "postgresql"

    # What the database holds of ours: tables with their indexes and triggers, and the triggers' functions.
    EMPTY = """
        DO $$ DECLARE one record; BEGIN
            FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
                EXECUTE format('DROP TABLE IF EXISTS public.%I CASCADE', one.tablename);
            END LOOP;
            FOR one IN SELECT p.oid::regprocedure AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                WHERE n.nspname = 'public' AND NOT EXISTS
                    (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') LOOP
                EXECUTE 'DROP FUNCTION IF EXISTS ' || one.name || ' CASCADE';
            END LOOP;
        END $$
    """
    OTHERS = """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        user, _at, host = parts.netloc.rpartition("@")
        name, _colon, password = user.partition(":")
        netloc = f"{name}@{host}" if name else host
        self.url = urlunsplit(("postgresql", netloc, parts.path, parts.query, ""))
        # A password among the arguments could be read by everybody on the machine.
        self.password = unquote(password)

    def copy(self, to: Path) -> list[str]:
        import psycopg

        with self._connect() as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            try:
                migrations = [f"{app}.{name}" for app, name in connection.execute(APPLIED)]
            except psycopg.errors.UndefinedTable:
                raise Unfit("The database has never been prepared.") from None
            # What is dumped is the state in which the migrations were read.
            snapshot = next(connection.execute("SELECT pg_export_snapshot()"))[0]
            self._dump(to, f"--snapshot={snapshot}")
        return migrations

    def _dump(self, to: Path, *options: str) -> None:
        self._run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--schema=public", *options,
                  f"--file={to}", f"--dbname={self.url}")  # fmt: skip

    def in_use(self) -> bool:
        return self._number(self.OTHERS) > 0

    def is_empty(self) -> bool:
        return self._number("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0

    def set_aside(self, folder: Path) -> Iterator[tuple[Path, Path]]:
        if not self.is_empty():
            self._dump(folder / "database.dump")
        yield from ()

    def put_back(self, file: Path) -> None:
        script = file.with_suffix(".sql")
        self._run("pg_restore", "--no-owner", "--no-privileges", "--schema=public", f"--file={script}", str(file))
        self._run("psql", "--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1",
                  "--output=/dev/null", f"--dbname={self.url}", f"--command={self.EMPTY}",
                  f"--file={script}")  # fmt: skip

    def _connect(self) -> "psycopg.Connection[Any]":
        import psycopg

        try:
            return psycopg.connect(self.url, password=self.password or None, connect_timeout=10)
        except psycopg.OperationalError as error:
            raise Unfit(f"The database cannot be reached: {error}") from None

    def _number(self, question: str) -> int:
        with self._connect() as connection:
            return int(next(connection.execute(question))[0])

    def _run(self, program: str, *arguments: str) -> None:
        found = _program(program)
        ran = subprocess.run(
            [found, *arguments], env=environment.of_a_program(PGPASSWORD=self.password), capture_output=True, text=True,
            check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        if ran.returncode:
            raise Unfit(f"{program} could not do it: {ran.stderr.strip()[:2000]}")


def _program(name: str) -> str:
    """The program in PATH, or the newest of those that Debian keeps."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: float(one.parent.name), reverse=True)
    found = next((str(one / name) for one in folders if (one / name).exists()), None) or shutil.which(name)
    if found is None:
        raise Unfit(f"{name} is needed and was not found: apt install postgresql-client")
    return found
