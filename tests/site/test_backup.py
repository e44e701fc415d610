"""A backup holds everything, is made while the site runs, and comes back whole or not at all."""

from __future__ import annotations

import fcntl
import hashlib
import json
import sqlite3
import subprocess
import sys
import uuid
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db.migrations.loader import MigrationLoader

from tests.site.site_process import ROOT, Site, environment, manage
from tests.site.test_production import database  # noqa: F401  (a fixture)
from tractatus_site import running
from tractatus_site.backups import Unfit, package
from tractatus_site.backups.databases import SQLite
from tractatus_site.backups.make import make
from tractatus_site.backups.restore import restore

pytestmark = pytest.mark.alone


def run(what: str, data: Path, *arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """`bin/backup` or `bin/restore`, without making an environment first."""
    return subprocess.run(
        [sys.executable, "-m", f"tractatus_site.backups.{what}", *map(str, arguments)],
        cwd=ROOT, env=environment(data, **variables), capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def everything(folder: Path) -> dict[str, str]:
    """The files that are kept, by their contents; a database by its rows."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if not path.is_file() or name.startswith(("static", "replaced", running.LOCK)) or "sqlite3-" in name:
            continue
        if path.suffix == ".sqlite3":
            with closing(sqlite3.connect(path)) as connection:
                said = "\n".join(connection.iterdump()).encode()
        else:
            said = path.read_bytes()
        found[name] = hashlib.sha256(said).hexdigest()
    return found


# --- A small installation, for what is refused


@pytest.fixture
def small(tmp_path: Path, settings: Any) -> Path:
    """DATA_DIR with a database of one table, a key and a mail."""
    home = tmp_path / "home"
    (home / "mails").mkdir(parents=True)
    settings.DATA_DIR, settings.LOG_KEY_FILE, settings.EMAIL_FILE_PATH = home, str(home / "log.key"), home / "mails"
    (home / "secret").write_text("the key")
    (home / "mails" / "1.log").write_text("To: somebody")
    with closing(sqlite3.connect(home / "tractatus.sqlite3")) as connection, connection:
        connection.executescript("""
            PRAGMA journal_mode=WAL;
            CREATE TABLE django_migrations (id integer PRIMARY KEY, app text, name text);
            INSERT INTO django_migrations (app, name) VALUES ('accounts', '0001_initial');
            CREATE TABLE words (said text); INSERT INTO words VALUES ('yes');
        """)
    return home


@pytest.fixture
def here(small: Path) -> SQLite:
    return SQLite(small / "tractatus.sqlite3")


@pytest.fixture
def backup(small: Path, here: SQLite, tmp_path: Path) -> Path:
    return make(tmp_path / "it.backup", here)


def say(home: Path, word: str) -> None:
    with closing(sqlite3.connect(home / "tractatus.sqlite3")) as connection, connection:
        connection.execute("INSERT INTO words VALUES (?)", [word])


def test_a_backup_is_only_its_owners_and_named_when_it_is_whole(backup: Path, here: SQLite, tmp_path: Path) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(backup) as archive:
        assert set(archive.namelist()) == {"database", "secret", "mails/1.log", "manifest.json"}
    with pytest.raises(Unfit, match="there already"):
        make(backup, here)
    with pytest.raises(Unfit, match="no database"):
        make(tmp_path / "none.backup", SQLite(tmp_path / "none.sqlite3"))
    assert make(tmp_path, here).suffix == ".backup"
    assert {path.name for path in tmp_path.iterdir() if path.name.startswith(("none", "."))} == set()


def test_what_was_is_what_is_and_what_was_replaced_is_kept(small: Path, here: SQLite, backup: Path) -> None:
    before = everything(small)
    say(small, "no")
    (small / "secret").write_text("another key")
    (small / "mails" / "2.log").write_text("To: somebody else")
    replaced = everything(small)
    aside = restore(backup, here, replace=True)
    assert everything(small) == before
    assert aside is not None
    assert everything(aside) == replaced
    assert (small / "secret").stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(small / "tractatus.sqlite3")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def rewritten(backup: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """The same archive with another manifest."""
    with zipfile.ZipFile(backup) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    said = json.loads(held["manifest.json"])
    change(said)
    held["manifest.json"] = json.dumps(said).encode()
    with zipfile.ZipFile(backup, "w") as archive:
        for name, content in held.items():
            archive.writestr(name, content)


def _flip(backup: Path) -> None:
    content = bytearray(backup.read_bytes())
    content[len(content) // 3] ^= 0xFF
    backup.write_bytes(content)


def _other_hash(said: dict[str, Any]) -> None:
    said["files"]["secret"]["sha256"] = "0" * 64


UNFIT: list[tuple[str, Callable[[Path], object], str]] = [
    ("not there", lambda file: file.unlink(), "There is no file"),
    ("no archive", lambda file: file.write_text("words"), "not a backup"),
    ("empty", lambda file: file.write_bytes(b""), "not a backup"),
    ("cut off", lambda file: file.write_bytes(file.read_bytes()[:-200]), "not a backup"),
    ("another archive", lambda file: zipfile.ZipFile(file, "w").close(), "not a backup"),
    ("an octet turned", _flip, "damaged"),
    ("a file changed", lambda file: rewritten(file, _other_hash), "damaged: secret"),
    ("a file taken out", lambda file: rewritten(file, lambda m: m["files"].update({"log.key": {}})), "damaged: log"),
    ("a way out", lambda file: rewritten(file, lambda m: m["files"].update({"mails/../x": {}})), "not a backup"),
    ("no database", lambda file: rewritten(file, lambda m: m["files"].pop("database")), "holds no database"),
    ("half a manifest", lambda file: rewritten(file, lambda m: m.pop("engine")), "not a backup"),
    ("another engine", lambda file: rewritten(file, lambda m: m.update(engine="postgresql")), "does not fit"),
    ("a later version", lambda file: rewritten(file, lambda m: m.update(version="99.1")), "newer version"),
    ("a later format", lambda file: rewritten(file, lambda m: m.update(format=2)), "newer version"),
    ("a later migration", lambda file: rewritten(file, lambda m: m["migrations"].append("audit.0999_x")), "0999_x"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "says"), [case[1:] for case in UNFIT], ids=[case[0] for case in UNFIT])
def test_what_does_not_fit_is_refused_in_words_and_changes_nothing(
    small: Path, here: SQLite, backup: Path, spoil: Callable[[Path], object], says: str
) -> None:
    say(small, "no")
    before = everything(small)
    spoil(backup)
    with pytest.raises(Unfit, match=says):
        restore(backup, here, replace=True)
    assert everything(small) == before


def test_where_something_is_kept_it_is_not_replaced_unasked(small: Path, here: SQLite, backup: Path) -> None:
    before = everything(small)
    with pytest.raises(Unfit, match="--replace"):
        restore(backup, here)
    here.path.unlink()
    (small / "secret").write_text("another key")  # the database alone is gone
    with pytest.raises(Unfit, match="--replace"):
        restore(backup, here)
    for path in (small / "secret", small / "mails" / "1.log"):
        path.unlink()
    assert restore(backup, here) is None
    assert everything(small) == before


@pytest.fixture
def somebody_there(small: Path, request: pytest.FixtureRequest) -> Iterator[None]:
    if request.param == "a process of the site":
        with (small / running.LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            yield
    else:
        with closing(sqlite3.connect(small / "tractatus.sqlite3")) as connection:
            connection.execute("SELECT * FROM words").fetchall()
            yield


@pytest.mark.parametrize("somebody_there", ["a process of the site", "a connection"], indirect=True)
def test_under_a_running_site_nothing_is_restored(
    small: Path, here: SQLite, backup: Path, somebody_there: None
) -> None:
    before = everything(small)
    with pytest.raises(Unfit, match="running"):
        restore(backup, here, replace=True)
    assert everything(small) == before


def test_what_fails_half_way_is_undone(small: Path, backup: Path) -> None:
    """The place of the database cannot be made, which shows only when it is its turn."""
    (small / "secret").write_text("another key")
    (small / "no folder").write_text("a file")
    before = everything(small)
    with pytest.raises(OSError, match="no folder"):
        restore(backup, SQLite(small / "no folder" / "tractatus.sqlite3"), replace=True)
    assert everything(small) == before
    assert not list(small.glob("replaced-*"))


def test_after_a_restore_that_was_cut_off_nothing_starts_until_it_is_done(
    small: Path, here: SQLite, backup: Path
) -> None:
    before = everything(small)
    here.path.unlink()
    (small / running.UNFINISHED).touch()  # as it stands when the power goes after the old database was moved
    with pytest.raises(SystemExit, match="bin/restore"):
        running.hold(small)
    restore(backup, here, replace=True)
    assert everything(small) == before
    with running.alone(small) as alone:
        assert alone
        with pytest.raises(SystemExit, match="being restored"):
            running.hold(small)


def test_every_migration_of_this_version_is_known_to_it() -> None:
    names = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    assert ("accounts", "0001_initial") in names
    assert package.version().count(".") == 2


# --- The site itself


def test_a_running_site_is_backed_up_and_comes_back_elsewhere(used: Path, tmp_path: Path, port: int) -> None:
    file = tmp_path / "it.backup"
    with Site(used, port) as site:
        made = run("make", used, file)
        assert made.returncode == 0, made.stderr
        refused = run("restore", used, file, "--replace")
        assert (refused.returncode, "Stop every process" in refused.stderr) == (1, True), refused.stderr
        assert site.get("/healthz")[0] == 200
        assert site.stop() == 0
    elsewhere = tmp_path / "elsewhere"
    restored = run("restore", elsewhere, file)
    assert restored.returncode == 0, restored.stderr
    with zipfile.ZipFile(file) as archive:
        (tmp_path / "copy.sqlite3").write_bytes(archive.read("database"))
        names = {name for name in archive.namelist() if name != "manifest.json"}
    kept = everything(elsewhere)
    assert kept["tractatus.sqlite3"] == everything(tmp_path)["copy.sqlite3"]
    assert kept["secret"] == everything(used)["secret"]
    assert kept.keys() == {"tractatus.sqlite3" if name == "database" else name for name in names}
    with Site(elsewhere, port) as site:
        assert site.get("/")[0] == 200
        assert site.stop() == 0


@pytest.mark.long
def test_a_restored_backup_is_not_passed_over_by_the_record(used: Path, tmp_path: Path) -> None:
    file = tmp_path / "it.backup"
    another_entry = ("create_api_key", "demo", "hiring", "--name")

    def done(*arguments: str) -> None:
        ran = manage(used, *arguments)
        assert ran.returncode == 0, ran.stderr

    done("sequence_log")
    assert run("make", used, file).returncode == 0
    done(*another_entry, "Lost by the restore")
    done("sequence_log")
    restored = run("restore", used, file, "--replace")
    assert "start_new_log" in restored.stdout, restored.stderr
    done(*another_entry, "After the restore")
    refused = manage(used, "sequence_log")
    assert refused.returncode == 1
    assert "entries were signed and the database has" in refused.stderr
    done("start_new_log", "--reason", "The disk was lost.")
    done("sequence_log")


def _rows(address: str) -> dict[str, int]:
    """What there is in a PostgreSQL: rows by table, and how many guards."""
    with psycopg.connect(address.replace("postgres://", "postgresql://")) as connection:
        names = [one[0] for one in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        found = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # type: ignore
        for name in ("pg_trigger", "pg_constraint", "pg_index", "pg_proc"):
            found[name] = connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # type: ignore
        return found


@pytest.fixture
def reader(postgres_url: str) -> Iterator[str]:
    """Somebody who may connect, and change nothing."""
    name = f"reader_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(postgres_url.replace("postgres://", "postgresql://"), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN")
        yield name
        connection.execute(f"DROP ROLE {name}")


def test_a_postgresql_comes_back_with_its_guards(
    data: Path,
    database: str,  # noqa: F811
    reader: str,
    tmp_path: Path,
) -> None:
    where = {"DATABASE_URL": database}
    file = tmp_path / "it.backup"
    assert manage(data, "migrate", "-v", "0", **where).returncode == 0
    assert run("make", data, file, **where).returncode == 0
    (data / "secret").write_text("another key")
    before = _rows(database)
    with psycopg.connect(database.replace("postgres://", "postgresql://")) as connection:
        connection.execute("CREATE TABLE later (id integer)")
        connection.commit()
        changed = _rows(database)
        in_use = run("restore", data, file, "--replace", **where)
        assert (in_use.returncode, "running" in in_use.stderr) == (1, True), in_use.stderr
    not_empty = run("restore", data, file, **where)
    assert (not_empty.returncode, "--replace" in not_empty.stderr) == (1, True), not_empty.stderr
    not_allowed = run("restore", data, file, "--replace", DATABASE_URL=database.replace("tractatus@", f"{reader}@"))
    assert (not_allowed.returncode, "could not do it" in not_allowed.stderr) == (1, True), not_allowed.stderr
    assert _rows(database) == changed
    assert (data / "secret").read_text() == "another key"
    restored = run("restore", data, file, "--replace", **where)
    assert restored.returncode == 0, restored.stderr
    assert _rows(database) == before
    assert (data / "secret").read_text() != "another key"
    assert list(data.glob("replaced-*/database.dump"))
