"""`bin/restore FILE [--replace]`: makes this installation what it was when the backup was made.

The order is what keeps it whole: everything that could speak against it is looked at first, on the whole file; then a
mark is set, under which no process of the site starts; the files are put in their places, and what they replace is set
aside; the database comes last and in one piece; the mark goes. What fails on the way is undone. A power cut leaves the
mark, and the restore is run again.
"""

import argparse
import datetime
import os
import shutil
import sys
import tempfile
from pathlib import Path

from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from tractatus_site import environment, running
from tractatus_site.backups import Unfit, package
from tractatus_site.backups.databases import Database, database


def restore(path: Path, here: Database, *, replace: bool = False) -> Path | None:
    """Puts back the backup at `path`. Gives the folder in which lies what was here before, if anything was.

    Raises Unfit, and changes nothing, for a file that is no whole backup, of another kind of database or of a newer
    version; while the site runs; and, without `replace`, where something is kept already.
    """
    home: Path = settings.DATA_DIR
    with (
        package.opened(path) as (manifest, archive),
        tempfile.TemporaryDirectory(prefix=".restoring-", dir=home) as name,
    ):
        fits(manifest, here.engine)
        folder = Path(name)
        package.extract(manifest, archive, folder)
        with running.alone(home) as alone:
            if not alone or here.in_use():
                raise Unfit("The site is running. Stop every process of it, then restore.")
            mails = package.mail_folder()
            moves = _moves(folder, mails)
            empty = here.is_empty() and not any(_differs(new, old) for new, old in moves)
            if not empty and not replace:
                raise Unfit(
                    f"{home} or its database is not empty. With --replace, what is there is set aside and replaced."
                )
            return _put_back(here, folder / package.DATABASE, moves, home, empty=empty)


def fits(manifest: package.Manifest, engine: str) -> None:
    """Raises Unfit for a backup of another kind of database, or made by a newer version than this one."""
    if manifest.engine != engine:
        raise Unfit(f"The backup is of {manifest.engine}, and DATABASE_URL names {engine}. It does not fit.")
    known = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    unknown = [name for name in manifest.migrations if name not in known]
    if unknown or _numbers(manifest.version) > _numbers(package.version()):
        because = f"it has {unknown[0]}" if unknown else f"this is {package.version()}"
        raise Unfit(f"The backup was made by a newer version ({manifest.version}; {because}). Restore it with that.")


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdigit()]


def _moves(folder: Path, mails: Path | None) -> list[tuple[Path, Path]]:
    """What is to be put where, besides the database."""
    moves = [(folder / name, place) for name, place in package.places().items() if (folder / name).exists()]
    if mails is not None and (folder / package.MAILS).is_dir():
        moves.append((folder / package.MAILS, mails))
    return moves


def _differs(new: Path, old: Path) -> bool:
    """Whether something is at the old place that is not what is to come there."""
    if not old.exists():
        return False
    if old.is_dir():
        return any(old.iterdir())
    return old.read_bytes() != new.read_bytes()


def _put_back(here: Database, copy: Path, moves: list[tuple[Path, Path]], home: Path, *, empty: bool) -> Path | None:
    aside = None
    if not empty:
        aside = home / f"replaced-{datetime.datetime.now(datetime.UTC):%Y-%m-%dT%H-%M-%S-%fZ}"
        aside.mkdir(mode=0o700)
    mark = home / running.UNFINISHED
    cut_off = mark.exists()
    mark.touch()
    done: list[tuple[Path, Path]] = []
    try:
        for new, old in moves:
            if old.exists():
                if aside is None:
                    shutil.rmtree(old) if old.is_dir() else old.unlink()  # the same, or an empty folder
                else:
                    done.append((old, Path(shutil.move(old, aside / old.name))))
            old.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            done.append((new, Path(shutil.move(new, old))))
        if aside is not None:
            for moved in here.set_aside(aside):
                done.append(moved)  # one by one: what comes after may fail
        here.put_back(copy)
    except BaseException:
        for before, after in reversed(done):
            shutil.move(after, before)
        if not cut_off:
            mark.unlink()
        if aside is not None:
            (aside / "database.dump").unlink(missing_ok=True)  # of what is still there
            aside.rmdir()
        raise
    os.sync()
    mark.unlink()
    return aside


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/restore", description="Puts a backup back.")
    parser.add_argument("file", help="what bin/backup made")
    parser.add_argument("--replace", action="store_true", help="set aside and replace what is kept here already")
    given = parser.parse_args()
    path = Path(given.file).resolve()
    own_key = environment.text("SECRET_KEY", "")
    # Reading the settings would make a key for a new installation, which is what the backup brings.
    environment.set_up(make_key=False)
    try:
        aside = restore(path, database(), replace=given.replace)
    except (Unfit, OSError) as why:
        print(f"{why}\nNothing was changed.", file=sys.stderr)
        return 1
    print("Restored.")
    if aside is not None:
        print(f"What was here before is in {aside}.")
    if own_key:
        print(
            "SECRET_KEY is set, so the key in the backup is not used: if it is another one, everybody signs in again."
        )
    print("Now run .venv/bin/python manage.py migrate, which bin/serve does by itself.")
    print("What was recorded after this backup is not in it: say so with")
    print('    .venv/bin/python manage.py start_new_log --reason "…"')
    print("Then start the site.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
